"""Which watch is meant: by number, by address, or by label."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.parse.address import parse_address
from bot.parse.text import cleaned, parse_label, shown
from data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.model import Watch

Reference = int | bytes | str
_NUMBER = re.compile(r"#?(?P<number>[0-9]{1,9})")


def parse_reference(text: str) -> Reference:
    """A watch's number, an address, or else a label. Raises InputError for nothing at all, and
    for what begins like an address and is none."""
    text = text.strip()
    if number := _NUMBER.fullmatch(text):
        return int(number["number"])
    if text[:8].casefold().startswith(("0x", "0х", "http://", "https://")):
        return parse_address(text)
    label = parse_label(text)
    if label is None:
        msg = "Which watch? Write its number from /list, its address or its label."
        raise InputError(msg)
    return label


def referred(reference: Reference, watches: Iterable[Watch]) -> Watch:
    """The one watch that is meant. Raises InputError when there is none, or more than one."""
    if isinstance(reference, int):
        found = [watch for watch in watches if watch.number == reference]
        name = f"number {reference}"
    elif isinstance(reference, bytes):
        found = [watch for watch in watches if watch.address == reference]
        name = "that address"
    else:
        wanted = cleaned(reference).casefold()
        found = [watch for watch in watches if (watch.label or "").casefold() == wanted]
        name = f"“{shown(reference)}”"
    if not found:
        msg = f"There is no watch with {name} here: /list shows yours with their numbers."
        if isinstance(reference, str):
            msg = f"There is no watch called {name} here: /list shows yours with their numbers."
        raise InputError(msg)
    if len(found) > 1:
        numbers = ", ".join(str(watch.number) for watch in found)
        msg = f"Several watches fit {name}: say which by its number ({numbers})."
        raise InputError(msg)
    return found[0]
