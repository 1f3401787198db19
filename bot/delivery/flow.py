"""What a movement means for the exchanges and bridges on its sides, in one short line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.delivery.clean import label_markup
from data.labels.flow import FlowDirection, flows
from data.model import MovementKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.labels import Labels
    from data.labels.flow import Flow
    from data.model import Movement

_SIGNS = {"exchange": "🏦", "bridge": "🌉", "staking": "🔒", "issuer": "🏛", "fund": "💼"}


def flow_line(movement: Movement, labels: Labels) -> str:
    """``🏦 Exchange inflow: Binance`` as HTML; empty where it would say nothing new."""
    found = [one for one in flows(movement, labels) if _is_news(one, movement)]
    if len(found) > 1 and len({one.kind for one in found}) == 1:
        return _from_one_to_another(found)
    return " · ".join(_line(one) for one in found)


def _is_news(flow: Flow, movement: Movement) -> bool:
    in_title = movement.venue and movement.kind in {MovementKind.DEPOSIT, MovementKind.WITHDRAW}
    return flow.kind in _SIGNS and not (in_title and flow.kind in {"bridge", "staking"})


def _line(flow: Flow) -> str:
    entity = label_markup(flow.entity)
    if flow.direction is FlowDirection.SELF:
        return f"{_SIGNS[flow.kind]} Between wallets of {entity}"
    way = "inflow" if flow.direction is FlowDirection.IN else "outflow"
    return f"{_SIGNS[flow.kind]} {flow.kind.capitalize()} {way}: {entity}"


def _from_one_to_another(found: Sequence[Flow]) -> str:
    kind = found[0].kind
    source, target = (label_markup(one.entity) for one in found)
    return f"{_SIGNS[kind]} {kind.capitalize()} to {kind}: {source} → {target}"
