"""Several alerts in one message: a list, the largest first, within what one message holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.delivery.amounts import value
from bot.delivery.certainty import MARKS
from bot.delivery.clean import label_markup
from bot.delivery.headline import headline
from bot.delivery.markup import LONGEST, LONGEST_CAPTION, visible_length
from bot.delivery.parties import Names, way
from bot.delivery.render import (
    LATE,
    Rendered,
    matched_watches,
    moment,
    render,
    span,
    told_movements,
    watch_name,
)
from bot.delivery.warnings import brief_warnings
from bot.hours.clock import local
from bot.keyboards import pages as keyboards
from bot.languages import _, ngettext
from bot.numbers import grouped
from bot.paging import page_length, pages_of
from bot.texts.words import day_words
from data.model import AlertState, Certainty, Occasion
from data.queries.alerts.listed import Gist, Summary, by_value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from data.labels import Labels
    from data.model import Alert, Chain, Chat, Movement, Watch

_KEPT_FREE = 300


def render_message(
    alerts: Sequence[Alert],
    movements: Mapping[int, Movement],
    watches: Mapping[int, Watch],
    chat: Chat,
    chains: Mapping[str, Chain],
    labels: Labels,
    now: datetime,
    *,
    repeats: Collection[int] = (),
    summary: Summary | None = None,
    page: int = 0,
    is_digest: bool = False,
    occasion: Occasion | None = None,
    pictured: bool = False,
    certainty: Certainty = Certainty.SEEN,
) -> Rendered:
    """What a message shows of its alerts, one or many; ``repeats`` are ids that may be repeats.

    ``summary`` is of all alerts of the message, where ``alerts`` are only those of one ``page`` of
    it, in their order. ``is_digest``: they are told long after they happened; ``occasion``: the
    chat wants it so. ``pictured``: it stands below a picture. ``certainty`` is that of the least
    sure of all of them.
    """
    if len(alerts) == 1 and (summary is None or summary.total == 1):
        (alert,) = alerts
        repeat = alert.id in repeats
        return render(
            alert,
            movements,
            watches,
            chat,
            chains,
            labels,
            now,
            repeat=repeat,
            certainty=certainty,
        )
    if summary is None:
        gists = {alert.id: _gist(alert, movements, now) for alert in alerts}
        summary, alerts = Summary.of(alerts, gists), by_value(alerts, gists)
        alerts = alerts[: page_length(summary.total)]
    first = page * page_length(summary.total) + 1
    is_late = is_digest or occasion is not None
    lines = [
        _Line(position, alert, movements, watches, chains, labels, summary, is_digest=is_late)
        for position, alert in enumerate(alerts, first)
    ]
    head = _head(summary, page, chains, now, is_digest=is_digest, occasion=occasion)
    below = _below(summary, alerts, page, now, is_digest=is_late)
    if certainty in MARKS:
        below.append(_("{certainty}, all of them").format(certainty=_(MARKS[certainty])))
    if repeats:
        below.append(_("🔁 Possible repeat of some: an earlier attempt left no trace"))
    most = LONGEST_CAPTION if pictured else LONGEST
    around = sum(visible_length(line) + 2 for line in (*head, *below))
    room = most - (around if pictured else max(around, _KEPT_FREE))
    parts = ["\n".join(part) for part in (head, _fitted(lines, room), below)]
    text = "\n\n".join(filter(None, parts))
    return Rendered(text, "list", keyboards.pages(page, summary.total))


def _gist(alert: Alert, movements: Mapping[int, Movement], now: datetime) -> Gist:
    movement = movements.get(alert.movement_id)
    return Gist(None, now) if movement is None else Gist(movement.usd, movement.block.time)


def _head(
    summary: Summary,
    page: int,
    chains: Mapping[str, Chain],
    now: datetime,
    *,
    is_digest: bool,
    occasion: Occasion | None,
) -> list[str]:
    alone = next(iter(summary.chains)) if len(summary.chains) == 1 else None
    which = _("the largest first")
    if page:
        pages = _("page {page} of {pages}")
        which = pages.format(page=grouped(page + 1), pages=grouped(pages_of(summary.total)))
    count, chain = grouped(summary.total), "" if alone is None else _title(alone, chains)
    if occasion is not None:
        title = _on_occasion(occasion, summary.total).format(count=count)
        when = f"{span(summary.first, summary.last, now)}, {which}"
        return [title, f"{chain} · {when}" if chain else when]
    if is_digest:
        away = _while_away(summary.total, alone=alone is not None).format(count=count, chain=chain)
        return [away, f"{span(summary.first, summary.last, now)}, {which}"]
    said = ngettext(
        "🐋 <b>{count} alert</b>, {which}", "🐋 <b>{count} alerts</b>, {which}", summary.total
    )
    if alone is not None:
        said = ngettext(
            "🐋 <b>{count} alert</b> on {chain}, {which}",
            "🐋 <b>{count} alerts</b> on {chain}, {which}",
            summary.total,
        )
    return [said.format(count=count, chain=chain, which=which)]


def _on_occasion(occasion: Occasion, total: int) -> str:
    match occasion:
        case Occasion.QUIET:
            return ngettext(
                "🌙 <b>While it was quiet: {count} alert</b>",
                "🌙 <b>While it was quiet: {count} alerts</b>",
                total,
            )
        case Occasion.HOUR:
            return ngettext(
                "📊 <b>Hourly digest: {count} alert</b>",
                "📊 <b>Hourly digest: {count} alerts</b>",
                total,
            )
        case Occasion.DAY:
            return ngettext(
                "📊 <b>Daily digest: {count} alert</b>",
                "📊 <b>Daily digest: {count} alerts</b>",
                total,
            )


def _while_away(total: int, *, alone: bool) -> str:
    if alone:
        return ngettext(
            "🕓 <b>While I was away: {count} alert</b> on {chain}",
            "🕓 <b>While I was away: {count} alerts</b> on {chain}",
            total,
        )
    return ngettext(
        "🕓 <b>While I was away: {count} alert</b>",
        "🕓 <b>While I was away: {count} alerts</b>",
        total,
    )


def _below(
    summary: Summary, shown: Sequence[Alert], page: int, now: datetime, *, is_digest: bool
) -> list[str]:
    """What is said under the lines."""
    lines = []
    if not page and summary.total > len(shown):
        more = summary.total - len(shown)
        lines.append(_("… and {count} more").format(count=grouped(more)))
    if not is_digest and now - summary.first > LATE:
        first, last = moment(summary.first, now), moment(summary.last, now)
        said = _("🕓 Blocks of {first}") if first == last else _("🕓 Blocks from {first} to {last}")
        lines.append(said.format(first=first, last=last))
    if any(alert.state is AlertState.RETRACTED for alert in shown):
        lines.append(_("<s>Struck through</s>: taken back by a reorganisation of the chain"))
    elif summary.taken_back:
        lines.append(_("↩️ Some on another page were taken back by a reorganisation of the chain"))
    return lines


def _fitted(lines: Sequence[_Line], room: int) -> Iterable[str]:
    """The lines in full, as far as there is room for that; the longest ones in short, else."""
    whole = {line.position: line.in_full() for line in lines}
    length = sum(visible_length(text) + 1 for text in whole.values())
    for shorter in (_Line.in_short, _Line.in_least):
        for line in sorted(lines, key=lambda one: -visible_length(whole[one.position])):
            if length <= room:
                break
            short = shorter(line)
            length -= visible_length(whole[line.position]) - visible_length(short)
            whole[line.position] = short
    return whole.values()


def _title(name: str, chains: Mapping[str, Chain]) -> str:
    chain = chains.get(name)
    return label_markup(chain.title if chain else name)


@dataclass(frozen=True, slots=True)
class _Line:
    """One alert of a list."""

    position: int
    alert: Alert
    movements: Mapping[int, Movement]
    watches: Mapping[int, Watch]
    chains: Mapping[str, Chain]
    labels: Labels
    summary: Summary
    is_digest: bool

    def in_full(self) -> str:
        """What happened, and below it from whom to whom; the chain only where there are several,
        the time in a digest."""
        alert = self.alert
        matched = matched_watches(alert, self.watches)
        names = self._names()
        told = told_movements(alert, self.movements)
        for_feed = bool(matched) and matched[0].is_feed
        parts = [names.transaction(alert.tx_hash, _("Transaction"))]
        if told:
            said = headline(told[0], names.chain, for_feed=for_feed)
            parts = [f"{names.transaction(alert.tx_hash, said)} · {value(told[0])}"]
        parts.extend(brief_warnings(alert, told))
        parts.extend(self._beside(told))
        below = [way(told[0], names)] if told else []
        # a wallet's label stands at its address
        below.extend(
            watch_name(watch, self.chains) if watch.is_feed else f"#{watch.number}"
            for watch in matched[:1]
        )
        return self._struck("\n".join(filter(None, [" · ".join(parts), " · ".join(below)])))

    def in_short(self) -> str:
        """The link and the value alone: foreign names can be very long, and all lines must fit."""
        told = told_movements(self.alert, self.movements)
        worth = value(told[0]) if told else _("no price known")
        link = self._names().transaction(self.alert.tx_hash, _("Transaction"))
        return self._struck(" · ".join([link, worth, *brief_warnings(self.alert, told)]))

    def in_least(self) -> str:
        """The value alone, linked: below a picture there is little room."""
        told = told_movements(self.alert, self.movements)
        worth = value(told[0]) if told else _("no price known")
        return self._struck(self._names().transaction(self.alert.tx_hash, worth))

    def _names(self) -> Names:
        chain = self.chains.get(self.alert.chain)
        matched = matched_watches(self.alert, self.watches)
        return Names.of(self.alert.chain, chain, matched, self.labels)

    def _beside(self, told: Sequence[Movement]) -> Iterable[str]:
        if len(self.summary.chains) > 1:
            yield _title(self.alert.chain, self.chains)
        if self.is_digest and told:
            first, last = local(self.summary.first), local(self.summary.last)
            time = local(told[0].block.time)
            one_day = first.date() == last.date()
            yield f"{time:%H:%M}" if one_day else f"{day_words(time, time)} {time:%H:%M}"

    def _struck(self, text: str) -> str:
        text = f"{grouped(self.position)}. {text}"
        return f"<s>{text}</s>" if self.alert.state is AlertState.RETRACTED else text
