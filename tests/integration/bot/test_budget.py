"""A flood is answered once; normal use, operators and a bot without Redis notice nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiogram.methods import AnswerCallbackQuery, AnswerInlineQuery
from aiogram.types import Chat
from redis.asyncio import Redis

from bot.dispatcher import make_dispatcher
from bot.languages import speaking
from bot.levels import LOOKS
from bot.texts.levels import slow_down
from data.model import Language
from data.redis.budget import REST
from data.redis.connection import open_redis
from data.redis.rights import note_rights
from tests.integration.bot.conversation import Conversation

BURST = 3
PERSON = {"id": 7, "is_bot": False, "first_name": "Ada"}


@dataclass
class Flood:
    """A talk with a bot of few words."""

    talk: Conversation

    async def lines(self, count: int, text: str = "/mute", **more: Any) -> list[str]:
        said = []
        for _ in range(count):
            said += [call.text for call in await self.talk.calls_after(text, **more)]
        return said


def limited(talk: Conversation, **changed: Any) -> Flood:
    settings = talk.context.settings.model_copy(
        update={"commands_burst": BURST, "commands_per_minute": 1, **changed}
    )
    talk.context = replace(talk.context, settings=settings)
    talk.dispatcher = make_dispatcher(talk.context)
    return Flood(talk)


@pytest.fixture
async def make(talk: Conversation) -> Callable[..., Flood]:
    return lambda **changed: limited(talk, **changed)


async def test_a_flood_is_answered_once_and_then_ignored(make: Callable[..., Flood]) -> None:
    said = await make().lines(BURST + 4)

    assert len(said) == BURST + 1
    assert said[-1] == "Slow down, please: I listen again in 30 s."
    assert not any("Slow down" in one for one in said[:-1])


async def test_taps_are_counted_as_well_and_told_on_the_button(make: Callable[..., Flood]) -> None:
    flood = make()
    await flood.lines(BURST)
    query = {
        "id": "1", "from": {"id": 7, "is_bot": False, "first_name": "Ada"}, "chat_instance": "1",
        "message": {"message_id": 1, "date": 1, "chat": {"id": 42, "type": "private"}},
        "data": "q:0",
    }  # fmt: skip
    first = await flood.talk.feed(callback_query=query)
    second = await flood.talk.feed(callback_query=query)

    assert [type(call) for call in first] == [AnswerCallbackQuery]
    assert "Slow down" in (first[0].text or "")  # type: ignore[attr-defined]
    assert second == []


async def test_a_group_has_a_budget_of_its_own(make: Callable[..., Flood]) -> None:
    flood = make(commands_per_minute_of_groups=1, commands_burst=1)
    flood.talk.chat = -77
    people = [{"id": 100 + n, "is_bot": False, "first_name": "P"} for n in range(5)]
    said = [
        line
        for person in people
        for line in await flood.lines(1, "/list", kind="supergroup", sender=person)
    ]
    assert sum("Slow down" in line for line in said) == 1
    assert len(said) == 3  # twice the burst of a person, and the word


async def test_who_writes_in_a_groups_name_spends_nothing_of_another_groups(
    make: Callable[..., Flood],
) -> None:
    # given: Telegram has one person for all who hide behind the name of a group
    mask = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    flood = make(commands_per_minute_of_groups=20)
    said = {}
    for group in (-77, -78):
        flood.talk.chat = group
        behind = Chat(id=group, type="supergroup")
        more = {"kind": "supergroup", "sender": mask, "sender_chat": behind}
        # when
        said[group] = await flood.lines(BURST, "/list", **more)
    # then
    assert not any("Slow down" in line for lines in said.values() for line in lines)
    assert len(said[-78]) == BURST


async def test_who_floods_is_told_so_in_the_language_of_the_chat(
    make: Callable[..., Flood],
) -> None:
    # given a group and a private chat that read Spanish, and somebody whose Telegram is Russian
    flood, person = make(), PERSON | {"language_code": "ru"}
    for chat, kind in ((-77, "supergroup"), (42, "private")):
        flood.talk.chat = chat
        sender = person | {"id": 100 - chat}
        await note_rights(flood.talk.context.redis, chat, 100 - chat, administers=True)
        await flood.lines(BURST - 1, kind=kind, sender=sender)
        await flood.lines(1, "/language es", kind=kind, sender=sender)
        # when
        (said,) = await flood.lines(2, kind=kind, sender=sender)
        # then
        with speaking(Language.SPANISH):
            assert said == slow_down(REST)


async def test_operators_are_always_answered(make: Callable[..., Flood]) -> None:
    said = await make(admin_ids=(7,)).lines(BURST + 5)
    assert len(said) == BURST + 5


async def test_who_is_not_let_in_yet_has_less(make: Callable[..., Flood]) -> None:
    said = await make(
        private_bot=True, commands_burst=30, commands_per_minute=60,
        commands_per_minute_of_guests=2,
    ).lines(6, "/start")  # fmt: skip
    # the first is let through before anybody knows who speaks
    assert sum("Slow down" in one for one in said) == 1
    assert len(said) < 6


async def test_what_is_asked_inline_has_a_budget_of_its_own(make: Callable[..., Flood]) -> None:
    # given somebody who types letter by letter, and has commanded all that they may
    flood = make()
    await flood.lines(BURST + 1)
    query = {"id": "1", "from": PERSON, "query": "Binance 1", "offset": ""}
    # when
    answers = [await flood.talk.feed(inline_query=query) for _ in range(LOOKS * BURST + 3)]
    # then
    said = [call for calls in answers for call in calls]
    assert all(isinstance(call, AnswerInlineQuery) and call.results for call in said[:-1])
    assert len(said) == LOOKS * BURST + 1
    assert said[-1].results == []  # type: ignore[attr-defined]
    assert "Slow down" in said[-1].button.text  # type: ignore[attr-defined]


async def test_who_turns_pages_without_end_is_told_so_and_may_command_all_the_same(
    make: Callable[..., Flood],
) -> None:
    flood = make()
    query = {
        "id": "1", "from": PERSON, "chat_instance": "1", "data": "a:0:1",
        "message": {"message_id": 1, "date": 1, "chat": {"id": 42, "type": "private"}},
    }  # fmt: skip
    answers = [await flood.talk.feed(callback_query=query) for _ in range(LOOKS * BURST + 3)]
    said = [call.text for calls in answers for call in calls]  # type: ignore[attr-defined]

    assert len(said) == LOOKS * BURST + 1
    assert all("what was in that list" in one for one in said[:-1])
    assert "Slow down" in said[-1]
    assert "Slow down" not in (await flood.lines(1))[0]


async def test_an_operator_looks_without_end(make: Callable[..., Flood]) -> None:
    flood = make(admin_ids=(7,))
    query = {"id": "1", "from": PERSON, "query": "Binance 1", "offset": ""}
    for _ in range(LOOKS * BURST + 3):
        (call,) = await flood.talk.feed(inline_query=query)
        assert call.results  # type: ignore[attr-defined]


async def test_without_redis_nobody_is_slowed_down(talk: Conversation, redis: Redis) -> None:
    away = open_redis("redis://127.0.0.1:1/0")
    talk.context = replace(talk.context, redis=away)
    flood = limited(talk)
    said = await flood.lines(BURST + 3, "/list")
    await away.aclose()

    assert len(said) == BURST + 3
    assert not any("Slow down" in one for one in said)
