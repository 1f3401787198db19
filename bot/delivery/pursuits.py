"""Shows what became of followed transactions: each has one message, which is edited as it goes.

Edits pass the same limits as everything else. Where several processes deliver, whoever has claimed
a message edits it, so that no edit is made twice and no older one comes last. Without Redis each
may make it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.outcomes import (
    Failed,
    Flooded,
    Gone,
    Moved,
    Refused,
    Shown,
    TopicLost,
    Unknown,
    Unreachable,
)
from bot.delivery.pursuit import pursuit_text
from bot.delivery.render import Rendered
from bot.delivery.send import edit
from bot.delivery.story import read_story
from bot.hours.clock import keeping_time
from bot.languages import speaking
from data.errors import ConfigurationError
from data.model import ChatState, Language, Priority
from data.queries import chats, pursuits
from data.redis.away import RedisAway
from data.redis.claims import Claims, HeldByOther
from data.redis.published import unseen_chains
from data.redis.wake import PURSUED, Sleeper
from data.together import heed_cancellation, together

if TYPE_CHECKING:
    from decimal import Decimal

    from redis.asyncio import Redis
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.delivery.means import Means
    from bot.delivery.pursuit import Story
    from data.model import Chain, Chat, Pursuit

POLL_SECONDS = 5.0
AT_ONCE = 50
_ANSWER_WITHIN = 15.0
_PATIENCE = 0.2
_CLAIMED_FOR = timedelta(seconds=20)
"""Longer than an answer may take; so long an edit waits when its process was killed."""
_LOOK_AGAIN = 1.0
"""Seconds until one that another process edits is looked at again."""


class Pursuits:
    """Edits the messages of followed transactions until it is cancelled. ``chains`` are those that
    are followed; movements from ``kept_from`` dollars on are kept whoever watches. ``owner`` is new
    with every start of a process."""

    def __init__(
        self,
        means: Means,
        redis: Redis,
        chains: tuple[Chain, ...],
        owner: str,
        kept_from: Decimal,
    ) -> None:
        self._means = means
        self._redis = redis
        self._claims = Claims(redis, owner, _CLAIMED_FOR)
        self._kept_from = kept_from
        self._chains = {chain.name: chain for chain in chains}
        self._sleeper = Sleeper(redis, PURSUED)
        self._not_before: dict[int, float] = {}
        """By chat: when it may be tried again."""

    async def run(self) -> None:
        """Show what changes. Raises ConfigurationError when Telegram no longer takes the token."""
        await together(self._sleeper.listen(), self._show_for_ever())

    async def _show_for_ever(self) -> None:
        while True:
            heed_cancellation()
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
        """Edit one message, unless another process is at it; seconds for which its chat has to
        wait."""
        key = f"pursuit:{one.id}"
        try:
            (answer,) = await self._claims.claim([key])
        except RedisAway:
            return await self._edit(one.id)
        if isinstance(answer, HeldByOther):
            return _LOOK_AGAIN
        try:
            return await self._edit(one.id)
        finally:
            with suppress(RedisAway):
                await self._claims.release([key], [])

    async def _edit(self, pursuit_id: int) -> float:
        async with self._means.database.read() as connection:
            one = await pursuits.get(connection, pursuit_id)
            if one is None or one.revision <= one.shown_revision:
                return 0  # somebody else did it meanwhile
            chat = await chats.get(connection, one.chat_id)
            story = await self._story(connection, one)
        language = chat.reads if chat is not None else Language.ENGLISH
        with speaking(language), keeping_time(chat.time_zone if chat is not None else None):
            return await self._put(story, chat)

    async def _put(self, story: Story, chat: Chat | None) -> float:
        one, means = story.pursuit, self._means
        if chat is None or chat.state is not ChatState.ACTIVE:
            await self._let_go_of_chat(one.chat_id)
            return 0
        wait = await means.limiter.acquire(chat.id, chat.kind, Priority.EDIT)
        if wait:
            return wait
        rendered = Rendered(pursuit_text(story), "pursuit")
        outcome = await edit(means.bot, chat, one.telegram_id, rendered, _ANSWER_WITHIN)
        match outcome:
            case Gone():
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
        unseen: list[str] = []
        if one.chain is None:
            unseen = await unseen_chains(self._redis, self._chains.values(), self._means.clock())
        return await read_story(
            connection,
            one,
            self._chains,
            self._means.labels,
            unseen=unseen,
            kept_from=self._kept_from,
        )


def _told_of(outcome: Shown | Refused | TopicLost, chat: Chat) -> DeliveryEvent:
    if not isinstance(outcome, Shown):
        return DeliveryEvent(EventKind.FAILED, chat.id, reason=outcome.reason)
    return DeliveryEvent(EventKind.EDITED, chat.id)
