"""A process that dies between any two steps of a send loses nothing.

It repeats only what nobody can know, and then says so.
"""

from __future__ import annotations

import asyncio

import pytest

from bot.delivery import Delivery
from bot.delivery import telling as telling_module
from bot.delivery.events import EventKind
from bot.delivery.rate_limiter import RateLimiter
from bot.delivery.telling import Telling
from data.queries import queues
from data.redis.claims import Claims
from tests.integration.bot.delivery.running import delivering, until


class Crash(BaseException):
    """The process is gone: nothing in it runs any more."""


# point → messages in the chat afterwards, and whether the last says that it may be a repeat
POINTS = {
    ("after", queues, "lease"): (1, False),
    ("before", RateLimiter, "acquire"): (1, False),
    ("after", RateLimiter, "acquire"): (1, False),
    ("before", Claims, "claim"): (1, False),
    ("after", Claims, "claim"): (1, True),
    ("before", telling_module, "send"): (1, True),
    ("after", telling_module, "send"): (2, True),
    ("before", Claims, "sent"): (2, True),
    ("after", Claims, "sent"): (1, False),
    ("before", Telling, "_record"): (1, False),
    ("after", Telling, "_record"): (1, False),
}


def crash(monkeypatch, moment: str, where: object, name: str) -> None:
    original = getattr(where, name)

    async def crashing(*args, **kwargs):
        if moment == "after":
            await original(*args, **kwargs)
        raise Crash

    monkeypatch.setattr(where, name, crashing)


@pytest.mark.parametrize("alerts", [1, 12])
@pytest.mark.parametrize(("point", "expected"), POINTS.items(), ids=lambda value: str(value[::2]))
async def test_nothing_is_lost_and_only_the_unknown_repeats(
    telegram, outbox, bot, database, redis, settings, monkeypatch, point, expected, alerts
):
    # given
    chat_id = telegram.create_user("Ada").id
    telegram.create_private_chat(chat_id)
    await outbox.chat(chat_id)
    watch = await outbox.watch(chat_id)
    for _ in range(alerts):
        await outbox.alert(watch)
    # when the process dies there
    with monkeypatch.context() as patch:
        crash(patch, *point)
        with pytest.raises(BaseExceptionGroup) as died:
            await asyncio.wait_for(
                Delivery(bot, database, redis, settings, "dying", listeners=[]).run(
                    asyncio.Event()
                ),
                30,
            )
        assert died.group_contains(Crash)
    # and another takes over
    async with delivering(bot, database, redis, settings) as told:
        await until(lambda: all_sent(outbox, chat_id))
    # then
    messages = telegram.bot_messages(chat_id)
    assert (len(messages), "Possible repeat" in messages[-1].text) == expected
    assert told.count(EventKind.REPEATED) == (alerts if expected[1] else 0)
    shown = {alert.message_id for alert in await outbox.alerts(chat_id)}
    assert len(shown) == 1


async def test_what_fails_before_a_send_does_not_look_like_one(
    telegram, outbox, bot, database, redis, settings, monkeypatch
):
    # given an alert that is claimed, and something that fails before it is sent
    chat_id = telegram.create_user("Ada").id
    telegram.create_private_chat(chat_id)
    await outbox.chat(chat_id)
    await outbox.alert(await outbox.watch(chat_id))
    faults = [ConnectionError("away")]
    rendered = telling_module.rendered_story

    def failing(*args):
        if faults:
            raise faults.pop()
        return rendered(*args)

    monkeypatch.setattr(telling_module, "rendered_story", failing)
    # when
    async with delivering(bot, database, redis, settings) as told:
        await until(lambda: all_sent(outbox, chat_id))
    # then
    (message,) = telegram.bot_messages(chat_id)
    assert "Possible repeat" not in message.text
    assert told.count(EventKind.REPEATED) == 0


async def all_sent(outbox, chat_id: int) -> bool:
    return {state for state, _ in await outbox.states(chat_id)} == {"sent"}


async def test_a_stop_lets_what_is_in_flight_end(telegram, outbox, bot, database, redis, settings):
    # given a send that Telegram holds
    chat_id = telegram.create_user("Ada").id
    telegram.create_private_chat(chat_id)
    await outbox.chat(chat_id)
    await outbox.alert(await outbox.watch(chat_id))
    telegram.hold("sendMessage")
    stopping = asyncio.Event()
    delivery = Delivery(bot, database, redis, settings, "one", listeners=[])
    running = asyncio.ensure_future(delivery.run(stopping))
    await telegram.wait_for_held()
    # when
    stopping.set()
    telegram.release()
    await asyncio.wait_for(running, 10)
    # then
    assert await outbox.states(chat_id) == [("sent", None)]
    assert len(telegram.bot_messages(chat_id)) == 1


async def test_a_stop_does_not_wait_for_ever_and_leaves_what_it_cut_in_doubt(
    telegram, outbox, bot, database, redis, settings, monkeypatch
):
    # given a send that Telegram never answers
    monkeypatch.setattr("bot.delivery.delivery.LAST_WORDS_SECONDS", 0.1)
    chat_id = telegram.create_user("Ada").id
    telegram.create_private_chat(chat_id)
    await outbox.chat(chat_id)
    await outbox.alert(await outbox.watch(chat_id))
    telegram.hold("sendMessage", times=1)
    stopping = asyncio.Event()
    delivery = Delivery(bot, database, redis, settings, "one", listeners=[])
    running = asyncio.ensure_future(delivery.run(stopping))
    await telegram.wait_for_held()
    # when
    stopping.set()
    await asyncio.wait_for(running, 10)
    telegram.release(accept=False)
    # then the alert is not lost, and its next telling says what may be
    assert await outbox.states(chat_id) == [("pending", None)]
    async with delivering(bot, database, redis, settings) as told:
        (message,) = await telegram.wait_for_messages(chat_id)
        await until(lambda: all_sent(outbox, chat_id))
        await until(lambda: repeated(told))
    assert "Possible repeat" in message.text
    assert told.count(EventKind.REPEATED) == 1


async def repeated(told) -> bool:
    return told.count(EventKind.REPEATED) > 0
