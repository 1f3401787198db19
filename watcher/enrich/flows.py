"""What came to each address in one transaction and what left it, net per asset and by whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from data.model import Standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from data.model import Leg, Transfer

_NOBODY: frozenset[bytes] = frozenset()


class Asset(NamedTuple):
    """What cannot be told apart: native coin (None), a token, or one number of a collection."""

    token: bytes | None
    token_id: int | None = None
    standard: Standard = Standard.ERC20


@dataclass(slots=True)
class Flow:
    """One address: ``net`` in base units by asset, ``came`` who gave each, ``went`` who got it."""

    net: dict[Asset, int] = field(default_factory=dict)
    came: dict[Asset, set[bytes]] = field(default_factory=dict)
    went: dict[Asset, set[bytes]] = field(default_factory=dict)

    def others(self, leg: Leg) -> frozenset[bytes] | set[bytes]:
        """Who stood on the other side of a leg, in the direction that the leg has."""
        way = self.came if leg.amount > 0 else self.went
        return way.get(Asset(leg.token, leg.token_id, leg.standard), _NOBODY)


Flows = dict[bytes, Flow]


def flows_of(transfers: Iterable[Transfer]) -> Flows:
    """By address, of everybody who gave or got something, in the order of the transfers."""
    flows: Flows = {}
    for transfer in transfers:
        amount = transfer.amount
        if not amount:
            continue
        asset = Asset(transfer.token, transfer.token_id, transfer.standard)
        sender, recipient = transfer.sender, transfer.recipient
        giver = flows.get(sender)
        if giver is None:
            giver = flows[sender] = Flow()
        giver.net[asset] = giver.net.get(asset, 0) - amount
        if asset in giver.went:
            giver.went[asset].add(recipient)
        else:
            giver.went[asset] = {recipient}
        taker = flows.get(recipient)
        if taker is None:
            taker = flows[recipient] = Flow()
        taker.net[asset] = taker.net.get(asset, 0) + amount
        if asset in taker.came:
            taker.came[asset].add(sender)
        else:
            taker.came[asset] = {sender}
    return flows


def tokens_at(flow: Flow | None, wrapped: bytes) -> frozenset[bytes]:
    """The tokens that an address gave or got; native coin counts as its wrapped form."""
    if flow is None:
        return frozenset()
    assets: Mapping[Asset, int] = flow.net
    return frozenset(wrapped if one.token is None else one.token for one in assets)
