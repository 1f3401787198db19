"""Whether a rollup's sequencer is up, as Chainlink's uptime feed tells on the chain itself. Pure.

https://docs.chain.link/data-feeds/l2-sequencer-feeds: the answer is 0 while it is up and 1 while
it is down, ``startedAt`` is when that began, and 0 where the feed does not know yet.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

GRACE_PERIOD = timedelta(hours=1)
"""After it came up, while feeds catch up and those who know better trade against them; it is the
documentation's."""


def is_up(data: bytes | None, at: datetime) -> bool:
    """Whether a round of the uptime feed says that it has been up for long enough."""
    if data is None or len(data) != 5 * 32:
        return False
    answer, started = int.from_bytes(data[32:64]), int.from_bytes(data[64:96])
    if answer != 0 or not 0 < started < 2**35:
        return False
    return at - datetime.fromtimestamp(started, UTC) > GRACE_PERIOD
