"""What it means for a chat, and for the bot, that a message was not shown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.outcomes import (
    Failed,
    Flooded,
    Gone,
    Moved,
    Outcome,
    Refused,
    Shown,
    TopicLost,
    Unknown,
    Unreachable,
)
from bot.texts.groups import TOPIC_LOST
from data.model import ChatState
from data.queries import alerts, chats, moving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.delivery.means import Means
    from data.model import Alert, Chat

_GO_ON = 0.0


class Setbacks:
    """Those of one turn. ``telegram_away``: no other chat would have fared better."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self.telegram_away = False

    async def face(self, chat: Chat, outcome: Outcome, told: Sequence[Alert]) -> float | None:
        """Note it; seconds until the chat may be tried again, None when it is done with.

        ``told`` is what the message would have told of.
        """
        match outcome:
            case Flooded():
                return await self._flooded(chat, outcome)
            case Unreachable():
                await self._lose(chat, outcome)
                return None
            case Moved():
                await self.move(chat, outcome.chat_id)
                return None
            case TopicLost():
                # not even where whatever has no topic goes
                await self._lose(chat, Unreachable(ChatState.SILENCED, outcome.reason))
                return None
            case Refused() | Gone():
                await self._drop(chat, told, outcome.reason)
                return _GO_ON
            case Failed() | Unknown():
                kind = EventKind.FAILED if isinstance(outcome, Failed) else EventKind.UNKNOWN
                self._means.tell(DeliveryEvent(kind, chat.id, len(told), outcome.reason))
                self.telegram_away = isinstance(outcome, Failed) and outcome.everywhere
                return self._means.backoff.failed(chat.id)
            case Shown():
                return _GO_ON

    async def move(self, chat: Chat, to: int) -> None:
        """The chat is another one now, with all that it has."""
        async with self._means.database.write() as connection:
            await moving.move(connection, chat.id, to)
        self._means.tell(DeliveryEvent(EventKind.MOVED, chat.id, reason=f"now {to}"))

    async def fall_back(self, chat: Chat, topic_id: int, outcome: TopicLost) -> float | None:
        """Alerts of a lost topic go to the general one, and the chat is told so, once."""
        async with self._means.database.write() as connection:
            watches = await moving.to_general_topic(connection, chat.id, topic_id)
            if watches:
                await chats.set_notice(connection, chat.id, TOPIC_LOST)
        self._means.tell(DeliveryEvent(EventKind.TOPIC_LOST, chat.id, reason=outcome.reason))
        return _GO_ON

    async def _flooded(self, chat: Chat, outcome: Flooded) -> float:
        means = self._means
        now = asyncio.get_running_loop().time()
        for_bot = means.floods.note(chat.id, outcome.retry_after, now)
        await means.limiter.pause(chat.id, outcome.retry_after)
        if for_bot is not None:
            await means.limiter.pause(None, for_bot)
            await means.limiter.slow_down()
        reason = f"retry after {outcome.retry_after:g} s"
        means.tell(DeliveryEvent(EventKind.FLOODED, chat.id, reason=reason))
        return outcome.retry_after

    async def _lose(self, chat: Chat, outcome: Unreachable) -> None:
        async with self._means.database.write() as connection:
            await chats.set_state(connection, chat.id, outcome.state, outcome.reason)
            await alerts.drop_all_of_chat(connection, chat.id, outcome.reason)
        self._means.tell(DeliveryEvent(EventKind.UNREACHABLE, chat.id, reason=outcome.reason))

    async def _drop(self, chat: Chat, told: Sequence[Alert], reason: str) -> None:
        async with self._means.database.write() as connection:
            await alerts.drop(connection, [alert.id for alert in told], reason)
        self._means.tell(DeliveryEvent(EventKind.DROPPED, chat.id, len(told), reason))
