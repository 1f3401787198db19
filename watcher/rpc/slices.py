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

_FIRST = re.compile(rb'(?:"(\w{1,40})"\s{0,8}:\s{0,8})?\[\s{0,8}(\{\s{0,8}"\w{1,40}")')
_END = re.compile(rb"\}\s{0,8}\]")
_HEAD = 64 * 1024
_LONGEST_END = 1024 * 1024
_MOST_TRIES = 20_000
_JOINTS = (b"},", b"}, ", b"},\n")


class Uncut(Exception):
    """No cut was found where there should be one."""


class Place(NamedTuple):
    """An array: where its bracket stands, under which key, inside how many objects, and how its
    first item begins."""

    start: int
    key: str | None
    depth: int
    opening: bytes


def first_array(text: bytes) -> Place | None:
    """The first array of objects, if one begins early in the text."""
    found = _FIRST.search(text, 0, _HEAD)
    if found is None:
        return None
    start = text.index(b"[", found.end(1) if found[1] else found.start())
    if text.count(b"[", 0, start) != text.count(b"]", 0, start):
        return None
    depth = text.count(b"{", 0, start) - text.count(b"}", 0, start)
    return Place(start, found[1].decode() if found[1] else None, depth, found[2])


def pieces(text: bytes, place: Place, at_least: int, *, strict: bool) -> Iterator[tuple[int, int]]:
    """Start and end of each piece: one or more items, of so many bytes if there are as many.

    The last one's end is the array's. Raises Uncut."""
    begin = place.start + 1
    joint = _joint(text, place)
    while joint is not None:
        end = _cut(text, begin, begin + at_least, joint, strict=strict)
        if end is None:
            break
        yield begin, end
        begin = end + len(joint) - len(place.opening) - 1
    yield begin, _array_end(text, begin)


def _joint(text: bytes, place: Place) -> bytes | None:
    """What stands between two items, from the one's brace to the other's key."""
    for joint in _JOINTS:
        if text.find(joint + place.opening, place.start) >= 0:
            return joint + place.opening
    return None


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


def _array_end(text: bytes, begin: int) -> int:
    """The end of the items from there on: where no object is open any more, and a ] follows."""
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
