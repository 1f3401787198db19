"""Real processes under the supervisor, as run.py uses it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from data.pid_file import PidFile

ROOT = Path(__file__).parents[2]

# A supervisor of its own process, so that signals and kills are real. Its children write their pid
# into a file once they are up, one line for each life.
SUPERVISED = """
import logging, sys
from pathlib import Path
from data.pid_file import PidFile
from data.redis_server import RedisServer
from data.supervisor import CannotRun, Child, Patience, Supervisor
logging.basicConfig(level="INFO")
here = Path.cwd()
server = RedisServer(here / "valkey")
def child(name, program, **more):
    return Child(name, (sys.executable, "-c", program, name), PidFile(here / f"{name}.pid"), **more)
valkey = Child("valkey", server.argv, server.pid_file, prepare=server.prepare,
               ready=server.answers, last_words=server.last_words)
children = eval(sys.argv[1])
patience = Patience(first_backoff=0.05, most_backoff=0.2, proven=60, grace=float(sys.argv[2]))
import os
try:
    Supervisor(children, dict(os.environ), here, patience).run()
except CannotRun as error:
    sys.exit(print(error) or error.status)
"""
UP = (
    "import os, sys, time, signal; from pathlib import Path; lives = Path(sys.argv[1] + '.lives');"
    "up = lambda: print(os.getpid(), file=lives.open('a')); "
)
LASTING = f'"{UP}up(); time.sleep(600)"'
STUBBORN = f'"{UP}signal.signal(signal.SIGTERM, signal.SIG_IGN); up(); time.sleep(600)"'


@dataclass
class Run:
    directory: Path
    process: subprocess.Popen[bytes]

    def lives(self, name: str) -> list[int]:
        """The pids that the child has had, one for each life."""
        file = self.directory / f"{name}.lives"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def said(self) -> str:
        return (self.directory / "said").read_text()


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start(children: str, grace: float = 10) -> Run:
        with (tmp_path / "said").open("ab") as said:
            process = subprocess.Popen(
                [sys.executable, "-c", SUPERVISED, children, str(grace)],
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": os.fspath(ROOT)},
                stdout=said,
                stderr=said,
            )
        runs.append(Run(tmp_path, process))
        return runs[-1]

    yield start
    for run in runs:
        run.process.kill()
        run.process.wait()


def eventually(condition: Callable[[], object], within: float = 20) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_ends_everything_with_status_0(
    supervise: Callable[..., Run], number: signal.Signals
) -> None:
    run = supervise(f'[valkey, child("a", {LASTING}), child("b", {LASTING})]')
    eventually(lambda: run.lives("a") and run.lives("b"))

    run.process.send_signal(number)

    assert run.process.wait(20) == 0
    assert is_gone(run.lives("a")[0])
    assert is_gone(run.lives("b")[0])
    assert not PidFile(run.directory / "valkey" / "valkey.pid").is_held()


def test_killed_child_is_started_again_and_its_sibling_left_alone(
    supervise: Callable[..., Run],
) -> None:
    run = supervise(f'[child("a", {LASTING}), child("b", {LASTING})]')
    eventually(lambda: run.lives("a") and run.lives("b"))

    os.kill(run.lives("a")[0], signal.SIGKILL)

    eventually(lambda: len(run.lives("a")) == 2)
    assert len(run.lives("b")) == 1
    assert "a was ended by SIGKILL; it starts again in 0.05 s" in run.said()


def test_killed_valkey_is_started_again_with_its_data(supervise: Callable[..., Run]) -> None:
    run = supervise(f'[valkey, child("a", {LASTING})]')
    eventually(lambda: run.lives("a"))
    pid_file = run.directory / "valkey" / "valkey.pid"
    first = pid_file.read_text()

    os.kill(int(first), signal.SIGKILL)

    eventually(lambda: pid_file.read_text() not in ("", first))
    assert len(run.lives("a")) == 1


def test_waits_longer_after_each_early_death(supervise: Callable[..., Run]) -> None:
    run = supervise(f'[child("a", "{UP}up(); sys.exit(3)")]')

    eventually(lambda: len(run.lives("a")) >= 5)

    waits = [line.split()[-2] for line in run.said().splitlines() if "starts again" in line]
    assert waits[:4] == ["0.05", "0.1", "0.2", "0.2"]


def test_configuration_fault_stops_everything_with_its_status(
    supervise: Callable[..., Run],
) -> None:
    run = supervise(f'[child("a", {LASTING}), child("b", "{UP}print(chr(66) * 9); sys.exit(78)")]')

    assert run.process.wait(20) == 78
    assert "BBBBBBBBB" in run.said()
    assert "b found a fault in the configuration" in run.said()
    assert all(is_gone(pid) for pid in run.lives("a"))


def test_next_child_starts_only_after_the_one_that_runs_once(
    supervise: Callable[..., Run],
) -> None:
    once = f'"{UP}time.sleep(0.3); up()"'
    check = f"\"{UP}assert Path('m.lives').exists(); up(); time.sleep(600)\""

    run = supervise(f'[child("m", {once}, once=True), child("a", {check})]')

    eventually(lambda: run.lives("a"))
    assert len(run.lives("m")) == 1


@pytest.mark.parametrize(("status", "expected"), [(1, 1), (2, 1), (78, 78)])
def test_failed_migration_starts_nothing_else(
    supervise: Callable[..., Run], status: int, expected: int
) -> None:
    failing = f'child("m", "import sys; sys.exit({status})", once=True)'

    run = supervise(f'[valkey, {failing}, child("a", {LASTING})]')

    assert run.process.wait(20) == expected
    assert f"The m ended with status {status}. Nothing else was started." in run.said()
    assert run.lives("a") == []
    assert not PidFile(run.directory / "valkey" / "valkey.pid").is_held()


def test_valkey_that_cannot_start_is_told_with_its_last_words(
    supervise: Callable[..., Run], tmp_path: Path
) -> None:
    appended = tmp_path / "valkey" / "appendonlydir"
    appended.mkdir(parents=True, mode=0o700)
    (appended / "appendonly.aof.manifest").write_text("rubbish\n")

    run = supervise(f'[valkey, child("a", {LASTING})]')

    assert run.process.wait(20) == 1
    assert "The valkey ended with status 1: " in run.said()
    assert "valkey.log" in run.said()
    assert run.lives("a") == []


def test_child_that_ignores_sigterm_is_killed(supervise: Callable[..., Run]) -> None:
    run = supervise(f'[child("a", {STUBBORN})]', grace=0.3)
    eventually(lambda: run.lives("a"))

    run.process.terminate()

    assert run.process.wait(20) == 0
    assert is_gone(run.lives("a")[0])


def test_second_signal_ends_the_waiting(supervise: Callable[..., Run]) -> None:
    run = supervise(f'[child("a", {STUBBORN})]', grace=600)
    eventually(lambda: run.lives("a"))

    def asked_again() -> bool:
        run.process.terminate()
        return is_gone(run.lives("a")[0])

    eventually(asked_again)
    assert "a does not end and is killed" in run.said()


def test_signal_while_a_child_waits_for_its_next_start(supervise: Callable[..., Run]) -> None:
    run = supervise('[child("a", "import sys; sys.exit(1)")]')
    eventually(lambda: "starts again" in run.said())

    run.process.terminate()

    assert run.process.wait(20) == 0


def test_program_that_does_not_exist_is_told(supervise: Callable[..., Run]) -> None:
    run = supervise('[Child("a", ("/nonexistent/program",), PidFile(here / "a.pid"))]')

    assert run.process.wait(20) == 1
    assert "The a cannot be started: " in run.said()
    assert "Traceback" not in run.said()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_kill_of_the_supervisor_leaves_nothing_and_the_next_one_recovers(
    supervise: Callable[..., Run],
) -> None:
    children = f'[valkey, child("a", {STUBBORN})]'
    first = supervise(children)
    eventually(lambda: first.lives("a"))
    valkey = int((first.directory / "valkey" / "valkey.pid").read_text())

    first.process.kill()

    eventually(lambda: is_gone(first.lives("a")[0]) and is_gone(valkey))
    assert (first.directory / "valkey" / "valkey.sock").exists()
    second = supervise(children)
    eventually(lambda: len(second.lives("a")) == 2)
    second.process.terminate()
    second.process.terminate()


def test_what_an_earlier_supervisor_left_alive_is_ended_first(
    supervise: Callable[..., Run], tmp_path: Path
) -> None:
    # Without the kernel's help (macOS), or in the moment before it: a child whose parent is gone.
    leave = (
        "import subprocess, sys; from pathlib import Path; from data.pid_file import PidFile;"
        "lock = PidFile(Path('a.pid')).acquire();"
        "left = subprocess.Popen(['sleep', '600'], pass_fds=[lock], stdout=-3);"
        "PidFile.sign(lock, left.pid); print(left.pid)"
    )
    environment = {**os.environ, "PYTHONPATH": os.fspath(ROOT)}
    said = subprocess.check_output([sys.executable, "-c", leave], cwd=tmp_path, env=environment)
    left = int(said)
    assert not is_gone(left)

    run = supervise(f'[child("a", {LASTING})]')

    eventually(lambda: run.lives("a"))
    assert is_gone(left)
