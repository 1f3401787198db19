"""Where a large JSON text can be cut: between the items of its first array of objects.

The cuts are guesses, and cheap: an item begins like the first one did, so whatever looks like a
joint is taken for one. Whoever decodes the pieces finds out: pieces that are each a valid list,
and a valid rest around them, are together the same value as the whole, because JSON can be
read in one way only. Where a guess was wrong, `strict` counts braces; and what cannot be cut at all
is decoded in one go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_FIRST = re.compile(
    rb'(?:"(\w{1,40})"\s{0,8}:\s{0,8})?\[\s{0,8}'
    # the longer what is looked for, the faster it is found: a response is told by two keys
    rb'(\{\s{0,8}(?:"jsonrpc"\s{0,8}:\s{0,8}"2\.0"\s{0,8},\s{0,8})?"\w{1,40}")'
)
_END = re.compile(rb"\}\s{0,8}\]")
_HEAD = 64 * 1024
_LONGEST_END = 1024 * 1024
_MOST_TRIES = 20_000


class Uncut(Exception):
    """No cut was found where there should be one."""


class Place(NamedTuple):
    """An array: where its bracket stands, under which key, inside how many objects, and what
    stands between two items: from the one's brace to the other's first key."""

    start: int
    key: str | None
    depth: int
    joint: bytes
    comma: int
    """length of what lies between the braces"""


def first_array(text: bytes) -> Place | None:
    """The first array of objects, if one begins early in the text."""
    found = _FIRST.search(text, 0, _HEAD)
    if found is None:
        return None
    start = text.index(b"[", found.end(1) if found[1] else found.start())
    if text.count(b"[", 0, start) != text.count(b"]", 0, start):
        return None
    depth = text.count(b"{", 0, start) - text.count(b"}", 0, start)
    comma = b", " if text[found.end() : found.end() + 2] == b": " else b","
    key = found[1].decode() if found[1] else None
    return Place(start, key, depth, b"}" + comma + found[2], len(comma))


def pieces(text: bytes, place: Place, at_least: int, *, strict: bool) -> Iterator[tuple[int, int]]:
    """Start and end of each piece: one or more items, of so many bytes if there are as many.

    An item that is much larger stands alone. The last one's end is the array's. Raises Uncut."""
    begin = place.start + 1
    while True:
        cut = _cut(text, begin, begin + at_least, place.joint, strict=strict)
        end = _array_end(text, place, begin) if cut is None else cut
        if end - begin > 2 * at_least and not strict:
            before = text.rfind(place.joint, begin, begin + at_least)
            if before >= 0:
                yield begin, before + 1
                begin = before + 1 + place.comma
        yield begin, end
        if cut is None:
            return
        begin = end + place.comma


def _cut(text: bytes, begin: int, beyond: int, joint: bytes, *, strict: bool) -> int | None:
    """The end of the first item that ends beyond a position; None if only the last one does."""
    depth, counted = 0, begin
    for _ in range(_MOST_TRIES):
        at = text.find(joint, beyond)
        if at < 0:
            return None
        if not strict:
            return at + 1
        depth += text.count(b"{", counted, at + 1) - text.count(b"}", counted, at + 1)
        counted = at + 1
        if depth == 0:
            return counted
        beyond = counted
    raise Uncut


def _array_end(text: bytes, place: Place, begin: int) -> int:
    """The end of the items from there on: where no object is open any more, and a ] follows."""
    if place.depth == 0:
        return text.rfind(b"]")
    depth, counted = 0, begin
    for tried, found in enumerate(_END.finditer(text, begin)):
        at = found.start() + 1
        if tried > _MOST_TRIES or at - begin > _LONGEST_END:
            break
        depth += text.count(b"{", counted, at) - text.count(b"}", counted, at)
        counted = at
        if depth == 0:
            return at
    raise Uncut
