"""What the bot knows about its own health."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.texts.words import count_words, duration_words

if TYPE_CHECKING:
    from datetime import datetime

    from bot.health import ChainHealth, Health

_SHOWN_GAPS = 3
_LONGEST_REASON = 120
_SIGNS = {"following": "🟢", "catching up": "🟡"}


def status(health: Health, now: datetime) -> str:
    """The answer to ``/status``."""
    parts = [_chain(chain, now, redis=health.redis) for chain in health.chains]
    if not health.redis:
        parts.insert(0, "⚠️ Redis cannot be reached, so heads and nodes are unknown.")
    return "\n\n".join(["<b>Status</b>", *parts, _outbox(health, now)])


def _chain(chain: ChainHealth, now: datetime, *, redis: bool) -> str:
    found, title = chain.published, escape(chain.chain.title)
    if not chain.running:
        last = f", last progress {_ago(chain.progress, now)}" if chain.progress else ""
        cursor = f"\nread up to block {chain.cursor:,}" if chain.cursor is not None else ""
        return f"🔴 <b>{title}</b>: watcher not running{last}{cursor}"
    state = found.state if found else "running"
    # while no node answers, the head is an old one and nothing is up to date
    blind = state == "blind"
    lines = [
        f"{_SIGNS.get(state, '🟡' if found is None else '🔴')} <b>{title}</b>: {escape(state)}"
    ]
    if blind:
        # why not is the operator's to know: it names the nodes
        lines[0] += ", no node answers; I go on where I stopped once one does"
    elif found and found.reason:
        lines[0] += f" ({escape(found.reason[:_LONGEST_REASON])})"
    numbers = []
    if found and found.head is not None:
        numbers.append(f"{'last known head' if blind else 'head'} {found.head:,}")
    if chain.cursor is not None:
        numbers.append(f"read up to {chain.cursor:,}")
    if chain.behind is not None and not blind:
        numbers.append(
            f"{count_words(chain.behind, 'block', 'blocks')} behind"
            if chain.behind
            else "up to date"
        )
    lines += [" · ".join(numbers)] if numbers else []
    up = sum(node.state == "ready" for node in found.nodes) if found else 0
    nodes = f"nodes up {up} of {len(found.nodes)} · " if found and redis else ""
    progress = _ago(chain.moved if blind else chain.progress, now)
    lines.append(f"{nodes}last progress {progress}")
    lines += _gaps(chain)
    return "\n".join(lines)


def _gaps(chain: ChainHealth) -> list[str]:
    lines = []
    for gap in chain.gaps[:_SHOWN_GAPS]:
        blocks = count_words(gap.last - gap.first + 1, "block", "blocks")
        lines.append(
            f"⚠️ {blocks} not seen, from {gap.first:,} on: {escape(gap.reason[:_LONGEST_REASON])}"
        )
    more = len(chain.gaps) - _SHOWN_GAPS
    return [*lines, f"⚠️ and {count_words(more, 'more gap', 'more gaps')}"] if more > 0 else lines


def _outbox(health: Health, now: datetime) -> str:
    if health.pending_since is None:
        return "No alert is waiting to be sent."
    waiting = count_words(health.pending, "alert is", "alerts are")
    return f"{waiting} waiting to be sent, the oldest since {_ago(health.pending_since, now)}."


def _ago(moment: datetime | None, now: datetime) -> str:
    return "never" if moment is None else f"{duration_words(now - moment)} ago"
