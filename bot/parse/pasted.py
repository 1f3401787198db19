"""What somebody pasted: addresses and transactions out of any text, by themselves or in links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.parse.address import looks_like_address, parse_address
from bot.parse.text import cleaned
from bot.parse.transaction import looks_like_transaction, parse_transaction
from data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.model import Chain

MOST = 10
"""Addresses that one message may offer."""
_LONGEST = 20_000
_BETWEEN = re.compile(r"[\s,;|]+")
_AROUND = "<>()[]{}\"'`«»“”.!?:*_"


@dataclass(frozen=True, slots=True)
class Pasted:
    """Each address once, in the order in which they stood there, and transactions with the chain
    whose explorer the link was of. ``more`` addresses stood behind the last of them; ``mistake``
    is what was wrong with the first that was nearly an address."""

    addresses: tuple[bytes, ...] = ()
    transactions: tuple[tuple[bytes, Chain | None], ...] = ()
    more: int = 0
    mistake: InputError | None = None

    def __bool__(self) -> bool:
        return bool(self.addresses or self.transactions)


def pasted_alone(text: str, chains: Iterable[Chain]) -> Pasted | None:
    """What somebody pasted without a word of their own; None for any other text."""
    known = tuple(chains)
    words = [word.strip(_AROUND) for word in _BETWEEN.split(text[:_LONGEST])]
    found = parse_pasted(text, known)
    alone = all(parse_pasted(word, known) for word in words if word)
    return found if found and alone else None


def parse_pasted(text: str, chains: Iterable[Chain]) -> Pasted:
    """Everything that is to be found in a text, however long; nothing raises."""
    known = tuple(chains)
    addresses: dict[bytes, None] = {}
    transactions: dict[bytes, Chain | None] = {}
    mistake: InputError | None = None
    for raw in _BETWEEN.split(text[:_LONGEST]):
        word = raw.strip(_AROUND)
        try:
            if looks_like_transaction(cleaned(word)):
                tx_hash, chain = parse_transaction(word, known)
                transactions[tx_hash] = transactions.get(tx_hash) or chain
            elif looks_like_address(cleaned(word)):
                addresses[parse_address(word)] = None
        except InputError as error:
            mistake = mistake or error
    found = tuple(addresses)
    return Pasted(found[:MOST], tuple(transactions.items())[:1], max(0, len(found) - MOST), mistake)
