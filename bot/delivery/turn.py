"""A leased chat's turn: it is told what waits, until nothing does or it has to wait.

Each step reads the chat, its watches and its alerts again, so that what was muted or deleted a
moment ago counts, and then shows one message.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.delivery import outbox, taken_back
from bot.delivery.batch import digest_wait, next_batch
from bot.delivery.certainty import certainty_of
from bot.delivery.claimed import claimed
from bot.delivery.confirmations import CONFIRM_WITHIN
from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.outcomes import Outcome, Refused, Shown, TopicLost
from bot.delivery.render import Rendered
from bot.delivery.revision import rendered_story, show_anew
from bot.delivery.send import send
from bot.delivery.setbacks import Setbacks
from bot.delivery.verdict import refusal
from bot.languages import _, speak
from data.model import Certainty, ChatState, Priority
from data.queries import alerts, certainty, chats, cursors, messages, movements, queues
from data.queries.moving import GENERAL
from data.redis.claims import AlreadySent, Claimed, HeldByOther, Uncertain, alert_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from bot.delivery.means import Means
    from bot.delivery.outbox import Waiting
    from data.model import Alert, Chat, Message, Movement
    from data.queries.queues import ChatLease
    from data.redis.claims import Answer

PATIENCE = 0.25
"""Seconds a turn waits in its place; for longer it gives the chat back."""
LONGEST_TURN = 0.5
"""Seconds after which it makes room for others, when there are some."""
_ANSWER_WITHIN = 15.0
_GO_ON = 0.0


class Turn:
    """One chat while this process has its lease."""

    def __init__(self, means: Means, held: ChatLease) -> None:
        self._means = means
        self._held = held
        self._began_at = self._leased_at = asyncio.get_running_loop().time()
        self._setbacks = Setbacks(means)
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
            old_before = self._means.clock() - self._means.digest_after
            waiting = await outbox.read(connection, self._held.chat_id, old_before)
        if waiting is None:
            return None
        speak(waiting.chat.reads)
        if waiting.chat.moved_to is not None:
            # what was written while it moved
            await self._setbacks.move(waiting.chat, waiting.chat.moved_to)
            return None
        if waiting.chat.state is not ChatState.ACTIVE:
            await self._drop_all(waiting.chat, f"chat {waiting.chat.state}")
            return None
        if waiting.chat.notice is not None:
            return await self._say(waiting.chat, waiting.chat.notice)
        now = self._means.clock()
        wanted = await self._drop_unwanted(waiting, now)
        urgent = any(
            alert.priority is Priority.WATCH and waiting.gists[alert.id].time >= old_before
            for alert in wanted
        )
        if waiting.stale and not urgent:
            answered = await self._answer(waiting.chat, waiting.stale)
            if answered is not None:
                return answered
            return await self._show_anew(waiting.chat, waiting.stale[0])
        if wanted:
            return await self._tell(waiting, wanted, now)
        if waiting.alerts:
            return _GO_ON
        is_for_that = self._held.priority is Priority.CONFIRMATION
        return await self._confirm(waiting.chat, now) if is_for_that else None

    async def _drop_unwanted(self, waiting: Waiting, now: datetime) -> list[Alert]:
        chat, watches = waiting.chat, waiting.watches
        refusals = {alert.id: refusal(alert, chat, watches, now) for alert in waiting.alerts}
        for reason in {reason for reason in refusals.values() if reason is not None}:
            await self._drop(chat, [one for one, why in refusals.items() if why == reason], reason)
        return [alert for alert in waiting.alerts if refusals[alert.id] is None]

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
        if wait:
            return wait
        async with self._means.database.read() as connection:
            story = await outbox.read_told(connection, batch, waiting.gists, old_before)
            heights = await cursors.all_settled(connection)
        wait = await limiter.acquire(chat.id, chat.kind, urgent, self._held.rank)
        if wait:
            return wait
        found = dict(
            zip(
                batch,
                await self._means.claims.claim([alert_key(alert) for alert in batch]),
                strict=True,
            )
        )
        ready = [one for one in batch if isinstance(found[one], Claimed | Uncertain)]
        doubtful = [one for one in ready if isinstance(found[one], Uncertain)]
        repeats = {alert.id for alert in doubtful}
        try:
            await self._record_known(chat, found)
            if not ready:
                held = [one.left for one in found.values() if isinstance(one, HeldByOther)]
                return min(held).total_seconds() + PATIENCE if held else _GO_ON
            if len(ready) < len(batch):
                async with self._means.database.read() as connection:
                    story = await outbox.read_told(connection, ready, waiting.gists, old_before)
            is_whole = len(story.alerts) == len(ready)
            sure = Certainty.SEEN
            if is_whole:
                sure = certainty_of(chat, ready, story.movements, heights)
            rendered = rendered_story(self._means, chat, story, now, sure, repeats)
        except (Exception, asyncio.CancelledError):
            # nothing was sent, and must not look like a send of which nobody knows the end
            await self._means.claims.release(*_keys(ready, repeats))
            raise
        return await self._send(chat, ready, doubtful, rendered, sure, story.movements)

    async def _record_known(self, chat: Chat, found: Mapping[Alert, Answer]) -> None:
        """What Redis knows to be sent, message by message."""
        known: defaultdict[int, list[Alert]] = defaultdict(list)
        for alert, answer in found.items():
            if isinstance(answer, AlreadySent):
                known[answer.message_id].append(alert)
        for message_id, told in known.items():
            await self._record(chat, told, message_id)

    async def _send(
        self,
        chat: Chat,
        ready: Sequence[Alert],
        doubtful: Sequence[Alert],
        rendered: Rendered,
        sure: Certainty,
        as_of: Mapping[int, Movement],
    ) -> float | None:
        fresh_keys, doubtful_keys = _keys(ready, {alert.id for alert in doubtful})

        async def shown() -> Outcome:
            return await self._shown_in(chat, ready[0].topic_id, rendered)

        outcome = await claimed(self._means.claims, fresh_keys, doubtful_keys, shown)
        if isinstance(outcome, Shown):
            await self._record(chat, ready, outcome.message_id, sure, as_of)
            self._tell_of_success(chat, ready, doubtful, rendered, outcome)
            return _GO_ON
        if isinstance(outcome, TopicLost) and ready[0].topic_id != GENERAL:
            return await self._setbacks.fall_back(chat, ready[0].topic_id, outcome)
        return await self._setbacks.face(chat, outcome, ready)

    async def _shown_in(self, chat: Chat, topic_id: int, rendered: Rendered) -> Outcome:
        means, within = self._means, self._answer_within()
        return await send(means.bot, chat, topic_id, rendered, within, paid=means.paid)

    async def _say(self, chat: Chat, notice: str) -> float | None:
        """Tell a chat something of our own; a repeat after a kill does no harm: no claim."""
        wait = await self._means.limiter.acquire(chat.id, chat.kind, Priority.WATCH)
        if wait:
            return wait
        # which one it is stands in the database; it is said in the language of now
        rendered = Rendered(_(notice), "notice")
        outcome = await self._shown_in(chat, GENERAL, rendered)
        if not isinstance(outcome, Shown | Refused):
            return await self._setbacks.face(chat, outcome, ())
        async with self._means.database.write() as connection:
            await chats.notice_told(connection, chat.id, notice)
        return _GO_ON

    async def _record(
        self,
        chat: Chat,
        told: Sequence[Alert],
        message_id: int,
        sure: Certainty = Certainty.SEEN,
        as_of: Mapping[int, Movement] | None = None,
    ) -> None:
        """Note what was told, of which movements; what a reorg changed on the way is edited."""
        now = self._means.clock()
        async with self._means.database.write() as connection:
            topic = told[0].topic_id
            ours = await messages.record(connection, chat.id, topic, message_id, now, sure)
            await alerts.sent(connection, [alert.id for alert in told], ours)
            if await movements.are_others_now(connection, (as_of or {}).values()):
                await messages.edit(connection, ours)
                await queues.enqueue(connection, [(chat.id, Priority.EDIT)])

    def _tell_of_success(
        self,
        chat: Chat,
        told: Sequence[Alert],
        doubtful: Sequence[Alert],
        rendered: Rendered,
        outcome: Shown,
    ) -> None:
        means = self._means
        means.forget_failures(chat.id)
        means.tell(DeliveryEvent(EventKind.SENT, chat.id, len(told)))
        if doubtful:
            means.tell(DeliveryEvent(EventKind.REPEATED, chat.id, len(doubtful)))
        if outcome.as_plain:
            means.tell(DeliveryEvent(EventKind.MALFORMED, chat.id, len(told), rendered.template))

    async def _show_anew(self, chat: Chat, message: Message) -> float | None:
        done = await show_anew(self._means, chat, message, Priority.EDIT, self._answer_within())
        if isinstance(done, float):
            return done
        return await self._setbacks.face(chat, done, ())

    async def _answer(self, chat: Chat, stale: Sequence[Message]) -> float | None:
        """Answer what a reorg took, if it was large; None when there is nothing (more) to say."""
        fresh = [one for one in stale if (one.id, one.revision) not in self._looked_at]
        if not fresh:
            return None
        done = await taken_back.answer(
            self._means, chat, fresh, self._answer_within(), self._lost_topics
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
        within = self._answer_within()
        done = await show_anew(self._means, chat, due[0].message, Priority.CONFIRMATION, within)
        return None if isinstance(done, float) else await self._setbacks.face(chat, done, ())

    def _answer_within(self) -> float:
        """Seconds for Telegram's answer, so that it comes while the lease still holds."""
        return min(_ANSWER_WITHIN, self._means.lease_for.total_seconds() / 2)


def _keys(ready: Sequence[Alert], repeats: Collection[int]) -> tuple[list[str], list[str]]:
    """Those of alerts that nobody tried to tell, and those of the others."""
    fresh = [alert_key(alert) for alert in ready if alert.id not in repeats]
    return fresh, [alert_key(alert) for alert in ready if alert.id in repeats]
