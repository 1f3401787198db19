"""The limits of the Bot API, and the counting that enforces them.

Documented (core.telegram.org/bots/faq, "My bot is hitting limits"): about 30 messages a second in
all; in one chat not more than one a second, "short bursts" allowed; in a group 20 a minute. How
long a burst may be is not documented: here `private_burst`. Sends and edits count; deletions,
answers to callbacks and chat actions do not.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from sandbox.telegram.chats import Chat

WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers. `Limits.none()` switches rates off, for tests that are about other things."""

    overall_per_second: int = 30
    private_per_second: float = 1.0
    private_burst: int = 5
    group_per_minute: int = 20
    longest_text: int = 4096
    longest_caption: int = 1024
    callback_lifetime: float = 60.0
    longest_poll: int = 50
    rated: bool = True

    @classmethod
    def none(cls) -> Limits:
        return cls(rated=False)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


@dataclass(slots=True)
class RateLimiter:
    """Knows what was accepted when; refuses with the seconds to wait."""

    limits: Limits
    overall: deque[float] = field(default_factory=deque)
    groups: dict[int, deque[float]] = field(default_factory=dict)
    buckets: dict[int, _Bucket] = field(default_factory=dict)

    def charge(self, chat: Chat, now: float) -> int | None:
        """None: accepted and counted. Else `retry_after` in whole seconds, nothing is counted."""
        if not self.limits.rated:
            return None
        waits = [self._overall_wait(now)]
        waits.append(self._group_wait(chat.id, now) if chat.counts_per_minute else 0.0)
        waits.append(0.0 if chat.counts_per_minute else self._private_wait(chat.id, now))
        longest = max(waits)
        if longest > 0:
            return max(1, math.ceil(longest))
        self.overall.append(now)
        if chat.counts_per_minute:
            self.groups[chat.id].append(now)
        else:
            self.buckets[chat.id].tokens -= 1
        return None

    def _overall_wait(self, now: float) -> float:
        return _window_wait(self.overall, self.limits.overall_per_second, 1.0, now)

    def _group_wait(self, chat_id: int, now: float) -> float:
        log = self.groups.setdefault(chat_id, deque())
        return _window_wait(log, self.limits.group_per_minute, WINDOW_SECONDS, now)

    def _private_wait(self, chat_id: int, now: float) -> float:
        burst, rate = float(self.limits.private_burst), self.limits.private_per_second
        bucket = self.buckets.setdefault(chat_id, _Bucket(burst, now))
        bucket.tokens = min(burst, bucket.tokens + max(0.0, now - bucket.at) * rate)
        bucket.at = now
        return 0.0 if bucket.tokens >= 1 else (1 - bucket.tokens) / rate


def _window_wait(log: deque[float], most: int, seconds: float, now: float) -> float:
    while log and now - log[0] >= seconds:
        log.popleft()
    return 0.0 if len(log) < most else seconds - (now - log[-most])
