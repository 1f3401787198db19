"""A leased chat's turn: it is told what waits, until nothing does or it has to wait.

Each step reads the chat, its watches and its alerts again, so that what was muted or deleted a
moment ago counts, and then shows one message (``telling``).
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.delivery import outbox, patience, taken_back
from bot.delivery.batch import digest_wait, next_batch
from bot.delivery.confirmations import CONFIRM_WITHIN
from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.outcomes import Refused, Shown
from bot.delivery.render import Rendered
from bot.delivery.revision import show_anew
from bot.delivery.send import send
from bot.delivery.setbacks import Setbacks
from bot.delivery.telling import Telling
from bot.delivery.verdict import refusal
from bot.hours.clock import keep_time
from bot.hours.schedule import is_quiet
from bot.languages import _, speak
from data.model import ChatState, Level, Priority
from data.queries import alerts, certainty, chats, cursors, queues
from data.queries.moving import GENERAL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.delivery.means import Means
    from bot.delivery.outbox import Waiting
    from data.model import Alert, Chat, Message
    from data.queries.queues import ChatLease

PATIENCE = 0.25
"""Seconds a turn waits in its place; for longer it gives the chat back."""
LONGEST_TURN = 0.5
"""Seconds after which it makes room for others, when there are some."""
_GO_ON = 0.0
BLOCKED = "blocked by whoever runs the bot"


class Turn:
    """One chat while this process has its lease."""

    def __init__(self, means: Means, held: ChatLease) -> None:
        self._means = means
        self._held = held
        self._began_at = self._leased_at = asyncio.get_running_loop().time()
        self._setbacks = Setbacks(means)
        self._telling = Telling(means, self._setbacks, held)
        self._looked_at: set[tuple[int, int]] = set()
        """Messages, by id and revision, of which an answer tells if they need one."""
        self._lost_topics: set[int] = set()

    @property
    def telegram_away(self) -> bool:
        """Whether Telegram could not be reached at all."""
        return self._setbacks.telegram_away

    async def take(self) -> float | None:
        """Show all that waits. Seconds until the chat is due again; None when it is done with.

        The lease is given back on every way but an exception; then it runs out by itself.
        Raises ConfigurationError for a revoked token, and errors of the database.
        """
        while await self._still_ours():
            wait = _GO_ON if self._means.stopping.is_set() else await self._step()
            if wait is None:
                if not self._telling.is_finished:
                    async with self._means.database.write() as connection:
                        await queues.finish(connection, self._held)
                return None
            if wait > PATIENCE or self._is_over():
                await self.give_back(wait)
                return wait
            await asyncio.sleep(wait)
        return None

    def _is_over(self) -> bool:
        now = asyncio.get_running_loop().time()
        others = now - self._began_at > LONGEST_TURN and self._means.crowded()
        return others or self._means.stopping.is_set()

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
            now = self._means.clock()
            old_before = now - self._means.digest_after
            waiting = await outbox.read(connection, self._held.chat_id, old_before, now)
        if waiting is None or not await self._may_be_told(waiting.chat):
            return None
        speak(waiting.chat.reads)
        keep_time(waiting.chat.time_zone)
        if waiting.chat.notice is not None:
            return await self._say(waiting.chat, waiting.chat.notice)
        if waiting.digest and (until := patience.put_off_until(waiting.chat, now)):
            await patience.put_off(self._means, waiting.chat, until)
            return _GO_ON
        wanted = await self._drop_unwanted(waiting, waiting.alerts, now)
        wanted = await patience.hold_back(self._means, waiting.chat, wanted, waiting.watches, now)
        urgent = any(
            alert.priority is Priority.WATCH and waiting.gists[alert.id].time >= old_before
            for alert in wanted
        )
        if waiting.stale and not urgent:
            answered = await self._answer(waiting.chat, waiting.stale, now)
            if answered is not None:
                return answered
            return await self._show_anew(waiting.chat, waiting.stale[0])
        if wanted:
            return await self._tell(waiting, wanted, now)
        digest = await self._drop_unwanted(waiting, waiting.digest, now)
        if digest:
            return await self._tell_digest(waiting, digest, now)
        if waiting.alerts or waiting.digest:
            return _GO_ON
        await self._look_again(waiting)
        is_for_that = self._held.priority is Priority.CONFIRMATION
        return await self._confirm(waiting.chat, now) if is_for_that else None

    async def _may_be_told(self, chat: Chat) -> bool:
        """False for one that moved or cannot be reached: then what waits has gone with it."""
        if chat.moved_to is not None:
            # what was written while it moved
            await self._setbacks.move(chat, chat.moved_to)
            return False
        if chat.state is not ChatState.ACTIVE:
            await self._drop_all(chat, f"chat {chat.state}")
            return False
        if chat.level is Level.BLOCKED:
            await self._drop_all(chat, BLOCKED)
            return False
        return True

    async def _look_again(self, waiting: Waiting) -> None:
        """Whoever comes first at what is deferred is to find the chat, whatever became of it."""
        chat, due = waiting.chat, waiting.next_digest
        if due is not None and (chat.digest_due is None or chat.digest_due > due):
            async with self._means.database.write() as connection:
                await chats.look_at(connection, chat.id, due)

    async def _drop_unwanted(
        self, waiting: Waiting, told: Sequence[Alert], now: datetime
    ) -> Sequence[Alert]:
        chat, watches = waiting.chat, waiting.watches
        refusals = {alert.id: refusal(alert, chat, watches, now) for alert in told}
        for reason in {reason for reason in refusals.values() if reason is not None}:
            await self._drop(chat, [one for one, why in refusals.items() if why == reason], reason)
        return [alert for alert in told if refusals[alert.id] is None]

    async def _drop_all(self, chat: Chat, reason: str) -> None:
        async with self._means.database.write() as connection:
            await alerts.drop_all_of_chat(connection, chat.id, reason)

    async def _drop(self, chat: Chat, ids: list[int], reason: str) -> None:
        async with self._means.database.write() as connection:
            await alerts.drop(connection, ids, reason)
        self._means.tell(DeliveryEvent(EventKind.DROPPED, chat.id, len(ids), reason))

    async def _tell(self, waiting: Waiting, wanted: Sequence[Alert], now: datetime) -> float | None:
        chat, limiter = waiting.chat, self._means.limiter
        pace = await limiter.pace(chat.id, chat.kind)
        old_before = now - self._means.digest_after
        batch = next_batch(wanted, waiting.gists, pace.one_by_one, old_before)
        urgent = min(alert.priority for alert in batch)
        wait = pace.wait
        if waiting.gists[batch[0].id].time < old_before:
            urgent = Priority.DIGEST
            wait = max(wait, digest_wait(batch, now).total_seconds())
        return wait or await self._telling.together(waiting, batch, now, urgent)

    async def _tell_digest(
        self, waiting: Waiting, digest: Sequence[Alert], now: datetime
    ) -> float | None:
        """All of a topic in one message."""
        chat = waiting.chat
        batch = [alert for alert in digest if alert.topic_id == digest[0].topic_id]
        pace = await self._means.limiter.pace(chat.id, chat.kind)
        return pace.wait or await self._telling.together(
            waiting, batch, now, Priority.DIGEST, patience.occasion_of(chat)
        )

    async def _say(self, chat: Chat, notice: str) -> float | None:
        """Tell a chat something of our own; a repeat after a kill does no harm: no claim."""
        wait = await self._means.limiter.acquire(chat.id, chat.kind, Priority.WATCH)
        if wait:
            return wait
        # which one it is stands in the database; it is said in the language of now
        rendered = Rendered(_(notice), "notice")
        silent = is_quiet(chat, self._means.clock())
        means, within = self._means, self._means.answer_within
        outcome = await send(
            means.bot, chat, GENERAL, rendered, within, paid=means.paid, silent=silent
        )
        if not isinstance(outcome, Shown | Refused):
            return await self._setbacks.face(chat, outcome, ())
        async with self._means.database.write() as connection:
            await chats.notice_told(connection, chat.id, notice)
        return _GO_ON

    async def _show_anew(self, chat: Chat, message: Message) -> float | None:
        done = await show_anew(self._means, chat, message, Priority.EDIT, self._means.answer_within)
        if isinstance(done, float):
            return done
        return await self._setbacks.face(chat, done, ())

    async def _answer(self, chat: Chat, stale: Sequence[Message], now: datetime) -> float | None:
        """Answer what a reorg took, if it was large; None when there is nothing (more) to say."""
        fresh = [one for one in stale if (one.id, one.revision) not in self._looked_at]
        if not fresh:
            return None
        done = await taken_back.answer(
            self._means,
            chat,
            fresh,
            self._means.answer_within,
            self._lost_topics,
            silent=is_quiet(chat, now),
        )
        if done is None:
            self._looked_at.update((one.id, one.revision) for one in fresh)
            return None
        if isinstance(done, float):
            return done
        return await self._setbacks.face(chat, done, ())

    async def _confirm(self, chat: Chat, now: datetime) -> float | None:
        """Say that what a message tells is safe by now, if the limits have nothing else to do; what
        has to wait is found again when the bot is idle."""
        async with self._means.database.read() as connection:
            heights = await cursors.all_settled(connection)
            due = await certainty.due_in_chat(
                connection, chat.id, heights, sent_after=now - CONFIRM_WITHIN
            )
        if not due:
            return None
        within = self._means.answer_within
        done = await show_anew(self._means, chat, due[0].message, Priority.CONFIRMATION, within)
        return None if isinstance(done, float) else await self._setbacks.face(chat, done, ())
