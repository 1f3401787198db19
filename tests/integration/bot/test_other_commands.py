"""/start, /help, /threshold, /mute, and what nobody understood."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
)
from aiogram.methods import AnswerCallbackQuery, EditMessageText, SendMessage

from bot.commands import COMMANDS
from data.model import FOREVER, ChatState, UnitThreshold
from data.queries import chats

if TYPE_CHECKING:
    from tests.integration.bot.conversation import Conversation

VITALIK = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
TRIED = SendMessage(chat_id=42, text="")


async def test_the_buttons_of_older_greetings_still_work(talk: Conversation) -> None:
    greeting = await talk.say("/start")
    how, _ = await talk.tap_data("m:watch")

    assert "Spyhop" in greeting
    assert "/watch" in how


async def test_help_names_every_command(talk: Conversation) -> None:
    text = await talk.say("/help")

    for command in COMMANDS:
        if command not in {"start", "help"}:
            assert f"/{command}" in text


async def test_help_gives_examples_of_the_chains_that_are_followed(talk: Conversation) -> None:
    object.__setattr__(talk.context, "chains", talk.context.chains[1:])

    text = await talk.say("/help")

    assert "/whales bsc $5m" in text
    assert "50 BNB" in text
    assert "ethereum" not in text


async def test_threshold_without_number_is_the_chats_default(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK}")

    text = await talk.say("/threshold 1.5m")

    assert "$1,500,000" in text
    assert "1 watch uses it" in text
    assert "$1,500,000 (this chat's default)" in await talk.say(VITALIK)


async def test_threshold_with_number_is_that_watchs(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK}")

    text = await talk.say("/threshold 1 1_000_000 usdc")
    (watch,) = await talk.watches()
    back = await talk.say("/threshold 1 default")

    assert isinstance(watch.threshold, UnitThreshold)
    assert "1,000,000 USDC" in text
    assert "USDC on Ethereum, USDC on BNB Smart Chain" in text
    assert "this chat's default" in back
    (watch,) = await talk.watches()
    assert watch.threshold is None


async def test_a_watchs_number_alone_is_no_threshold(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK}")

    text = await talk.say("/threshold 1")

    assert "To what" in text
    assert "$100,000" in await talk.say("/threshold")


async def test_thresholds_by_button(talk: Conversation) -> None:
    await talk.say("/threshold")

    shown, _ = await talk.tap("$1M")

    assert "$1,000,000" in shown


async def test_mute_counts_from_when_it_was_asked(talk: Conversation) -> None:
    asked = talk.now
    talk.later(timedelta(minutes=20))

    text = await talk.say("/mute 1h", date=asked)

    assert "until 13:00 UTC" in text
    async with talk.context.database.read() as connection:
        chat = await chats.get(connection, talk.chat)
    assert chat is not None
    assert chat.muted_until == asked + timedelta(hours=1)
    assert "no longer muted" in await talk.say("/unmute", date=talk.now)
    assert "was not muted" in await talk.say("/unmute", date=talk.now)


@pytest.mark.parametrize("by", ["/mute forever", "a button"])
async def test_a_chat_is_muted_until_somebody_ends_it(talk: Conversation, by: str) -> None:
    if by == "a button":
        await talk.say("/mute")
        text, _ = await talk.tap("Until I end it")
    else:
        text = await talk.say(by)

    assert "until you end it" in text
    talk.later(timedelta(days=4_000))
    assert "until you end it" in await talk.say("/mute", date=talk.now)
    await talk.say(f"/watch {VITALIK}", date=talk.now)
    listed = await talk.say("/list", date=talk.now)
    assert listed.endswith("🔕 The whole chat is muted")
    assert "no longer muted" in await talk.say("/unmute", date=talk.now)


async def test_a_watch_is_muted_until_somebody_ends_it_by_a_line(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK} $5 Vitalik")

    assert "until you end it: /unmute 1" in await talk.say("/mute 1 forever")

    (watch,) = await talk.watches()
    assert watch.muted_until == FOREVER


async def test_a_mute_that_waited_too_long_has_expired(talk: Conversation) -> None:
    asked = talk.now
    talk.later(timedelta(hours=5))

    text = await talk.say("/mute 1h", date=asked)

    assert "1 h of silence 5 h ago" in text
    async with talk.context.database.read() as connection:
        chat = await chats.get(connection, talk.chat)
    assert chat is not None
    assert chat.muted_until is None


async def test_one_watch_is_muted_and_unmuted(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK} $5 Vitalik")

    text = await talk.say("/mute 1 1d")

    (watch,) = await talk.watches()
    assert watch.muted_until == talk.now + timedelta(days=1)
    assert "Vitalik</b> is muted until 21 Nov, 12:00 UTC" in text
    assert "no longer muted" in await talk.say("/unmute vitalik")


async def test_a_spelled_out_duration_is_no_watchs_number(talk: Conversation) -> None:
    text = await talk.say("/mute 30 min")

    assert "Everything here is muted until 12:30 UTC" in text


async def test_a_wrong_value_for_a_watch_is_not_taken_for_a_token(talk: Conversation) -> None:
    await talk.say(f"/watch {VITALIK} $5")

    assert "can't read “off” as an amount" in await talk.say("/threshold 1 off")
    assert "no token called NOPE" in await talk.say("/threshold 50 NOPE")


async def test_muting_the_chat_by_button(talk: Conversation) -> None:
    await talk.say("/mute")

    muted, _ = await talk.tap("1 h")
    await talk.say("/mute")
    unmuted, _ = await talk.tap("Unmute")

    assert "until 13:00 UTC" in muted
    assert "no longer muted" in unmuted


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("hello", "paste an address"),
        ("/wacth", "did you mean /watch"),
        ("/watch@other_bot 0x12", "write just /watch here"),
        ("/whales off", "like /whales all off"),
        ("/whales $5m", "like /whales all $5m"),
        ("/whales solana 5m", "write ethereum, bsc or all"),
        ("/threshold $", "no amount behind the $"),
        ("/xyzzy <b>", "I don't know /xyzzy:"),
        ("/<b>", "/&lt;b&gt;"),
        ("/", "I don't know"),
        ("0x" + "ab" * 32, "transaction"),
        ("vitalik.eth", "paste the address"),
    ],
)
async def test_what_is_not_understood_gets_a_helpful_sentence(
    talk: Conversation, text: str, hint: str
) -> None:
    assert hint in await talk.say(text)


async def test_commands_are_read_in_any_case_and_with_the_bots_name(talk: Conversation) -> None:
    assert "Status" in await talk.say("/STATUS@spyhop_bot")


async def member(talk: Conversation, status: str) -> None:
    user = {"id": 123456789, "is_bot": True, "first_name": "Spyhop"}
    kicked = {"status": "kicked", "user": user, "until_date": 0}
    joined = {"status": "member", "user": user}
    event = {
        "chat": {"id": talk.chat, "type": "private"},
        "from": {"id": 7, "is_bot": False, "first_name": "Ada"},
        "date": 0,
        "old_chat_member": joined if status == "kicked" else kicked,
        "new_chat_member": kicked if status == "kicked" else joined,
    }
    assert await talk.feed(my_chat_member=event) == []


async def state(talk: Conversation) -> ChatState:
    async with talk.context.database.read() as connection:
        chat = await chats.get(connection, talk.chat)
    assert chat is not None
    return chat.state


async def test_a_blocked_chat_is_noted_and_so_is_its_return(talk: Conversation) -> None:
    await talk.say("/start")

    await member(talk, "kicked")
    blocked = await state(talk)
    await member(talk, "member")

    assert blocked is ChatState.BLOCKED
    assert await state(talk) is ChatState.ACTIVE


async def test_an_answer_that_telegram_forbids_marks_the_chat(talk: Conversation) -> None:
    talk.session.replies = [TelegramForbiddenError(TRIED, "bot was blocked by the user")]

    await talk.calls_after("/start")

    assert await state(talk) is ChatState.BLOCKED


async def test_an_answer_waits_as_long_as_telegram_asks(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("bot.answers.asyncio.sleep", sleep)
    talk.session.replies = [
        TelegramRetryAfter(TRIED, "slow down", 7),
        TelegramNetworkError(TRIED, "gone"),
    ]

    calls = await talk.calls_after("/start")

    assert len(calls) == 3
    assert waited == [7, 2]


async def test_a_message_too_old_to_edit_is_said_anew(talk: Conversation) -> None:
    await talk.say("/whales")
    talk.session.replies = [TelegramBadRequest(TRIED, "Bad Request: message can't be edited")]

    before = len(talk.session.calls)
    button = talk.keyboard().inline_keyboard[0][0].callback_data
    with pytest.raises(ValueError, match="too many values"):
        await talk.tap_data(button or "")

    edited, sent, answered = talk.session.calls[before:]
    assert isinstance(edited, EditMessageText)
    assert isinstance(sent, SendMessage)
    assert isinstance(answered, AnswerCallbackQuery)


async def test_a_failure_is_answered_with_a_code_that_the_log_has(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import structlog

    async def broken(*_: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("bot.handlers.unwatch.meant_watch", broken)
    with structlog.testing.capture_logs() as log:
        text = await talk.say("/unwatch 1")

    (entry,) = (line for line in log if line["event"] == "an update failed")
    assert entry["code"] in text
    assert "secret" not in text
    assert "Traceback" not in text
