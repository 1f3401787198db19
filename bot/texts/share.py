"""Links that share, and what is behind one."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.languages import N_, _, ngettext
from bot.numbers import grouped
from bot.texts.watches import line
from bot.texts.words import day_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from data.model import Chain, Chat, Watch

NOT_OURS = N_(
    "That link is broken, or not from me: ask for it again, and copy it whole or just tap it."
)
OVER = N_("That link has expired or was ended: ask whoever gave it to you for a new one.")
NOTHING_TO_SHARE = N_("You watch nothing that you could share.")
TOO_MANY_LINKS = N_("There are {count} links from here already: /share off ends all of them.")
TOO_LONG = N_("A link holds at most {count} watches: share some of them one by one.")
ENDED = N_("That link leads nowhere any more.")
WATCHES_SHOWN = 8


def link_made(link: str, count: int, until: datetime | None, now: datetime, *, labels: bool) -> str:
    """A link, and what whoever opens it sees; ``until`` None: it holds the watch itself."""
    head = ngettext(
        "🔗 <b>A link to this watch</b>", "🔗 <b>A link to {count} watches</b>", count
    ).format(count=grouped(count))
    if labels:
        seen = _("Who opens it sees addresses, chains, thresholds and your labels.")
    else:
        seen = _("Who opens it sees addresses, chains and thresholds; not your labels.")
    hidden = _("Nothing of this chat, its topics or mutes is in it.")
    if until is None:
        ends = _("It needs nothing from me, so it cannot be ended.")
    else:
        ends = _("It shows them as they are now, until {day}.").format(day=day_words(until, now))
    return f"{head}\n{escape(link)}\n\n{seen} {hidden} {ends}"


def opened(shown: Sequence[Watch], chat: Chat, chains: Sequence[Chain], now: datetime) -> str:
    """What a link holds."""
    count = len(shown)
    head = ngettext(
        "🔗 <b>A watch is shared with you</b>",
        "🔗 <b>{count} watches are shared with you</b>",
        count,
    ).format(count=grouped(count))
    lines = [line(watch, chat, chains, now) for watch in shown[:WATCHES_SHOWN]]
    if count > WATCHES_SHOWN:
        more = ngettext("and {count} more", "and {count} more", count - WATCHES_SHOWN)
        lines.append(more.format(count=grouped(count - WATCHES_SHOWN)))
    question = ngettext("Shall I watch it here, too?", "Shall I watch them here, too?", count)
    return "\n".join([head, "", *lines, "", question])


def taken(new: int, known: int, beyond: int, most: int) -> str:
    """What became of what was behind a link."""
    lines = []
    if new:
        text = ngettext(
            "✓ <b>Now watching {count} more.</b>", "✓ <b>Now watching {count} more.</b>", new
        )
        lines.append(text.format(count=grouped(new)))
    if known and not new and not beyond and known == 1:
        lines.append(_("It is watched here already."))
    elif known:
        text = ngettext(
            "{count} of them is watched here already.",
            "{count} of them are watched here already.",
            known,
        )
        lines.append(text.format(count=grouped(known)))
    if beyond:
        text = ngettext(
            "There is no room for {count}: a chat may have {most} watches.",
            "There is no room for {count}: a chat may have {most} watches.",
            beyond,
        )
        lines.append(text.format(count=grouped(beyond), most=grouped(most)))
    return "\n".join([*lines, _("/list shows your watches.")])


def ended(count: int) -> str:
    """After ``/share off``."""
    if not count:
        return _("There is no link from here that could be ended.")
    text = ngettext(
        "{count} link leads nowhere any more.", "{count} links lead nowhere any more.", count
    )
    return text.format(count=grouped(count))
