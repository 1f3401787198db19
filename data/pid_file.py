"""A pid file that cannot lie: whoever is named in it holds the lock on it.

The lock (flock) belongs to the open file, and a child inherits open files. So a program that takes
the lock, starts a child with it and closes its own copy leaves a lock that lives exactly as long as
the child, whatever kills whom. A pid file that is not locked names nobody, however often the number
in it has been given to other processes since.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from pathlib import Path

_LOOK_AGAIN = 0.02  # seconds between two looks at a lock that is held


class PidFileHeld(Exception):
    """A living process holds the lock; `pid` is None where it has not signed."""

    def __init__(self, path: Path, pid: int | None) -> None:
        super().__init__(f"{path} is held by {f'process {pid}' if pid else 'another process'}")
        self.path = path
        self.pid = pid


class PidFile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def acquire(self) -> int:
        """Take the lock and empty the file; the lock goes when the returned descriptor is closed.

        Raises `PidFileHeld` when a living process has it, `OSError` when the file cannot be opened.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise PidFileHeld(self.path, self._signed()) from None
        os.ftruncate(descriptor, 0)
        return descriptor

    @staticmethod
    def sign(descriptor: int, pid: int) -> None:
        """Write who holds the lock that `acquire` returned."""
        os.pwrite(descriptor, b"%d\n" % pid, 0)

    def is_held(self) -> bool:
        try:
            os.close(self.acquire())
        except PidFileHeld:
            return True
        return False

    def end_holder(self, grace: float) -> None:
        """End what an earlier owner left behind: SIGTERM, and SIGKILL after `grace` seconds.

        Returns at once when nobody holds the lock. Raises `PidFileHeld` when it is still held
        `grace` seconds after the SIGKILL.
        """
        for number in (signal.SIGTERM, signal.SIGKILL):
            deadline = time.monotonic() + grace
            told: int | None = None
            while self.is_held():
                pid = self._signed()
                if pid is not None and pid != told:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)
                    told = pid
                if time.monotonic() > deadline:
                    break
                time.sleep(_LOOK_AGAIN)
            else:
                return
        raise PidFileHeld(self.path, self._signed())

    def _signed(self) -> int | None:
        with contextlib.suppress(OSError, ValueError):
            pid = int(self.path.read_text(encoding="ascii"))
            return pid if pid > 1 else None  # 0 and -1 would signal whole groups
        return None
