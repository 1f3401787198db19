"""Which of a chat's pending alerts the next message tells of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from data.model import Alert
    from data.queries.alerts.listed import Gist

_QUIET = timedelta(seconds=10)
_LONGEST = timedelta(seconds=50)
_LOOK_AGAIN = timedelta(seconds=2)


def next_batch(
    wanted: Sequence[Alert], gists: Mapping[int, Gist], one_by_one: int, old_before: datetime
) -> list[Alert]:
    """The oldest alone; with more than the rate carries, all of its topic.

    What is of blocks before ``old_before`` waits until nothing else does, and goes together.
    ``wanted`` by time, not empty; ``one_by_one`` is how many the rate carries.
    """
    fresh = [alert for alert in wanted if gists[alert.id].time >= old_before]
    if fresh and len(fresh) <= max(1, one_by_one):
        return fresh[:1]
    candidates = fresh or wanted
    return [alert for alert in candidates if alert.topic_id == candidates[0].topic_id]


def digest_wait(batch: Sequence[Alert], now: datetime) -> timedelta:
    """How long to wait before old alerts are told: while a gap is filled in, more of them come, and
    they shall make one message. Never a minute; and short each time, for fresh ones may come."""
    written = [alert.created_at for alert in batch]
    # another machine's clock may be ahead
    quiet = abs(now - max(written)) >= _QUIET
    if quiet or now - min(written) >= _LONGEST:
        return timedelta()
    return _LOOK_AGAIN
