"""The watcher's command line, tried on the real process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.warm.process import ROOT, Warm

SECRET = "hunter22"


def started(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "watcher", *arguments],
        env={"PYTHONPATH": str(ROOT), "LOG_FORMAT": "json", **environment},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_help_says_what_chains_are_for(tmp_path: Path) -> None:
    out, err = (process := started(tmp_path, "--help")).communicate(timeout=60)

    assert (process.returncode, err) == (0, "")
    assert "--chains NAMES" in out
    assert "in the place of CHAINS" in " ".join(out.split())


@pytest.mark.parametrize("said", [SECRET, ""])
async def test_chains_that_nobody_knows_end_it_for_good(
    warm: Warm, tmp_path: Path, said: str
) -> None:
    status, out, err = await warm.ended("watcher", "--chains", said, env={}, cwd=tmp_path)

    assert (status, out) == (78, "")
    assert err.startswith("watcher: --chains is wrong: write names with commas between")
    assert SECRET not in err


async def test_an_option_that_it_does_not_have_is_told(warm: Warm, tmp_path: Path) -> None:
    status, out, err = await warm.ended("watcher", "--chain", "bsc", env={}, cwd=tmp_path)

    assert (status, out) == (2, "")
    assert "usage: python -m watcher" in err


def test_it_follows_the_chains_of_its_command_line_and_no_other(
    tmp_path: Path, redis_url: str
) -> None:
    # given settings that name one chain, and a command line that names another
    nobody = "http://127.0.0.1:1"
    process = started(
        tmp_path,
        "--chains",
        "bsc",
        CHAINS="ethereum",
        REDIS_URL=redis_url,
        ETHEREUM_RPC_URLS=nobody,
        BSC_RPC_URLS=nobody,
        BSC_WS_URLS="ws://127.0.0.1:1",
        BACKOFF_FIRST="0.01",
        BACKOFF_LONGEST="0.01",
    )
    guard = threading.Timer(120, process.kill)
    guard.start()
    assert process.stderr is not None

    # when it has found that none of its nodes answers, and is ended
    lines = []
    for line in process.stderr:
        lines.append(json.loads(line))
        if lines[-1]["event"] == "blind":
            process.send_signal(signal.SIGTERM)
    process.communicate()
    guard.cancel()

    # then it was the command line's chain that it followed
    assert process.returncode == 0
    assert {line["chain"] for line in lines if line["event"] == "following"} == {"bsc"}
    assert {line.get("chain", "bsc") for line in lines} == {"bsc"}
