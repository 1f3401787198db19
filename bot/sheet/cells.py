"""What stands in a cell, both ways: ``…_cell`` writes what ``…_in`` reads back.

A cell that a spreadsheet would take for a formula gets a quotation mark in front, which is taken
away again.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.assets import named
from bot.parse.chain import parse_chain
from bot.parse.number import parse_number
from bot.parse.text import cleaned, shown
from bot.parse.threshold import assets_called, parse_threshold
from bot.texts.scope import TOO_MANY_TOKENS
from data.addresses import checksummed, parse_address
from data.errors import InputError
from data.model import Interest, UnitThreshold, UsdThreshold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from data.model import Asset, Chain, Threshold

_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
MOST_TOKENS = 45
"""In a cell, by name; a feed of all stablecoins has so many."""
_NATIVE = "native"
_NO_KINDS = "none"
_LARGEST = 2**256 - 1
_SYMBOL_LENGTH = 32
_DIGITS = re.compile(r"[0-9]{1,78}")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell as it was before."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def threshold_cells(
    threshold: Threshold | None, chain: str | None, chains: Sequence[Chain]
) -> tuple[str, str]:
    """``250000``, ``50 ETH`` or nothing for the chat's default; and what it counts, where that is
    not what the first cell alone would say."""
    if threshold is None:
        return "", ""
    if isinstance(threshold, UsdThreshold):
        return _plain(threshold.usd), ""
    text = f"{_plain(threshold.quantity)} {threshold.symbol}"
    try:
        means = parse_threshold(text, _on(chain, chains))
    except InputError:
        means = None
    if means == threshold:
        return text, ""
    counted = (
        f"{asset_cell(asset)}={amount}"
        for asset, amount in sorted(threshold.amounts.items(), key=str)
    )
    return text, " ".join(counted)


def threshold_in(
    text: str, counted: str, chain: str | None, chains: Sequence[Chain], known: Mapping[str, Chain]
) -> Threshold | None:
    """The threshold of both cells. Raises InputError."""
    if not text:
        return None
    if not counted:
        return parse_threshold(text, _on(chain, chains))
    number, _, symbol = text.partition(" ")
    symbol = cleaned(symbol)[:_SYMBOL_LENGTH]
    amounts = {}
    for part in counted.split():
        asset, _, amount = part.rpartition("=")
        if not _DIGITS.fullmatch(amount) or not 0 < int(amount) <= _LARGEST:
            raise InputError("“{text}” is no amount of an asset.", text=shown(part))
        amounts[_asset_in(asset, known)] = int(amount)
    if not symbol:
        raise InputError("A threshold that counts assets is an amount and a symbol, like 50 ETH.")
    return UnitThreshold(parse_number(number), symbol, amounts)


def kinds_cell(interests: Interest | None) -> str:
    """``transfer swap``; nothing for all of them."""
    if interests is None:
        return ""
    return " ".join(str(one.name).lower() for one in interests) or _NO_KINDS


def kinds_in(text: str) -> Interest | None:
    """Raises InputError for what is no kind of movement."""
    words = text.casefold().split()
    if not words:
        return None
    found = Interest(0)
    if words == [_NO_KINDS]:
        return found
    for word in words:
        if word.upper() not in Interest.__members__:
            kinds = ", ".join(str(one.name).lower() for one in Interest)
            raise InputError(
                "“{text}” is no kind of movement: there are {kinds}.", text=shown(word), kinds=kinds
            )
        found |= Interest[word.upper()]
    return found


def asset_cell(asset: Asset) -> str:
    """``ethereum:0xA0b8…``, ``ethereum:native``."""
    chain, token = asset
    return f"{chain}:{checksummed(token) if token else _NATIVE}"


def assets_cell(assets: Iterable[Asset]) -> str:
    """All of them, in an order of their own."""
    return " ".join(sorted(map(asset_cell, assets)))


def assets_in(text: str, chains: Sequence[Chain], known: Mapping[str, Chain]) -> frozenset[Asset]:
    """As ``assets_cell`` writes them, or by symbol, wherever that is known. Raises InputError."""
    found: set[Asset] = set()
    for word in text.split():
        if ":" in word:
            found.add(_asset_in(word, known))
            continue
        called = assets_called(word, chains)
        if called is None:
            raise InputError(
                "I know no token called {symbol}: write its chain and address, like ethereum:0x….",
                symbol=shown(word),
            )
        found |= set(called.decimals)
    # a screen has a button for each name of both cells, and Telegram shows a hundred
    if len(found) > MOST_TOKENS and len(named(found, list(known.values()))) > MOST_TOKENS:
        raise InputError(TOO_MANY_TOKENS, most=MOST_TOKENS)
    return frozenset(found)


def chain_in(text: str, chains: Sequence[Chain]) -> str | None:
    """A chain's name; None for all of them. Raises InputError for one that is not followed."""
    chain = parse_chain(text, chains) if text else None
    return chain.name if chain else None


def chains_in(text: str, known: Collection[str]) -> frozenset[str]:
    """Names of chains, followed or not. Raises InputError."""
    words = text.casefold().split()
    for word in words:
        if word not in known:
            raise InputError("I know no chain called “{text}”.", text=shown(word))
    return frozenset(words)


def time_cell(moment: datetime | None) -> str:
    """``2026-11-21T14:05:00+00:00``; nothing for none."""
    return moment.isoformat() if moment else ""


def time_in(text: str) -> datetime | None:
    """In UTC where it says nothing else. Raises InputError."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(
            "“{text}” is no time: write it like 2026-11-21 14:05.", text=shown(text)
        ) from None


def count_in(text: str, most: int) -> int:
    """A whole number from 0. Raises InputError."""
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(most)) or int(text) > most:
        raise InputError("“{text}” is no whole number.", text=shown(text))
    return int(text)


def _asset_in(text: str, known: Mapping[str, Chain]) -> Asset:
    chain, _, token = text.partition(":")
    chain = chain.casefold()
    if chain not in known:
        raise InputError("I know no chain called “{text}”.", text=shown(chain))
    return chain, None if token.casefold() == _NATIVE else parse_address(token)


def _on(chain: str | None, chains: Sequence[Chain]) -> list[Chain]:
    return [one for one in chains if chain in {None, one.name}]


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
