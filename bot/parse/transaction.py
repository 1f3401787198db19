"""Transactions as people paste them: ``0x`` and 64 digits, or an explorer's link to one."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.parse.text import shown
from data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.model import Chain

_HASH = re.compile(r"(?:0[xX])?(?P<digits>[0-9a-fA-F]{64})")
_HEX = re.compile(r"0[xX][0-9a-fA-F]*")
_ADDRESS_DIGITS = 40
_LONGEST = 500


def parse_transaction(text: str, chains: Iterable[Chain]) -> tuple[bytes, Chain | None]:
    """The 32 bytes, and the chain whose explorer a link is of; None for a bare hash or another's
    link. Raises InputError that says what the text is instead, as far as one can see.
    """
    text = text.strip()
    if not text:
        raise InputError(
            "Which transaction? Behind the command paste its hash, 0x and 64 digits or letters a–f,"
            " or an explorer's link to it."
        )
    if len(text) > _LONGEST:
        raise InputError(
            "That is far too long for a transaction: paste its hash, 0x and 64 digits or letters"
            " a–f, or an explorer's link to it."
        )
    chain = None
    if text.casefold().startswith(("http://", "https://")):
        text, chain = _from_link(text, chains)
    match = _HASH.fullmatch(text)
    if match is None:
        raise _why_not(text)
    return bytes.fromhex(match["digits"]), chain


def looks_like_transaction(text: str) -> bool:
    """Whether somebody who pasted this most likely meant a transaction."""
    text = text.strip()
    if text.casefold().startswith(("http://", "https://")) and len(text) <= _LONGEST:
        return _hash_in(text) is not None
    return _HASH.fullmatch(text) is not None


def _from_link(link: str, chains: Iterable[Chain]) -> tuple[str, Chain | None]:
    found = _hash_in(link)
    if found is None:
        raise InputError(
            "That link leads to no transaction: paste its hash, 0x and 64 digits or letters a–f, or"
            " an explorer's link to it."
        )
    host = _host(link)
    for chain in chains:
        if host == _host(chain.explorer.tx):
            return found, chain
    return found, None


def _hash_in(link: str) -> str | None:
    """What stands behind ``/tx/`` in a link."""
    try:
        parts = [part for part in urlsplit(link).path.split("/") if part]
    except ValueError:
        return None
    for before, part in pairwise(parts):
        if before.casefold() in {"tx", "transaction", "transactions", "txs"}:
            return part
    return None


def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _why_not(text: str) -> InputError:
    if _HEX.fullmatch(text):
        digits = len(text) - 2
        if digits == _ADDRESS_DIGITS:
            return InputError(
                "That is an address, not a transaction: a transaction's hash has 64 digits or"
                " letters a–f behind its 0x."
            )
        return InputError(
            "A transaction's hash has 64 digits or letters a–f behind its 0x, and that one has"
            " {count}: copy it again.",
            count=digits,
        )
    if " " in text:
        return InputError(
            "One transaction at a time: paste its hash, 0x and 64 digits or letters a–f, or an"
            " explorer's link to it."
        )
    return InputError(
        "“{text}” is no transaction: paste its hash, 0x and 64 digits or letters a–f, or an"
        " explorer's link to it.",
        text=shown(text),
    )
