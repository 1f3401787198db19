"""How a group's or channel's minute is spent, so that nobody in it waits for a minute.

Telegram takes 20 messages in any 60 seconds. Spent at once, the next alert waits for a minute; so
the last ones of them go at even distances, and what comes between shares a list.
"""

from __future__ import annotations

from dataclasses import dataclass

_FREELY = 0.6
"""The share of the minute's messages that may go as soon as there is something to tell."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many alerts a chat can be told ``one_by_one`` before they had better share a list, and
    how many seconds to ``wait`` before the next message."""

    one_by_one: int
    wait: float = 0.0


def leaves_room(used: int, most: int) -> bool:
    """Whether so much of a group's minute is left that pages may be turned in it, too."""
    return used < most - max(1, most // 5)


def pace_of(used: int, since_last: float, most: int, window: float) -> Pace:
    """``used`` of the ``most`` messages of a window of so many seconds have gone, the last one
    ``since_last`` seconds ago."""
    freely = int(most * _FREELY)
    if used < freely:
        return Pace(freely - used)
    return Pace(1, max(0.0, window / (most - freely) - since_last))
