"""What a movement means for the exchanges and bridges on its sides, in one short line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.delivery.clean import label_markup
from bot.languages import N_, _
from data.labels.flow import FlowDirection, flows
from data.model import MovementKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.labels import Labels
    from data.labels.flow import Flow
    from data.model import Movement

_SIGNS = {"exchange": "🏦", "bridge": "🌉", "staking": "🔒", "issuer": "🏛", "fund": "💼"}
_INFLOWS = {
    "exchange": N_("🏦 Exchange inflow: {entity}"),
    "bridge": N_("🌉 Bridge inflow: {entity}"),
    "staking": N_("🔒 Staking inflow: {entity}"),
    "issuer": N_("🏛 Issuer inflow: {entity}"),
    "fund": N_("💼 Fund inflow: {entity}"),
}
_OUTFLOWS = {
    "exchange": N_("🏦 Exchange outflow: {entity}"),
    "bridge": N_("🌉 Bridge outflow: {entity}"),
    "staking": N_("🔒 Staking outflow: {entity}"),
    "issuer": N_("🏛 Issuer outflow: {entity}"),
    "fund": N_("💼 Fund outflow: {entity}"),
}
_BETWEEN = {
    "exchange": N_("🏦 Exchange to exchange: {source} → {target}"),
    "bridge": N_("🌉 Bridge to bridge: {source} → {target}"),
    "staking": N_("🔒 Staking to staking: {source} → {target}"),
    "issuer": N_("🏛 Issuer to issuer: {source} → {target}"),
    "fund": N_("💼 Fund to fund: {source} → {target}"),
}


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
        between = _("{sign} Between wallets of {entity}")
        return between.format(sign=_SIGNS[flow.kind], entity=entity)
    ways = _INFLOWS if flow.direction is FlowDirection.IN else _OUTFLOWS
    return _(ways[flow.kind]).format(entity=entity)


def _from_one_to_another(found: Sequence[Flow]) -> str:
    source, target = (label_markup(one.entity) for one in found)
    return _(_BETWEEN[found[0].kind]).format(source=source, target=target)
