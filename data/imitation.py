"""Tokens that call themselves like a known one, or nearly, and those whose name is a lure.

One truth for the watcher, which marks what such a token moves, and for the bot, which says that it
is not the real one. Known are the tokens that the chain's table curates, and its native coin.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from data.confusables import DRAWN_LIKE

if TYPE_CHECKING:
    from data.model import Chain

_LOOKED_AT = 256
"""Characters of a name that are looked at: honest ones are shorter."""
_SHORTEST_NAME = 5
"""Letters that a borrowed name has at least; a symbol may be as short as it likes."""
_DIRECTION_OVERRIDES = {"\u202d", "\u202e", "\u2066", "\u2067"}

# with a stroke or as a currency, by what they are read as; and what is written for a letter
_READ_AS = {
    "a": "@₳", "b": "Ƀ₿", "c": "¢₵", "d": "ĐđÐð", "e": "€ЄєƐɛ", "h": "Ħħ", "l": "1|!Łł", "n": "₦",
    "o": "0Øø", "s": "5$", "t": "Ŧŧ₮", "y": "¥",
}  # fmt: skip
_LETTERS = {
    character: letter
    for table in (DRAWN_LIKE, _READ_AS)
    for letter, characters in table.items()
    for character in characters
}
# small Cyrillic letters that are drawn like their capitals; the exact ones of the table stay
_LETTERS = {
    small: letter
    for character, letter in _LETTERS.items()
    if (small := character.lower()) != character and "\u0400" <= character <= "\u052f"
} | _LETTERS
_TOGETHER = (("rn", "m"), ("vv", "w"))

_ADDRESS_OF_A_SITE = re.compile(r"https?:|\bwww\.|\bt\.me\b|[a-z0-9-]+\.[a-z]{2,}/\S")
_DOMAIN = re.compile(r"[a-z0-9-]+\s?\.\s?[a-z]{2,}")
_WORDS = re.compile(r"[a-z]+")
# a 1 or a $ stays in a sentence
_IN_SENTENCES = {one: letter for one, letter in _LETTERS.items() if not one.isascii()}
_DOTS = str.maketrans({"。": ".", "｡": ".", "·": ".", "[": None, "]": None})
_LURES = {
    word.replace("i", "l")
    for word in (
        "access", "activate", "airdrop", "bonus", "claim", "claims", "earn", "eligible", "free",
        "get", "gift", "giveaway", "receive", "redeem", "reward", "rewards", "swap", "visit",
        "voucher", "win", "winner", "withdraw",
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Originals:
    """What a chain's known assets are called, in skeletons; each with the asset's symbol."""

    chain: Chain
    symbols: dict[str, str]
    names: dict[str, str]


_originals: dict[str, _Originals] = {}


def _originals_of(chain: Chain) -> _Originals:
    found = _originals.get(chain.name)
    if found is None or found.chain is not chain:
        tokens = chain.tokens.values()
        symbols = {skeleton(one.symbol): one.symbol for one in tokens}
        symbols[skeleton(chain.native_symbol)] = chain.native_symbol
        names = {skeleton(one.name): one.symbol for one in tokens}
        names = {name: of for name, of in names.items() if len(name) >= _SHORTEST_NAME}
        found = _originals[chain.name] = _Originals(chain, symbols, names)
    return found


def borrowed(
    chain: Chain, token: bytes | None, symbol: str | None, name: str | None = None
) -> str | None:
    """The symbol of the known asset that a token passes itself off as; None if it does not.

    A curated token never does, whatever it calls itself, so that bridged ones keep their names.
    """
    if token is None or token in chain.tokens or token == chain.wrapped_native:
        return None
    originals = _originals_of(chain)
    for text, known in ((symbol, originals.symbols), (name, originals.names)):
        for read in _read_both_ways(text):
            original = known.get(skeleton(read))
            if original is not None:
                return original
    return None


def imitates(chain: Chain, token: bytes | None, symbol: str | None, name: str | None) -> bool:
    """Whether a token is not to be believed: it borrows a known name, or its name is a lure."""
    if token is None or token in chain.tokens or token == chain.wrapped_native:
        return False
    return is_lure(symbol, name) or borrowed(chain, token, symbol, name) is not None


@lru_cache(maxsize=4096)
def skeleton(text: str) -> str:
    """What is left of a name for somebody who reads it in passing: small Latin letters and digits
    where it looks like them, no marks, nothing that cannot be seen, no spaces or punctuation.

    Names of one skeleton look the same, or nearly.
    """
    kept = []
    for character in unicodedata.normalize("NFKD", text[:_LOOKED_AT].lstrip("$ ")):
        letter = _LETTERS.get(character)
        if letter is not None:
            kept.append(letter)
        elif unicodedata.category(character)[0] in "LN":
            kept.append(character.casefold())
    bare = "".join(kept).replace("i", "l")
    for drawn, read in _TOGETHER:
        bare = bare.replace(drawn, read)
    return bare


def is_lure(symbol: str | None, name: str | None) -> bool:
    """Whether a token's name sends people to a site: an address, or a domain and what is to be had
    there. A domain alone is none: honest projects are called by theirs.
    """
    return _is_lure(f"{(symbol or '')[:_LOOKED_AT]} {(name or '')[:_LOOKED_AT]}")


@lru_cache(maxsize=4096)
def _is_lure(text: str) -> bool:
    text = _plain(text)
    if _ADDRESS_OF_A_SITE.search(text):
        return True
    return bool(_DOMAIN.search(text)) and not _LURES.isdisjoint(_WORDS.findall(text))


def _plain(text: str) -> str:
    """Small letters as they are read, with the punctuation that is left."""
    kept = []
    for character in unicodedata.normalize("NFKD", text).translate(_DOTS):
        category = unicodedata.category(character)[0]
        if category == "Z" or character in "\t\r\n":
            kept.append(" ")
        elif category not in "CM":
            kept.append(_IN_SENTENCES.get(character, character.casefold()))
    return "".join(kept).replace("i", "l")


def _read_both_ways(text: str | None) -> list[str]:
    """A name as it is stored, and as it is drawn where it has itself drawn from right to left."""
    if not text:
        return []
    text = text[:_LOOKED_AT]
    return [text, text[::-1]] if not _DIRECTION_OVERRIDES.isdisjoint(text) else [text]
