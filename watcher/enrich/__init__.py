"""Enrich: transactions → movements. What each did to each address, named and priced. Pure.

- ``flows``   what came to each address and what left it, net per asset and by whom
- ``unseen``  native coin that moved where no log shows it, as far as it is certain
- ``legs``    a net change with its name and its price
- ``scene``   which known venues took part, and what they say happened
- ``sides``   what was given and gotten, without the dust that comes back
- ``kind``    what that was, seen from an address, and where
- ``shares``  tokens that stand for what was given: a lending market's, a pool's
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.model import Movement
from data.model.block import ZERO_ADDRESS
from data.venues import venues_on
from watcher.enrich.flows import flows_of
from watcher.enrich.kind import told
from watcher.enrich.legs import UNNAMED, legs_of
from watcher.enrich.scene import scene_of
from watcher.enrich.sides import sides_of
from watcher.enrich.unseen import with_unseen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from data.model import BlockRef, Chain, Price, Transaction
    from data.queries.tokens import TokenRow
    from data.venues import Venues


__all__ = ["UNNAMED", "enrich", "moved_tokens"]


def moved_tokens(transactions: Iterable[Transaction]) -> set[bytes]:
    """The contracts of all tokens that moved."""
    return {
        transfer.token
        for transaction in transactions
        for transfer in transaction.transfers
        if transfer.token is not None
    }


def enrich(
    chain: Chain,
    ref: BlockRef,
    transactions: Sequence[Transaction],
    names: Mapping[bytes, TokenRow],
    prices: Mapping[bytes | None, Price],
) -> list[list[Movement]]:
    """For each transaction the movements it made, one for each address whose holdings changed.

    What only passed through an address nets to nothing and makes no movement.
    """
    venues = venues_on(chain.name)
    return [_movements(chain, venues, ref, found, names, prices) for found in transactions]


def _movements(
    chain: Chain,
    venues: Venues,
    ref: BlockRef,
    transaction: Transaction,
    names: Mapping[bytes, TokenRow],
    prices: Mapping[bytes | None, Price],
) -> list[Movement]:
    flows = flows_of(with_unseen(chain, venues, transaction))
    scene = scene_of(chain, venues, transaction, flows)
    movements = []
    for address, flow in flows.items():
        if address == ZERO_ADDRESS:
            continue
        legs = legs_of(chain, flow, names, prices)
        if not legs:
            continue
        sides = sides_of(legs)
        kind, venue = told(scene, address, flow, sides)
        others = flow.others(sides.first)
        counterparty = next(iter(others)) if len(others) == 1 else None
        movements.append(
            Movement(
                block=ref,
                tx_hash=transaction.hash,
                tx_index=transaction.position,
                address=address,
                kind=kind,
                legs=legs,
                counterparty=counterparty,
                signed=address == transaction.signer,
                venue=venue,
                is_contract=scene.is_contract(address),
                counterparty_is_contract=None
                if counterparty is None
                else scene.is_contract(counterparty),
            )
        )
    return movements
