"""Whom a 429 is meant for: Telegram does not say whether a chat or the bot sent too much."""

from __future__ import annotations

from collections import deque

SPAN_SECONDS = 2.0
CHATS = 3


class Floods:
    """A 429 pauses its chat. Several chats refused almost at once mean the bot.

    One or two may be a coincidence, and one chat's pause must never delay another.
    """

    def __init__(self) -> None:
        self._recent: deque[tuple[float, int, float]] = deque()

    def note(self, chat_id: int, retry_after: float, now: float) -> float | None:
        """Seconds for which the bot shall pause, None while only chats need to.

        ``now`` in seconds of any clock that goes forward.
        """
        self._recent.append((now, chat_id, retry_after))
        while self._recent[0][0] < now - SPAN_SECONDS:
            self._recent.popleft()
        if len({chat for _, chat, _ in self._recent}) < CHATS:
            return None
        shortest = min(seconds for _, _, seconds in self._recent)
        self._recent.clear()
        return shortest
