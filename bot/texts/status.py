"""What the bot knows about its own health."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.texts.words import count_words, duration_words
from data.health import HEADS_ONLY, STALE_AFTER, told_counts, told_gap, told_size

if TYPE_CHECKING:
    from datetime import datetime

    from bot.health import ChainHealth, Health
    from data.redis.published import NodeStatus

_LONGEST = 4096
_SHOWN_GAPS = (3, 1, 0)
"""Of each chain, open and filled ones each: as many as a message holds."""
_LONGEST_REASON = 120
_SIGNS = {"following": "🟢", "catching up": "🟡"}
_SHOWN_REASONS = 3
_WHY = {
    "dropped": "Dropped",
    "failed": "Failed",
    "unknown": "Uncertain",
    "unreachable": "Chats lost",
}
_PLAINLY = {
    # why is the operator's to know: it names the nodes
    "blind": "blind, no node answers; I go on where I stopped once one does",
    "latched": "stopped, its nodes contradict what was final; whoever runs me has to look",
}


def status(health: Health, now: datetime, *, for_admin: bool = False) -> str:
    """The answer to ``/status``; ``for_admin`` with how delivery stands."""
    for shown in _SHOWN_GAPS:
        text = _status(health, now, shown, for_admin=for_admin)
        if len(text) <= _LONGEST:
            break
    return text


def _status(health: Health, now: datetime, shown: int, *, for_admin: bool) -> str:
    parts = [_chain(chain, now, shown, redis=health.redis) for chain in health.chains]
    if not health.redis:
        parts.insert(0, "⚠️ Redis cannot be reached, so heads and nodes are unknown.")
    parts.append(_outbox(health, now))
    if for_admin:
        parts.append(_delivery(health, now))
    return "\n\n".join(["<b>Status</b>", *parts])


def _chain(chain: ChainHealth, now: datetime, shown: int, *, redis: bool) -> str:
    title = escape(chain.chain.title)
    if not chain.running:
        last = f", last progress {_ago(chain.progress, now)}" if chain.progress else ""
        cursor = f"\nRead up to {chain.cursor:,}" if chain.cursor is not None else ""
        return "\n".join(
            [f"🔴 <b>{title}</b>: watcher not running{last}{cursor}", *_gaps(chain, now, shown)]
        )
    found = chain.published
    state = found.state if found else "running"
    sign = _SIGNS.get(state, "🟡" if found is None else "🔴")
    told = _PLAINLY.get(state) or escape(state)
    if found and found.reason and state not in _PLAINLY:
        told += f" ({escape(found.reason[:_LONGEST_REASON])})"
    lines = [f"{sign} <b>{title}</b>: {told}", _heights(chain), _settled(chain)]
    if found and redis:
        lines.append(_nodes(found.nodes, found.bytes_per_day))
    # while no node answers, rounds are made, but nothing moves
    progress = chain.moved if state == "blind" else chain.progress
    lines.append(f"Last progress {_ago(progress, now)}")
    return "\n".join([*filter(None, lines), *_doubts(chain), *_gaps(chain, now, shown)])


def _heights(chain: ChainHealth) -> str:
    found, parts = chain.published, []
    blind = found is not None and found.state == "blind"  # then the head is an old one
    if found and found.head is not None:
        parts.append(f"{'Last known head' if blind else 'Head'} {found.head:,}")
    if chain.cursor is not None and chain.behind == 0 and not blind:
        parts.append("all read")
    elif chain.cursor is not None:
        parts.append(f"read up to {chain.cursor:,}")
        if chain.behind and not blind:
            parts.append(f"{count_words(chain.behind, 'block', 'blocks')} behind")
    return " · ".join(parts)


def _settled(chain: ChainHealth) -> str:
    found = chain.published
    safe, finalized = chain.settled
    if found is not None:
        safe = safe if found.safe is None else found.safe
        finalized = finalized if found.finalized is None else found.finalized
    parts = [
        f"{name} {height:,}"
        for name, height in (("Safe", safe), ("finalized", finalized))
        if height is not None
    ]
    return " · ".join(parts)


def _nodes(nodes: tuple[NodeStatus, ...], bytes_per_day: int | None) -> str:
    up = sum(node.state == "ready" for node in nodes)
    parts = [f"Nodes up {up} of {len(nodes)}"]
    if heads_only := sum(node.plan == HEADS_ONLY for node in nodes):
        parts.append(f"{heads_only} for heads only")
    if bytes_per_day is not None:
        parts.append(f"{told_size(bytes_per_day)} a day")
    return " · ".join(parts)


def _doubts(chain: ChainHealth) -> list[str]:
    if not chain.unverified:
        return []
    blocks = count_words(chain.unverified, "block", "blocks")
    return [f"⚠️ {blocks} unverified in the last 24 h: the nodes agree, a check does not"]


def _gaps(chain: ChainHealth, now: datetime, shown: int) -> list[str]:
    lines = []
    still_open = [gap for gap in chain.gaps if gap.closed_at is None]
    filled = [gap for gap in chain.gaps if gap.closed_at is not None]
    for gap in still_open[:shown]:
        # what stands behind a second colon is the operator's: it names the nodes
        told, reason, *_ = told_gap(gap, now).split(": ")
        lines.append(f"⚠️ {_sentence(told)}: {escape(reason[:_LONGEST_REASON])}")
    if more := len(still_open) - len(lines):
        gaps = count_words(more, "more gap", "more gaps") if lines else f"{more:,} gaps are open"
        lines.append(f"⚠️ and {gaps}" if lines else f"⚠️ {gaps}")
    return lines + [f"✅ {_sentence(told_gap(gap, now))}" for gap in filled[:shown]]


def _sentence(text: str) -> str:
    return escape(text[0].upper() + text[1:])


def _outbox(health: Health, now: datetime) -> str:
    if health.pending_since is None:
        return "No alert is waiting to be sent."
    waiting = count_words(health.pending, "alert is", "alerts are")
    return f"{waiting} waiting to be sent, the oldest since {_ago(health.pending_since, now)}."


def _delivery(health: Health, now: datetime) -> str:
    found = health.delivery
    if found is None:
        why = "never ran" if health.redis else "unknown, Redis cannot be reached"
        return f"🔴 <b>Delivery</b>: {why}"
    stands_still = now - found.written_at > STALE_AFTER
    sign, goes = ("🔴", "stands still, last round") if stands_still else ("🟢", "last round")
    lines = [f"{sign} <b>Delivery</b>: {goes} {_ago(found.written_at, now)}"]
    waiting = count_words(found.pending, "alert waits", "alerts wait")
    since = "" if found.pending_since is None else f", since {_ago(found.pending_since, now)}"
    chats = count_words(found.chats_waiting, "chat waits", "chats wait")
    lines.append(f"{waiting}{since}; {chats}")
    lines += [f"Last hour: {told_counts(found.last_hour)}"]
    lines += [f"Last 24 h: {told_counts(found.last_day)}"]
    for name, words in _WHY.items():
        reasons = [
            f"{escape(reason[:_LONGEST_REASON])} ({number:,})"
            for reason, number in found.reasons(name)[:_SHOWN_REASONS]
        ]
        lines += [f"{words}: {'; '.join(reasons)}"] if reasons else []
    states = sorted(found.chats.items(), key=lambda pair: (pair[0] != "active", -pair[1], pair[0]))
    lines.append(f"Chats: {', '.join(f'{number:,} {state}' for state, number in states) or 'none'}")
    return "\n".join(lines)


def _ago(moment: datetime | None, now: datetime) -> str:
    return "never" if moment is None else f"{duration_words(now - moment)} ago"
