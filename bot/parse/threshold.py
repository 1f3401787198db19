"""Thresholds: dollars (``250000``, ``$250k``, ``1.5m``) or units of an asset (``50 ETH``)."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from bot.languages import N_
from bot.parse.number import OTHER_DASHES, STEPS, looks_numeric, parse_number, places_of
from bot.parse.text import shown
from data.errors import InputError
from data.model import Threshold, UnitThreshold, UsdThreshold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from data.model import Chain

MOST_USD = Decimal(10) ** 13
MOST_UNITS = Decimal(10) ** 16
_DOLLARS = {"usd", "dollar", "dollars", "$"}
_GLUED = re.compile(r"(?P<number>[0-9.,_]+)(?P<symbol>[A-Za-z]{2}[A-Za-z0-9.]{0,14})")
_UNKNOWN_SYMBOL = re.compile(r"[A-Z][A-Z0-9]{1,9}")
_NEGATIVE = N_("A threshold is above zero: leave the sign out.")


def parse_threshold(text: str, chains: Iterable[Chain]) -> Threshold:
    """The whole text as a threshold; symbols are those of the given chains.

    Raises InputError for anything else.
    """
    words = text.split()
    if not words:
        raise InputError("A threshold is an amount, like $250k, 1.5m or 50 ETH.")
    threshold, rest = _read(words, list(chains))
    if threshold is None:
        parse_number(words[0])  # raises, with the reason
    if threshold is None or rest:
        if rest == words[1:] and len(rest) == 1 and rest[0].isalpha():
            raise _unknown(rest[0], words[0])
        raise InputError(
            "“{text}” is too much for a threshold: write one amount, like $250k or 50 ETH.",
            text=shown(" ".join(rest or words)),
        )
    return threshold


def split_threshold(
    words: Sequence[str], chains: Iterable[Chain]
) -> tuple[Threshold | None, list[str]]:
    """The threshold that a list of words begins with, if it does, and the words behind it.

    Raises InputError for what was meant as a threshold and is none.
    """
    if not words or not looks_numeric(words[0]):
        return None, list(words)
    threshold, rest = _read(words, list(chains))
    bare = words[0][-1].isdigit() and not words[0].startswith("$")
    # 50 NOPE must not become fifty dollars and a label
    if bare and rest == list(words[1:]) and rest and _UNKNOWN_SYMBOL.fullmatch(rest[0]):
        raise _unknown(rest[0], words[0])
    return threshold, rest


def _read(words: Sequence[str], chains: list[Chain]) -> tuple[Threshold | None, list[str]]:
    first, rest = words[0], list(words[1:])
    if first == "$" and rest:
        first, rest = "$" + rest[0], rest[1:]
    if not looks_numeric(first):
        return None, list(words)
    if first.removeprefix("$").startswith(("-", "+", *OTHER_DASHES)):
        raise InputError(_NEGATIVE)
    if first.startswith("$"):
        return _usd(parse_number(first[1:])), _without(rest, _DOLLARS)
    if rest and (assets := assets_called(rest[0], chains)):
        return _units(parse_number(first), assets), rest[1:]
    glued = _GLUED.fullmatch(first)
    if glued and (assets := assets_called(glued["symbol"], chains)):
        return _units(parse_number(glued["number"]), assets), rest
    if first.casefold().endswith("usd"):
        first = first[:-3]
    elif glued and glued["symbol"].casefold() not in STEPS:
        raise _unknown(glued["symbol"], glued["number"])
    return _usd(parse_number(first)), _without(rest, _DOLLARS)


class Assets:
    """What a symbol means: as it is written, and (chain, token) → decimals; None is native."""

    def __init__(self, symbol: str, decimals: Mapping[tuple[str, bytes | None], int]) -> None:
        self.symbol = symbol
        self.decimals = decimals


def assets_called(symbol: str, chains: Iterable[Chain]) -> Assets | None:
    """The assets of that symbol: curated tokens, native coins with what wraps them, or nothing."""
    wanted = symbol.casefold()
    found: dict[tuple[str, bytes | None], int] = {}
    written: list[str] = []
    for chain in chains:
        if chain.native_symbol.casefold() == wanted:
            written.append(chain.native_symbol)
            found[chain.name, None] = chain.native_decimals
            found[chain.name, chain.wrapped_native] = chain.native_decimals
        for token in chain.tokens_called(symbol):
            written.append(token.symbol)
            found[chain.name, token.address] = token.decimals
    return Assets(written[0], found) if found else None


def _usd(value: Decimal) -> UsdThreshold:
    if value > MOST_USD:
        raise InputError("No movement is ever that big: write a threshold of at most $10t.")
    if places_of(value) > 2:
        raise InputError("Dollars have two decimal places: write it like 0.50 or 1250.")
    return UsdThreshold(_plain(value))


def _units(value: Decimal, assets: Assets) -> UnitThreshold:
    if value > MOST_UNITS:
        raise InputError("No movement is ever that big: write less {symbol}.", symbol=assets.symbol)
    fewest = min(assets.decimals.values())
    if places_of(value) > fewest:
        raise InputError(
            "{symbol} has only {count} decimal places: write fewer.",
            symbol=assets.symbol,
            count=fewest,
        )
    with localcontext(prec=120):
        amounts = {
            asset: int(value.scaleb(decimals)) for asset, decimals in assets.decimals.items()
        }
    return UnitThreshold(_plain(value), assets.symbol, amounts)


def _plain(value: Decimal) -> Decimal:
    with localcontext(prec=120):
        return value.quantize(Decimal(1).scaleb(-places_of(value)))


def _without(words: list[str], droppable: set[str]) -> list[str]:
    return words[1:] if words and words[0].casefold() in droppable else words


def _unknown(symbol: str, number: str) -> InputError:
    return InputError(
        "I know no token called {symbol} on the chains I follow: write dollars, like ${number}, or"
        " a token like USDC.",
        symbol=shown(symbol),
        number=shown(number).lstrip("$"),
    )
