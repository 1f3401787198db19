"""One message about alerts of a leased chat: claimed, rendered, sent, recorded.

Of alerts that came together it tells those that nobody has told yet; what another process has
claimed meanwhile is waited for.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.delivery import outbox, picture
from bot.delivery.certainty import certainty_of
from bot.delivery.claimed import Ours, claimed
from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.outcomes import Outcome, Refused, Shown, TopicLost, Unreachable
from bot.delivery.revision import rendered_story
from bot.delivery.send import send
from data.model import Certainty, Priority
from data.queries import alerts, cursors, messages, movements, queues
from data.queries.moving import GENERAL
from data.redis.claims import AlreadySent, Claimed, HeldByOther, Uncertain, alert_key, digest_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.delivery.means import Means
    from bot.delivery.outbox import Waiting
    from bot.delivery.render import Rendered
    from bot.delivery.setbacks import Setbacks
    from data.model import Alert, Chat, Movement, Occasion
    from data.queries.queues import ChatLease
    from data.redis.claims import Answer

LOOK_AGAIN = 0.25
"""Seconds behind the end of a claim of another's, until somebody looks what became of it."""
_GO_ON = 0.0


class Telling:
    """For one turn. ``is_finished``: what was told was all, and the chat's lease has ended with the
    record of it."""

    def __init__(self, means: Means, setbacks: Setbacks, held: ChatLease) -> None:
        self._means = means
        self._setbacks = setbacks
        self._held = held
        self.is_finished = False

    async def together(
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
        mine = Ours.of(keys, answers)
        found = dict(zip(batch, answers, strict=False))
        ready = [one for one in batch if isinstance(found[one], Claimed | Uncertain)]
        doubtful = [one for one in ready if isinstance(found[one], Uncertain)]
        try:
            await self._record_known(chat, found, occasion)
            held = [one.left for one in answers if isinstance(one, HeldByOther)]
            if not ready or (occasion is not None and held):
                if mine:
                    await self._means.claims.release(mine.fresh, mine.doubtful)
                return min(held).total_seconds() + LOOK_AGAIN if held else _GO_ON
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
        contents = _Contents(ready, doubtful, sure, story.movements, occasion, is_all)
        return await self._send(chat, mine, contents, rendered)

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
            contents = _Contents(told, occasion=occasion)
            # so it was meant, and an edit that goes wrong will tell
            pictured = picture.has_picture(occasion, len(told))
            await self._record(chat, contents, message_id, pictured=pictured)

    async def _send(
        self, chat: Chat, mine: Ours, contents: _Contents, rendered: Sequence[Rendered]
    ) -> float | None:
        """Send it as it is rendered first; where the chat does not take that, as it is then."""
        ready, went = contents.told, rendered[0]

        async def shown() -> Outcome:
            nonlocal went
            outcome = await self._sent(chat, ready[0].topic_id, went)
            for other in rendered[1:]:
                if not isinstance(outcome, Refused | Unreachable):
                    break
                # no rights to send pictures, or Telegram does not like this one
                went = other
                outcome = await self._sent(chat, ready[0].topic_id, went)
            return outcome

        outcome = await claimed(self._means.claims, mine, shown)
        if isinstance(outcome, Shown):
            pictured = went.picture is not None
            await self._record(chat, contents, outcome.message_id, pictured=pictured)
            self._tell_of_success(chat, ready, contents.doubtful, went, outcome)
            return None if self.is_finished else _GO_ON
        if isinstance(outcome, TopicLost) and ready[0].topic_id != GENERAL:
            return await self._setbacks.fall_back(chat, ready[0].topic_id, outcome)
        return await self._setbacks.face(chat, outcome, ready)

    async def _sent(self, chat: Chat, topic_id: int, rendered: Rendered) -> Outcome:
        means = self._means
        within = means.answer_within
        return await send(means.bot, chat, topic_id, rendered, within, paid=means.paid)

    async def _record(
        self, chat: Chat, contents: _Contents, message_id: int, *, pictured: bool
    ) -> None:
        """Note what was told, of which movements; what a reorg changed on the way is edited."""
        now, topic = self._means.clock(), contents.told[0].topic_id
        async with self._means.database.write() as connection:
            ours = await messages.record(
                connection,
                chat.id,
                topic,
                message_id,
                now,
                contents.sure,
                occasion=contents.occasion,
                pictured=pictured,
            )
            await alerts.sent(connection, [alert.id for alert in contents.told], ours)
            if await movements.are_others_now(connection, contents.as_of.values()):
                await messages.edit(connection, ours)
                await queues.enqueue(connection, [(chat.id, Priority.EDIT)])
            if contents.is_all:
                await queues.finish(connection, self._held)
        self.is_finished = contents.is_all

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


@dataclass(frozen=True, slots=True)
class _Contents:
    """What one message tells: ``doubtful`` ones may have been told before, ``as_of`` are the
    movements as they were read for it, and ``is_all``: the chat has nothing else to be told."""

    told: Sequence[Alert]
    doubtful: Sequence[Alert] = ()
    sure: Certainty = Certainty.SEEN
    as_of: Mapping[int, Movement] = field(default_factory=dict)
    occasion: Occasion | None = None
    is_all: bool = False
