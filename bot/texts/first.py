"""The first minute: a greeting, three questions, and what comes of it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.languages import N_, _, ngettext
from bot.numbers import full_usd, grouped
from bot.parse.zone import UTC_ZONE
from bot.texts.quiet import minute_words, zone_words
from bot.texts.words import listed, threshold_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.first.choices import Choices
    from data.model import Chain, Chat

PASTE = N_(
    "✍️ <b>Paste an address</b> or an explorer's link to one, several if you like. A name for it"
    " can wait: /list has it later."
)
NO_ADDRESS = N_("I see no address in that. Paste one like the explorer shows it, 0x…")
LEFT_OUT = N_("Left out. Tapped again within ten minutes it comes back as it was.")
WHERE = N_("<b>What time is it where you are?</b>")


def greeting(chains: Sequence[Chain]) -> str:
    """Above the first question."""
    return _(
        "🐋 <b>Hello, I'm Spyhop.</b> I follow {chains}, and tell you within seconds when big money"
        " moves. Three questions, and you are set."
    ).format(chains=escape(listed([chain.title for chain in chains])))


def sources(chosen: Choices) -> str:
    """The first question."""
    lines = [
        _("<b>1 of 3 · What shall I watch?</b>"),
        _("Tap what you like, or paste an address here at any time."),
    ]
    if not chosen.is_empty:
        lines.append(_("Chosen: {choices}.").format(choices=_choices(chosen)))
    return "\n".join(lines)


def values(chat: Chat, chosen: Choices) -> str:
    """The second question."""
    default = full_usd(chat.default_threshold_usd)
    lines = [
        _("<b>2 of 3 · From what value?</b>"),
        _("Now: from <b>{threshold}</b>.").format(threshold=default),
    ]
    big = chosen.calm[0] if chosen.calm else chosen.feed
    if big is not None:
        calm = _(
            "Exchanges and the feed: from <b>{threshold}</b>, because they move smaller sums all"
            " the time."
        )
        threshold = threshold_words(big.threshold, chat.default_threshold_usd)
        lines.append(calm.format(threshold=threshold))
    lines.append(_("What you tap here holds for all of it."))
    return "\n".join(lines)


def hours() -> str:
    """The third question."""
    return "\n".join(
        [
            _("<b>3 of 3 · When shall I not disturb you?</b>"),
            _("What happens meanwhile comes in the morning, in one message."),
        ]
    )


def end(chat: Chat, chosen: Choices, sample: str) -> str:
    """What was chosen, and an alert to look at."""
    if chosen.is_empty:
        head = _(
            "👌 <b>Nothing is watched yet.</b> Paste an address whenever you like, or send /whales."
        )
        lines = [head]
    else:
        lines = [
            _("✅ <b>All set.</b> I watch {choices}.").format(choices=_choices(chosen)),
        ]
    if chat.quiet is not None:
        quiet = _("Quiet: {hours}, {city} time.")
        hours = f"{minute_words(chat.quiet.begins)}–{minute_words(chat.quiet.ends)}"
        zone = zone_words(chat.time_zone or UTC_ZONE)
        lines.append(quiet.format(hours=hours, city=escape(zone)))
    lines.append(_("/list changes each watch, /help tells the rest."))
    shown = _("👇 <b>A sample</b>: so reads an alert.")
    return "\n".join([*lines, "", shown, f"<blockquote>{sample}</blockquote>"])


def back_again(count: int) -> str:
    """``/start`` of somebody who is no stranger."""
    said = ngettext(
        "🐋 <b>Hello again.</b> I am at work: you have {count} watch.",
        "🐋 <b>Hello again.</b> I am at work: you have {count} watches.",
        count,
    )
    return said.format(count=grouped(count))


def now_watching(count: int) -> str:
    """Above the first question, after addresses were pasted."""
    said = ngettext("👁 Watching {count} address now.", "👁 Watching {count} addresses now.", count)
    return said.format(count=grouped(count))


def _choices(chosen: Choices) -> str:
    parts = sorted(chosen.exchanges)
    if chosen.feed is not None:
        parts.append(_("everything big"))
    if chosen.others:
        others = ngettext("{count} other watch", "{count} other watches", chosen.others)
        parts.append(others.format(count=grouped(chosen.others)))
    return escape(listed(parts))
