"""A leased chat's turn: it is told what waits, until nothing does or it has to wait.

Each step reads the chat, its watches and its alerts again, so that what was muted or deleted a
moment ago counts, and then shows one message.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.delivery import outbox, patience, picture, taken_back
from bot.delivery.batch import digest_wait, next_batch
from bot.delivery.certainty import certainty_of
from bot.delivery.claimed import claimed
from bot.delivery.confirmations import CONFIRM_WITHIN
from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.outcomes import Outcome, Refused, Shown, TopicLost, Unreachable
from bot.delivery.render import Rendered
from bot.delivery.revision import rendered_story, show_anew
from bot.delivery.send import send
from bot.delivery.setbacks import Setbacks
from bot.delivery.verdict import refusal
from bot.hours import keep_time
from bot.languages import _, speak
from bot.schedule import is_quiet
from data.model import Certainty, ChatState, Level, Priority
from data.queries import alerts, certainty, chats, cursors, messages, movements, queues
from data.queries.moving import GENERAL
from data.redis.claims import AlreadySent, Claimed, HeldByOther, Uncertain, alert_key, digest_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.delivery.means import Means
    from bot.delivery.outbox import Waiting
    from data.model import Alert, Chat, Message, Movement, Occasion
    from data.queries.queues import ChatLease
    from data.redis.claims import Answer

PATIENCE = 0.25
"""Seconds a turn waits in its place; for longer it gives the chat back."""
LONGEST_TURN = 0.5
"""Seconds after which it makes room for others, when there are some."""
_ANSWER_WITHIN = 15.0
_GO_ON = 0.0
BLOCKED = "blocked by whoever runs the bot"


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
        self._is_finished = False

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
                if not self._is_finished:
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
        return wait or await self._tell_together(waiting, batch, now, urgent)

    async def _tell_digest(
        self, waiting: Waiting, digest: Sequence[Alert], now: datetime
    ) -> float | None:
        """All of a topic in one message."""
        chat = waiting.chat
        batch = [alert for alert in digest if alert.topic_id == digest[0].topic_id]
        pace = await self._means.limiter.pace(chat.id, chat.kind)
        return pace.wait or await self._tell_together(
            waiting, batch, now, Priority.DIGEST, patience.occasion_of(chat)
        )

    async def _tell_together(
        self,
        waiting: Waiting,
        batch: Sequence[Alert],
        now: datetime,
        urgent: Priority,
        occasion: Occasion | None = None,
    ) -> float | None:
        """One message about these, as far as nobody has told them yet; ``occasion``: they are a
        digest, or of one topic of it."""
        chat, gists = waiting.chat, waiting.gists
        old_before = now - self._means.digest_after
        async with self._means.database.read() as connection:
            story = await outbox.read_told(connection, batch, gists, old_before, occasion)
            heights = await cursors.all_settled(connection)
        wait = await self._means.limiter.acquire(chat.id, chat.kind, urgent, self._held.rank)
        if wait:
            return wait
        keys = [alert_key(alert) for alert in batch]
        if occasion is not None and waiting.next_digest is not None:
            keys.append(digest_key(chat.id, batch[0].topic_id, waiting.next_digest))
        answers = await self._means.claims.claim(keys)
        mine = _Mine.of(keys, answers)
        found = dict(zip(batch, answers, strict=False))
        ready = [one for one in batch if isinstance(found[one], Claimed | Uncertain)]
        doubtful = [one for one in ready if isinstance(found[one], Uncertain)]
        try:
            await self._record_known(chat, found, occasion)
            held = [one.left for one in answers if isinstance(one, HeldByOther)]
            if not ready or (occasion is not None and held):
                if mine:
                    await self._means.claims.release(mine.fresh, mine.doubtful)
                return min(held).total_seconds() + PATIENCE if held else _GO_ON
            if len(ready) < len(batch):
                async with self._means.database.read() as connection:
                    story = await outbox.read_told(connection, ready, gists, old_before, occasion)
            is_whole = len(story.alerts) == len(ready)
            sure = Certainty.SEEN
            if is_whole:
                sure = certainty_of(chat, ready, story.movements, heights)
            repeats = {alert.id for alert in doubtful}
            rendered = [rendered_story(self._means, chat, story, now, sure, repeats)]
            due = waiting.next_digest
            if drawn := await picture.drawn_for(self._means, chat, ready, occasion, due):
                below = rendered_story(
                    self._means, chat, replace(story, pictured=True), now, sure, repeats
                )
                rendered.insert(0, replace(below, picture=drawn))
        except (Exception, asyncio.CancelledError):
            # nothing was sent, and must not look like a send of which nobody knows the end
            await self._means.claims.release(mine.fresh, mine.doubtful)
            raise
        is_all = occasion is None and self._is_all(waiting, ready)
        telling = _Telling(ready, doubtful, sure, story.movements, occasion, is_all)
        return await self._send(chat, mine, telling, rendered)

    def _is_all(self, waiting: Waiting, told: Sequence[Alert]) -> bool:
        """Whether nothing is left to be told after these: what came since then has raised the
        queue's version."""
        is_for_more = self._held.priority is Priority.CONFIRMATION
        is_whole = len(told) == len(waiting.alerts) < outbox.AT_ONCE
        return is_whole and not waiting.stale and waiting.next_digest is None and not is_for_more

    async def _record_known(
        self, chat: Chat, found: Mapping[Alert, Answer], occasion: Occasion | None
    ) -> None:
        """What Redis knows to be sent, message by message."""
        known: defaultdict[int, list[Alert]] = defaultdict(list)
        for alert, answer in found.items():
            if isinstance(answer, AlreadySent):
                known[answer.message_id].append(alert)
        for message_id, told in known.items():
            telling = _Telling(told, occasion=occasion)
            # so it was meant, and an edit that goes wrong will tell
            pictured = picture.has_picture(occasion, len(told))
            await self._record(chat, telling, message_id, pictured=pictured)

    async def _send(
        self, chat: Chat, mine: _Mine, telling: _Telling, rendered: Sequence[Rendered]
    ) -> float | None:
        """Send it as it is rendered first; where the chat does not take that, as it is then."""
        ready, went = telling.told, rendered[0]

        async def shown() -> Outcome:
            nonlocal went
            outcome = await self._shown_in(chat, ready[0].topic_id, went)
            for other in rendered[1:]:
                if not isinstance(outcome, Refused | Unreachable):
                    break
                # no rights to send pictures, or Telegram does not like this one
                went = other
                outcome = await self._shown_in(chat, ready[0].topic_id, went)
            return outcome

        outcome = await claimed(self._means.claims, mine.fresh, mine.doubtful, shown)
        if isinstance(outcome, Shown):
            pictured = went.picture is not None
            await self._record(chat, telling, outcome.message_id, pictured=pictured)
            self._tell_of_success(chat, ready, telling.doubtful, went, outcome)
            return None if self._is_finished else _GO_ON
        if isinstance(outcome, TopicLost) and ready[0].topic_id != GENERAL:
            return await self._setbacks.fall_back(chat, ready[0].topic_id, outcome)
        return await self._setbacks.face(chat, outcome, ready)

    async def _shown_in(
        self, chat: Chat, topic_id: int, rendered: Rendered, *, silent: bool = False
    ) -> Outcome:
        means, within = self._means, self._answer_within()
        return await send(
            means.bot, chat, topic_id, rendered, within, paid=means.paid, silent=silent
        )

    async def _say(self, chat: Chat, notice: str) -> float | None:
        """Tell a chat something of our own; a repeat after a kill does no harm: no claim."""
        wait = await self._means.limiter.acquire(chat.id, chat.kind, Priority.WATCH)
        if wait:
            return wait
        # which one it is stands in the database; it is said in the language of now
        rendered = Rendered(_(notice), "notice")
        silent = is_quiet(chat, self._means.clock())
        outcome = await self._shown_in(chat, GENERAL, rendered, silent=silent)
        if not isinstance(outcome, Shown | Refused):
            return await self._setbacks.face(chat, outcome, ())
        async with self._means.database.write() as connection:
            await chats.notice_told(connection, chat.id, notice)
        return _GO_ON

    async def _record(
        self, chat: Chat, telling: _Telling, message_id: int, *, pictured: bool
    ) -> None:
        """Note what was told, of which movements; what a reorg changed on the way is edited."""
        now, topic = self._means.clock(), telling.told[0].topic_id
        async with self._means.database.write() as connection:
            ours = await messages.record(
                connection,
                chat.id,
                topic,
                message_id,
                now,
                telling.sure,
                occasion=telling.occasion,
                pictured=pictured,
            )
            await alerts.sent(connection, [alert.id for alert in telling.told], ours)
            if await movements.are_others_now(connection, telling.as_of.values()):
                await messages.edit(connection, ours)
                await queues.enqueue(connection, [(chat.id, Priority.EDIT)])
            if telling.is_all:
                await queues.finish(connection, self._held)
        self._is_finished = telling.is_all

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

    async def _answer(self, chat: Chat, stale: Sequence[Message], now: datetime) -> float | None:
        """Answer what a reorg took, if it was large; None when there is nothing (more) to say."""
        fresh = [one for one in stale if (one.id, one.revision) not in self._looked_at]
        if not fresh:
            return None
        done = await taken_back.answer(
            self._means,
            chat,
            fresh,
            self._answer_within(),
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
        within = self._answer_within()
        done = await show_anew(self._means, chat, due[0].message, Priority.CONFIRMATION, within)
        return None if isinstance(done, float) else await self._setbacks.face(chat, done, ())

    def _answer_within(self) -> float:
        """Seconds for Telegram's answer, so that it comes while the lease still holds."""
        return min(_ANSWER_WITHIN, self._means.lease_for.total_seconds() / 2)


@dataclass(frozen=True, slots=True)
class _Mine:
    """The keys that were ours to claim: those that nobody ever tried, and those of the others."""

    fresh: Sequence[str]
    doubtful: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.fresh or self.doubtful)

    @classmethod
    def of(cls, keys: Sequence[str], answers: Sequence[Answer]) -> _Mine:
        both = list(zip(keys, answers, strict=True))
        return cls(
            [key for key, answer in both if isinstance(answer, Claimed)],
            [key for key, answer in both if isinstance(answer, Uncertain)],
        )


@dataclass(frozen=True, slots=True)
class _Telling:
    """What one message tells: ``doubtful`` ones may have been told before, ``as_of`` are the
    movements as they were read for it, and ``is_all``: the chat has nothing else to be told."""

    told: Sequence[Alert]
    doubtful: Sequence[Alert] = ()
    sure: Certainty = Certainty.SEEN
    as_of: Mapping[int, Movement] = field(default_factory=dict)
    occasion: Occasion | None = None
    is_all: bool = False
