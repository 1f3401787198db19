"""All that is kept about a chat as a document: whole, or cut at the newest rows of each table."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.everything import everything_about
from bot.texts.sheet import exported_all
from data.queries import messages
from tests.integration.bot.conversation import CHAT, NOW
from tests.integration.bot.delivery.outbox import Outbox

if TYPE_CHECKING:
    from data.database import Database

MESSAGES = 700


@pytest.fixture
async def outbox(database: Database) -> Outbox:
    """A chat that was told much, and another one."""
    outbox = Outbox(database)
    for chat in (CHAT, CHAT + 1):
        await outbox.chat(chat)
    async with database.write() as connection:
        for number in range(MESSAGES):
            at = NOW + timedelta(seconds=number)
            await messages.record(connection, CHAT, 0, number + 1, at)
        await messages.record(connection, CHAT + 1, 0, 99, NOW)
    return outbox


async def test_a_document_has_every_row(outbox: Outbox, database: Database) -> None:
    watch = await outbox.watch(CHAT)
    for number in range(3):
        await outbox.alert(watch, number + 1)

    content, cut = await everything_about(database, CHAT)

    found = json.loads(content)
    told = [one["telegram_id"] for one in found["messages"]]
    assert told == list(range(MESSAGES, 0, -1))
    assert len(found["alerts"]) == 3
    assert found["shares"] == []
    assert cut == []
    assert exported_all(cut, 1) == "All that I keep about this chat."


async def test_what_is_too_long_is_cut_at_the_newest_and_said_to_be(
    outbox: Outbox, database: Database
) -> None:
    watch = await outbox.watch(CHAT)
    for number in range(3):
        await outbox.alert(watch, number + 1)

    content, cut = await everything_about(database, CHAT, 2)

    found = json.loads(content)
    assert [one["telegram_id"] for one in found["messages"]] == [MESSAGES, MESSAGES - 1]
    assert len(found["alerts"]) == 2
    assert cut == ["messages", "alerts"]
    said = exported_all(cut, 2)
    assert "<code>messages</code> and <code>alerts</code> the newest 2" in said


async def test_what_fits_exactly_is_not_cut(outbox: Outbox, database: Database) -> None:
    _, cut = await everything_about(database, CHAT, MESSAGES)
    assert cut == []
