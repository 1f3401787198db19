"""A net change with its name and its price."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from data.columns import MAX_AMOUNT
from data.model import Leg, Standard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.model import Chain, Price
    from data.queries.tokens import TokenRow
    from watcher.enrich.flows import Asset, Flow

_NOTHING = Decimal(0)
UNNAMED = "?"
"""Shown for a token that does not say what it is called."""


def legs_of(
    chain: Chain,
    flow: Flow,
    names: Mapping[bytes, TokenRow],
    prices: Mapping[bytes | None, Price],
) -> tuple[Leg, ...]:
    """What changed for an address, the most valuable first."""
    legs = [_leg(chain, asset, net, names, prices) for asset, net in flow.net.items() if net]
    if len(legs) > 1:
        legs.sort(key=_rank)
    return tuple(legs)


def _rank(leg: Leg) -> tuple[Decimal, bytes, int]:
    """By value, then so that the order of the transfers does not matter."""
    return -(leg.usd or _NOTHING), leg.token or b"", leg.token_id or 0


def _leg(
    chain: Chain,
    asset: Asset,
    amount: int,
    names: Mapping[bytes, TokenRow],
    prices: Mapping[bytes | None, Price],
) -> Leg:
    # a token that lies can move more than exists; no honest sum comes near the bound
    amount = max(-MAX_AMOUNT, min(MAX_AMOUNT, amount))
    token, token_id, standard = asset
    if token is None:
        symbol, decimals = chain.native_symbol, chain.native_decimals
        return Leg(None, symbol, decimals, amount, prices.get(None))
    row = names.get(token)
    if standard is not Standard.ERC20:
        # a collection is known by its name; its symbol is short for those who know it
        name = (row.name or row.symbol) if row else None
        return Leg(token, name or UNNAMED, 0, amount, None, standard, token_id)
    if row is None:
        return Leg(token, UNNAMED, None, amount)
    return Leg(token, row.symbol or UNNAMED, row.decimals, amount, prices.get(token))
