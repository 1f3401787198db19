"""Polling against a Telegram that refuses, conflicts, goes away and comes back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramConflictError,
    TelegramNetworkError,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetUpdates, SendMessage
from aiogram.types import Update

from bot.polling import REFUSED, SECOND_POLLER, WEBHOOK, Polling
from data.errors import ConfigurationError
from data.redis.published import bot_status
from tests.integration.bot.conversation import NOW, message_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.bot.conversation import Conversation

TRIED = GetUpdates()


class Script:
    """What Telegram answers to getUpdates, call by call; then it is time to stop."""

    def __init__(self, talk: Conversation, *answers: Any) -> None:
        self.answers = list(answers)
        self.stopping = asyncio.Event()
        self.asked: list[GetUpdates] = []
        self._send: Callable[..., Any] = talk.session.make_request
        talk.session.make_request = self.make_request  # type: ignore[method-assign]

    async def make_request(self, bot: Any, method: Any, timeout: int | None = None) -> Any:
        if not isinstance(method, GetUpdates):
            return await self._send(bot, method, timeout)
        self.asked.append(method)
        if not self.answers:
            self.stopping.set()
            return []
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


async def run(talk: Conversation, script: Script, **more: Any) -> list[dict[str, Any]]:
    polling = Polling(
        talk.bot,
        talk.dispatcher,
        talk.context.redis,
        talk.context.clock,
        first_wait=0.001,
        longest_wait=0.002,
        **more,
    )
    with structlog.testing.capture_logs() as log:
        await asyncio.wait_for(polling.run(script.stopping), 30)
    return [dict(line) for line in log]


def update(number: int, text: str) -> Update:
    return Update(update_id=number, message=message_in(42, text, number))


async def test_handles_updates_in_order_and_confirms_them(talk: Conversation) -> None:
    first = [update(7, f"/watch 0x{1:040x}"), update(8, "/unwatch 1"), update(9, "/list")]
    script = Script(talk, first, [update(10, "/help")])

    await run(talk, script, look_again=30)

    said = [call.text for call in talk.session.calls if isinstance(call, SendMessage)]
    assert [word in text for word, text in zip(
        ("Now watching", "No longer", "watch nothing", "What I understand"), said, strict=True
    )] == [True] * 4  # fmt: skip
    assert [asked.offset for asked in script.asked] == [None, 10, 11, 11]
    assert set(script.asked[0].allowed_updates or ()) == {
        "message", "callback_query", "inline_query", "my_chat_member",
    }  # fmt: skip


async def test_what_somebody_asked_holds_nobody_else_up(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, begun = asyncio.Event(), asyncio.Event()

    async def slow(*_: Any) -> Any:
        begun.set()
        await release.wait()
        raise ConnectionError

    monkeypatch.setattr("bot.handlers.status.read_health", slow)
    elsewhere = Update(update_id=8, message=message_in(43, "/help", 8))
    first = update(7, "/status")

    class Telegram(Script):
        async def make_request(self, bot: Any, method: Any, timeout: int | None = None) -> Any:
            if isinstance(method, SendMessage) and method.chat_id == 43:
                release.set()  # it was answered while the other one is still waited for
            if isinstance(method, GetUpdates) and not self.answers and not release.is_set():
                self.answers.append([first, elsewhere])  # neither is confirmed yet
            return await super().make_request(bot, method, timeout)

    script = Telegram(talk, [first], [first, elsewhere])
    await run(talk, script, handle_within=30, look_again=0.01)

    said = [call.chat_id for call in talk.session.calls if isinstance(call, SendMessage)]
    assert said == [43, 42]
    assert [asked.offset for asked in script.asked][:2] == [None, 7]
    assert script.asked[-1].offset == 9


async def test_publishes_its_progress_when_telegram_has_answered(talk: Conversation) -> None:
    await run(talk, Script(talk, [update(1, "/help")]))

    status = await bot_status(talk.context.redis)
    assert status is not None
    assert status.username == "spyhop_bot"
    assert status.written_at == status.polling_since == status.last_update_at == NOW


async def test_publishes_nothing_new_while_telegram_does_not_answer(talk: Conversation) -> None:
    class Ended(Exception):
        pass

    class Later(Script):
        async def make_request(self, bot: Any, method: Any, timeout: int | None = None) -> Any:
            if isinstance(method, GetUpdates):
                talk.now += timedelta(minutes=5)
            return await super().make_request(bot, method, timeout)

    with pytest.raises(Ended):
        await run(talk, Later(talk, TelegramNetworkError(TRIED, "away"), Ended()))

    status = await bot_status(talk.context.redis)
    assert status is not None
    assert status.written_at == NOW  # when Telegram told the bot its name
    assert status.tries_again_at == NOW + timedelta(minutes=5, milliseconds=1)
    assert status.trouble == "Telegram does not answer, trying again (TelegramNetworkError)"


async def test_an_answer_ends_the_trouble_that_is_told_of(talk: Conversation) -> None:
    await run(talk, Script(talk, TelegramNetworkError(TRIED, "away"), []))

    status = await bot_status(talk.context.redis)
    assert status is not None
    assert (status.trouble, status.tries_again_at) == (None, None)


async def test_a_refused_token_is_a_configuration_error(talk: Conversation) -> None:
    script = Script(talk, TelegramUnauthorizedError(TRIED, "Unauthorized"))

    with pytest.raises(ConfigurationError, match="BOT_TOKEN was refused") as refusal:
        await run(talk, script)

    assert str(refusal.value) == REFUSED


async def test_a_second_poller_is_told_once_and_retried(talk: Conversation) -> None:
    conflict = TelegramConflictError(TRIED, "Conflict: terminated by other getUpdates request")

    log = await run(talk, Script(talk, conflict, [], conflict, conflict, [update(1, "/help")]))

    events = [line["event"] for line in log]
    assert events == ["polling", SECOND_POLLER, "Telegram answers again"]
    assert len(talk.session.calls) == 1


async def test_a_second_poller_is_told_again_after_a_while(talk: Conversation) -> None:
    conflict = TelegramConflictError(TRIED, "Conflict: terminated by other getUpdates request")

    log = await run(talk, Script(talk, conflict, conflict), remind_after=0)

    assert [line["event"] for line in log].count(SECOND_POLLER) == 2


async def test_a_webhook_is_told_apart(talk: Conversation) -> None:
    conflict = TelegramConflictError(TRIED, "Conflict: can't use getUpdates while webhook is on")

    log = await run(talk, Script(talk, conflict))

    assert WEBHOOK in [line["event"] for line in log]


async def test_goes_on_when_telegram_answers_rubbish(talk: Conversation) -> None:
    rubbish = ClientDecodeError("no", ValueError(), "<html>" * 1000)

    log = await run(talk, Script(talk, rubbish, OSError(), [update(1, "/help")]))

    assert len(talk.session.calls) == 1
    assert "html" not in repr(log)


async def test_a_slow_handler_holds_up_only_its_own_chat(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asyncio.Event()

    async def slow(*_: Any) -> Any:
        await release.wait()
        raise ConnectionError

    monkeypatch.setattr("bot.handlers.status.read_health", slow)
    elsewhere = Update(update_id=3, message=message_in(43, "/help", 3))
    script = Script(talk, [update(1, "/status"), update(2, "/list"), elsewhere], [])

    script.stopping.clear()

    running = asyncio.ensure_future(run(talk, script, handle_within=30))
    await asyncio.wait_for(script.stopping.wait(), 20)  # it polled on all the same
    async with asyncio.timeout(20):
        while not talk.session.calls:  # noqa: ASYNC110 - the other chat is answered beside us
            await asyncio.sleep(0.01)
    release.set()
    await running

    said = [call.chat_id for call in talk.session.calls if isinstance(call, SendMessage)]
    assert said == [43, 42, 42]
