import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data.child_process import ChildProcess
from data.pid_file import PidFile, PidFileHeld

SLEEP = (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)")
IGNORANT = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""
STUBBORN = (sys.executable, "-c", IGNORANT)


@pytest.fixture
def pid_file(tmp_path: Path) -> PidFile:
    return PidFile(tmp_path / "it.pid")


def start(argv: tuple[str, ...], pid_file: PidFile) -> ChildProcess:
    reader, writer = os.pipe()
    child = ChildProcess(argv, pid_file=pid_file, output=writer)
    child.start()
    os.close(writer)
    with os.fdopen(reader) as said:
        assert said.readline() == "up\n"
    return child


def test_lock_is_refused_to_a_second_taker_and_free_once_closed(pid_file: PidFile) -> None:
    lock = pid_file.acquire()
    PidFile.sign(lock, os.getpid())

    with pytest.raises(PidFileHeld) as refusal:
        pid_file.acquire()
    assert refusal.value.pid == os.getpid()

    os.close(lock)
    assert not pid_file.is_held()


def test_lock_lives_exactly_as_long_as_the_child(pid_file: PidFile) -> None:
    child = start(SLEEP, pid_file)

    assert pid_file.is_held()
    assert pid_file.path.read_text() == f"{child.pid}\n"

    child.stop(10)
    assert not pid_file.is_held()


def test_holder_is_ended_by_sigterm(pid_file: PidFile) -> None:
    child = start(SLEEP, pid_file)

    pid_file.end_holder(10)

    assert child.stop(10) == -signal.SIGTERM


def test_holder_that_ignores_sigterm_is_killed(pid_file: PidFile) -> None:
    child = start(STUBBORN, pid_file)

    pid_file.end_holder(0.2)

    assert child.stop(10) == -signal.SIGKILL


def test_stale_number_in_an_unlocked_file_is_nobodys(pid_file: PidFile) -> None:
    with subprocess.Popen(SLEEP, stdout=subprocess.DEVNULL) as bystander:
        pid_file.path.write_text(f"{bystander.pid}\n")

        pid_file.end_holder(10)

        assert bystander.poll() is None
        bystander.kill()


@pytest.mark.parametrize("text", ["", "-1\n", "0\n", "1\n", "x", "9" * 5000])
def test_number_that_would_signal_a_group_or_nothing_is_not_signalled(
    pid_file: PidFile, text: str
) -> None:
    lock = pid_file.acquire()
    os.pwrite(lock, text.encode(), 0)

    with pytest.raises(PidFileHeld) as refusal:
        pid_file.end_holder(0.05)

    assert refusal.value.pid is None
    os.close(lock)
