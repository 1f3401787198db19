"""Health: what the loops wrote of their own progress, judged. Pure.

Nothing here is refreshed by looking at it: a watcher that stands still is seen by the age of
its last stamp.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chain
    from data.redis.published import ChainStatus, NodeStatus

STALE_AFTER = timedelta(seconds=60)
"""A loop publishes every second or two; after so long without it stands still."""
OLD_NEWS = timedelta(seconds=10)
"""A loop that waits for a node that hangs writes nothing meanwhile: its news gets a date."""
LAG_SECONDS = 60.0
"""A chain whose cursor is further behind its head is not in time."""
HEAD_AGE = timedelta(minutes=10)
"""No chain we follow goes so long without a block."""
OUTBOX_AGE = timedelta(minutes=5)
"""Alerts leave within seconds; in an unpaused chat none waits longer than a minute."""


class Verdict(StrEnum):
    """OK and WARN leave the exit status at 0."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the table."""

    name: str
    verdict: Verdict
    detail: str


def check_chain(chain: Chain, status: ChainStatus | None, now: datetime) -> list[Check]:
    """A chain's loop, its lag, and every one of its nodes."""
    if status is None:
        return [Check(chain.name, Verdict.FAIL, "watcher not running: it never wrote anything")]
    age = now - status.written_at
    if age > max(STALE_AFTER, timedelta(seconds=5 * chain.block_time)):
        detail = f"watcher not running: it last wrote {told(age)} ago"
        return [Check(chain.name, Verdict.FAIL, detail)]
    if age < -STALE_AFTER:
        detail = f"the clocks differ: it says that it wrote {told(-age)} from now"
        return [Check(chain.name, Verdict.FAIL, detail)]
    ready = [node for node in status.nodes if node.state == "ready"]
    checks = [_progress(chain, status, now, age), _fallback(chain, len(ready), len(status.nodes))]
    return checks + [_node(chain, node, status.head) for node in status.nodes]


def check_lease(chain: Chain, holder: str | None) -> Check:
    """What the database knows of a chain's watcher, where Redis cannot be asked."""
    if holder is None:
        detail = "watcher not running, or cut off from the database: nobody follows the chain"
        return Check(chain.name, Verdict.FAIL, detail)
    return Check(
        chain.name, Verdict.WARN, f"{holder} holds its lease; how far it is, only Redis knows"
    )


def check_outbox(waiting: int, oldest: datetime | None, now: datetime) -> Check:
    """Whether alerts leave."""
    if not waiting or oldest is None:
        return Check("outbox", Verdict.OK, "empty")
    age = now - oldest
    verdict = Verdict.FAIL if age > OUTBOX_AGE else Verdict.OK
    return Check("outbox", verdict, f"{waiting:,} waiting, the oldest for {told(age)}")


def check_stamp(name: str, written_at: datetime | None, now: datetime) -> Check:
    """A loop that does nothing but say that it goes round."""
    if written_at is None:
        return Check(name, Verdict.FAIL, f"{name} not running: it never wrote anything")
    age = now - written_at
    if age > STALE_AFTER:
        return Check(name, Verdict.FAIL, f"{name} not running: it last wrote {told(age)} ago")
    return Check(name, Verdict.OK, f"wrote {told(age)} ago")


def is_healthy(checks: Sequence[Check]) -> bool:
    """Whether nothing failed."""
    return all(check.verdict is not Verdict.FAIL for check in checks)


def told(age: timedelta) -> str:
    """An age as people say it: ``12 s``, ``5 min``, ``64 h``, ``3 d``."""
    seconds = max(0, int(age.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 2 * 3600:
        return f"{seconds // 60} min"
    if seconds < 4 * 24 * 3600:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} d"


def _progress(chain: Chain, status: ChainStatus, now: datetime, age: timedelta) -> Check:
    if status.cursor is None or status.head is None:
        return Check(chain.name, Verdict.FAIL, status.reason or f"{status.state}, no block yet")
    lag = max(0, status.head - status.cursor)
    where = f"block {status.cursor:,}, {lag:,} behind the head"
    if age > OLD_NEWS:
        where += f" {told(age)} ago"
    if status.state not in {"following", "catching up"}:
        state = f"{status.state}: {status.reason}" if status.reason else status.state
        return Check(chain.name, Verdict.FAIL, f"{state} ({where})")
    in_time = lag * chain.block_time <= LAG_SECONDS
    if in_time and status.cursor_time is not None and now - status.cursor_time > HEAD_AGE:
        # nodes that all stand still look like a chain that is followed closely
        where += f", which is {told(now - status.cursor_time)} old: no node has anything newer"
        in_time = False
    verdict = Verdict.OK if in_time else Verdict.WARN
    return Check(chain.name, verdict, f"{status.state}: {where}")


def _fallback(chain: Chain, ready: int, total: int) -> Check:
    name = f"{chain.name} fallback"
    if ready >= 2:
        return Check(name, Verdict.OK, f"available: {ready} of {total} nodes are ready")
    if ready == 1:
        return Check(name, Verdict.WARN, f"none: 1 of {total} nodes is ready")
    return Check(name, Verdict.FAIL, f"none of {total} nodes is ready")


def _node(chain: Chain, node: NodeStatus, head: int | None) -> Check:
    parts = [node.state]
    if node.head is not None:
        behind = max(0, head - node.head) if head is not None else 0
        parts.append(f"head {node.head:,}" + (f" ({behind:,} behind)" if behind else ""))
    if node.latency_ms is not None:
        parts.append(f"{node.latency_ms} ms")
    if node.faults:
        parts.append(f"{node.faults:,} faults in {node.calls:,} calls")
    if node.reason and node.state != "ready":
        parts.append(node.reason)
    verdict = Verdict.OK if node.state == "ready" else Verdict.WARN
    return Check(f"{chain.name} {node.name}", verdict, ", ".join(parts))
