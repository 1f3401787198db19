import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from data.child_process import ChildProcess

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")
PARENT = """
import sys, time
from data.child_process import ChildProcess
child = ChildProcess((sys.executable, "-c", "import time; time.sleep(600)"))
child.start()
print(child.pid, flush=True)
time.sleep(600)
"""


def gone(pid: int, within: float = 10) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_child_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)

        parent.kill()

        assert gone(child)


def test_stop_ends_it_and_tells_the_status() -> None:
    child = ChildProcess(SLEEP)
    child.start()

    assert child.stop(10) == -signal.SIGTERM
    assert not child.is_running


def test_child_is_in_a_process_group_of_its_own() -> None:
    child = ChildProcess(SLEEP)
    child.start()

    assert child.pid is not None
    assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
    child.stop(10)


def test_second_start_while_it_runs_is_refused() -> None:
    child = ChildProcess(SLEEP)
    child.start()

    with pytest.raises(RuntimeError, match="running already"):
        child.start()
    child.stop(10)


def test_before_its_start_nothing_happens_to_it() -> None:
    child = ChildProcess(SLEEP)

    assert child.pid is None
    assert child.returncode is None
    assert not child.is_running
    child.signal(signal.SIGTERM)
    assert child.stop(10) is None
