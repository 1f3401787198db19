"""/timing: alerts at once, or of safe blocks only."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from data.model import AlertState, Priority, Timing
from data.queries import alerts, chats, queues
from data.redis.connection import open_redis
from data.redis.published import ChainStatus, publish
from tests.contract.samples import movement, ref, stored

if TYPE_CHECKING:
    from tests.integration.bot.conversation import Conversation


async def timing_of(talk: Conversation) -> Timing:
    async with talk.context.database.read() as connection:
        chat = await chats.get(connection, talk.chat)
    assert chat
    return chat.timing


async def captions(talk: Conversation) -> list[str]:
    return [button.text for row in talk.keyboard().inline_keyboard for button in row]


async def test_says_which_it_is_and_how_long_safe_takes(talk: Conversation) -> None:
    text = await talk.say("/timing")

    assert "Alerts here are <b>instant</b>" in text
    assert "about 13 min on Ethereum and 1 s on BNB Smart Chain later" in text
    assert await captions(talk) == ["⚡ Instant ✓", "🛡 Safe"]


async def test_how_long_safe_takes_is_as_it_is_now_where_that_is_known(talk: Conversation) -> None:
    await publish(
        talk.context.redis,
        ChainStatus(
            chain="ethereum", state="following", written_at=talk.now, head=1_000, cursor=1_000,
            cursor_time=talk.now, nodes=(), safe=960,
        ),
    )  # fmt: skip

    assert "about 8 min on Ethereum" in await talk.say("/timing")


async def test_is_changed_by_word_and_by_button(talk: Conversation) -> None:
    said = await talk.say("/Timing SAFE")
    assert "wait until their block is <b>safe</b>" in said
    assert await timing_of(talk) is Timing.SAFE
    assert "Alerts here are <b>safe</b>" in await talk.say("/timing")
    assert await captions(talk) == ["⚡ Instant", "🛡 Safe ✓"]

    shown, _ = await talk.tap("Instant")
    assert "<b>instant</b> now" in shown
    assert await timing_of(talk) is Timing.INSTANT


async def test_what_is_no_timing_changes_nothing(talk: Conversation) -> None:
    assert "/timing instant or /timing safe" in await talk.say("/timing soon")
    assert await timing_of(talk) is Timing.INSTANT


async def test_who_waits_no_longer_gets_what_was_held_back(talk: Conversation) -> None:
    await talk.say("/timing safe")
    async with talk.context.database.write() as connection:
        (moved,) = await stored(connection, movement(1, block=ref(100)))
        new = alerts.NewAlert(talk.chat, 0, moved, 1, (), Priority.FEED)
        await alerts.write(connection, [new], talk.now)
        assert await alerts.pending(connection, talk.chat, 10) == []

    await talk.say("/timing instant")

    async with talk.context.database.write() as connection:
        (alert,) = await alerts.pending(connection, talk.chat, 10)
        (lease,) = await queues.lease(connection, "worker", timedelta(seconds=10), 10)
    assert alert.state is AlertState.PENDING
    assert lease.chat_id == talk.chat


async def test_works_without_redis(talk: Conversation) -> None:
    object.__setattr__(talk.context, "redis", open_redis("unix:///nowhere/at/all"))

    assert "about 13 min on Ethereum" in await talk.say("/timing safe")
    assert "<b>instant</b>" in await talk.say("/timing instant")
    await talk.context.redis.aclose()
