"""Telegram is away for long: refused connections, a gateway's errors, or no answer at all."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest

from bot.delivery.events import EventKind
from sandbox.telegram import Limits, TelegramSandbox
from tests.integration.bot.delivery.running import delivering, until

MANY, FEW = 14, 3
Away = Callable[[TelegramSandbox], Awaitable[Callable[[], Awaitable[None]]]]


@pytest.fixture
def limits() -> Limits:
    return Limits.none()


async def refused(telegram: TelegramSandbox) -> Callable[[], Awaitable[None]]:
    port = int(telegram.url.rpartition(":")[2])
    await telegram.stop()

    async def back() -> None:
        telegram.clear_faults()
        await telegram.start(port=port)

    return back


async def bad_gateway(telegram: TelegramSandbox) -> Callable[[], Awaitable[None]]:
    telegram.fail("sendMessage", times=None, code=502)

    async def back() -> None:
        telegram.clear_faults()

    return back


async def hanging(telegram: TelegramSandbox) -> Callable[[], Awaitable[None]]:
    telegram.hold("sendMessage")

    async def back() -> None:
        telegram.release(accept=False)

    return back


@pytest.mark.parametrize("away", [refused, bad_gateway, hanging])
async def test_all_is_told_afterwards_together_in_order_and_once(
    telegram, outbox, bot, database, redis, settings, away: Away
):
    # given a Telegram that is away, and alerts for two people
    settings = settings.model_copy(update={"backoff_first": 0.05, "backoff_longest": 0.2})
    ada, bob = (telegram.create_user(name).id for name in ("Ada", "Bob"))
    for chat_id, count in ((ada, MANY), (bob, FEW)):
        telegram.create_private_chat(chat_id)
        await outbox.chat(chat_id)
        watch = await outbox.watch(chat_id)
        for _ in range(count):
            await outbox.alert(watch)
    back = await away(telegram)
    async with delivering(bot, database, redis, settings) as told:
        # when each was tried more than once, and it comes back
        await until(lambda: tried(told, 2, {ada, bob}))
        assert telegram.bot_messages(ada) == telegram.bot_messages(bob) == []
        await back()
        await until(lambda: all_sent(outbox, ada, bob))
    # then
    assert len(telegram.bot_messages(ada)) < MANY
    for chat_id in (ada, bob):
        shown = [transactions(message) for message in telegram.bot_messages(chat_id)]
        expected = [int.from_bytes(alert.tx_hash) for alert in await outbox.alerts(chat_id)]
        assert [number for one in shown for number in sorted(one)] == expected
    # and only what may have arrived says so
    marked = any("repeat" in message.text for message in telegram.bot_messages(bob))
    assert marked == (away is hanging)


def transactions(message) -> set[int]:
    return {int(found, 16) for found in re.findall(r"/tx/0x([0-9a-f]{64})", str(message.entities))}


async def tried(told, times: int, chats: set[int]) -> bool:
    failed = {EventKind.FAILED, EventKind.UNKNOWN}
    tries = [event.chat_id for event in told.events if event.kind in failed]
    return all(tries.count(chat_id) >= times for chat_id in chats)


async def all_sent(outbox, *chats: int) -> bool:
    states = [await outbox.states(one) for one in chats]
    return all(state == "sent" for of_chat in states for state, _ in of_chat)
