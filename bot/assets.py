"""Tokens that a watch counts or leaves out: as people type them, and as they are shown back.

A symbol means the curated contracts of that name and no others; everything else goes by its
contract's address, because a token may call itself whatever it likes.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from bot.delivery.clean import SYMBOL_LENGTH, clean, symbol_markup
from bot.languages import N_, _
from bot.parse.address import looks_like_address, parse_address
from bot.parse.chain import parse_chain
from bot.parse.text import shown
from bot.parse.threshold import assets_called
from bot.texts.words import address_link, listed, short_address
from data.errors import InputError
from data.imitation import borrowed
from data.queries import tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Asset, Chain

_UNKNOWN = N_(
    "I know no token called “{text}” on the chains of this watch: write its contract's address, 0x…"
)
_WHICH = N_("Which token? Write its symbol, like USDC, or its contract's address, 0x…")


@dataclass(frozen=True, slots=True)
class NamedAssets:
    """What goes by one name: a curated symbol on some chains, or one contract. ``name`` and
    ``where`` are plain text, ``short_name`` is a number that stays the same."""

    name: str
    html: str
    where: str
    assets: frozenset[Asset]
    short_name: int


async def meant_assets(
    connection: AsyncConnection, text: str, chains: Sequence[Chain]
) -> frozenset[Asset]:
    """``USDC``, ``0x…``, ``bsc USDC``: what that is on the chains.

    A contract counts where it was seen, on all of the chains if it was seen nowhere. Raises
    InputError for what is no token.
    """
    words = text.split()
    if not words:
        raise InputError(_WHICH)
    if len(words) > 1:
        chain = parse_chain(words[0], chains)
        return await meant_assets(
            connection, " ".join(words[1:]), chains if chain is None else [chain]
        )
    (word,) = words
    if looks_like_address(word):
        address = parse_address(word)
        on = [chain.name for chain in chains if address in chain.tokens]
        on = on or [name for name in _names(chains) if await _was_seen(connection, name, address)]
        return frozenset((name, address) for name in on or _names(chains))
    found = assets_called(word, chains)
    if found is None:
        raise InputError(_UNKNOWN, text=shown(word))
    return frozenset(found.decimals)


async def known_symbols(connection: AsyncConnection, assets: Collection[Asset]) -> dict[Asset, str]:
    """What those call themselves that were seen."""
    found: dict[Asset, str] = {}
    for name in sorted({asset[0] for asset in assets}):
        wanted = [token for chain, token in assets if chain == name and token is not None]
        rows = await tokens.of_addresses(connection, name, wanted)
        found |= {(name, one): row.symbol for one, row in rows.items() if row.symbol}
    return found


def named(
    assets: Collection[Asset], chains: Sequence[Chain], symbols: Mapping[Asset, str] | None = None
) -> list[NamedAssets]:
    """The assets by name, in alphabetical order; ``symbols`` are what uncurated ones call
    themselves."""
    known = {chain.name: chain for chain in chains}
    places = {name: place for place, name in enumerate(known)}
    grouped: dict[tuple[str, bytes | None], list[Asset]] = {}
    for asset in sorted(assets, key=lambda one: (places.get(one[0], len(places)), str(one))):
        symbol = _curated(asset, known)
        grouped.setdefault((symbol, None) if symbol else ("", asset[1]), []).append(asset)
    found = []
    for (symbol, token), ours in grouped.items():
        names = dict.fromkeys(name for name, *_rest in ours)
        where = listed([known[one].title if one in known else one for one in names])
        if symbol:
            name, html = symbol, f"<b>{escape(symbol)}</b>"
        else:
            name, html = _foreign(ours, token, known, symbols or {})
        key = symbol.encode() or token or b"coin"
        digest = int.from_bytes(sha256(key).digest()[:4])
        found.append(NamedAssets(name, html, where, frozenset(ours), digest))
    return sorted(found, key=lambda one: one.name.casefold())


def _curated(asset: Asset, known: Mapping[str, Chain]) -> str:
    """Its symbol as the tables have it; empty where they have it not."""
    chain = known.get(asset[0])
    if chain is None:
        return ""
    if asset[1] is None:
        return chain.native_symbol
    return chain.tokens[asset[1]].symbol if asset[1] in chain.tokens else ""


def _foreign(
    ours: Sequence[Asset],
    token: bytes | None,
    known: Mapping[str, Chain],
    symbols: Mapping[Asset, str],
) -> tuple[str, str]:
    """A contract's own name is foreign text, and never without its address."""
    if token is None:
        return ours[0][0], escape(ours[0][0])
    chains = [known[one] for one, _ in ours if one in known]
    html = address_link(token, chains) if chains else f"0x{token.hex()}"
    own = next((symbols[one] for one in ours if one in symbols), None)
    if own is None:
        return short_address(token), html
    name = symbol_markup(own)
    if any(borrowed(chain, token, own) for chain in chains):
        name = _("{symbol} (not the real one)").format(symbol=name)
    return f"{clean(own, SYMBOL_LENGTH)} {short_address(token)}", f"{name} {html}"


def _names(chains: Sequence[Chain]) -> list[str]:
    return [chain.name for chain in chains]


async def _was_seen(connection: AsyncConnection, chain: str, address: bytes) -> bool:
    return bool(await tokens.of_addresses(connection, chain, [address]))
