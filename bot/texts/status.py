"""What the bot knows about its own health."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from bot.languages import N_, _, ngettext
from bot.numbers import full_quantity, grouped
from bot.texts.gaps import gap_words
from bot.texts.standing import standing, waiting
from bot.texts.words import ago_words
from data.health import HEADS_ONLY, PAUSED, told_size

if TYPE_CHECKING:
    from datetime import datetime

    from bot.health import ChainHealth, Health
    from data.redis.published import NodeStatus

_LONGEST = 4096
_SHOWN_GAPS = (3, 1, 0)
"""Of each chain, open and filled ones each: as many as a message holds."""
_LONGEST_REASON = 120
_SIGNS = {"following": "🟢", "catching up": "🟡", PAUSED: "⏸"}
_PLAINLY = {
    # why is the operator's to know: it names the nodes
    "blind": N_("blind, no node answers; I go on where I stopped once one does"),
    "latched": N_("stopped, its nodes contradict what was final; whoever runs me has to look"),
    PAUSED: N_("rests, because whoever runs me wants it so"),
}
_STATES = {
    **_PLAINLY,
    "running": N_("running"),
    "following": N_("following"),
    "catching up": N_("catching up"),
    "stuck": N_("stuck"),
    "no database": N_("no database"),
    "failing": N_("failing"),
}
_SIZES = {
    "B": N_("{number} B"),
    "kB": N_("{number} kB"),
    "MB": N_("{number} MB"),
    "GB": N_("{number} GB"),
    "TB": N_("{number} TB"),
}


def status(health: Health, now: datetime, *, for_admin: bool = False) -> str:
    """The answer to ``/status``; ``for_admin`` with how delivery stands."""
    for shown in _SHOWN_GAPS:
        text = _status(health, now, shown, for_admin=for_admin)
        if len(text) <= _LONGEST:
            break
    return text


def _status(health: Health, now: datetime, shown: int, *, for_admin: bool) -> str:
    parts = [
        _chain(chain, now, shown, redis=health.redis, for_admin=for_admin)
        for chain in health.chains
    ]
    if not health.redis:
        parts.insert(0, _("⚠️ Redis cannot be reached, so heads and nodes are unknown."))
    parts.append(waiting(health.pending, health.pending_since, now))
    if for_admin:
        parts.append(standing(health.delivery, now, redis=health.redis))
    return "\n\n".join([_("<b>Status</b>"), *parts])


def _chain(chain: ChainHealth, now: datetime, shown: int, *, redis: bool, for_admin: bool) -> str:
    title = escape(chain.chain.title)
    if not chain.running:
        head = _("🔴 <b>{chain}</b>: watcher not running")
        if chain.progress:
            head = _("🔴 <b>{chain}</b>: watcher not running, last progress {ago}")
        lines = [head.format(chain=title, ago=_ago(chain.progress, now))]
        if chain.cursor is not None:
            lines.append(_("Read up to {number}").format(number=grouped(chain.cursor)))
        return "\n".join([*lines, *_gaps(chain, now, shown)])
    found = chain.published
    state = found.state if found else "running"
    sign = _SIGNS.get(state, "🟡" if found is None else "🔴")
    told = _(_STATES[state]) if state in _STATES else escape(state)
    if found and found.reason and (state not in _PLAINLY or (for_admin and state == PAUSED)):
        told += f" ({escape(found.reason[:_LONGEST_REASON])})"
    lines = [f"{sign} <b>{title}</b>: {told}", _heights(chain), _settled(chain)]
    if found and redis:
        lines.append(_nodes(found.nodes, found.bytes_per_day))
    # while no node answers, rounds are made, but nothing moves
    progress = chain.moved if state in {"blind", PAUSED} else chain.progress
    lines.append(_("Last progress {ago}").format(ago=_ago(progress, now)))
    return "\n".join([*filter(None, lines), *_doubts(chain), *_gaps(chain, now, shown)])


def _heights(chain: ChainHealth) -> str:
    found, parts = chain.published, []
    blind = found is not None and found.state == "blind"  # then the head is an old one
    if found and found.head is not None:
        head = _("Last known head {number}") if blind else _("Head {number}")
        parts.append(head.format(number=grouped(found.head)))
    if chain.cursor is not None and chain.behind == 0 and not blind:
        parts.append(_("all read"))
    elif chain.cursor is not None:
        parts.append(_("read up to {number}").format(number=grouped(chain.cursor)))
        if chain.behind and not blind:
            behind = ngettext("{count} block behind", "{count} blocks behind", chain.behind)
            parts.append(behind.format(count=grouped(chain.behind)))
    return " · ".join(parts)


def _settled(chain: ChainHealth) -> str:
    found = chain.published
    safe, finalized = chain.settled
    if found is not None:
        safe = safe if found.safe is None else found.safe
        finalized = finalized if found.finalized is None else found.finalized
    parts = [
        (_("Safe {number}"), safe),
        (_("finalized {number}"), finalized),
    ]
    return " · ".join(
        text.format(number=grouped(height)) for text, height in parts if height is not None
    )


def _nodes(nodes: tuple[NodeStatus, ...], bytes_per_day: int | None) -> str:
    up = sum(node.state == "ready" for node in nodes)
    parts = [_("Nodes up {up} of {total}").format(up=up, total=len(nodes))]
    if heads_only := sum(node.plan == HEADS_ONLY for node in nodes):
        parts.append(_("{count} for heads only").format(count=heads_only))
    if bytes_per_day is not None:
        parts.append(_("{size} a day").format(size=_size(bytes_per_day)))
    return " · ".join(parts)


def _size(size: int) -> str:
    number, unit = told_size(size).split(" ")
    return _(_SIZES[unit]).format(number=full_quantity(Decimal(number)))


def _doubts(chain: ChainHealth) -> list[str]:
    if not chain.unverified:
        return []
    doubts = ngettext(
        "⚠️ {count} block unverified in the last 24 h: the nodes agree, a check does not",
        "⚠️ {count} blocks unverified in the last 24 h: the nodes agree, a check does not",
        chain.unverified,
    )
    return [doubts.format(count=grouped(chain.unverified))]


def _gaps(chain: ChainHealth, now: datetime, shown: int) -> list[str]:
    lines = []
    still_open = [gap for gap in chain.gaps if gap.closed_at is None]
    filled = [gap for gap in chain.gaps if gap.closed_at is not None]
    for gap in still_open[:shown]:
        # what stands behind a colon is the operator's: it names the nodes
        reason = gap.reason.split(": ")[0]
        lines.append(f"⚠️ {gap_words(gap, now)}: {escape(reason[:_LONGEST_REASON])}")
    if more := len(still_open) - len(lines):
        if lines:
            rest = ngettext("⚠️ and {count} more gap", "⚠️ and {count} more gaps", more)
        else:
            rest = ngettext("⚠️ {count} gap is open", "⚠️ {count} gaps are open", more)
        lines.append(rest.format(count=grouped(more)))
    return lines + [f"✅ {gap_words(gap, now)}" for gap in filled[:shown]]


def _ago(moment: datetime | None, now: datetime) -> str:
    return _("never") if moment is None else ago_words(moment, now)
