"""Chains that rest, on both databases."""

from __future__ import annotations

from datetime import timedelta

from data.database import Database
from data.model import ChainPause
from data.queries import pauses
from tests.contract.samples import NOW


async def test_a_pause_holds_by_the_first_word_until_it_is_ended(database: Database) -> None:
    async with database.write() as connection:
        assert await pauses.of_chain(connection, "bsc") is None
        first = await pauses.pause(connection, "bsc", 1, "Ada", NOW)
        second = await pauses.pause(connection, "bsc", 2, "Bob", NOW + timedelta(hours=1))
        held = await pauses.all_of(connection)
        ended = [await pauses.resume(connection, "bsc") for _ in range(2)]
        after = await pauses.all_of(connection)

    assert first == second == ChainPause("bsc", 1, "Ada", NOW)
    assert held == {"bsc": first}
    assert (ended, after) == ([True, False], {})
