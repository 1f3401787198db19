"""How the two processes end: asked to, beaten, or told to go home."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warm.process import ROOT, Warm

SECRET = "hunter22"
TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
PROGRAM = """
import asyncio, sys
from data.database import Database
from data.process import main
from data.migrate import prepare_schema
from data.redis.connection import open_redis

async def run(settings, stopping):
    {body}

sys.exit(main("tester", run))
"""


async def ended(warm: Warm, body: str, folder: Path, **environment: str) -> tuple[int, str]:
    """Its exit status, and what it wrote to stderr."""
    program = folder / "tester.py"
    program.write_text(PROGRAM.format(body=body))
    environment["PYTHONWARNINGS"] = "error"
    code, out, err = await warm.ended(str(program), env=environment, cwd=folder)
    assert out == ""
    return code, err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(tmp_path: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(
        [
            *(sys.executable, "-W", "error", "-c"),
            PROGRAM.format(body="print('up', flush=True); await stopping.wait()"),
        ],
        env={"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(number)
    process.communicate(timeout=60)

    assert process.returncode == 0


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"BOT_TOKEN": SECRET}, "BOT_TOKEN"),
        ({"DATABASE_URL": f"mysql://a:{SECRET}@db/x"}, "DATABASE_URL"),
        ({"DATABASE_URL": f"postgresql+asyncpg://a:{SECRET}@[db/x?nope=1"}, "DATABASE_URL"),
    ],
)
async def test_a_wrong_configuration_ends_it_for_good(
    warm: Warm, tmp_path: Path, environment: dict[str, str], name: str
) -> None:
    code, err = await ended(
        warm, "Database(settings.database)", tmp_path, LOG_LEVEL="ERROR", **environment
    )

    assert (code, err.count("\n")) == (78, 1)
    assert err.startswith("tester: ")
    assert name in err
    assert SECRET not in err


@pytest.mark.parametrize(
    ("body", "environment", "words"),
    [
        (
            "await prepare_schema(Database(settings.database), migrate_now=True)",
            {"DATABASE_URL": f"postgresql+asyncpg://a:{SECRET}@127.0.0.1:1/x"},
            "tester: the database cannot be reached: ",
        ),
        (
            "await open_redis(settings.redis).ping()",
            {"REDIS_URL": f"redis://:{SECRET}@127.0.0.1:1"},
            "is REDIS_URL right",
        ),
        ("raise OSError('no space left')", {}, "no space left"),
    ],
)
async def test_what_a_restart_may_mend_ends_it_with_one(
    warm: Warm, tmp_path: Path, body: str, environment: dict[str, str], words: str
) -> None:
    code, err = await ended(warm, body, tmp_path, LOG_LEVEL="ERROR", **environment)

    assert (code, err.count("\n")) == (1, 1)
    assert words in err
    assert SECRET not in err


async def test_a_configuration_error_among_others_decides(warm: Warm, tmp_path: Path) -> None:
    body = (
        "from data.errors import ConfigurationError; raise ExceptionGroup('both', "
        "[OSError('lost'), ExceptionGroup('inner', [ConfigurationError('write X=1')])])"
    )

    assert await ended(warm, body, tmp_path, LOG_LEVEL="ERROR") == (78, "tester: write X=1\n")


async def test_a_mistake_of_ours_keeps_its_traceback(warm: Warm, tmp_path: Path) -> None:
    code, err = await ended(warm, "raise ZeroDivisionError", tmp_path, LOG_LEVEL="ERROR")

    assert code == 1
    assert "Traceback" in err


async def test_passwords_are_scrubbed_from_the_log_in_either_form(
    warm: Warm, tmp_path: Path
) -> None:
    body = (
        "import logging; logging.getLogger('x').error("
        "'hunter 22! and hunter%2022%21 and %s', settings.bot_token.get_secret_value())"
    ).replace("%2022%21", "%%2022%%21")
    code, err = await ended(
        warm,
        body,
        tmp_path,
        LOG_LEVEL="ERROR",
        BOT_TOKEN=TOKEN,
        DATABASE_URL="postgresql+asyncpg://a:hunter%2022%21@db/x",
    )

    assert code == 0
    assert "… and … and …" in err
    assert TOKEN not in err
