"""Addresses as people paste them: ``0x…``, or an explorer's link to one."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.languages import N_
from bot.parse.text import shown
from data import addresses
from data.errors import InputError

_ADDRESS = re.compile(r"0[xX][0-9a-fA-F]{40}")
_HASH = re.compile(r"(?:0[xX])?[0-9a-fA-F]{64}")
_BARE = re.compile(r"[0-9a-fA-F]{40}")
_BASE58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]{32,44}")
_BITCOIN = re.compile(r"(?:bc1[0-9a-z]{20,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34})")
_NAME = re.compile(r"[^\s/@:]{1,200}\.(?:eth|bnb|sol|crypto|xyz|lens|base)", re.IGNORECASE)
_TRON = re.compile(r"T[1-9A-HJ-NP-Za-km-z]{33}")
_LONGEST = 500
_TRANSACTION = N_("That's a transaction; paste the address whose movements you want to see.")


def parse_address(text: str) -> bytes:
    """The 20 bytes. Raises InputError that says what the text is instead, as far as one can see."""
    text = text.strip()
    if len(text) > _LONGEST:
        raise InputError(
            "That is far too long for an address: paste only 0x and its 40 digits or letters a–f."
        )
    if text.casefold().startswith(("http://", "https://")):
        text = _from_link(text)
    if _ADDRESS.fullmatch(text):
        return addresses.parse_address(text)
    raise _why_not(text)


def looks_like_address(text: str) -> bool:
    """Whether somebody who pasted this most likely meant an address, right or wrong."""
    text = text.strip()
    if not text or any(character.isspace() for character in text):
        return False
    begins = text[:8].casefold().startswith(("0x", "0х", "http://", "https://"))
    shapes = (_HASH, _BARE, _BASE58, _BITCOIN, _TRON, _NAME)
    return begins or any(shape.fullmatch(text) for shape in shapes)


def _from_link(link: str) -> str:
    try:
        parts = [part for part in urlsplit(link).path.split("/") if part]
    except ValueError:
        parts = []
    for before, part in zip(["", *parts], parts, strict=False):
        if before.casefold() in {"address", "token", "account", "accounts"}:
            return part
        if before.casefold() in {"tx", "transaction"}:
            raise InputError(_TRANSACTION)
    raise InputError(
        "That link leads to no address: paste the link of an explorer's address page, or 0x…"
    )


def _why_not(text: str) -> InputError:
    if not text:
        return InputError(
            "Which address? Paste it behind the command, 0x and 40 digits or letters a–f."
        )
    if any(not character.isprintable() for character in text):
        return InputError(
            "There are invisible characters in that address: copy it again from the explorer."
        )
    if not text.isascii() and not _NAME.fullmatch(text):
        odd = next(character for character in text if not character.isascii())
        return InputError(
            "That address has the character “{odd}”, which only looks like one of an address:"
            " copy it again from a source you trust.",
            odd=odd,
        )
    if _NAME.fullmatch(text):
        return InputError(
            "Names like {name} are not supported yet, paste the address.", name=shown(text)
        )
    if _HASH.fullmatch(text):
        return InputError(_TRANSACTION)
    if _BARE.fullmatch(text):
        return InputError("That address lacks its 0x: write 0x in front of it.")
    for shape, coin in ((_BITCOIN, "Bitcoin"), (_TRON, "Tron"), (_BASE58, "Solana")):
        if shape.fullmatch(text):
            return InputError(
                "That looks like a {coin} address; I watch addresses that begin with 0x.", coin=coin
            )
    if text[:2].casefold() == "0x":
        return InputError(
            "An address has 40 digits or letters a–f behind its 0x, and that one isn't so"
            " (it has {count} characters): copy it again.",
            count=len(text) - 2,
        )
    return InputError(
        "“{text}” is no address: paste one like the explorer shows it, 0x…", text=shown(text)
    )
