"""The log keeps no secret, wherever it hides."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from data.logging import scrubber, secrets_of, set_up_logging
from data.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (f"POST https://api.telegram.org/bot{TOKEN}/getMe", TOKEN),
        (f"token={TOKEN!r}", TOKEN),
        ("https://user:hunter2@node.example/rpc", "hunter2"),
        ("redis://:p4ss/word@host:6379/0", "p4ss/word"),
        ("wss://eth-mainnet.example/v2/abcdef0123456789ABCDEF", "abcdef0123456789ABCDEF"),
        ("https://lb.example/ogrpc?network=eth&dkey=Zz9", "Zz9"),
        ("('https://rpc.example/abcdefghijklmnopqrstuvwx',)", "abcdefghijklmnopqrstuvwx"),
    ],
)
def test_scrubs(line: str, secret: str) -> None:
    assert secret not in scrubber()(line)


@pytest.mark.parametrize(
    "line",
    [
        "https://etherscan.io/address/0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
        "12:30:05 block 18000000 in 0.4 s",
        "https://bsc-dataseed.example/",
    ],
)
def test_leaves_the_rest_alone(line: str) -> None:
    assert scrubber()(line) == line


def test_scrubs_named_secrets_as_they_are_and_quoted() -> None:
    scrub = scrubber(["p@ss word!"])

    assert "p@ss" not in scrub("it is p@ss word! indeed")
    assert "p%40ss" not in scrub("it is p%40ss%20word%21 indeed")


@given(st.text(max_size=200))
def test_any_line_can_be_scrubbed(line: str) -> None:
    assert TOKEN not in scrubber([TOKEN])(line + TOKEN + line)


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_no_line_holds_the_token(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_settings(_env_file=None, bot_token=TOKEN, redis_url="redis://:hunter22@h/0")
    set_up_logging("INFO", log_format, secrets_of(settings))  # type: ignore[arg-type]
    log = structlog.get_logger("spyhop")

    log.info("hello", url=f"http://x/bot{TOKEN}/getMe", nested={"list": [TOKEN.encode()]})
    logging.getLogger("aiohttp.client").warning("foreign %s", TOKEN)
    try:
        int(f"http://x/bot{TOKEN}/getMe hunter22")
    except ValueError:
        log.exception("failed")
        logging.getLogger("asyncio").exception("failed as well")

    written = capsys.readouterr().err
    assert "hello" in written
    assert "foreign" in written
    assert written.count("ValueError") >= 2
    assert TOKEN not in written
    assert TOKEN.split(":")[1] not in written
    assert "hunter22" not in written
    if log_format == "json":
        assert {json.loads(line)["event"] for line in written.splitlines()} == {
            "hello", "foreign …", "failed", "failed as well",
        }  # fmt: skip


def test_the_level_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("WARNING", "console")

    structlog.get_logger("spyhop").info("quiet")
    structlog.get_logger("spyhop").warning("loud")

    written = capsys.readouterr().err
    assert "quiet" not in written
    assert "loud" in written
