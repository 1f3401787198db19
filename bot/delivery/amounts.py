"""How much of what, and what that was worth, as HTML."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from bot.delivery.clean import symbol_markup
from bot.numbers import quantity, short_quantity, short_usd
from data.imitation import borrowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chain, Leg, Movement

_LEGS_SHOWN = 2
UNPRICED = "no price known"


def assets(legs: Sequence[Leg], chain: Chain | None) -> str:
    """``1,250 ETH + 300 USDC + 2 more``, the most valuable first; empty without legs."""
    ordered = sorted(legs, key=lambda leg: leg.usd or Decimal(0), reverse=True)
    shown = [_asset(leg, chain) for leg in ordered[:_LEGS_SHOWN]]
    more = len(ordered) - len(shown)
    return " + ".join([*shown, *([f"{more} more"] if more else [])])


def value(movement: Movement) -> str:
    """``$4.2M`` as HTML, or that no price is known."""
    return UNPRICED if movement.usd is None else escape(short_usd(movement.usd))


def symbol(leg: Leg, chain: Chain | None) -> str:
    """The asset's symbol as HTML; what borrows a known symbol is marked ``(not the real one)``."""
    if chain is None:
        return symbol_markup(leg.symbol)
    if leg.token is None:
        return symbol_markup(chain.native_symbol)
    curated = chain.tokens.get(leg.token)
    if curated is not None:
        return symbol_markup(curated.symbol)
    text = symbol_markup(leg.symbol)
    return f"{text} (not the real one)" if borrowed(chain, leg.token, leg.symbol) else text


def _asset(leg: Leg, chain: Chain | None) -> str:
    if leg.decimals is None:
        return f"{short_quantity(Decimal(abs(leg.amount)))} base units of {symbol(leg, chain)}"
    # dust begins with a <
    return f"{escape(short_quantity(quantity(leg.amount, leg.decimals)))} {symbol(leg, chain)}"
