"""Which of a chat's pending alerts the next message tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.delivery.listing import MOST_LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Alert


def next_batch(wanted: Sequence[Alert], one_by_one: int) -> list[Alert]:
    """The oldest alone; with more than the rate carries, as many of its topic as a list shows.

    ``wanted`` by time, not empty; ``one_by_one`` is how many the rate carries.
    """
    first = wanted[0]
    if len(wanted) <= max(1, one_by_one):
        return [first]
    return [alert for alert in wanted if alert.topic_id == first.topic_id][:MOST_LINES]
