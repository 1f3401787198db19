"""Everything on one small machine: `python run.py` (or `make run`).

Starts the embedded Valkey (unless REDIS_URL names a server), migrates, starts the watcher and the
bot, and starts again what dies. When it is killed, its children end with it, or the next start ends
them.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from data.pid_file import PidFile, PidFileHeld
from data.redis_server import RedisServer, RedisServerError
from data.supervisor import CONFIGURATION_FAULT, FAILED, CannotRun, Child, Supervisor, log

HOME = Path(__file__).resolve().parent  # .env and a relative DATA_DIR are meant from here
TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,100}")


def settings(home: Path) -> dict[str, str]:
    """The environment, and below it the lines of .env; empty values count as unset."""
    try:
        from dotenv import dotenv_values
    except ModuleNotFoundError:
        raise CannotRun("Spyhop's libraries are not installed here: run `make setup`.") from None
    try:
        written = dotenv_values(home / ".env", encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise CannotRun(f".env cannot be read: {error}.", CONFIGURATION_FAULT) from None
    named = {name: value for name, value in written.items() if value}
    return named | {name: value for name, value in os.environ.items() if value}


def check_token(token: str) -> None:
    """Only its form; whether Telegram knows it, the bot hears from Telegram."""
    if not token:
        what = "BOT_TOKEN is not set: write it into .env"
    elif not TOKEN.fullmatch(token):
        what = "BOT_TOKEN does not look like a bot token (123456789:AAE…): copy it whole into .env"
    else:
        return
    raise CannotRun(
        f"{what}. @BotFather on Telegram gives you one for /newbot; `make demo` needs none.",
        CONFIGURATION_FAULT,
    )


class JsonLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        return json.dumps(line, ensure_ascii=False)


def talk(level: str, form: str) -> None:
    """To stderr like the children, and JSON where they write JSON."""
    handler = logging.StreamHandler()
    text = logging.Formatter("run: %(message)s")
    handler.setFormatter(JsonLine() if form.lower() == "json" else text)
    log.addHandler(handler)
    log.setLevel(logging.getLevelNamesMapping().get(level.upper(), logging.INFO))


@contextmanager
def owned(data_dir: Path) -> Iterator[None]:
    """One run.py for one data folder. Raises `CannotRun` when there is another."""
    try:
        (data_dir / "run").mkdir(parents=True, exist_ok=True)
        lock = PidFile(data_dir / "run.lock").acquire()
    except OSError as error:
        raise CannotRun(f"DATA_DIR cannot be used: {error}.", CONFIGURATION_FAULT) from None
    except PidFileHeld as held:
        other = f" (process {held.pid})" if held.pid else ""
        raise CannotRun(
            f"Another run.py{other} works on {data_dir}; stop that one first."
        ) from None
    PidFile.sign(lock, os.getpid())
    try:
        yield
    finally:
        os.close(lock)


def children(data_dir: Path, server: RedisServer | None) -> Iterator[Child]:
    """In the order of their starts."""
    if server is not None:
        yield Child(
            "valkey",
            server.argv,
            server.pid_file,
            prepare=server.prepare,
            ready=server.answers,
            last_words=server.last_words,
        )
    for name, module in (("migration", "data.migrate"), ("watcher", "watcher"), ("bot", "bot")):
        pid_file = PidFile(data_dir / "run" / f"{name}.pid")
        yield Child(name, (sys.executable, "-m", module), pid_file, once=name == "migration")


def run(values: Mapping[str, str], home: Path) -> None:
    check_token(values.get("BOT_TOKEN", "").strip())
    talk(values.get("LOG_LEVEL", ""), values.get("LOG_FORMAT", ""))
    data_dir = (home / values.get("DATA_DIR", "var")).absolute()
    env = {name: value for name, value in os.environ.items() if value}
    with owned(data_dir):
        if values.get("REDIS_URL"):
            Supervisor(list(children(data_dir, None)), env, home).run()
            return
        server = RedisServer(data_dir / "valkey")
        try:
            here = {**env, "REDIS_URL": server.url}
            Supervisor(list(children(data_dir, server)), here, home).run()
        finally:
            server.clear()


def main(home: Path = HOME) -> int:
    try:
        run(settings(home), home)
    except (CannotRun, RedisServerError) as error:
        sys.stderr.write(f"{error}\n")
        return error.status if isinstance(error, CannotRun) else FAILED
    except KeyboardInterrupt:  # before anything was started
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
