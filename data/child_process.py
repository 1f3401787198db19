"""A child process that ends when its parent does, even when the parent is killed with SIGKILL."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import IO

from data.pid_file import PidFile

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec a child must not load libraries.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class ChildProcess:
    """One program, started any number of times, at most one at a time.

    It gets a process group of its own, so that Ctrl-C in a terminal reaches only the parent, which
    then ends its children in its own order. On Linux the kernel sends `death_signal` to it when the
    thread that called `start` ends: start it from a thread that lives as long as the program. Where
    the kernel cannot (macOS), the pid file lets the next start find what was left.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        pid_file: PidFile | None = None,
        env: Mapping[str, str] | None = None,
        directory: Path | None = None,
        output: IO[bytes] | int | None = None,
        user: tuple[int, int] | None = None,
        death_signal: Signals = SIGKILL,
    ) -> None:
        """`env` replaces the environment, `output` takes stdout and stderr, `user` is (uid, gid).

        Only root can give another `user`.
        """
        self.argv = tuple(argv)
        self.pid_file = pid_file
        self._env = env
        self._directory = directory
        self._output = output
        self._user = user
        self._death_signal = death_signal
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Raises `PidFileHeld` while an earlier one lives, `OSError` if it cannot be executed."""
        if self.is_running:
            raise RuntimeError(f"{self.argv[0]} is running already")
        lock = self.pid_file.acquire() if self.pid_file else None
        try:
            self._process = self._spawn(() if lock is None else (lock,))
        finally:
            if lock is not None:
                os.close(lock)

    def _spawn(self, inherited: tuple[int, ...]) -> subprocess.Popen[bytes]:
        parent = os.getpid()

        def before_exec() -> None:
            for lock in inherited:
                PidFile.sign(lock, os.getpid())
            if _prctl is not None:
                _prctl(_PR_SET_PDEATHSIG, int(self._death_signal))
                if os.getppid() != parent:  # it died before the kernel knew of our wish
                    os._exit(1)

        uid, gid = self._user or (None, None)
        return subprocess.Popen(  # noqa: S603 - the owner chose the program
            self.argv,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=None if self._output is None else subprocess.STDOUT,
            env=None if self._env is None else dict(self._env),
            cwd=self._directory,
            process_group=0,
            pass_fds=inherited,
            preexec_fn=before_exec,
            user=uid,
            group=gid,
            extra_groups=None if self._user is None else [],
        )

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs (and before its first start); negative when a signal ended it."""
        return None if self._process is None else self._process.poll()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def signal(self, number: Signals) -> None:
        """Send a signal; does nothing when it has ended."""
        if self._process is not None:
            self._process.send_signal(number)

    def stop(self, grace: float, number: Signals = SIGTERM) -> int | None:
        """Signal it, and SIGKILL it after `grace` seconds; returns its status."""
        if self._process is None:
            return None
        self.signal(number)
        try:
            return self._process.wait(grace)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
