"""Delivery itself: leases chats that are due, and gives each its turn, a few at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.delivery.alarm import Alarm
from bot.delivery.alone import Alone
from bot.delivery.backoff import Backoff
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.confirmations import Confirmations
from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.instruments import count_event, log_event
from bot.delivery.ledger import Ledger
from bot.delivery.marks import Marks
from bot.delivery.means import Means, utc_now
from bot.delivery.mornings import Mornings
from bot.delivery.pursuits import Pursuits
from bot.delivery.rate_limiter import RateLimiter, limits_of
from bot.delivery.roll import Roll
from bot.delivery.turn import Turn
from data.errors import ConfigurationError
from data.queries import queues
from data.redis.claims import Claims
from data.redis.wake import Sleeper
from data.together import end

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from aiogram import Bot
    from redis.asyncio import Redis

    from bot.delivery.events import Listener
    from data.database import Database
    from data.queries.queues import ChatLease
    from data.settings import Settings

LEAST_AT_ONCE, MOST_AT_ONCE = 8, 48
"""Turns: Telegram takes its time to answer, and the rate must be reached all the same."""
_ANSWER_SECONDS = 0.5
POLL_SECONDS = 1.0
LAST_WORDS_SECONDS = 6.0
"""For Telegram's answers after a stop; then there is time left to give back what was not sent."""
_CANCEL_AGAIN_AFTER = 0.5


class Delivery:
    """Sends what stands in the outbox. Any number of processes may run one each.

    ``owner`` is new with every start. ``run`` may be called once.
    """

    def __init__(
        self,
        bot: Bot,
        database: Database,
        redis: Redis,
        settings: Settings,
        owner: str,
        *,
        listeners: Sequence[Listener] = (log_event, count_event),
        clock: Callable[[], datetime] = utc_now,
        limiter: RateLimiter | None = None,
    ) -> None:
        self._owner = owner
        self._sleeper = Sleeper(redis)
        self._alarm = Alarm(self._sleeper.set)
        self._turns: set[asyncio.Task[None]] = set()
        self._at_once = at_once(settings.rate_bot_per_second)
        self._not_before = 0.0
        self._stalled = False
        self._ledger = Ledger(database, redis, clock)
        alone = Alone(limits_of(settings))
        send_lease = timedelta(seconds=settings.send_lease_for)
        marks = Marks(Claims(redis, owner, send_lease), database, owner, send_lease, alone)
        self._means = Means(
            bot=bot,
            database=database,
            limiter=limiter or RateLimiter(redis, settings, alone=alone, database=database),
            claims=marks,
            backoff=Backoff(settings.backoff_first, settings.backoff_longest),
            chains=settings.known_chains,
            labels=settings.labels,
            lease_for=timedelta(seconds=settings.chat_lease_for),
            stopping=asyncio.Event(),
            crowded=lambda: len(self._turns) >= self._at_once,
            paid=settings.paid_broadcast,
            digest_after=timedelta(hours=settings.digest_after_hours),
            listeners=(*listeners, self._ledger),
            clock=clock,
        )
        self._roll = Roll(self._means, redis, alone, marks, owner)
        followed = tuple(settings.known_chains[name] for name in settings.chains)
        self._mornings = Mornings(self._means, self._sleeper.set)
        self._confirmations = Confirmations(self._means, redis)
        self._broadcasts = Broadcasts(self._means, redis, self._at_once)
        self._pursuits = Pursuits(
            self._means, redis, followed, owner, settings.keep_movements_from_usd
        )

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until ``stopping`` is set and what is in flight has ended, at most 10 s later.

        Raises ConfigurationError when Telegram no longer takes the token; nothing else.
        """
        try:
            async with asyncio.TaskGroup() as group:
                beside = [
                    group.create_task(self._sleeper.listen()),
                    group.create_task(self._hear(stopping)),
                    group.create_task(self._pursuits.run()),
                    group.create_task(self._confirmations.run()),
                    group.create_task(self._mornings.run()),
                    group.create_task(self._broadcasts.run()),
                    group.create_task(self._ledger.run()),
                    group.create_task(self._roll.run()),
                ]
                await self._lease_until_stopped(group)
                await self._end_turns()
                await end(beside, again_after=_CANCEL_AGAIN_AFTER)
        except BaseExceptionGroup as errors:
            fatal = errors.subgroup(ConfigurationError)
            if fatal is None:
                raise
            raise _first(fatal) from None
        finally:
            self._alarm.stop()

    async def _hear(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self._means.stopping.set()
        self._sleeper.set()

    async def _lease_until_stopped(self, group: asyncio.TaskGroup) -> None:
        repaired = False
        while not self._means.stopping.is_set():
            free = self._at_once - len(self._turns)
            leased: list[ChatLease] = []
            if free:
                try:
                    repaired = repaired or await self._repair()
                    leased = await self._lease(free)
                except Exception as error:  # noqa: BLE001 - whatever is away, alerts wait for it
                    self._stall(error)
                else:
                    self._resume()
                    self._ledger.round_made()
            else:
                self._ledger.round_made()
            for held in leased:
                self._begin_turn(group, held)
            if len(leased) < free or not free:
                await self._sleeper.sleep(POLL_SECONDS)

    def _begin_turn(self, group: asyncio.TaskGroup, held: ChatLease) -> None:
        work = self._give_turn(held)
        try:
            turn = group.create_task(work)
        except RuntimeError:  # another turn has just ended the group
            work.close()
            raise
        self._turns.add(turn)
        turn.add_done_callback(self._end_turn)

    async def _repair(self) -> bool:
        async with self._means.database.write() as connection:
            await queues.repair(connection)
        return True

    async def _lease(self, free: int) -> list[ChatLease]:
        """Chats to turn to now; none while the bot is paused or Telegram cannot be reached."""
        wait = await self._means.limiter.bot_paused_for()
        loop = asyncio.get_running_loop()
        wait = max(wait, self._not_before - loop.time())
        if wait > 0:
            # once a second until then: of every look an alarm would be left
            if wait < POLL_SECONDS:
                self._alarm.ring_in(wait)
            return []
        async with self._means.database.write() as connection:
            return await queues.lease(connection, self._owner, self._means.lease_for, free)

    async def _give_turn(self, held: ChatLease) -> None:
        turn = Turn(self._means, held)
        try:
            again_in = await turn.take()
        except ConfigurationError:
            raise
        except asyncio.CancelledError:
            await self._give_back(turn)
            raise
        except Exception as error:  # noqa: BLE001 - one chat's trouble must not end delivery
            self._stall(error)
            await self._give_back(turn)
            return
        if turn.telegram_away:
            self._keep_away()
        if again_in is not None:
            self._alarm.ring_in(again_in)

    async def _give_back(self, turn: Turn) -> None:
        try:
            await turn.give_back(POLL_SECONDS)
        except Exception as error:  # noqa: BLE001 - then the lease runs out by itself
            self._stall(error)

    def _keep_away(self) -> None:
        """Leave Telegram alone for a while; turns that fail together count as one failure."""
        now = asyncio.get_running_loop().time()
        if now >= self._not_before:
            self._not_before = now + self._means.backoff.failed(None)

    def _end_turn(self, turn: asyncio.Task[None]) -> None:
        self._turns.discard(turn)
        self._sleeper.set()

    def _stall(self, error: Exception) -> None:
        if not self._stalled:
            self._stalled = True
            # the error's text may hold a URL with its password
            reason = type(error).__name__
            self._means.tell(DeliveryEvent(EventKind.STALLED, reason=reason))

    def _resume(self) -> None:
        if self._stalled:
            self._stalled = False
            self._means.tell(DeliveryEvent(EventKind.RESUMED))

    async def _end_turns(self) -> None:
        if self._turns:
            await asyncio.wait(self._turns, timeout=LAST_WORDS_SECONDS)
        for turn in self._turns:
            turn.cancel()


def at_once(bot_per_second: float) -> int:
    """How many turns it takes to reach a rate."""
    return min(MOST_AT_ONCE, max(LEAST_AT_ONCE, round(bot_per_second * _ANSWER_SECONDS)))


def _first(group: BaseExceptionGroup[ConfigurationError]) -> ConfigurationError:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
