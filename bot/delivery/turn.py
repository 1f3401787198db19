"""A leased chat's turn: it is told what waits, until nothing does or it has to wait.

Each step reads the chat, its watches and its alerts again, so that what was muted or deleted a
moment ago counts, and then shows one message.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.delivery import outbox
from bot.delivery.batch import next_batch
from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.listing import render_message
from bot.delivery.outcomes import (
    Failed,
    Flooded,
    Moved,
    Outcome,
    Refused,
    Shown,
    TopicLost,
    Unknown,
    Unreachable,
)
from bot.delivery.render import Rendered
from bot.delivery.send import edit, send
from bot.delivery.verdict import refusal
from bot.texts.groups import TOPIC_LOST
from data.errors import ConfigurationError
from data.model import ChatState, Priority
from data.queries import alerts, chats, messages, moving, queues
from data.queries.moving import GENERAL
from data.redis.away import RedisAway
from data.redis.claims import AlreadySent, Claimed, HeldByOther, Uncertain, alert_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.delivery.means import Means
    from bot.delivery.outbox import Story
    from data.model import Alert, Chat, Message
    from data.queries.queues import ChatLease

PATIENCE = 0.25
"""Seconds a turn waits in its place; for longer it gives the chat back."""
_ANSWER_WITHIN = 15.0
_GO_ON = 0.0


class Turn:
    """One chat while this process has its lease.

    ``telegram_away`` tells afterwards that no other chat would have fared better.
    """

    def __init__(self, means: Means, held: ChatLease) -> None:
        self._means = means
        self._held = held
        self._leased_at = asyncio.get_running_loop().time()
        self.telegram_away = False

    async def take(self) -> float | None:
        """Show all that waits. Seconds until the chat is due again; None when it is done with.

        The lease is given back on every way but an exception; then it runs out by itself.
        Raises ConfigurationError for a revoked token, RedisAway, and errors of the database.
        """
        while await self._still_ours():
            wait = _GO_ON if self._means.stopping.is_set() else await self._step()
            if wait is None:
                async with self._means.database.write() as connection:
                    await queues.finish(connection, self._held)
                return None
            if wait > PATIENCE or self._means.stopping.is_set():
                await self.give_back(wait)
                return wait
            await asyncio.sleep(wait)
        return None

    async def give_back(self, again_in: float) -> None:
        """End the lease; the chat is due again after so many seconds."""
        async with self._means.database.write() as connection:
            await queues.release(connection, self._held, timedelta(seconds=again_in))

    async def _still_ours(self) -> bool:
        """False when the lease ran out and another has the chat; renews it in good time."""
        now = asyncio.get_running_loop().time()
        if now - self._leased_at < self._means.lease_for.total_seconds() / 3:
            return True
        async with self._means.database.write() as connection:
            ours = await queues.renew(connection, self._held, self._means.lease_for)
        self._leased_at = now
        return ours

    async def _step(self) -> float | None:
        """Show one message. Seconds to wait before the next, None when nothing is left."""
        async with self._means.database.read() as connection:
            waiting = await outbox.read(connection, self._held.chat_id)
        if waiting is None:
            return None
        if waiting.chat.moved_to is not None:
            # what was written while it moved
            await self._move(waiting.chat, waiting.chat.moved_to)
            return None
        if waiting.chat.state is not ChatState.ACTIVE:
            await self._drop_all(waiting.chat, f"chat {waiting.chat.state}")
            return None
        if waiting.chat.notice is not None:
            return await self._say(waiting.chat, waiting.chat.notice)
        now = self._means.clock()
        wanted = await self._drop_unwanted(waiting.chat, waiting.story, now)
        urgent = any(alert.priority is Priority.WATCH for alert in wanted)
        if waiting.stale and not urgent:
            return await self._show_anew(waiting.chat, waiting.stale[0], now)
        if wanted:
            return await self._tell(waiting.chat, replace(waiting.story, alerts=wanted), now)
        return _GO_ON if waiting.story.alerts else None

    async def _drop_unwanted(self, chat: Chat, story: Story, now: datetime) -> list[Alert]:
        refusals = {alert.id: refusal(alert, chat, story.watches, now) for alert in story.alerts}
        for reason in {reason for reason in refusals.values() if reason is not None}:
            await self._drop(chat, [one for one, why in refusals.items() if why == reason], reason)
        return [alert for alert in story.alerts if refusals[alert.id] is None]

    async def _drop_all(self, chat: Chat, reason: str) -> None:
        async with self._means.database.write() as connection:
            await alerts.drop_all_of_chat(connection, chat.id, reason)

    async def _drop(self, chat: Chat, ids: list[int], reason: str) -> None:
        async with self._means.database.write() as connection:
            await alerts.drop(connection, ids, reason)
        self._means.tell(DeliveryEvent(EventKind.DROPPED, chat.id, len(ids), reason))

    async def _tell(self, chat: Chat, story: Story, now: datetime) -> float | None:
        limiter = self._means.limiter
        batch = next_batch(story.alerts, await limiter.one_by_one(chat.id, chat.kind))
        urgent = min(alert.priority for alert in batch)
        wait = await limiter.acquire(chat.id, chat.kind, urgent)
        if wait:
            return wait
        found = dict(
            zip(
                batch,
                await self._means.claims.claim([alert_key(alert) for alert in batch]),
                strict=True,
            )
        )
        for alert, answer in found.items():
            if isinstance(answer, AlreadySent):
                await self._record(chat, [alert], answer.message_id)
        ready = [one for one in batch if isinstance(found[one], Claimed | Uncertain)]
        if not ready:
            held = [one.left for one in found.values() if isinstance(one, HeldByOther)]
            return min(held).total_seconds() + PATIENCE if held else _GO_ON
        doubtful = [one for one in ready if isinstance(found[one], Uncertain)]
        told = replace(story, alerts=ready)
        rendered = self._render(chat, told, now, repeats={alert.id for alert in doubtful})
        return await self._send(chat, ready, doubtful, rendered)

    def _render(
        self, chat: Chat, story: Story, now: datetime, repeats: set[int] | None = None
    ) -> Rendered:
        return render_message(
            story.alerts,
            story.movements,
            story.watches,
            chat,
            self._means.chains,
            self._means.labels.for_chat(story.names),
            now,
            repeats=repeats or (),
        )

    async def _send(
        self, chat: Chat, ready: Sequence[Alert], doubtful: Sequence[Alert], rendered: Rendered
    ) -> float | None:
        claims = self._means.claims
        fresh_keys = [alert_key(alert) for alert in ready if alert not in doubtful]
        doubtful_keys = [alert_key(alert) for alert in doubtful]
        try:
            outcome = await self._shown_in(chat, ready[0].topic_id, rendered)
        except ConfigurationError:
            with suppress(RedisAway):
                await claims.release(fresh_keys, doubtful_keys)
            raise
        if isinstance(outcome, Shown):
            # if Redis is away now, the database remembers it alone
            with suppress(RedisAway):
                await claims.sent([*fresh_keys, *doubtful_keys], outcome.message_id)
            await self._record(chat, ready, outcome.message_id)
            self._tell_of_success(chat, ready, doubtful, rendered, outcome)
            return _GO_ON
        # what cannot be settled now runs out by itself, and is uncertain then
        with suppress(RedisAway):
            if isinstance(outcome, Unknown):
                await claims.doubt([*fresh_keys, *doubtful_keys])
            else:
                await claims.release(fresh_keys, doubtful_keys)
        if isinstance(outcome, TopicLost) and ready[0].topic_id != GENERAL:
            return await self._fall_back(chat, ready[0].topic_id, outcome)
        return await self._after(chat, outcome, ready)

    async def _shown_in(self, chat: Chat, topic_id: int, rendered: Rendered) -> Outcome:
        means, within = self._means, self._answer_within()
        return await send(means.bot, chat, topic_id, rendered, within, paid=means.paid)

    async def _say(self, chat: Chat, notice: str) -> float | None:
        """Tell a chat something of our own; a repeat after a kill does no harm: no claim."""
        wait = await self._means.limiter.acquire(chat.id, chat.kind, Priority.WATCH)
        if wait:
            return wait
        rendered = Rendered(notice, "notice")
        outcome = await self._shown_in(chat, GENERAL, rendered)
        if not isinstance(outcome, Shown | Refused):
            return await self._after(chat, outcome, ())
        async with self._means.database.write() as connection:
            await chats.notice_told(connection, chat.id, notice)
        return _GO_ON

    async def _record(self, chat: Chat, told: Sequence[Alert], message_id: int) -> None:
        async with self._means.database.write() as connection:
            ours = await messages.record(
                connection, chat.id, told[0].topic_id, message_id, self._means.clock()
            )
            await alerts.sent(connection, [alert.id for alert in told], ours)

    def _tell_of_success(
        self,
        chat: Chat,
        told: Sequence[Alert],
        doubtful: Sequence[Alert],
        rendered: Rendered,
        outcome: Shown,
    ) -> None:
        means = self._means
        self._forget_failures(chat)
        means.tell(DeliveryEvent(EventKind.SENT, chat.id, len(told)))
        if doubtful:
            means.tell(DeliveryEvent(EventKind.REPEATED, chat.id, len(doubtful)))
        if outcome.as_plain:
            means.tell(DeliveryEvent(EventKind.MALFORMED, chat.id, len(told), rendered.template))

    async def _show_anew(self, chat: Chat, message: Message, now: datetime) -> float | None:
        """Edit a message to what its alerts are now; doing it twice does no harm: no claim."""
        async with self._means.database.read() as connection:
            story = await outbox.read_message(connection, message)
        if story.alerts:
            wait = await self._means.limiter.acquire(chat.id, chat.kind, Priority.EDIT)
            if wait:
                return wait
            rendered = self._render(chat, story, now)
            outcome = await edit(
                self._means.bot, chat, message.telegram_id, rendered, self._answer_within()
            )
            if not isinstance(outcome, Shown | Refused | TopicLost):
                return await self._after(chat, outcome, ())
            if not isinstance(outcome, Shown):
                self._means.tell(DeliveryEvent(EventKind.FAILED, chat.id, 0, outcome.reason))
        async with self._means.database.write() as connection:
            await messages.shown(connection, message.id, message.revision)
        self._forget_failures(chat)
        self._means.tell(DeliveryEvent(EventKind.EDITED, chat.id))
        return _GO_ON

    async def _after(self, chat: Chat, outcome: Outcome, told: Sequence[Alert]) -> float | None:
        """What a message that was not shown means for the chat and the bot."""
        match outcome:
            case Flooded():
                return await self._flooded(chat, outcome)
            case Unreachable():
                await self._lose(chat, outcome)
                return None
            case Moved():
                await self._move(chat, outcome.chat_id)
                return None
            case TopicLost():
                # not even where whatever has no topic goes
                await self._lose(chat, Unreachable(ChatState.SILENCED, outcome.reason))
                return None
            case Refused():
                await self._drop(chat, [alert.id for alert in told], outcome.reason)
                return _GO_ON
            case Failed() | Unknown():
                kind = EventKind.FAILED if isinstance(outcome, Failed) else EventKind.UNKNOWN
                self._means.tell(DeliveryEvent(kind, chat.id, len(told), outcome.reason))
                self.telegram_away = isinstance(outcome, Failed) and outcome.everywhere
                return self._means.backoff.failed(chat.id)
            case Shown():
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

    async def _move(self, chat: Chat, to: int) -> None:
        async with self._means.database.write() as connection:
            await moving.move(connection, chat.id, to)
        self._means.tell(DeliveryEvent(EventKind.MOVED, chat.id, reason=f"now {to}"))

    async def _fall_back(self, chat: Chat, topic_id: int, outcome: TopicLost) -> float | None:
        """Alerts of a lost topic go to the general one, and the chat is told so, once."""
        async with self._means.database.write() as connection:
            watches = await moving.to_general_topic(connection, chat.id, topic_id)
            if watches:
                await chats.set_notice(connection, chat.id, TOPIC_LOST)
        self._means.tell(DeliveryEvent(EventKind.TOPIC_LOST, chat.id, reason=outcome.reason))
        return _GO_ON

    def _forget_failures(self, chat: Chat) -> None:
        self._means.backoff.succeeded(chat.id)
        self._means.backoff.succeeded(None)

    def _answer_within(self) -> float:
        """Seconds for Telegram's answer, so that it comes while the lease still holds."""
        return min(_ANSWER_WITHIN, self._means.lease_for.total_seconds() / 2)
