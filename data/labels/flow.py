"""Flow: what a movement means for those whose wallets a label knows, seen from them.

A whale's deposit at Binance is an inflow of Binance; a transfer between two exchanges is an
outflow of the one and an inflow of the other; what stays with one entity is neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from data.model import MovementKind

if TYPE_CHECKING:
    from data.labels.label import Label, Labels
    from data.model import Movement

_OUT_OF_ADDRESS = {MovementKind.SEND, MovementKind.DEPOSIT}
_INTO_ADDRESS = {MovementKind.RECEIVE, MovementKind.WITHDRAW}


class FlowDirection(StrEnum):
    """Which way it went, seen from the entity; ``self`` between its own wallets."""

    IN = "in"
    OUT = "out"
    SELF = "self"


@dataclass(frozen=True, slots=True)
class Flow:
    """That funds went in or out of an ``entity``; ``kind`` is its label's: exchange, bridge …"""

    direction: FlowDirection
    entity: str
    kind: str


def flows(movement: Movement, labels: Labels) -> tuple[Flow, ...]:
    """The movement's flows, the one out of an entity first; none where no label knows a side.

    Only what goes from one side to another flows: no swap, and nothing minted, burned or wrapped.
    """
    chain = movement.block.chain
    own = labels.of(chain, movement.address)
    other = labels.of(chain, movement.counterparty) if movement.counterparty else None
    if movement.kind in _OUT_OF_ADDRESS:
        return _between(own, other)
    if movement.kind in _INTO_ADDRESS:
        return _between(other, own)
    return ()


def _between(source: Label | None, target: Label | None) -> tuple[Flow, ...]:
    if source and target and source.entity.casefold() == target.entity.casefold():
        return (Flow(FlowDirection.SELF, target.entity, target.kind),)
    found = []
    if source is not None:
        found.append(Flow(FlowDirection.OUT, source.entity, source.kind))
    if target is not None:
        found.append(Flow(FlowDirection.IN, target.entity, target.kind))
    return tuple(found)
