"""Whoever writes or taps too much is told so once, and then not listened to for a while."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, InlineQuery, Message

from bot.answers import answer, notice
from bot.handlers.inline import say_instead
from bot.languages import speak
from bot.levels import rate_of, rate_of_group, rate_of_looking
from bot.middlewares.introduction import has_mask
from bot.texts.levels import slow_down
from data.model import ChatKind, Level
from data.queries import chats
from data.redis.away import RedisAway
from data.redis.budget import Budgets, Granted, Rate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiogram.types import TelegramObject

    from bot.context import Context

_MOST_KNOWN = 10_000


class Acquaintances:
    """The levels that persons had when this process heard of them last: a budget is asked for
    before the database is."""

    def __init__(self) -> None:
        self._levels: OrderedDict[int, Level] = OrderedDict()

    def note(self, person: int, level: Level) -> None:
        """What the database said just now."""
        self._levels[person] = level
        self._levels.move_to_end(person)
        if len(self._levels) > _MOST_KNOWN:
            self._levels.popitem(last=False)

    def level(self, person: int) -> Level | None:
        """None of somebody who was not heard for long."""
        return self._levels.get(person)


class Budget(BaseMiddleware):
    """Hands on what a person has a budget for, and in a group the group as well. One round trip to
    Redis; while that is away no budget is enforced. It stands before everything that asks the
    database: a flood must not reach it. Who writes in a group's name has the group's budget alone:
    to Telegram all of them, everywhere, are one person."""

    def __init__(self, context: Context, acquaintances: Acquaintances) -> None:
        self._context = context
        self._acquaintances = acquaintances
        self._budgets = Budgets(context.redis)

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Go on, say that it is too much, or ignore it."""
        rates = self._rates(event, data)
        if not rates:
            return await handler(event, data)
        try:
            found = await self._budgets.spend(rates)
        except RedisAway:
            return await handler(event, data)
        if isinstance(found, Granted):
            return await handler(event, data)
        if found.is_news:
            await self._speak_as_there(data)
            text = slow_down(found.rest)
            if isinstance(event, CallbackQuery):
                await notice(event, text, alert=True)
            elif isinstance(event, InlineQuery):
                await say_instead(event, text)
            elif isinstance(event, Message):
                await answer(event, text)
        return None

    def _rates(self, event: TelegramObject, data: dict[str, Any]) -> dict[str, Rate]:
        person, chat = data.get("event_from_user"), data.get("event_chat")
        rates: dict[str, Rate] = {}
        if person is not None and not has_mask(event):
            rate = rate_of(self._level(person.id), self._context.settings)
            if rate is None:
                return {}
            rates[f"{person.id}"] = rate
        if chat is not None and chat.type != ChatKind.PRIVATE:
            rates[f"{chat.id}"] = rate_of_group(self._context.settings)
        return rates

    async def _speak_as_there(self, data: dict[str, Any]) -> None:
        """A group reads what is said to one of it, and who asks inline has a chat of their own. For
        the one word of a flood the database may be asked."""
        where = data.get("event_chat") or data.get("event_from_user")
        if where is None:
            return
        async with self._context.database.read() as connection:
            chat = await chats.get(connection, where.id)
        if chat is not None:
            speak(chat.reads)

    def _level(self, person: int) -> Level:
        """As far as this process knows it."""
        if person in self._context.settings.admin_ids:
            return Level.OWNER
        return self._acquaintances.level(person) or Level.MEMBER


class LookingBudget(Budget):
    """The same for who only looks, in a bucket of its own: it takes nothing from what they may
    command. What a group has room for is looked at where its pages are shown."""

    def _rates(self, event: TelegramObject, data: dict[str, Any]) -> dict[str, Rate]:  # noqa: ARG002 - one signature for both
        person = data.get("event_from_user")
        if person is None:
            return {}
        rate = rate_of_looking(self._level(person.id), self._context.settings)
        return {} if rate is None else {f"look:{person.id}": rate}
