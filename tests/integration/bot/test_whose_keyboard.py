"""Who taps means the chat for which the keyboard was made, whatever chat they set up by then."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import EditMessageText, GetFile, SendMessage
from aiogram.types import Document

from bot.buttons.chat import ChatThresholdButton
from bot.buttons.quiet import QuietAct, QuietButton
from bot.stamps import stamped
from data.model import ChatKind
from data.queries import chats
from data.queries.moving import move
from data.redis import rights
from tests.integration.bot.conversation import CHAT, NOW

if TYPE_CHECKING:
    from data.model import Chat
    from tests.integration.bot.conversation import Conversation

WHALES, FISH = -100_5, -100_6
PERSON = 7
VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
A_MILLION = ChatThresholdButton(usd=1_000_000).pack()


@pytest.fixture(autouse=True)
async def channels(talk: Conversation) -> None:
    """Two that somebody may set up."""
    for channel, title in ((WHALES, "Whales"), (FISH, "Fish")):
        async with talk.context.database.write() as connection:
            await chats.added(
                connection, channel, ChatKind.CHANNEL, title, PERSON, Decimal(100_000), NOW
            )
        await may_set_up(talk, channel)


async def may_set_up(talk: Conversation, channel: int, *, may: bool = True) -> None:
    await rights.note_rights(talk.context.redis, channel, PERSON, administers=may)


async def begin(talk: Conversation, channel: int | None) -> None:
    await rights.act_for(talk.context.redis, PERSON, channel)


async def read(talk: Conversation, chat_id: int) -> Chat:
    async with talk.context.database.read() as connection:
        found = await chats.get(connection, chat_id)
    assert found is not None
    return found


async def defaults(talk: Conversation) -> dict[int, Decimal]:
    return {
        one: (await read(talk, one)).default_threshold_usd for one in (CHAT, WHALES, FISH)
    }  # fmt: skip


async def test_an_own_keyboard_changes_the_own_chat_while_a_channel_is_set_up(
    talk: Conversation,
) -> None:
    # given
    await talk.say("/threshold")
    before = await defaults(talk)
    await begin(talk, WHALES)
    # when
    shown, _ = await talk.tap("$1M")
    # then
    assert "📢" not in shown
    assert await defaults(talk) == before | {CHAT: Decimal(1_000_000)}


async def test_a_channels_keyboard_changes_that_channel_whatever_is_set_up_now(
    talk: Conversation,
) -> None:
    for now in (FISH, None):
        # given
        await begin(talk, WHALES)
        await talk.say("/threshold $5k")
        await talk.say("/threshold")
        before = await defaults(talk)
        await begin(talk, now)
        # when
        shown, _ = await talk.tap("$1M")
        # then
        assert shown.startswith("📢 <b>Whales</b>")
        assert await defaults(talk) == before | {WHALES: Decimal(1_000_000)}


async def test_what_was_removed_comes_back_where_it_was(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK}")
    await talk.say("/unwatch 1")
    await begin(talk, WHALES)

    shown, _ = await talk.tap("Undo")

    assert "📢" not in shown
    assert len(await talk.watches()) == 1


async def test_an_answer_is_about_the_chat_of_its_question(talk: Conversation) -> None:
    # given a question about the own chat, asked while a channel is set up
    await talk.say("/quiet")
    await begin(talk, WHALES)
    await talk.tap("Other hours")
    # when
    said = await talk.say("22-7")
    # then
    assert "📢" not in said
    assert (await read(talk, CHAT)).quiet is not None
    assert (await read(talk, WHALES)).quiet is None


async def test_what_is_no_answer_is_about_the_chat_that_is_set_up(talk: Conversation) -> None:
    # given a question about the own chat, asked while a channel is set up
    await talk.say("/quiet")
    await begin(talk, WHALES)
    await talk.tap("Other hours")
    # when a file comes instead of the answer, and cannot be loaded
    file = Document(file_id="f", file_unique_id="f", file_name="watches.csv")
    unknown = GetFile(file_id="f")
    talk.session.replies = [None, TelegramBadRequest(unknown, "file is gone")]
    reading, _, shown = await talk.calls_after(None, document=file)
    # then
    for one in (reading, shown):
        assert isinstance(one, SendMessage | EditMessageText)
        assert (one.text or "").startswith("📢 <b>Whales</b>")
    # and the answer is one still
    assert "📢" not in await talk.say("22-7")
    assert (await read(talk, CHAT)).quiet is not None


async def test_a_command_is_about_the_chat_that_is_set_up_whatever_was_asked(
    talk: Conversation,
) -> None:
    await talk.say("/quiet")
    await begin(talk, WHALES)
    await talk.tap("Other hours")

    assert (await talk.say("/threshold $7k")).startswith("📢 <b>Whales</b>")
    assert (await read(talk, WHALES)).default_threshold_usd == 7_000


async def test_a_pasted_address_of_the_first_minute_is_watched_where_it_was_asked_for(
    talk: Conversation,
) -> None:
    await talk.say("/start")
    await begin(talk, WHALES)
    await talk.tap("Paste an address")

    assert "📢" not in await talk.say(VITALIK)
    assert len(await talk.watches()) == 1


async def test_who_has_no_rights_any_more_changes_nothing_by_an_old_keyboard(
    talk: Conversation,
) -> None:
    # given a keyboard and a question about a channel
    await begin(talk, WHALES)
    await talk.say("/threshold")
    keyboard = talk.keyboard()
    before = await defaults(talk)
    await talk.tap_data(QuietButton(act=QuietAct.ASK).pack(), under="📢 Whales\n\nQuiet hours")
    await begin(talk, None)
    await may_set_up(talk, WHALES, may=False)
    # when
    data = keyboard.inline_keyboard[0][-1].callback_data or ""
    _, notice = await talk.tap_data(data, under="📢 Whales\n\nFrom what value?")
    said = await talk.say("22-7")
    # then
    assert "no rights any more" in (notice or "")
    assert "no rights any more" in said
    assert await defaults(talk) == before
    assert (await read(talk, WHALES)).quiet is None
    assert (await read(talk, CHAT)).quiet is None
    assert "22-7" not in await talk.say("22-7")  # nor is anything asked any more


async def test_the_keyboard_of_a_group_is_that_of_the_supergroup_which_it_became(
    talk: Conversation,
) -> None:
    # given a keyboard of a group that is a supergroup by now
    group, now = -55, -100_55
    async with talk.context.database.write() as connection:
        await chats.added(connection, group, ChatKind.GROUP, "Pod", PERSON, Decimal(100_000), NOW)
    await may_set_up(talk, group)
    await begin(talk, group)
    await talk.say("/threshold")
    async with talk.context.database.write() as connection:
        await move(connection, group, now)
    await may_set_up(talk, group, may=False)
    await may_set_up(talk, now)
    # when
    shown, _ = await talk.tap("$1M")
    # then
    assert shown.startswith("📢 <b>Pod</b>")
    assert (await read(talk, now)).default_threshold_usd == 1_000_000
    assert (await talk.say("/threshold $7k")).startswith("📢 <b>Pod</b>")
    assert (await read(talk, now)).default_threshold_usd == 7_000


async def test_a_stamp_that_somebody_made_up_opens_no_chat(talk: Conversation) -> None:
    strange = -100_77
    await may_set_up(talk, strange, may=False)
    await talk.say("/threshold")

    for chat in (strange, FISH - 1):
        data = stamped(talk.keyboard(), chat).inline_keyboard[0][-1].callback_data or ""
        forged = A_MILLION + data[data.rindex("@") :]
        _, notice = await talk.tap_data(forged)
        assert "no rights" in (notice or "")


async def test_what_is_made_up_and_can_be_no_stamp_is_a_button_of_long_ago(
    talk: Conversation,
) -> None:
    await talk.say("/list")
    before = await defaults(talk)

    for made_up in ("abcde", "AAAAAAAAB", "__________8"):
        said, notice = await talk.tap_data(f"{A_MILLION}@{made_up}")
        assert "went wrong" not in f"{said} {notice}"
        assert "old" in f"{said} {notice}"
    assert await defaults(talk) == before


@pytest.mark.parametrize(
    ("above", "changed"), [("📢 Whales\n\nMore", WHALES), ("📢 Fish\n\nMore", FISH), ("More", CHAT)]
)
@pytest.mark.parametrize("now", [WHALES, None])
async def test_a_keyboard_from_before_stamps_is_about_the_chat_above_it(
    talk: Conversation, above: str, changed: int, now: int | None
) -> None:
    await talk.say("/list")
    before = await defaults(talk)
    await begin(talk, now)

    await talk.tap_data(A_MILLION, under=above)

    assert await defaults(talk) == before | {changed: Decimal(1_000_000)}


async def test_where_nobody_can_tell_which_chat_is_meant_nothing_is_changed(
    talk: Conversation,
) -> None:
    # given two channels of one name, one that is called otherwise by now, and an old message
    async with talk.context.database.write() as connection:
        await chats.set_title(connection, FISH, "Whales")
    await talk.say("/list")
    before = await defaults(talk)
    for above in ("📢 Whales\n\nMore", "📢 Fish\n\nMore", None):
        # when
        _, notice = await talk.tap_data(A_MILLION, under=above)
        # then
        assert "can't tell any more" in (notice or "")
    assert await defaults(talk) == before


async def test_who_has_no_channel_can_only_mean_their_own_chat(talk: Conversation) -> None:
    async with talk.context.database.write() as connection:
        for channel in (WHALES, FISH):
            await chats.added(
                connection, channel, ChatKind.CHANNEL, "x", PERSON + 1, Decimal(1), NOW
            )
    await talk.say("/list")

    await talk.tap_data(A_MILLION, under=None)

    assert (await read(talk, CHAT)).default_threshold_usd == 1_000_000
