"""An operator's command, as it is typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from data.database import Database
from data.model import BlockRef, Settled
from data.queries import cursors

from .examples import NOON

ROOT = Path(__file__).parents[3]


def typed(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "watcher.unlatch", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
    )


async def test_what_was_held_for_final_is_forgotten(migrated_sqlite: str) -> None:
    database = Database(migrated_sqlite)
    async with database.write() as connection:
        await cursors.begin(connection, BlockRef("bsc", 7, b"\x07" * 32, b"\x06" * 32, NOON))
        await cursors.settle(connection, "bsc", Settled(6, 5))

    done = typed(migrated_sqlite, "bsc")

    assert done.returncode == 0, done.stderr
    assert done.stdout == "bsc: whatever its nodes say next is followed\n"
    async with database.read() as connection:
        assert await cursors.settled(connection, "bsc") == Settled(None, None)
    await database.close()


def test_a_chain_that_nobody_follows_or_knows_is_refused(migrated_sqlite: str) -> None:
    unknown = typed(migrated_sqlite, "dogechain")
    assert unknown.returncode == 1
    assert "name one chain, out of: " in unknown.stderr
    assert typed(migrated_sqlite).stderr == unknown.stderr

    idle = typed(migrated_sqlite, "ethereum")
    assert idle.returncode == 1
    assert idle.stderr == "watcher.unlatch: ethereum was never followed with this database\n"
