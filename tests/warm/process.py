"""A process of the product, forked from the template: what ``asyncio.subprocess`` would give."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

ROOT = Path(__file__).parents[2]


class Process:
    """One that was ordered; ``returncode`` is None while it runs, and negative for a signal."""

    def __init__(self, pid: int, told: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._told = told
        self._to = to
        self._ending = asyncio.ensure_future(self._end())

    async def wait(self) -> int:
        """Its exit status, at its end."""
        return await asyncio.shield(self._ending)

    def send_signal(self, number: int) -> None:
        """Unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL, as for want of memory."""
        self.send_signal(signal.SIGKILL)

    async def _end(self) -> int:
        line = await self._told.readline()
        self._to.close()
        # the template itself is gone, and with it all of them
        self.returncode = int(line) if line else -signal.SIGKILL
        return self.returncode


class Warm:
    """Where processes are ordered."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def start(
        self,
        *argv: str,
        env: Mapping[str, str],
        stdout: IO[bytes] | int,
        stderr: IO[bytes] | int,
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        cwd: Path = ROOT,
    ) -> Process:
        """Start a module (``bot``) or a script (``check_health.py``) with its arguments."""
        order = {"argv": argv, "env": dict(env), "cwd": str(cwd)}
        nothing = os.open(os.devnull, os.O_RDWR)
        try:
            files = [
                nothing if file == subprocess.DEVNULL else _number(file)
                for file in (stdin, stdout, stderr)
            ]
            asked = socket.socket(socket.AF_UNIX)
            asked.connect(str(self._path))
            socket.send_fds(asked, [json.dumps(order).encode() + b"\n"], files)
        finally:
            os.close(nothing)
        told, to = await asyncio.open_connection(sock=asked)
        return Process(int(await told.readline()), told, to)

    async def ended(
        self, *argv: str, env: Mapping[str, str], cwd: Path = ROOT, within: float = 60
    ) -> tuple[int, str, str]:
        """Start one and wait for its end: its exit status, its stdout and its stderr."""
        with TemporaryFile() as out, TemporaryFile() as err:
            process = await self.start(*argv, env=env, stdout=out, stderr=err, cwd=cwd)
            async with asyncio.timeout(within):
                status = await process.wait()
            return status, _written(out), _written(err)


@contextmanager
def running_template() -> Iterator[Warm]:
    """A template for as long as it is needed."""
    # a socket's path has room for a hundred characters only
    with TemporaryDirectory(prefix="spyhop-warm-") as folder:
        path = Path(folder) / "template"
        with subprocess.Popen(
            [sys.executable, "-m", "tests.warm.template", str(path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as template:
            assert template.stdin is not None
            assert template.stdout is not None
            assert template.stdout.readline() == b"ready\n"
            yield Warm(path)
            template.stdin.close()


def _written(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _number(file: IO[bytes] | int) -> int:
    return file if isinstance(file, int) else file.fileno()
