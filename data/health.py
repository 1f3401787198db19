"""Health: what the loops wrote of their own progress, judged. Pure.

Nothing here is refreshed by looking at it: a watcher that stands still is seen by the age of
its last stamp.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.model import Chain, CoverageGap
    from data.redis.published import BotStatus, ChainStatus, DeliveryStatus, NodeStatus

HEADS_ONLY = "heads only"
"""The plan of a node that tells of new blocks, but not what is in them."""

PAUSED = "paused"
"""The state of a chain that an operator lets rest: nothing is wrong with it."""

STALE_AFTER = timedelta(seconds=60)
"""A loop publishes every second or two; after so long without it stands still."""
OLD_NEWS = timedelta(seconds=10)
"""A loop that waits for a node that hangs writes nothing meanwhile: its news gets a date."""
LAG_SECONDS = 60.0
"""A chain whose cursor is further behind its head is not in time."""
HEAD_AGE = timedelta(minutes=10)
"""No chain we follow goes so long without a block."""
LONG_PAUSE = timedelta(minutes=1)
"""Telegram asks for seconds when it is busy; for longer where it has had enough of us."""
TRIED_WITHIN = timedelta(seconds=60)
"""The bot waits half a minute for an answer of Telegram's that does not come."""
OUTBOX_AGE = timedelta(minutes=5)
"""Alerts leave within seconds; in an unpaused chat none waits longer than a minute."""
SHOWN_GAPS = 3
"""Of each chain, open ones; the rest is counted."""
SHOWN_REASONS = 3
"""Of each kind of trouble, the most frequent."""
_COUNTED = {
    "answered": "answers to what a reorg took",
    "dropped": "alerts dropped",
    "deferred": "kept for digests",
    "failed": "failures",
    "unknown": "sends of unknown outcome",
    "repeated": "alerts told again because of that",
    "flooded": "times told to wait (429)",
    "malformed": "sent without markup",
    "unreachable": "chats lost",
    "gone": "messages found deleted",
}
_LATCHED = (
    "compare its nodes with a block explorer, take the wrong ones out of {setting}, and start the"
    " watcher again; docs/operating.md says what else there is to do"
)


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
    checks = [_progress(chain, status, now, age), *_settled(chain, status)]
    fallback = _fallback(chain, status.nodes)
    if status.state == PAUSED and fallback.verdict is Verdict.FAIL:
        # perhaps that is why it rests, and nobody needs them meanwhile
        fallback = replace(fallback, verdict=Verdict.WARN)
    checks.append(fallback)
    return checks + [_node(chain, node, status.head) for node in status.nodes]


def check_coverage(
    chain: Chain, gaps: Sequence[CoverageGap], unverified: int, now: datetime
) -> list[Check]:
    """What was not seen, in part or at all, or not verified; nothing where all is well.

    ``gaps`` are the open ones and those of the last day, ``unverified`` the blocks of that day.
    """
    name = f"{chain.name} gap"
    still_open = [gap for gap in gaps if gap.closed_at is None]
    checks = [Check(name, Verdict.WARN, told_gap(gap, now)) for gap in still_open[:SHOWN_GAPS]]
    if len(still_open) > SHOWN_GAPS:
        more = f"and {len(still_open) - SHOWN_GAPS:,} more that are open"
        checks.append(Check(name, Verdict.WARN, more))
    checks += [
        Check(name, Verdict.OK, told_gap(gap, now))
        for gap in [gap for gap in gaps if gap.closed_at is not None][:SHOWN_GAPS]
    ]
    if unverified:
        blocks = "1 block" if unverified == 1 else f"{unverified:,} blocks"
        detail = f"{blocks} in the last 24 h: the nodes agree, a check against the header does not"
        checks.append(Check(f"{chain.name} unverified", Verdict.WARN, detail))
    return checks


def check_lease(chain: Chain, holder: str | None) -> Check:
    """What the database knows of a chain's watcher, where Redis cannot be asked."""
    if holder is None:
        detail = "watcher not running, or cut off from the database: nobody follows the chain"
        return Check(chain.name, Verdict.FAIL, detail)
    return Check(
        chain.name, Verdict.WARN, f"{holder} holds its lease; how far it is, only Redis knows"
    )


def check_alone(workers: int) -> Check:
    """Who delivers where Redis cannot be asked."""
    if not workers:
        return Check("delivery", Verdict.FAIL, "bot not running, or cut off from the database")
    who = "1 worker goes on" if workers == 1 else f"{workers} workers go on"
    detail = f"{who} by the database, each at 1/{workers} of the bot's rate, until Redis is back"
    return Check("delivery", Verdict.WARN, detail)


def check_outbox(
    waiting: int,
    oldest: datetime | None,
    to_leave: datetime | None,
    now: datetime,
    deferred: int = 0,
) -> Check:
    """Whether alerts leave; ``deferred`` ones shall not, before their digest is due.

    ``to_leave``: since when the oldest waits that may, in a chat that is not left alone because
    Telegram wants it so.
    """
    if not waiting or oldest is None:
        kept = f"; {deferred:,} kept for digests" if deferred else ""
        return Check("outbox", Verdict.OK, f"empty{kept}")
    kept = f" ({deferred:,} more kept for digests)" if deferred else ""
    detail = f"{waiting:,} waiting{kept}, the oldest for {told(now - oldest)}"
    if now - oldest <= OUTBOX_AGE:
        return Check("outbox", Verdict.OK, detail)
    if to_leave is not None and now - to_leave > OUTBOX_AGE:
        return Check("outbox", Verdict.FAIL, detail)
    return Check("outbox", Verdict.WARN, f"{detail}, in a chat that Telegram wants left alone")


def check_stamp(name: str, written_at: datetime | None, now: datetime) -> Check:
    """A loop that does nothing but say that it goes round."""
    if written_at is None:
        return Check(name, Verdict.FAIL, f"{name} not running: it never wrote anything")
    age = now - written_at
    if age > STALE_AFTER:
        return Check(name, Verdict.FAIL, f"{name} not running: it last wrote {told(age)} ago")
    return Check(name, Verdict.OK, f"wrote {told(age)} ago")


def check_delivery(status: DeliveryStatus | None, now: datetime) -> list[Check]:
    """Whether delivery goes round, what it did lately, and which chats cannot hear of anything."""
    stamp = check_stamp("delivery", status.written_at if status else None, now)
    if status is None:
        return [stamp]
    waiting = f"{status.pending:,} alerts waiting in {status.chats_waiting:,} chats"
    if status.pending_since is not None:
        waiting += f", the oldest for {told(now - status.pending_since)}"
    if status.deferred:
        waiting += f"; {status.deferred:,} kept for digests"
    checks = [replace(stamp, detail=f"{stamp.detail}; {waiting}")]
    for name, counts in (("last hour", status.last_hour), ("last day", status.last_day)):
        troubles = any(counts.get(one) for one in ("failed", "unknown", "flooded", "malformed"))
        verdict = Verdict.WARN if troubles and name == "last hour" else Verdict.OK
        checks.append(Check(f"delivery {name}", verdict, told_counts(counts)))
    reasons = [
        f"{name} {number:,}: {reason}"
        for name in ("dropped", "failed", "unknown", "unreachable")
        for reason, number in status.reasons(name)[:SHOWN_REASONS]
    ]
    checks += [Check("delivery reason", Verdict.OK, one) for one in reasons]
    resting = {state: number for state, number in status.chats.items() if state != "active"}
    chats = [f"{status.chats.get('active', 0):,} active"]
    chats += [f"{number:,} {state}" for state, number in sorted(resting.items())]
    return [*checks, Check("chats", Verdict.OK, ", ".join(chats))]


def told_counts(counts: Mapping[str, int]) -> str:
    """What was counted of deliveries, as a line."""
    parts = [f"{counts.get('sent', 0):,} alerts sent", f"{counts.get('edited', 0):,} edits"]
    parts += [f"{counts[name]:,} {words}" for name, words in _COUNTED.items() if counts.get(name)]
    return ", ".join(parts)


def check_pauses(status: BotStatus, now: datetime) -> list[Check]:
    """Where Telegram asked for so much patience that people will miss their alerts."""
    checks = []
    if status.paused_until is not None and status.paused_until - now > LONG_PAUSE:
        until = told_time(status.paused_until, now)
        detail = f"Telegram wants nothing from the bot until {until}: alerts wait in the outbox"
        checks.append(Check("telegram", Verdict.WARN, detail))
    last = status.chats_paused_until
    if last is not None and last - now > LONG_PAUSE:
        chats = "1 chat" if status.paused_chats == 1 else f"{status.paused_chats:,} chats"
        detail = f"Telegram wants nothing for {chats}, for the last of them until"
        checks.append(Check("telegram", Verdict.WARN, f"{detail} {told_time(last, now)}"))
    return checks


def check_bot(status: BotStatus | None, now: datetime) -> Check:
    """The polling loop, and Telegram as it sees it."""
    if status is None or status.trouble is None or status.tries_again_at is None:
        return check_stamp("bot", status.written_at if status else None, now)
    if now - status.tries_again_at > TRIED_WITHIN:
        return check_stamp("bot", max(status.written_at, status.tries_again_at), now)
    age = now - status.written_at
    verdict = Verdict.FAIL if age > STALE_AFTER else Verdict.WARN
    return Check("bot", verdict, f"no answer from Telegram for {told(age)}: {status.trouble}")


def is_healthy(checks: Sequence[Check]) -> bool:
    """Whether nothing failed."""
    return all(check.verdict is not Verdict.FAIL for check in checks)


def told_gap(gap: CoverageGap, now: datetime) -> str:
    """Which blocks, since when, why, and how much of them was had after all."""
    size = gap.last - gap.first + 1
    which = f"block {gap.first:,}" if size == 1 else f"{size:,} blocks ({gap.first:,}–{gap.last:,})"
    how = "seen in part only" if gap.partial else "not seen"
    opened = told_time(gap.opened_at, now)
    if gap.closed_at is not None:
        return f"{which} {how}, {opened}; filled {told_time(gap.closed_at, now)}"
    filled = gap.next - gap.first
    progress = f", {filled:,} filled so far" if filled > 0 else ""
    return f"{which} {how} since {opened}{progress}: {gap.reason}"


def told_size(size: int) -> str:
    """Bytes as people say them: ``900 B``, ``42 kB``, ``1.2 GB``."""
    number, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if number < 999.5:
            break
        number, unit = number / 1000, larger
    return f"{number:.1f} {unit}" if number < 9.95 and unit != "B" else f"{number:.0f} {unit}"


def told_time(moment: datetime, now: datetime) -> str:
    """``14:05 UTC``, with the day where it is not today."""
    day = "" if moment.date() == now.date() else f"{moment.day} {moment:%b}, "
    if moment.year != now.year:
        day = f"{moment.day} {moment:%b %Y}, "
    return f"{day}{moment:%H:%M} UTC"


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
    if status.state == PAUSED:
        detail = f"rests {status.reason or 'by the word of an operator'}: /admin ends it"
        return Check(chain.name, Verdict.WARN, detail)
    if status.cursor is None or status.head is None:
        return Check(chain.name, Verdict.FAIL, status.reason or f"{status.state}, no block yet")
    lag = max(0, status.head - status.cursor)
    where = f"block {status.cursor:,}, {lag:,} behind the head"
    if age > OLD_NEWS:
        where += f" {told(age)} ago"
    if status.state not in {"following", "catching up"}:
        state = f"{status.state}: {status.reason}" if status.reason else status.state
        if status.state == "latched":
            advice = _LATCHED.format(setting=f"{chain.name.upper()}_RPC_URLS")
            return Check(chain.name, Verdict.FAIL, f"{state} ({where}); {advice}")
        return Check(chain.name, Verdict.FAIL, f"{state} ({where})")
    in_time = lag * chain.block_time <= LAG_SECONDS
    if in_time and status.cursor_time is not None and now - status.cursor_time > HEAD_AGE:
        # nodes that all stand still look like a chain that is followed closely
        where += f", which is {told(now - status.cursor_time)} old: no node has anything newer"
        in_time = False
    verdict = Verdict.OK if in_time else Verdict.WARN
    return Check(chain.name, verdict, f"{status.state}: {where}")


def _settled(chain: Chain, status: ChainStatus) -> list[Check]:
    parts = []
    for name, height in (("safe", status.safe), ("finalized", status.finalized)):
        if height is not None:
            behind = "" if status.head is None else f" ({max(0, status.head - height):,} behind)"
            parts.append(f"{name} {height:,}{behind}")
    if status.bytes_per_day is not None:
        parts.append(f"{told_size(status.bytes_per_day)} a day from all nodes")
    return [Check(f"{chain.name} settled", Verdict.OK, ", ".join(parts))] if parts else []


def _fallback(chain: Chain, nodes: Sequence[NodeStatus]) -> Check:
    name = f"{chain.name} fallback"
    able = [node for node in nodes if node.plan != HEADS_ONLY]
    ready, total = sum(node.state == "ready" for node in able), len(nodes)
    but = f"; {total - len(able)} more for heads only" if len(able) < total else ""
    if ready >= 2:
        detail = f"available: {ready} of {len(able)} nodes are ready{but}"
        return Check(name, Verdict.OK, detail)
    if ready == 1:
        return Check(name, Verdict.WARN, f"none: 1 of {len(able)} nodes is ready{but}")
    if nodes and not able:
        detail = "no node is capable: none hands out receipts or logs, so no block can be read"
        return Check(name, Verdict.FAIL, detail)
    return Check(name, Verdict.FAIL, f"none of {len(able)} nodes is ready{but}")


def _node(chain: Chain, node: NodeStatus, head: int | None) -> Check:
    parts = [f"{node.state} ({node.plan})" if node.plan else node.state]
    if node.head is not None:
        behind = max(0, head - node.head) if head is not None else 0
        parts.append(f"head {node.head:,}" + (f" ({behind:,} behind)" if behind else ""))
    if node.latency_ms is not None:
        parts.append(f"{node.latency_ms} ms")
    if node.faults:
        parts.append(f"{node.faults:,} faults in {node.calls:,} calls")
    if node.bytes_per_day is not None:
        parts.append(f"{told_size(node.bytes_per_day)} a day")
    if node.reason and node.state != "ready":
        parts.append(node.reason)
    well = node.state == "ready" and node.plan != HEADS_ONLY
    verdict = Verdict.OK if well else Verdict.WARN
    return Check(f"{chain.name} {node.name}", verdict, ", ".join(parts))
