"""Enrich: transactions → movements. What each did to each address, named and priced. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from data.columns import MAX_AMOUNT
from data.model import Leg, Movement, MovementKind, Standard
from data.model.block import ZERO_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from data.model import BlockRef, Chain, Price, Transaction
    from data.queries.tokens import TokenRow

_Asset = tuple[bytes | None, Standard, int | None]
"""A token and, of one with numbers, the number."""
_Side = tuple[bytes, _Asset]
"""Somebody's side of what moved of an asset."""

UNNAMED = "?"
"""Shown for a token that does not say what it is called."""


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
    return [_movements(chain, ref, found, names, prices) for found in transactions]


def _movements(
    chain: Chain,
    ref: BlockRef,
    transaction: Transaction,
    names: Mapping[bytes, TokenRow],
    prices: Mapping[bytes | None, Price],
) -> list[Movement]:
    net: defaultdict[bytes, defaultdict[_Asset, int]] = defaultdict(lambda: defaultdict(int))
    givers: defaultdict[_Side, set[bytes]] = defaultdict(set)
    takers: defaultdict[_Side, set[bytes]] = defaultdict(set)
    for _, _, token, sender, recipient, amount, standard, number in transaction.transfers:
        if amount:
            asset = token, standard, number
            net[sender][asset] -= amount
            net[recipient][asset] += amount
            takers[sender, asset].add(recipient)
            givers[recipient, asset].add(sender)
    net.pop(ZERO_ADDRESS, None)
    movements = []
    for address, changes in net.items():
        legs = [
            _leg(chain, asset, amount, names, prices) for asset, amount in changes.items() if amount
        ]
        if not legs:
            continue
        if len(legs) > 1:
            legs.sort(key=lambda leg: leg.usd or 0, reverse=True)
        largest = legs[0]
        side = address, (largest.token, largest.standard, largest.token_id)
        others = givers[side] if largest.amount > 0 else takers[side]
        movements.append(
            Movement(
                block=ref,
                tx_hash=transaction.hash,
                tx_index=transaction.position,
                address=address,
                kind=_kind(chain, address, legs, others),
                legs=tuple(legs),
                counterparty=next(iter(others)) if len(others) == 1 else None,
                signed=address == transaction.signer,
            )
        )
    return movements


def _leg(
    chain: Chain,
    asset: _Asset,
    amount: int,
    names: Mapping[bytes, TokenRow],
    prices: Mapping[bytes | None, Price],
) -> Leg:
    # a token that lies can move more than exists; no honest sum comes near the bound
    amount = max(-MAX_AMOUNT, min(MAX_AMOUNT, amount))
    token, standard, number = asset
    row = None if token is None else names.get(token)
    if standard is not Standard.ERC20:  # one by one, so no price for all of them holds
        symbol = (row and row.symbol) or UNNAMED
        return Leg(token, symbol, None, amount, None, standard, number)
    price = prices.get(token)
    if token is None:
        return Leg(None, chain.native_symbol, chain.native_decimals, amount, price)
    if row is None:
        return Leg(token, UNNAMED, None, amount)
    return Leg(token, row.symbol or UNNAMED, row.decimals, amount, price)


def _kind(
    chain: Chain, address: bytes, legs: Sequence[Leg], others: AbstractSet[bytes]
) -> MovementKind:
    """``others`` stood on the other side of the largest leg, in the direction that it has."""
    received = [leg for leg in legs if leg.amount > 0]
    if received and len(received) < len(legs):
        tokens = {leg.token for leg in legs}
        if tokens == {None, chain.wrapped_native} and address != chain.wrapped_native:
            is_wrap = received[0].token is not None
            return MovementKind.WRAP if is_wrap else MovementKind.UNWRAP
        return MovementKind.SWAP
    if others == {chain.wrapped_native} and legs[0].token == chain.wrapped_native:
        # the native coin moved inside the transaction, where logs do not show it
        return MovementKind.WRAP if received else MovementKind.UNWRAP
    if received:
        return MovementKind.MINT if others == {ZERO_ADDRESS} else MovementKind.RECEIVE
    return MovementKind.BURN if others == {ZERO_ADDRESS} else MovementKind.SEND
