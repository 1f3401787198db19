"""Keeps a few child processes running: starts them in order, and again when they die.

Written for the one thread of a program: signals are counted and wake it, and nothing else happens
behind its back.
"""

from __future__ import annotations

import logging
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from data.child_process import ChildProcess
from data.pid_file import PidFile, PidFileHeld

FAILED, CONFIGURATION_FAULT = 1, 78  # 78 is EX_CONFIG of sysexits.h: starting again will not help
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

log = logging.getLogger("run")


class CannotRun(Exception):
    """A sentence for the person at the terminal, and the status to end with."""

    def __init__(self, sentence: str, status: int = FAILED) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Child:
    """What is to run. The next one starts once this one is `ready` or, if it runs `once`, done.

    One that has `ready` serves the others: it ends after them. `last_words` says why it ended,
    where it does not write to the terminal.
    """

    name: str
    argv: tuple[str, ...]
    pid_file: PidFile
    once: bool = False
    prepare: Callable[[], None] | None = None  # before every start
    ready: Callable[[], bool] | None = None
    last_words: Callable[[], str] | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds."""

    first_backoff: float = 1
    most_backoff: float = 30
    proven: float = 60  # a child that lived so long begins with the first backoff again
    grace: float = 10  # from SIGTERM to SIGKILL


class Kept:
    """One child over its lives: its process, and when it starts again."""

    def __init__(
        self, child: Child, env: Mapping[str, str], directory: Path, patience: Patience
    ) -> None:
        self.child = child
        self.process = ChildProcess(
            child.argv, pid_file=child.pid_file, env=env, directory=directory
        )
        self.due: float | None = None  # set while it waits for its next start
        self._patience = patience
        self._backoff = 0.0
        self._started = 0.0

    def start(self) -> None:
        """Raises `OSError` if it cannot be executed, `PidFileHeld` if an earlier one stays."""
        self.due = None
        self._started = time.monotonic()
        self.end_left_over()
        if self.child.prepare:
            self.child.prepare()
        self.process.start()
        log.info("%s started (process %s)", self.child.name, self.process.pid)

    def end_left_over(self) -> None:
        """End what a killed parent left behind, where the kernel did not do it."""
        if self.child.pid_file.path.exists():
            self.child.pid_file.end_holder(self._patience.grace)

    @property
    def has_died(self) -> bool:
        return self.due is None and not self.process.is_running

    def start_later(self) -> float:
        """Note when it starts again; returns in how many seconds."""
        lived = time.monotonic() - self._started
        if lived >= self._patience.proven or not self._backoff:
            self._backoff = self._patience.first_backoff
        else:
            self._backoff = min(self._backoff * 2, self._patience.most_backoff)
        self.due = time.monotonic() + self._backoff
        return self._backoff

    def how_it_ended(self) -> str:
        status = self.process.returncode
        words = f": {self.child.last_words()}" if self.child.last_words else ""
        if status is not None and status < 0:
            return f"was ended by {_signal_name(-status)}{words}"
        return f"ended with status {status}{words}"


class Supervisor:
    """Keeps its children running until a signal, or a fault that starting again does not cure."""

    def __init__(
        self,
        children: Sequence[Child],
        env: Mapping[str, str],
        directory: Path,
        patience: Patience | None = None,
    ) -> None:
        """`env` and `directory` are the children's."""
        self._patience = patience or Patience()
        self._all = [Kept(child, env, directory, self._patience) for child in children]
        self._kept: list[Kept] = []  # what runs now, in the order of the starts
        self._asked_to_stop = 0

    def run(self) -> None:
        """Returns after a signal, when everything has ended. Raises `CannotRun` for a fault."""
        with self._signals() as wake:
            try:
                for kept in self._all:
                    self._once_free(kept.end_left_over, kept)
                for kept in self._all:
                    if not self._asked_to_stop:
                        self._bring_up(kept, wake)
                while not self._asked_to_stop:
                    self._turn(wake)
            finally:
                self._stop(wake)

    @staticmethod
    def _once_free(step: Callable[[], None], kept: Kept) -> None:
        try:
            step()
        except PidFileHeld as held:
            raise CannotRun(f"An earlier {kept.child.name} does not end: {held}.") from held
        except OSError as error:
            raise CannotRun(f"The {kept.child.name} cannot be started: {error}.") from error

    def _bring_up(self, kept: Kept, wake: socket.socket) -> None:
        child = kept.child
        self._kept.append(kept)
        self._once_free(kept.start, kept)
        while not self._asked_to_stop and (child.once or child.ready):
            if kept.has_died:
                self._kept.remove(kept)
                status = kept.process.returncode
                if child.once and status == 0:
                    return
                raise CannotRun(
                    f"The {child.name} {kept.how_it_ended()}. Nothing else was started.",
                    CONFIGURATION_FAULT if status == CONFIGURATION_FAULT else FAILED,
                )
            if child.ready and child.ready():
                return
            self._turn(wake, at_most=0.05, spare=kept)

    def _turn(self, wake: socket.socket, at_most: float = 60, spare: Kept | None = None) -> None:
        """Wait for a signal or a start that is due, then look after everybody but `spare`."""
        due = [kept.due - time.monotonic() for kept in self._kept if kept.due is not None]
        _sleep(wake, max(0, min([*due, at_most])))
        for kept in self._kept:
            if self._asked_to_stop or kept is spare:
                continue
            if kept.has_died:
                self._mourn(kept)
            elif kept.due is not None and kept.due <= time.monotonic():
                self._start_again(kept)

    def _mourn(self, kept: Kept) -> None:
        name = kept.child.name
        if kept.process.returncode == CONFIGURATION_FAULT:
            raise CannotRun(
                f"The {name} found a fault in the configuration and named it above, "
                "so everything was stopped.",
                CONFIGURATION_FAULT,
            )
        how = kept.how_it_ended()
        log.warning("%s %s; it starts again in %g s", name, how, kept.start_later())

    @staticmethod
    def _start_again(kept: Kept) -> None:
        try:
            kept.start()
        except (OSError, PidFileHeld) as error:
            wait = kept.start_later()
            log.warning("%s cannot start: %s; tried again in %g s", kept.child.name, error, wait)

    def _stop(self, wake: socket.socket) -> None:
        """End those that are served, then what serves them; another signal ends the waiting."""
        patient_until = max(1, self._asked_to_stop)
        served = [kept for kept in self._kept if kept.child.ready is None]
        serving = [[kept] for kept in reversed(self._kept) if kept.child.ready is not None]
        for group in (served, *serving):
            deadline = time.monotonic() + self._patience.grace
            for kept in group:
                kept.process.signal(signal.SIGTERM)
            while any(kept.process.is_running for kept in group):
                left = deadline - time.monotonic()
                if left <= 0 or self._asked_to_stop > patient_until:
                    break
                _sleep(wake, left)
            for kept in group:
                if kept.process.is_running:
                    log.warning("%s does not end and is killed", kept.child.name)
                    kept.process.stop(self._patience.grace, signal.SIGKILL)

    @contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        """Signals are counted, and wake who waits on the socket; ignored ones stay ignored."""

        def ask(_number: int, _frame: FrameType | None) -> None:
            self._asked_to_stop += 1

        reader, writer = socket.socketpair()
        writer.setblocking(False)
        wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        before = {
            number: signal.signal(number, ask)
            for number in STOPPING
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            yield reader
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(wakeup)
            reader.close()
            writer.close()


def _sleep(wake: socket.socket, seconds: float) -> None:
    if select.select([wake], [], [], seconds)[0]:
        wake.recv(4096)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"
