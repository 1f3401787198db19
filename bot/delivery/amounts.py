"""How much of what, and what that was worth, as HTML."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from bot.delivery.clean import symbol_markup
from bot.languages import _
from bot.numbers import grouped, quantity, short_quantity, short_usd
from data.imitation import borrowed
from data.model import MovementKind, PriceState, Standard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.model import Chain, Leg, Movement

_SHOWN = 2
_NUMBERS_SHOWN = 3
_LONGEST_NUMBER = 10
_NOTHING = Decimal(0)
_DUST_USD, _DUST_SHARE = Decimal(5), 1000


def assets(legs: Sequence[Leg], chain: Chain | None) -> str:
    """``1,250 ETH + 300 USDC + 2 more``, the most valuable first; empty without legs.

    Dust beside something that is worth more is left out. What has a number has no price: it stands
    after what has one, and before other tokens without.
    """
    ordered = sorted(legs, key=lambda leg: leg.usd or _NOTHING, reverse=True)
    if ordered:
        least = min((ordered[0].usd or _NOTHING) / _DUST_SHARE, _DUST_USD)
        ordered = [leg for leg in ordered if leg.usd is None or leg.usd >= least]
    sums = [leg for leg in ordered if _is_sum(leg)]
    things = [
        *[_sum(leg, chain) for leg in sums if leg.usd is not None],
        *_numbered(ordered, chain),
        *[_sum(leg, chain) for leg in sums if leg.usd is None],
    ]
    shown = things[:_SHOWN]
    more = len(things) - len(shown)
    if more:
        shown.append(_("{count} more").format(count=grouped(more)))
    return " + ".join(shown)


def value(movement: Movement) -> str:
    """``$4.2M`` as HTML; ``≈`` where two sides differ or the market is thin; or that no price is
    known.
    """
    if movement.usd is None:
        return _("no price known")
    text = escape(short_usd(movement.usd))
    if movement.price_state is PriceState.THIN:
        return _("≈ {usd}, thin market").format(usd=text)
    return f"≈ {text}" if movement.kind is MovementKind.SWAP else text


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
    if borrowed(chain, leg.token, leg.symbol):
        return _("{symbol} (not the real one)").format(symbol=text)
    return text


def _is_sum(leg: Leg) -> bool:
    return leg.standard is Standard.ERC20


def _sum(leg: Leg, chain: Chain | None) -> str:
    if leg.decimals is None:
        amount = short_quantity(Decimal(abs(leg.amount)))
        said = _("{amount} base units of {symbol}")
        return said.format(amount=amount, symbol=symbol(leg, chain))
    # dust begins with a <
    return f"{escape(short_quantity(quantity(leg.amount, leg.decimals)))} {symbol(leg, chain)}"


def _numbered(legs: Sequence[Leg], chain: Chain | None) -> list[str]:
    """``1 Doodles #123``, ``3 Doodles #1, #2, #3``: one for each collection."""
    by_collection: defaultdict[bytes | None, list[Leg]] = defaultdict(list)
    for leg in legs:
        if not _is_sum(leg):
            by_collection[leg.token].append(leg)
    found = []
    for ours in by_collection.values():
        count = short_quantity(Decimal(sum(abs(leg.amount) for leg in ours)))
        numbers = ", ".join(_number(leg.token_id) for leg in ours[:_NUMBERS_SHOWN])
        rest = "" if len(ours) <= _NUMBERS_SHOWN else " …"
        found.append(f"{count} {symbol(ours[0], chain)} {numbers}{rest}".rstrip())
    return found


def _number(token_id: int | None) -> str:
    """Some collections number by hashes."""
    text = "" if token_id is None else str(token_id)
    return f"#{text[:4]}…{text[-4:]}" if len(text) > _LONGEST_NUMBER else f"#{text}" if text else ""
