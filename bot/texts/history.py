"""A chat's alerts, and what became of each."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.delivery.amounts import value
from bot.delivery.clean import clean, label_markup
from bot.delivery.headline import headline
from bot.delivery.parties import Names, way
from bot.delivery.render import matched_watches, render, told_movements, watch_name
from bot.delivery.title import sign
from bot.delivery.verdict import MUTED, WATCH_REMOVED
from bot.languages import N_, _, ngettext
from bot.numbers import grouped
from bot.texts.words import listed, noise_words, time_words
from data.model import AlertState
from data.queries.alerts import DROPPED_BY_REORG, NOISE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from bot.delivery.outbox import Story
    from data.labels import Labels
    from data.model import Alert, Chain, Chat
    from data.queries.alerts.history import Entry, Page

EMPTY = N_(
    "Nothing yet: every alert for this chat will stand here, those that I kept to myself with the"
    " reason. /watch begins."
)
_REASON_LENGTH = 80


def page(
    page: Page,
    story: Story,
    chains: Mapping[str, Chain],
    labels: Labels,
    now: datetime,
    keep_days: int,
) -> str:
    """Alerts with what became of them, the newest first."""
    parts = [_("<b>Alerts of this chat</b>, the newest first")]
    parts += ["\n".join(_lines(entry, story, chains, labels, now)) for entry in page.entries]
    if not page.has_older:
        kept = ngettext(
            "That is the oldest that I remember: alerts are kept for {count} day.",
            "That is the oldest that I remember: alerts are kept for {count} days.",
            keep_days,
        )
        parts.append(kept.format(count=grouped(keep_days)))
    return "\n\n".join(parts)


def entry(
    entry: Entry,
    story: Story,
    chat: Chat,
    chains: Mapping[str, Chain],
    labels: Labels,
    now: datetime,
) -> str:
    """One alert in full, and what became of it."""
    alert = entry.alert
    shown = render(alert, story.movements, story.watches, chat, chains, labels, now).text
    head = _("<b>Alert {number}</b>").format(number=grouped(alert.id))
    lines = [head, "", shown, "", became(entry, story, now)]
    if alert.topic_id:
        lines.append(_("Topic {number}").format(number=grouped(alert.topic_id)))
    lines.append(_("Noticed {time}").format(time=time_words(alert.created_at, now)))
    why = _("Why? <code>/why {tx_hash}</code>")
    lines.append(why.format(tx_hash=f"0x{alert.tx_hash.hex()}"))
    return "\n".join(lines)


def _lines(
    entry: Entry,
    story: Story,
    chains: Mapping[str, Chain],
    labels: Labels,
    now: datetime,
) -> Iterable[str]:
    alert = entry.alert
    chain = chains.get(alert.chain)
    matched = matched_watches(alert, story.watches)
    names = Names.of(alert.chain, chain, matched, labels)
    told = told_movements(alert, story.movements)
    title = label_markup(chain.title if chain else alert.chain)
    if told:
        for_feed = bool(matched) and matched[0].is_feed
        said = names.transaction(alert.tx_hash, headline(told[0], chain, for_feed=for_feed))
        line = f"<b>{grouped(alert.id)}</b> {sign(told[0])} {said} · {value(told[0])}"
        below = [way(told[0], names), title, time_words(told[0].block.time, now)]
    else:
        link = names.transaction(alert.tx_hash, _("Transaction"))
        line = f"<b>{grouped(alert.id)}</b> {link}"
        below = [title, time_words(alert.created_at, now)]
    below += [watch_name(watch, chains) for watch in matched[:1] if watch.is_feed]
    yield f"<s>{line}</s>" if alert.state is AlertState.RETRACTED else line
    yield " · ".join(below)
    yield became(entry, story, now)


def became(entry: Entry, story: Story, now: datetime) -> str:
    """What became of an alert, and why, as HTML: ``🔕 Not sent: muted``."""
    alert = entry.alert
    movement = story.movements.get(alert.movement_id)
    match alert.state:
        case AlertState.HELD:
            return _("🛡 Held until its block is safe")
        case AlertState.PENDING if movement is not None and movement.orphaned:
            return _("⏳ Waiting: a reorg took its block, and the transaction may come back")
        case AlertState.PENDING:
            return _("⏳ Waiting to be sent")
        case AlertState.DEFERRED:
            said = _("🌙 Kept for the digest of {time}")
            until = alert.deferred_until
            return said.format(time="" if until is None else time_words(until, now))
        case AlertState.SENT:
            said = _("✅ Sent {time}") if entry.told_at else _("✅ Sent")
            return said.format(time=_when(entry, now))
        case AlertState.RETRACTED:
            said = _("↩️ Sent, then taken back by a reorg")
            if entry.told_at:
                said = _("↩️ Sent {time}, then taken back by a reorg")
            return said.format(time=_when(entry, now))
        case AlertState.DROPPED:
            return _dropped(alert)


def _when(entry: Entry, now: datetime) -> str:
    return "" if entry.told_at is None else time_words(entry.told_at, now)


def _dropped(alert: Alert) -> str:
    reason = alert.reason or ""
    if reason.startswith(NOISE):
        rules = listed([noise_words(rule) for rule in sorted(alert.noise)])
        return _("🔇 Filtered: {rules}").format(rules=rules)
    if reason == MUTED:
        return _("🔕 Not sent: muted")
    if reason == WATCH_REMOVED:
        return _("✖️ Not sent: its watch was removed")
    if reason == DROPPED_BY_REORG:
        return _("↩️ Not sent: taken back by a reorg before")
    said = escape(clean(reason, _REASON_LENGTH), quote=False)
    return _("✖️ Not sent: {why}").format(why=said or _("nobody wrote down why"))
