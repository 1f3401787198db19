"""A question, and what the next thing that a person writes does to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from aiogram.methods import SendMessage
from aiogram.types import Chat, InlineKeyboardMarkup, User

from bot.asking import REMEMBERED_SECONDS
from bot.dispatcher import make_dispatcher
from bot.rights import MASK
from data.model import UnitThreshold
from data.redis import rights
from data.redis.connection import open_redis
from tests.integration.bot.conversation import ME, message_in
from tests.integration.bot.place import DEADLINE, Place

if TYPE_CHECKING:
    from tests.integration.bot.conversation import Conversation

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
OTHER = "0x28C6c06298d514Db089934071355E5743bf21d60"


async def ask(talk: Conversation) -> str:
    """The bot's question for another amount."""
    await talk.say(f"/watch {VITALIK} $5k")
    await talk.tap("Threshold")
    question, notice = await talk.tap("Other amount…")
    assert notice is None
    return question


async def is_set(talk: Conversation) -> bool:
    (watch,) = await talk.watches()
    return isinstance(watch.threshold, UnitThreshold)


async def test_the_next_thing_written_is_the_answer_and_nothing_after_it(
    talk: Conversation,
) -> None:
    assert "From what amount" in await ask(talk)
    keyboard = talk.keyboard()
    assert [one.text for row in keyboard.inline_keyboard for one in row] == ["Never mind"]

    assert "Alerts from <b>50 ETH</b>" in await talk.say("50 ETH")

    assert await is_set(talk)
    assert "I only understand" in await talk.say("60 ETH")


async def test_after_a_bad_answer_the_question_still_stands(talk: Conversation) -> None:
    await ask(talk)
    for text in ("much", "-5", "$", "50 NOPE"):
        await talk.say(text)
        assert not await is_set(talk)
    await talk.say("50 ETH")
    assert await is_set(talk)


async def test_a_restart_between_question_and_answer_is_not_noticed(talk: Conversation) -> None:
    await ask(talk)
    talk.dispatcher = make_dispatcher(talk.context)
    await talk.say("50 ETH")
    assert await is_set(talk)


async def test_what_was_asked_is_forgotten_within_an_hour(talk: Conversation) -> None:
    await ask(talk)
    keys = [key async for key in talk.context.redis.scan_iter("asked:*")]
    assert len(keys) == 2
    for key in keys:
        assert 0 < await talk.context.redis.ttl(key) <= REMEMBERED_SECONDS


@pytest.mark.parametrize("command", ["/list", "/nonsense", "/threshold", "/start"])
async def test_a_command_ends_it(talk: Conversation, command: str) -> None:
    await ask(talk)
    await talk.calls_after(command)
    assert "I only understand" in await talk.say("50 ETH")
    assert not await is_set(talk)


async def test_never_mind_ends_it_however_often_it_is_tapped(talk: Conversation) -> None:
    await ask(talk)
    for _ in range(2):
        assert "nothing was changed" in (await talk.tap_data("x"))[0]
    assert "I only understand" in await talk.say("50 ETH")
    assert not await is_set(talk)


async def test_an_address_is_no_name_but_offered_to_be_watched(talk: Conversation) -> None:
    # given somebody who is asked for a name
    await talk.say(f"/watch {VITALIK} $5k")
    (watch,) = await talk.watches()
    await talk.tap_data(f"w:{watch.id}:?la:0")
    # when they paste an address, or the link to one
    for pasted in (OTHER, f"https://etherscan.io/address/{OTHER}"):
        assert "hardly a name" in await talk.say(pasted)
    await talk.tap("Watch it")
    # then it is watched, and the name is still waited for
    assert [one.label for one in await talk.watches()] == [None, None]
    assert "Cold" in await talk.say(f"Cold {OTHER[:10]}")
    assert {one.label for one in await talk.watches()} == {None, f"Cold {OTHER[:10]}"}


async def test_an_address_that_is_watched_is_not_offered_to_be(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK} $5k")
    (watch,) = await talk.watches()
    await talk.tap_data(f"w:{watch.id}:?la:0")

    said = await talk.say(VITALIK)

    assert "hardly a name" in said
    assert "You watch it already" in said
    assert "To watch it" not in said


async def test_no_command_takes_an_address_for_a_name(talk: Conversation) -> None:
    for command in (
        f"/watch {VITALIK} {OTHER}",
        f"/watch {VITALIK} $5m {OTHER}",
        f"/watch {VITALIK} 50 ETH {OTHER}",
        f"/name {VITALIK} {OTHER}",
    ):
        assert "hardly a name" in await talk.say(command)
    assert await talk.watches() == []
    assert "Now watching" in await talk.say(f"/watch {VITALIK} not {OTHER[:10]}")


async def test_another_question_takes_the_place_of_the_first(talk: Conversation) -> None:
    await ask(talk)
    (watch,) = await talk.watches()
    await talk.tap_data(f"w:{watch.id}:?la:0")
    await talk.say("50 ETH")
    (watch,) = await talk.watches()
    assert watch.label == "50 ETH"
    assert not await is_set(talk)


async def test_without_redis_nothing_is_asked_and_nothing_taken_for_an_answer(
    talk: Conversation,
) -> None:
    await ask(talk)
    (watch,) = await talk.watches()
    away = open_redis("unix:///nowhere/at/all")
    object.__setattr__(talk.context, "redis", away)
    talk.dispatcher = make_dispatcher(talk.context)

    _, notice = await talk.tap_data(f"w:{watch.id}:?am:0")
    assert "cannot keep a question in mind" in (notice or "")
    assert "I only understand" in await talk.say("50 ETH")
    assert "Your watches" in await talk.say("/list")
    assert "nothing was changed" in (await talk.tap_data("x"))[0]
    # and what is removed can not be brought back
    shown, notice = await talk.tap_data(f"w:{watch.id}:rm:0")
    assert notice == "Removed"
    assert "ten minutes" not in shown
    call = talk.session.calls[-2]
    assert not isinstance(call.reply_markup, InlineKeyboardMarkup)  # type: ignore[attr-defined]
    _, notice = await talk.tap_data(f"w:{watch.id}:undo:0")
    assert "they are over" in (notice or "")
    await away.aclose()


async def test_redis_that_goes_away_behind_an_answer_takes_nothing_back(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(talk)
    storage = talk.dispatcher.storage
    away = open_redis("unix:///nowhere/at/all")
    read = type(storage).get_data

    reads = []

    async def read_then_leave(self: object, key: object) -> object:
        reads.append(await read(storage, key))  # type: ignore[arg-type]
        if len(reads) == 2:  # whose question it was, and what it was about
            object.__setattr__(storage, "redis", away)
        return reads[-1]

    monkeypatch.setattr(type(storage), "get_data", read_then_leave)
    calls = await talk.calls_after("50 ETH")
    assert isinstance(calls[-1], SendMessage)
    assert "Alerts from <b>50 ETH</b>" in calls[-1].text
    assert await is_set(talk)
    await away.aclose()


@pytest.mark.parametrize("by", ["a button", "a command"])
async def test_who_hides_behind_the_groups_name_answers_in_it_and_is_not_named(
    talk: Conversation, by: str
) -> None:
    # given an anonymous administrator, who taps as themselves and writes as the group
    talk.chat, talk.session.hidden = -100_77, True
    group = Chat(id=talk.chat, type="supergroup")
    mask = User(id=MASK, is_bot=True, first_name="Group")
    as_group = {"kind": "supergroup", "sender": mask, "sender_chat": group}
    await talk.say(f"/watch {VITALIK}", **as_group)
    (watch,) = await talk.watches()
    # when
    if by == "a button":
        query = {
            "id": "1", "from": {"id": 7, "is_bot": False, "first_name": "Ada"},
            "chat_instance": "1", "data": f"w:{watch.id}:?la:0",
            "message": message_in(talk.chat, "…", 1, kind="supergroup").model_dump(),
        }  # fmt: skip
        asked = (await talk.feed(callback_query=query))[-2]
    else:
        (asked,) = await talk.calls_after("/import", **as_group)
    # then
    assert isinstance(asked, SendMessage)
    assert "Ada" not in asked.text
    assert "tg://user" not in asked.text
    assert "in the group's name" in asked.text
    question = message_in(talk.chat, asked.text, 2, kind="supergroup", sender=ME)
    answered = "Cold" if by == "a button" else f"{OTHER}, Cold"
    said = await talk.calls_after(answered, reply_to_message=question, **as_group)
    assert ("Cold" if by == "a button" else "Shall I import it?") in str(said[-1])


async def test_nobody_else_answers_what_was_asked_in_the_groups_name(talk: Conversation) -> None:
    talk.chat, talk.session.hidden = -100_77, True
    await rights.note_rights(talk.context.redis, talk.chat, 7, administers=True)
    more = {"kind": "supergroup"}
    await talk.say(f"/watch {VITALIK}", **more)
    (watch,) = await talk.watches()
    query = {
        "id": "1", "from": {"id": 7, "is_bot": False, "first_name": "Ada"},
        "chat_instance": "1", "data": f"w:{watch.id}:?la:0",
        "message": message_in(talk.chat, "…", 1, kind="supergroup").model_dump(),
    }  # fmt: skip
    await talk.feed(callback_query=query)

    question = message_in(talk.chat, "What shall I call it?", 2, kind="supergroup", sender=ME)
    bob = User(id=8, is_bot=False, first_name="Bob")
    channel = Chat(id=-100_99, type="channel")
    for sender in ({"sender": bob}, {"sender": bob, "sender_chat": channel}):
        assert await talk.calls_after("Cold", reply_to_message=question, **more, **sender) == []
    assert (await talk.watches())[0].label is None


async def test_in_a_group_a_reply_is_asked_of_who_tapped(place: Place) -> None:
    group = place.telegram.create_supergroup("Whales", (place.owner.id, place.member.id)).id
    await place.telegram.wait_for_messages(group, 1, DEADLINE)
    # it hears everything that is said
    place.telegram.set_bot_status(group, "administrator")
    place.telegram.set_member_status(group, place.member.id, "administrator")
    answer = await place.say(group, f"/watch {VITALIK}", place.owner)
    await place.tap(answer, "Threshold", place.owner)
    await place.tap(
        place.telegram.world.messages.get(group, answer.message_id), "Other amount…", place.owner
    )
    question = place.telegram.bot_messages(group)[-1]
    markup = json.loads(place.telegram.calls("sendMessage")[-1].parameters["reply_markup"])
    assert markup == {"force_reply": True, "selective": True}
    # Telegram asks whom the text names
    assert question.text.startswith(f"{place.owner.first_name}: From what amount")
    assert (
        f"tg://user?id={place.owner.id}"
        in place.telegram.calls("sendMessage")[-1].parameters["text"]
    )

    # what is said to each other is no answer, nor is the reply of somebody else
    before = len(place.telegram.bot_messages(group))
    place.telegram.send_text(group, "50 ETH", place.owner.id)
    place.telegram.send_text(group, "60 ETH", place.member.id, reply_to=question.message_id)
    said = place.telegram.send_text(group, "70 ETH", place.owner.id, reply_to=question.message_id)
    (changed,) = await place.telegram.wait_for_messages(group, 1, DEADLINE, None, said.message_id)

    assert "Alerts from 70 ETH" in changed.text
    assert len(place.telegram.bot_messages(group)) == before + 1
