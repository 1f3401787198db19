"""Shows what became of followed transactions: each has one message, which is edited as it goes.

Edits pass the same limits as everything else. Where several processes deliver, each may make an
edit; the second changes nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.outcomes import (
    Failed,
    Flooded,
    Moved,
    Refused,
    Shown,
    TopicLost,
    Unknown,
    Unreachable,
)
from bot.delivery.pursuit import Story, parties_of, pursuit_text
from bot.delivery.render import Rendered
from bot.delivery.send import edit
from data.errors import ConfigurationError
from data.model import ChatState, Priority
from data.queries import chats, movements, names, pursuits
from data.redis.published import unseen_chains
from data.redis.wake import PURSUED, Sleeper

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.delivery.means import Means
    from data.model import Chain, Chat, Pursuit

POLL_SECONDS = 5.0
AT_ONCE = 50
_ANSWER_WITHIN = 15.0
_PATIENCE = 0.2


class Pursuits:
    """Edits the messages of followed transactions until it is cancelled. ``chains`` are those that
    are followed."""

    def __init__(self, means: Means, redis: Redis, chains: tuple[Chain, ...]) -> None:
        self._means = means
        self._redis = redis
        self._chains = {chain.name: chain for chain in chains}
        self._sleeper = Sleeper(redis, PURSUED)
        self._not_before: dict[int, float] = {}
        """By chat: when it may be tried again."""

    async def run(self) -> None:
        """Show what changes. Raises ConfigurationError when Telegram no longer takes the token."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sleeper.listen())
            while True:
                pause = POLL_SECONDS
                try:
                    pause = await self._show_all()
                except ConfigurationError:
                    raise
                except Exception as error:  # noqa: BLE001 - whatever is away, edits wait for it
                    reason = type(error).__name__
                    self._means.tell(DeliveryEvent(EventKind.FAILED, reason=reason))
                await self._sleeper.sleep(pause)

    async def _show_all(self) -> float:
        """Show what is out of date, as far as the limits let; seconds until more is due."""
        now = asyncio.get_running_loop().time()
        self._not_before = {chat: at for chat, at in self._not_before.items() if at > now}
        async with self._means.database.read() as connection:
            waiting = await pursuits.to_show(connection, AT_ONCE, but=self._not_before)
        for one in waiting:
            if one.chat_id not in self._not_before:
                wait = await self._try_to_show(one)
                if wait:
                    self._not_before[one.chat_id] = asyncio.get_running_loop().time() + wait
        if len(waiting) == AT_ONCE:
            return 0
        now = asyncio.get_running_loop().time()
        due = min(self._not_before.values(), default=now + POLL_SECONDS)
        return max(_PATIENCE, min(due - now, POLL_SECONDS))

    async def _try_to_show(self, one: Pursuit) -> float:
        try:
            return await self._show(one)
        except ConfigurationError:
            raise
        except Exception as error:  # noqa: BLE001 - one message's trouble must not stop the others
            reason = type(error).__name__
            self._means.tell(DeliveryEvent(EventKind.FAILED, one.chat_id, reason=reason))
            return self._means.backoff.failed(one.chat_id)

    async def _show(self, one: Pursuit) -> float:
        """Edit one message; seconds for which its chat has to wait."""
        means = self._means
        async with means.database.read() as connection:
            chat = await chats.get(connection, one.chat_id)
            story = await self._story(connection, one)
        if chat is None or chat.state is not ChatState.ACTIVE:
            await self._let_go_of_chat(one.chat_id)
            return 0
        wait = await means.limiter.acquire(chat.id, chat.kind, Priority.EDIT)
        if wait:
            return wait
        rendered = Rendered(pursuit_text(story), "pursuit")
        outcome = await edit(means.bot, chat, one.telegram_id, rendered, _ANSWER_WITHIN)
        match outcome:
            case Shown(gone=True):
                async with means.database.write() as connection:
                    await pursuits.let_go(connection, [one.id], means.clock())
            case Shown() | Refused() | TopicLost():
                async with means.database.write() as connection:
                    await pursuits.shown(connection, one)
                means.backoff.succeeded(chat.id)
                means.tell(_told_of(outcome, chat))
            case Unreachable():
                async with means.database.write() as connection:
                    await chats.set_state(connection, chat.id, outcome.state, outcome.reason)
                await self._let_go_of_chat(chat.id)
            case Moved():
                await self._let_go_of_chat(chat.id)  # what was said before stays as it is
            case Flooded():
                for_bot = means.floods.note(
                    chat.id, outcome.retry_after, asyncio.get_running_loop().time()
                )
                await means.limiter.pause(chat.id, outcome.retry_after)
                if for_bot is not None:
                    await means.limiter.pause(None, for_bot)
                reason = f"retry after {outcome.retry_after:g} s"
                means.tell(DeliveryEvent(EventKind.FLOODED, chat.id, reason=reason))
                return outcome.retry_after
            case Failed() | Unknown():
                means.tell(DeliveryEvent(EventKind.FAILED, chat.id, reason=outcome.reason))
                return means.backoff.failed(chat.id)
        return 0

    async def _let_go_of_chat(self, chat_id: int) -> None:
        async with self._means.database.write() as connection:
            await pursuits.let_go_of_chat(connection, chat_id, self._means.clock())

    async def _story(self, connection: AsyncConnection, one: Pursuit) -> Story:
        moved = []
        if one.chain is not None and one.told.inclusion is not None:
            moved = await movements.stored_in(connection, one.chain, [one.tx_hash])
        unseen: list[str] = []
        if one.chain is None:
            unseen = await unseen_chains(self._redis, self._chains.values(), self._means.clock())
        labels = self._means.labels.for_chat(
            await names.of_addresses(connection, one.chat_id, parties_of(one))
        )
        return Story(one, self._chains, labels, moved, unseen)


def _told_of(outcome: Shown | Refused | TopicLost, chat: Chat) -> DeliveryEvent:
    if not isinstance(outcome, Shown):
        return DeliveryEvent(EventKind.FAILED, chat.id, reason=outcome.reason)
    return DeliveryEvent(EventKind.EDITED, chat.id)
