"""Tells everybody what an operator has to say, after all else that there is to send.

Each chat is told at most once: what nobody knows the end of is not sent again. Where several
processes deliver, each leases a few chats, and the claims that alerts have hold here as well: who
is killed between Telegram's answer and the database's leaves it to Redis what was sent.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.delivery.claimed import Ours, claimed
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
from bot.delivery.render import Rendered
from bot.delivery.send import edit, send
from bot.delivery.setbacks import Setbacks
from bot.delivery.verdict import is_muted
from bot.hours.clock import zone_of
from bot.hours.schedule import quiet_until
from bot.keyboards.operators import progress as progress_keyboard
from bot.languages import speaking
from bot.texts.operators import progress
from data.errors import ConfigurationError
from data.model import BroadcastState, ChatState, Level, Priority, SendState
from data.queries import broadcasts, chats
from data.queries.moving import GENERAL
from data.redis.claims import AlreadySent, HeldByOther, Uncertain, broadcast_key
from data.redis.wake import BROADCASTS, Sleeper
from data.together import heed_cancellation, together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from bot.delivery.means import Means
    from data.model import Broadcast, Chat

POLL_SECONDS = 5.0
SHOW_EVERY = timedelta(seconds=3)
"""Between two edits that tell an operator how far it is."""
SHOW_IDLE_EVERY = timedelta(minutes=1)
"""The same while nobody is told."""
LEASED_FOR = timedelta(minutes=2)
"""A chat that was leased is told within half of that, or given back."""
_LOOK_AGAIN = 0.5
"""Seconds until the next look when no chat was due; each further one waits longer."""
_PATIENCE = 5.0
"""Seconds that the limits may keep a chat waiting before it is given back: others wait for it."""
_ANSWER_WITHIN = 15.0
_AGAIN_IN = timedelta(seconds=1)


class Broadcasts:
    """Sends what operators tell everybody until it is cancelled; ``at_once`` chats side by side."""

    def __init__(self, means: Means, redis: Redis, at_once: int) -> None:
        self._means = means
        self._at_once = at_once
        self._sleeper = Sleeper(redis, BROADCASTS)
        self._pause = 0.0

    async def run(self) -> None:
        """Send for ever. Raises ConfigurationError when Telegram no longer takes the token."""
        await together(self._sleeper.listen(), self._send_for_ever())

    async def _send_for_ever(self) -> None:
        while True:
            heed_cancellation()
            pause = POLL_SECONDS
            try:
                pause = await self.some()
            except ConfigurationError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever is away, it has time
                reason = type(error).__name__
                self._means.tell(DeliveryEvent(EventKind.FAILED, reason=reason))
            await self._sleeper.sleep(pause)

    async def some(self) -> float:
        """Tell a few chats, and the operator how far it is; seconds until there may be more to
        do."""
        async with self._means.database.read() as connection:
            if not await broadcasts.are_any(connection):
                return POLL_SECONDS
        leased: Sequence[tuple[Broadcast, int]] = ()
        if not self._means.stopping.is_set():
            async with self._means.database.write() as connection:
                leased = await broadcasts.lease(connection, LEASED_FOR, self._at_once)
        if leased:
            await together(*(self._tell_or_give_back(one, chat) for one, chat in leased))
        await self._show_all(SHOW_EVERY if leased else SHOW_IDLE_EVERY)
        # who was put off may be due in a moment, or in the morning
        self._pause = 0.0 if leased else min(POLL_SECONDS, 2 * self._pause + _LOOK_AGAIN)
        return self._pause

    async def _tell_or_give_back(self, broadcast: Broadcast, chat_id: int) -> None:
        again_in: timedelta | None = _AGAIN_IN
        try:
            again_in = await self._tell(broadcast, chat_id)
        except ConfigurationError:
            raise
        except Exception as error:  # noqa: BLE001 - one chat's trouble must not stop the others
            reason = type(error).__name__
            self._means.tell(DeliveryEvent(EventKind.FAILED, chat_id, reason=reason))
        finally:
            if again_in is not None:
                async with self._means.database.write() as connection:
                    await broadcasts.put_off(connection, broadcast.id, chat_id, again_in)

    async def _tell(self, broadcast: Broadcast, chat_id: int) -> timedelta | None:
        """Tell one chat; in how long it may be tried again, None where it has ended there."""
        async with self._means.database.read() as connection:
            chat = await chats.get(connection, chat_id)
        if chat is None:
            return None
        ended = _cannot_hear(chat) or (
            SendState.MUTED if is_muted(chat.muted_until, self._means.clock()) else None
        )
        if ended is not None:
            await self._settle(broadcast, chat_id, ended)
            return None
        now = self._means.clock()
        if chat.quiet is not None:
            until = quiet_until(chat.quiet, zone_of(chat.time_zone), now)
            if until is not None:
                return until - now
        wait = await self._turn(chat)
        if wait is not None:
            return wait
        async with self._means.database.read() as connection:
            if not await broadcasts.is_sending(connection, broadcast.id):
                return _AGAIN_IN
        return await self._send(broadcast, chat)

    async def _turn(self, chat: Chat) -> timedelta | None:
        """Wait until the limits allow it; how long to come back in where that takes too long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE
        while not self._means.stopping.is_set():
            wait = await self._means.limiter.acquire(chat.id, chat.kind, Priority.BROADCAST)
            if not wait:
                return None
            if loop.time() + wait > until:
                return timedelta(seconds=wait)
            await asyncio.sleep(min(wait, 1.0))
        return _AGAIN_IN

    async def _send(self, broadcast: Broadcast, chat: Chat) -> timedelta | None:
        key = broadcast_key(broadcast.id, chat.id)
        (answer,) = await self._means.claims.claim([key])
        match answer:
            case AlreadySent():
                await self._settle(broadcast, chat.id, SendState.SENT)
                return None
            case HeldByOther():
                return answer.left + _AGAIN_IN
            case Uncertain():
                await self._means.claims.doubt([key])
                await self._settle(broadcast, chat.id, SendState.UNKNOWN)
                return None

        async def shown() -> Outcome:
            rendered = Rendered(broadcast.html, "broadcast")
            means = self._means
            return await send(means.bot, chat, GENERAL, rendered, _ANSWER_WITHIN, paid=means.paid)

        outcome = await claimed(self._means.claims, Ours([key]), shown)
        return await self._face(broadcast, chat, outcome)

    async def _face(self, broadcast: Broadcast, chat: Chat, outcome: Outcome) -> timedelta | None:
        """Note what became of it, and what that says of the chat."""
        again_in = None
        if not isinstance(outcome, Shown):
            again_in = await Setbacks(self._means).face(chat, outcome, ())
        match outcome:
            case Shown():
                self._means.forget_failures(chat.id)
                await self._settle(broadcast, chat.id, SendState.SENT)
            case Unreachable() | TopicLost():
                await self._settle(broadcast, chat.id, SendState.LOST, outcome.reason)
            case Refused() | Gone():
                await self._settle(broadcast, chat.id, SendState.FAILED, outcome.reason)
            case Unknown():
                await self._settle(broadcast, chat.id, SendState.UNKNOWN, outcome.reason)
            case Flooded() | Failed():
                return timedelta(seconds=again_in or 1)
            case Moved():
                pass  # it waits under the new id now
        return None

    async def _settle(
        self, broadcast: Broadcast, chat_id: int, state: SendState, reason: str | None = None
    ) -> None:
        async with self._means.database.write() as connection:
            await broadcasts.settle(connection, broadcast.id, chat_id, state, reason)

    async def _show_all(self, every: timedelta) -> None:
        """Edit the messages that tell operators how far it is, each so seldom at most."""
        now = self._means.clock()
        async with self._means.database.write() as connection:
            await broadcasts.end_those_done(connection, now)
            due = await broadcasts.to_show(connection, now, every, SHOW_EVERY)
        for broadcast in due:
            await self._show(broadcast)

    async def _show(self, broadcast: Broadcast) -> None:
        async with self._means.database.read() as connection:
            operator = await chats.get(connection, broadcast.chat_id)
            counts = await broadcasts.counts(connection, broadcast.id)
        outcome: Outcome | None = None
        if operator is not None and broadcast.shown_in is not None:
            if await self._means.limiter.acquire(operator.id, operator.kind, Priority.EDIT):
                return
            keyboard = None
            with speaking(operator.reads):
                if broadcast.state is BroadcastState.SENDING:
                    keyboard = progress_keyboard(broadcast.id)
                text = progress(broadcast, counts, self._means.clock())
            rendered = Rendered(text, "broadcast progress", keyboard)
            outcome = await edit(
                self._means.bot, operator, broadcast.shown_in, rendered, _ANSWER_WITHIN
            )
        is_over = broadcast.state is not BroadcastState.SENDING
        if is_over and not isinstance(outcome, Flooded | Failed | Unknown):
            async with self._means.database.write() as connection:
                await broadcasts.summed_up(connection, broadcast.id)


def _cannot_hear(chat: Chat) -> SendState | None:
    """Whether something happened to the chat since it was to be told."""
    if chat.moved_to is not None or chat.state is not ChatState.ACTIVE:
        return SendState.LOST
    return SendState.LOST if chat.level is Level.BLOCKED else None
