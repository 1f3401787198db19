"""run.py itself, as a process: what it says, what it refuses, what it starts."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:" + "A" * 35

PROCESS = """
import json, os, sys, time
from pathlib import Path
with Path("started").open("a") as file:
    file.write(json.dumps([__spec__.name, os.getpid(), os.environ["REDIS_URL"]]) + "\\n")
time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A house of its own: the real run.py and what it stands on, beside small processes."""
    home = tmp_path / "house"
    (home / "data").mkdir(parents=True)
    shutil.copy(ROOT / "run.py", home)
    for name in ("__init__", "child_process", "pid_file", "redis_server", "supervisor"):
        shutil.copy(ROOT / "data" / f"{name}.py", home / "data")
    (home / "data" / "migrate.py").write_text("print('migrated', flush=True)")
    for package in ("watcher", "bot"):
        (home / package).mkdir()
        (home / package / "__init__.py").write_text("")
        (home / package / "__main__.py").write_text(PROCESS)
    return home


_started: "list[subprocess.Popen[str]]" = []


def run(home: Path, **environment: str) -> "subprocess.Popen[str]":
    clean = {k: v for k, v in os.environ.items() if k not in ("BOT_TOKEN", "REDIS_URL", "DATA_DIR")}
    process = subprocess.Popen(
        [sys.executable, home / "run.py"],
        cwd="/",
        env=clean | environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    _started.append(process)
    return process


@pytest.fixture(autouse=True)
def nothing_outlives_its_test() -> Iterator[None]:
    """Also where an assertion fails before the test ends what it started."""
    yield
    while _started:
        with _started.pop() as process:
            process.kill()


def refusal(process: "subprocess.Popen[str]") -> tuple[int, str]:
    _, said = process.communicate(timeout=20)
    assert "Traceback" not in said
    return process.returncode, said


def started(home: Path, count: int) -> dict[str, tuple[int, str]]:
    """What `count` processes wrote at their start: name → (pid, REDIS_URL)."""
    deadline = time.monotonic() + 20
    file = home / "started"
    while not file.exists() or len(file.read_text().splitlines()) < count:
        assert time.monotonic() < deadline, "did not start in time"
        time.sleep(0.02)
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return {name.removesuffix(".__main__"): (pid, url) for name, pid, url in rows}


def test_without_a_token_says_where_to_get_one(home: Path) -> None:
    status, said = refusal(run(home))

    assert status == 78
    assert said.count("\n") == 1
    assert "@BotFather" in said
    assert "`make demo` needs none" in said
    assert not (home / "var").exists()


@pytest.mark.parametrize(
    "token", ["abc", "123:short", "12 34:" + "A" * 35, TOKEN + " x", ":" + "A" * 35, "🐋" * 40]
)
def test_malformed_token_is_refused_and_not_repeated(home: Path, token: str) -> None:
    status, said = refusal(run(home, BOT_TOKEN=token))

    assert status == 78
    assert "BOT_TOKEN does not look like a bot token" in said
    assert token not in said


def test_everything_runs_with_a_token_in_the_env_file(home: Path) -> None:
    (home / ".env").write_text(f"BOT_TOKEN={TOKEN}\n")
    process = run(home, BOT_TOKEN="")

    rows = started(home, 2)

    url = f"unix://{home / 'var/valkey/valkey.sock'}"
    assert {name: row[1] for name, row in rows.items()} == {"watcher": url, "bot": url}
    with redis.Redis.from_url(url) as client:
        assert client.ping()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert not (home / "var/valkey/valkey.sock").exists()
    assert TOKEN not in said


def test_named_redis_is_used_and_none_started(home: Path) -> None:
    process = run(home, BOT_TOKEN=TOKEN, REDIS_URL="redis://127.0.0.1:1/0", LOG_FORMAT="json")

    rows = started(home, 2)

    assert rows["bot"][1] == "redis://127.0.0.1:1/0"
    assert not (home / "var" / "valkey").exists()
    process.terminate()
    _, said = process.communicate(timeout=20)
    events = [json.loads(line)["event"].split(" (")[0] for line in said.splitlines()]
    assert events == ["migration started", "watcher started", "bot started"]


def test_second_run_on_the_same_data_is_refused(home: Path) -> None:
    first = run(home, BOT_TOKEN=TOKEN)
    started(home, 2)

    status, said = refusal(run(home, BOT_TOKEN=TOKEN))

    assert status == 1
    assert f"Another run.py (process {first.pid})" in said
    assert first.poll() is None
    first.terminate()
    first.communicate(timeout=20)


def test_after_a_kill_the_next_run_recovers(home: Path) -> None:
    with run(home, BOT_TOKEN=TOKEN) as first:
        url = started(home, 2)["bot"][1]
        with redis.Redis.from_url(url) as client:
            client.set("kept", "yes")
        first.kill()

    second = run(home, BOT_TOKEN=TOKEN)

    started(home, 4)
    with redis.Redis.from_url(url) as client:
        assert client.get("kept") == b"yes"
    second.terminate()
    second.communicate(timeout=20)
    assert second.returncode == 0


def test_long_data_dir_works(home: Path) -> None:
    process = run(home, BOT_TOKEN=TOKEN, DATA_DIR="deep/" * 30)

    url = started(home, 2)["bot"][1]

    with redis.Redis.from_url(url) as client:
        assert client.ping()
    process.terminate()
    process.communicate(timeout=20)
    assert not Path(url.removeprefix("unix://")).parent.exists()


def test_data_dir_that_cannot_be_made_is_told(home: Path) -> None:
    status, said = refusal(run(home, BOT_TOKEN=TOKEN, DATA_DIR="run.py"))

    assert status == 78
    assert said.startswith("DATA_DIR cannot be used: ")


def test_env_file_that_is_not_text_is_told(home: Path) -> None:
    (home / ".env").write_bytes(b"BOT_TOKEN=\xff\xfe\n")

    status, said = refusal(run(home))

    assert status == 78
    assert said.startswith(".env cannot be read: ")
