"""Alerts as Telegram shows them: pure, HTML, everything foreign in it escaped.

One alert reads

    🟢 Received 1,250 ETH · $4.2M 🐋
    Binance 14 → Cold wallet
    Ethereum · block 18,000,000 · 14:05 UTC · transaction ↗
    👁 #3 Cold wallet
    [Explorer] [Mute] [Threshold]
    [👁 Watch Binance 14]

and several share a list (``listing``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.delivery.amounts import value
from bot.delivery.certainty import MARKS
from bot.delivery.clean import clean, label_markup
from bot.delivery.flow import flow_line
from bot.delivery.headline import headline
from bot.delivery.markup import link
from bot.delivery.parties import Names, way
from bot.delivery.reach import under_alert
from bot.delivery.title import title
from bot.delivery.verdict import movement_ids, watch_ids
from bot.delivery.warnings import warnings
from bot.hours.clock import clock_words, local, zone_label
from bot.languages import N_, _, ngettext
from bot.numbers import grouped
from bot.texts.words import day_words
from data.model import AlertState, Certainty

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aiogram.types import InlineKeyboardMarkup

    from data.labels import Labels
    from data.model import Alert, Chain, Chat, Movement, Watch

TAKEN_BACK = N_("↩️ Taken back by a reorganisation of the chain")
POSSIBLE_REPEAT = N_("🔁 Possible repeat: an earlier attempt left no trace")
_MOVEMENTS_SHOWN = 3
_WATCHES_SHOWN = 3
LATE = timedelta(minutes=2)
_PRICEDLATER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message's text in HTML; ``template`` names what made it, for the log."""

    text: str
    template: str
    keyboard: InlineKeyboardMarkup | None = None
    picture: bytes | None = None
    """A PNG above the text."""


def render(
    alert: Alert,
    movements: Mapping[int, Movement],
    watches: Mapping[int, Watch],
    chat: Chat,
    chains: Mapping[str, Chain],
    labels: Labels,
    now: datetime,
    *,
    repeat: bool = False,
    certainty: Certainty = Certainty.SEEN,
) -> Rendered:
    """One alert. ``watches`` are those that still exist, ``movements`` those of the alert.

    ``repeat`` marks it as one that may have been shown before; ``certainty`` is how sure its block
    is.
    """
    matched = matched_watches(alert, watches)
    chain = chains.get(alert.chain)
    names = Names.of(alert.chain, chain, matched, labels)
    told = told_movements(alert, movements)
    watch = matched[0] if matched else None
    is_named_below = watch is not None and bool(told) and _tells_no_more(told[0], watch, names)
    lines = [*_story(told, names, watch, chat, is_named_below=is_named_below)]
    lines.append(_where(alert, told, names, now))
    watched = _watch_line(matched, chains, names, is_linked=is_named_below)
    # at the end of a short line, so that the message does not grow when it is edited in
    if last := " · ".join([*watched, *([_(MARKS[certainty])] if certainty in MARKS else [])]):
        lines.append(last)
    lines.extend(_price_notes(told))
    lines.extend(warnings(alert, told, chain))
    text = "\n".join(lines)
    if alert.state is AlertState.RETRACTED:
        text = f"<s>{text}</s>\n{_(TAKEN_BACK)}"
    if repeat:
        text = f"{text}\n{_(POSSIBLE_REPEAT)}"
    return Rendered(text, "alert", under_alert(alert, told, matched, names, chat, now))


def matched_watches(alert: Alert, watches: Mapping[int, Watch]) -> list[Watch]:
    """The alert's watches that still exist, the largest match first."""
    return [watches[one] for one in watch_ids(alert) if one in watches]


def told_movements(alert: Alert, movements: Mapping[int, Movement]) -> list[Movement]:
    """The alert's movements, without those that only show another from its other side."""
    told: list[Movement] = []
    for one in movement_ids(alert):
        movement = movements.get(one)
        if movement is not None and not any(_mirrors(movement, other) for other in told):
            told.append(movement)
    return told


def _mirrors(one: Movement, other: Movement) -> bool:
    if one.counterparty != other.address or other.counterparty != one.address:
        return False
    return {(leg.token, leg.amount) for leg in one.legs} == {
        (leg.token, -leg.amount) for leg in other.legs
    }


def _tells_no_more(movement: Movement, watch: Watch, names: Names) -> bool:
    """Whether the way would only repeat the watch's name."""
    if watch.address != movement.address or names.chain is None:
        return False
    own = names.party(movement.address, is_contract=movement.is_contract)
    label = label_markup(watch.label or "")
    return way(movement, names) == own and bool(label) and label == names.name(movement.address)


def _story(
    told: Sequence[Movement],
    names: Names,
    watch: Watch | None,
    chat: Chat,
    *,
    is_named_below: bool,
) -> Iterable[str]:
    if not told:
        yield _("<b>A transaction of which nothing more is known</b>")
        return
    yield title(told[0], names.chain, watch, chat)
    if not is_named_below:
        yield way(told[0], names)
    if line := flow_line(told[0], names.labels):
        yield line
    for movement in told[1:_MOVEMENTS_SHOWN]:
        said = headline(movement, names.chain, for_feed=False)
        also = _("also {said} · {value}: {way}")
        yield also.format(said=said, value=value(movement), way=way(movement, names))
    more = len(told) - _MOVEMENTS_SHOWN
    if more > 0:
        yield _("also {count} more").format(count=grouped(more))


def _where(alert: Alert, told: Sequence[Movement], names: Names, now: datetime) -> str:
    parts = [label_markup(names.chain.title if names.chain else alert.chain)]
    if told:
        block = told[0].block
        number = _("block {number}").format(number=grouped(block.number))
        if names.chain is not None:
            number = link(number, names.chain.explorer.block.format(number=block.number))
        parts.append(number)
        late = now - block.time > LATE
        parts.append(moment(block.time, now) if late else clock_words(block.time))
    parts.append(names.transaction(alert.tx_hash, _("transaction ↗")))
    return " · ".join(parts)


def moment(time: datetime, now: datetime) -> str:
    """``3 Aug 14:05 CEST``, with the year where it is not this one."""
    shown = local(time)
    return f"{day_words(shown, local(now))} {shown:%H:%M} {zone_label(shown)}"


def span(first: datetime, last: datetime, now: datetime) -> str:
    """``1 May 09:00 – 18:30 UTC``, with the second day where it is another, and both zones where
    the clocks changed between."""
    begin, end = local(first), local(last)
    whole = moment(first, now)
    if begin.tzname() == end.tzname():
        whole = whole.removesuffix(f" {zone_label(begin)}")
    if begin.date() != end.date():
        return f"{whole} – {moment(last, now)}"
    if moment(first, now) == moment(last, now):
        return moment(first, now)
    return f"{whole} – {end:%H:%M} {zone_label(end)}"


def _watch_line(
    matched: Sequence[Watch], chains: Mapping[str, Chain], names: Names, *, is_linked: bool
) -> Iterable[str]:
    """The watches; the first one's name leads to its address where no line above does."""
    if not matched:
        return
    shown = [watch_name(watch, chains) for watch in matched[:_WATCHES_SHOWN]]
    first = matched[0]
    if is_linked and first.address is not None:
        shown[0] = f"#{first.number} {names.party(first.address)}"
    more = len(matched) - len(shown)
    if more:
        shown.append(_("{count} more").format(count=grouped(more)))
    yield "👁 " + ", ".join(shown)


def watch_name(watch: Watch, chains: Mapping[str, Chain]) -> str:
    """A watch as the chat's list shows it: ``#3 Cold wallet``."""
    label = label_markup(watch.label or "")
    if not label and watch.is_feed:
        label = _("All chains feed")
        if watch.chain is not None:
            chain = chains.get(watch.chain)
            name = label_markup(chain.title if chain else watch.chain)
            label = _("{chain} feed").format(chain=name)
    return f"#{watch.number} {label}".rstrip()


def _price_notes(told: Sequence[Movement]) -> Iterable[str]:
    shown = told[:_MOVEMENTS_SHOWN]
    priced = [(one.block.time, leg.price) for one in shown for leg in one.legs if leg.price]
    later = [
        (price.as_of - time, price) for time, price in priced if price.as_of - time > _PRICEDLATER
    ]
    if later:
        behind, price = max(later, key=lambda pair: pair[0])
        source = label_markup(clean(price.source, 24))
        note = _("ℹ️ Priced {duration} after the block ({source})")
        yield note.format(duration=_span(behind), source=source)


def _span(time: timedelta) -> str:
    minutes = time // timedelta(minutes=1)
    if minutes < 120:
        return _("{count} min").format(count=minutes)
    if minutes < 48 * 60:
        return _("{count} h").format(count=minutes // 60)
    days = minutes // 1440
    return ngettext("{count} day", "{count} days", days).format(count=grouped(days))
