"""Several alerts in one message: a list, the largest first, within what one message holds."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from bot.delivery.amounts import value
from bot.delivery.certainty import MARKS
from bot.delivery.clean import label_markup
from bot.delivery.headline import headline
from bot.delivery.markup import LONGEST, visible_length
from bot.delivery.parties import Names, way
from bot.delivery.render import (
    LATE,
    Rendered,
    matched_watches,
    moment,
    render,
    told_movements,
    watch_name,
)
from bot.delivery.warnings import brief_warnings
from data.model import AlertState, Certainty

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from data.labels import Labels
    from data.model import Alert, Chain, Chat, Movement, Watch

# Telegram reads 100 entities a message; a line has up to four
MOST_LINES = 24
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
    certainty: Certainty = Certainty.SEEN,
) -> Rendered:
    """What a message shows of its alerts, one or many; ``repeats`` are ids that may be repeats.

    ``certainty`` is that of the least sure of them.
    """
    if len(alerts) == 1:
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
    by_size = sorted(alerts, key=lambda alert: _size(alert, movements), reverse=True)
    where = {alert.chain for alert in alerts}
    on = f" on {_title(where.pop(), chains)}" if len(where) == 1 else ""
    lines = [f"🐋 <b>{len(alerts)} alerts</b>{on}, the largest first"]
    length = visible_length(lines[0])
    for position, alert in enumerate(by_size[:MOST_LINES], 1):
        line = _line(position, alert, movements, watches, chains, labels, alone=bool(on))
        length += visible_length(line) + 1
        if length > LONGEST - _KEPT_FREE:
            break
        lines.append(line)
    more = len(alerts) - (len(lines) - 1)
    if more:
        lines.append(f"… and {more} more")
    lines.extend(_late(alerts, movements, now))
    if certainty in MARKS:
        lines.append(f"{MARKS[certainty]}, all of them")
    if any(alert.state is AlertState.RETRACTED for alert in alerts):
        lines.append("<s>Struck through</s>: taken back by a reorganisation of the chain")
    if any(alert.id in repeats for alert in alerts):
        lines.append("🔁 Possible repeat of some: an earlier attempt left no trace")
    return Rendered("\n".join(lines), "list")


def _size(alert: Alert, movements: Mapping[int, Movement]) -> Decimal:
    movement = movements.get(alert.movement_id)
    return Decimal(0) if movement is None or movement.usd is None else movement.usd


def _late(
    alerts: Sequence[Alert], movements: Mapping[int, Movement], now: datetime
) -> Iterable[str]:
    """When it was, for blocks that were read late."""
    found = (movements.get(alert.movement_id) for alert in alerts)
    times = sorted(movement.block.time for movement in found if movement is not None)
    if times and now - times[0] > LATE:
        first, last = moment(times[0], now), moment(times[-1], now)
        yield f"🕓 Blocks of {first}" if first == last else f"🕓 Blocks from {first} to {last}"


def _title(name: str, chains: Mapping[str, Chain]) -> str:
    chain = chains.get(name)
    return label_markup(chain.title if chain else name)


def _line(
    position: int,
    alert: Alert,
    movements: Mapping[int, Movement],
    watches: Mapping[int, Watch],
    chains: Mapping[str, Chain],
    labels: Labels,
    *,
    alone: bool,
) -> str:
    """What happened, and below it from whom to whom; the chain only where there are several."""
    matched = matched_watches(alert, watches)
    chain = chains.get(alert.chain)
    names = Names.of(alert.chain, chain, matched, labels)
    told = told_movements(alert, movements)
    for_feed = bool(matched) and matched[0].is_feed
    parts = [names.transaction(alert.tx_hash, "Transaction")]
    if told:
        said = headline(told[0], chain, for_feed=for_feed)
        parts = [f"{names.transaction(alert.tx_hash, said)} · {value(told[0])}"]
    parts.extend(brief_warnings(alert, told))
    parts.extend([] if alone else [_title(alert.chain, chains)])
    below = [way(told[0], names)] if told else []
    # a wallet's label stands at its address
    below.extend(
        watch_name(watch, chains) if watch.is_feed else f"#{watch.number}" for watch in matched[:1]
    )
    text = "\n".join(filter(None, [f"{position}. {' · '.join(parts)}", " · ".join(below)]))
    return f"<s>{text}</s>" if alert.state is AlertState.RETRACTED else text
