"""Blocks that were not seen, or in part only; why is told in the watcher's own words."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.languages import _, ngettext
from bot.numbers import grouped
from bot.texts.words import time_words

if TYPE_CHECKING:
    from datetime import datetime

    from data.model import CoverageGap


def gap_words(gap: CoverageGap, now: datetime) -> str:
    """Which blocks, since when, and how much of them was had after all; HTML."""
    filled = gap.next - gap.first
    if gap.closed_at is not None:
        said = _("{blocks} not seen, {time}; filled {closed}")
        if gap.partial:
            said = _("{blocks} seen in part only, {time}; filled {closed}")
    elif filled > 0:
        said = _("{blocks} not seen since {time}, {count} filled so far")
        if gap.partial:
            said = _("{blocks} seen in part only since {time}, {count} filled so far")
    else:
        said = _("{blocks} not seen since {time}")
        if gap.partial:
            said = _("{blocks} seen in part only since {time}")
    words = said.format(
        blocks=_blocks(gap),
        time=time_words(gap.opened_at, now),
        closed=time_words(gap.closed_at, now) if gap.closed_at else "",
        count=grouped(filled),
    )
    return escape(words)


def _blocks(gap: CoverageGap) -> str:
    size = gap.last - gap.first + 1
    if size == 1:
        return _("Block {number}").format(number=grouped(gap.first))
    words = ngettext("{count} block ({first}–{last})", "{count} blocks ({first}–{last})", size)
    return words.format(count=grouped(size), first=grouped(gap.first), last=grouped(gap.last))
