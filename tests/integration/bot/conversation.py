"""Somebody talks to a bot whose Telegram is a recording."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.base import BaseSession
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageReplyMarkup,
    EditMessageText,
    GetChatMember,
    GetMe,
    SendMessage,
    TelegramMethod,
)
from aiogram.types import (
    Chat,
    ChatMemberOwner,
    InaccessibleMessage,
    InlineKeyboardMarkup,
    Message,
    Update,
    User,
)

from bot.context import Context
from data.model import Watch
from data.queries import watches

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CHAT = 42
ME = User(id=123456789, is_bot=True, first_name="Spyhop", username="spyhop_bot")


class Recording(BaseSession):
    """Telegram as far as it is needed here; ``replies`` are raised or returned, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[TelegramMethod[Any]] = []
        self.replies: list[Any] = []
        self.hidden = False
        """Whether whoever is asked about writes in their group's name."""

    async def close(self) -> None:
        return

    async def make_request(
        self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None
    ) -> Any:
        if isinstance(method, GetMe):
            return ME
        self.calls.append(method)
        if self.replies and isinstance(reply := self.replies.pop(0), BaseException):
            raise reply
        if isinstance(method, SendMessage):
            return message_in(method.chat_id, method.text, 1_000 + len(self.calls)).as_(bot)
        if isinstance(method, GetChatMember):
            return ChatMemberOwner(
                user=User(id=method.user_id, is_bot=False, first_name="Ada"),
                is_anonymous=self.hidden,
            )
        return True

    async def stream_content(
        self, *_: Any, **__: Any
    ) -> AsyncGenerator[bytes, None]:  # pragma: no cover
        yield b""


def message_in(chat: Any, text: str, number: int, **more: Any) -> Message:
    kind = more.pop("kind", "private")
    return Message(
        message_id=number,
        date=more.pop("date", NOW),
        chat=Chat(id=int(chat), type=kind),
        from_user=more.pop("sender", User(id=7, is_bot=False, first_name="Ada")),
        text=text,
        **more,
    )


@dataclass
class Conversation:
    """Somebody talks to the bot in a private chat, and reads what it says."""

    bot: Bot
    session: Recording
    dispatcher: Dispatcher
    context: Context
    now: datetime = NOW
    chat: int = CHAT
    _count: int = field(default=0)

    async def feed(self, **event: Any) -> list[TelegramMethod[Any]]:
        self._count += 1
        before = len(self.session.calls)
        update = Update(update_id=self._count, **event)
        await self.dispatcher.feed_update(self.bot, update)
        return self.session.calls[before:]

    async def calls_after(self, text: str | None, **more: Any) -> list[TelegramMethod[Any]]:
        message = message_in(self.chat, text or "", self._count + 1, **more)
        return await self.feed(message=message)

    async def say(self, text: str, **more: Any) -> str:
        """The one answer to a message."""
        (call,) = await self.calls_after(text, **more)
        assert isinstance(call, SendMessage)
        assert_well_set(call.text, call.reply_markup)
        return call.text

    async def tap(self, caption: str) -> tuple[str, str | None]:
        """Tap a button of the last keyboard that was shown: what it shows then, and its notice."""
        keyboard = self.keyboard()
        buttons = [button for row in keyboard.inline_keyboard for button in row]
        button = next(button for button in buttons if caption in button.text)
        assert button.callback_data
        return await self.tap_data(button.callback_data)

    async def tap_data(self, data: str, under: str | None = "…") -> tuple[str, str | None]:
        """Tap what carries that, under a message of that text; None: Telegram does not tell it."""
        above = message_in(self.chat, under or "", 1)
        message = above if under is not None else InaccessibleMessage(chat=above.chat, message_id=1)
        query = {
            "id": "1",
            "from": {"id": 7, "is_bot": False, "first_name": "Ada"},
            "chat_instance": "1",
            "message": message.model_dump(),
            "data": data,
        }
        *shown, answered = await self.feed(callback_query=query)
        assert isinstance(answered, AnswerCallbackQuery)
        if not shown:
            return "", answered.text
        (call,) = shown
        if isinstance(call, EditMessageReplyMarkup):
            assert_well_set("…", call.reply_markup)
            return "", answered.text
        assert isinstance(call, EditMessageText | SendMessage)
        text = call.text or ""
        assert_well_set(text, call.reply_markup)
        return text, answered.text

    def keyboard(self) -> InlineKeyboardMarkup:
        for call in reversed(self.session.calls):
            markup = getattr(call, "reply_markup", None)
            if isinstance(markup, InlineKeyboardMarkup):
                return markup
        raise AssertionError

    async def watches(self) -> list[Watch]:
        async with self.context.database.read() as connection:
            return list(await watches.of_chat(connection, self.chat))

    def later(self, passed: timedelta) -> None:
        self.now += passed


def assert_well_set(text: str, markup: Any) -> None:
    assert 0 < len(text) <= 4096
    if isinstance(markup, InlineKeyboardMarkup):
        for row in markup.inline_keyboard:
            assert row
            for button in row:
                assert button.text
                assert len((button.callback_data or "").encode()) <= 64
