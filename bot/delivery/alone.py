"""Telegram's limits without Redis: this worker's share of the bot's rate, and what the database
knows of each chat's last minute."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from typing import TYPE_CHECKING

from data.redis.limiter import LEAST_SHARE, RECOVERY, SLOWED, WINDOW_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.redis.limiter import Limits

PRESENT_FOR = 10.0
"""Seconds for which a worker counts as there after it signed in."""
SIGN_IN_EVERY = 3.0
_NOBODY_KNOWS = 1.0
_A_SECOND = 1.0


class Alone:
    """Keeps to ``1 / workers`` of the bot's rate on this process's own clock.

    All that share a rate do: who came last waits until every other worker has heard of it.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._longest_window = max(WINDOW_SECONDS, limits.chat_burst / limits.chat_per_second)
        self._signed_in_at: float | None = None
        self._settled_at = 0.0
        self._workers = 1
        self._next_at = 0.0
        self._slowed: tuple[float, float] = (1.0, 0.0)
        self._paused_until: dict[int | None, float] = {}
        self._went: defaultdict[int, deque[float]] = defaultdict(deque)
        self.is_so = False

    @property
    def workers(self) -> int:
        """Among how many the rate is shared."""
        return self._workers

    def signed_in(self, workers: int) -> None:
        """So many are there, this one among them."""
        now = _now()
        if self._signed_in_at is None or now - self._signed_in_at > PRESENT_FOR:
            # nobody has known of us: the others hear of it when they sign in themselves
            self._settled_at = now + SIGN_IN_EVERY + _A_SECOND
        self._signed_in_at = now
        self._workers = max(1, workers)
        self._forget(now)

    def _forget(self, now: float) -> None:
        """What no longer counts: there may be a hundred thousand chats."""
        lately = now - self._longest_window
        for chat_id in [one for one, went in self._went.items() if went[-1] <= lately]:
            del self._went[chat_id]
        self._paused_until = {who: end for who, end in self._paused_until.items() if end > now}

    def begin(self) -> None:
        """Redis went away: what it let go counts for another second."""
        if not self.is_so:
            self.is_so = True
            self._next_at = max(self._next_at, _now() + _A_SECOND)

    def end(self) -> None:
        """It is back."""
        self.is_so = False

    def pause(self, chat_id: int | None, seconds: float) -> None:
        """Hold a chat back, or with None the bot; the longest holds."""
        ends = max(self._paused_until.get(chat_id, 0.0), _now() + seconds)
        self._paused_until[chat_id] = ends
        if chat_id is None:
            self._slowed = (max(LEAST_SHARE, self._share() * SLOWED), _now())

    def pauses(self) -> dict[int | None, float]:
        """Seconds that are left of each, for who comes back."""
        now = _now()
        self._forget(now)
        return {who: end - now for who, end in self._paused_until.items()}

    def bot_paused_for(self) -> float:
        """Seconds until the bot may send at all."""
        return max(0.0, self._paused_until.get(None, 0.0) - _now())

    def take(self, chat_id: int, *, by_log: bool, ages: Sequence[float]) -> float:
        """0 when a message may go, and it is counted; else the seconds to wait.

        ``ages`` of what the chat was sent lately, in seconds, whoever sent it.
        """
        now = _now()
        if self._signed_in_at is None or now - self._signed_in_at > PRESENT_FOR:
            return _NOBODY_KNOWS
        own = self._chats_wait(chat_id, by_log, ages, now)
        paused = max(self._paused_until.get(who, 0.0) for who in (None, chat_id)) - now
        wait = max(own, paused, self._settled_at - now, self._next_at - now)
        if wait > 0:
            return wait
        self._next_at = now + self._limits.bot_interval * self._workers / self._share()
        self._went[chat_id].append(now)
        return 0.0

    def _chats_wait(self, chat_id: int, by_log: bool, ages: Sequence[float], now: float) -> float:
        limits = self._limits
        most = limits.group_per_minute if by_log else limits.chat_burst
        window = float(WINDOW_SECONDS) if by_log else limits.chat_burst / limits.chat_per_second
        went = self._went[chat_id]
        while went and now - went[0] > window:
            went.popleft()
        # what we sent, and what all have noted, us among them: the stricter of the two counts
        waits = [_window_wait(sorted(found), most, window) for found in (ages, _ages(went, now))]
        if not went:
            del self._went[chat_id]
        return max(waits)

    def _share(self) -> float:
        share, since = self._slowed
        return min(1.0, share + (_now() - since) * RECOVERY)


def _window_wait(ages: Sequence[float], most: int, window: float) -> float:
    """Until fewer than the most are in the window; the youngest first."""
    return 0.0 if len(ages) < most else max(0.0, window - ages[most - 1])


def _ages(moments: Sequence[float], now: float) -> list[float]:
    return [now - moment for moment in moments]


def _now() -> float:
    return asyncio.get_running_loop().time()
