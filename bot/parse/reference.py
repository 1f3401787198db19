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
        raise InputError("Which watch? Write its number from /list, its address or its label.")
    return label


def referred(reference: Reference, watches: Iterable[Watch]) -> Watch:
    """The one watch that is meant. Raises InputError when there is none, or more than one."""
    if isinstance(reference, int):
        found = [watch for watch in watches if watch.number == reference]
        missing = InputError(
            "There is no watch with number {number} here: /list shows yours with their numbers.",
            number=reference,
        )
    elif isinstance(reference, bytes):
        found = [watch for watch in watches if watch.address == reference]
        missing = InputError(
            "There is no watch with that address here: /list shows yours with their numbers."
        )
    else:
        wanted = cleaned(reference).casefold()
        found = [watch for watch in watches if (watch.label or "").casefold() == wanted]
        missing = InputError(
            "There is no watch called “{name}” here: /list shows yours with their numbers.",
            name=shown(reference),
        )
    if not found:
        raise missing
    if len(found) > 1:
        numbers = ", ".join(str(watch.number) for watch in found)
        raise InputError(
            "Several watches fit: say which one is meant by its number ({numbers}).",
            numbers=numbers,
        )
    return found[0]
