"""The columns of a watchlist's file: ours, in their order, and what others call them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.parse.text import cleaned

if TYPE_CHECKING:
    from collections.abc import Sequence


class Column(StrEnum):
    """By its heading in our files, whatever the reader's language: they go from chat to chat."""

    TYPE = "type"
    NUMBER = "number"
    ADDRESS = "address"
    CHAIN = "chain"
    THRESHOLD = "threshold"
    COUNTED = "counted"
    """what a threshold in units counts, where that is not what it would mean today"""
    DIRECTION = "direction"
    LABEL = "label"
    KINDS = "kinds"
    ONLY = "only"
    WITHOUT = "without"
    NOT_ON = "not on"
    UNPRICED = "unpriced"
    TOPIC = "topic"
    MUTED = "muted until"


class Type(StrEnum):
    """What a row is about."""

    WATCH = "watch"
    FEED = "feed"
    NAME = "name"


_ALSO = {
    Column.ADDRESS: (
        "addr", "wallet", "wallet address", "account", "contract", "public address", "hash",
    ),
    Column.LABEL: ("name", "tag", "name tag", "nickname", "alias", "note", "comment", "title"),
    Column.CHAIN: ("network", "blockchain", "chain name"),
    Column.THRESHOLD: (
        "min", "minimum", "min value", "min usd", "minimum value", "value", "amount", "usd",
    ),
}  # fmt: skip
_MEANT = {column.value: column for column in Column} | {
    other: column for column, others in _ALSO.items() for other in others
}


def meant(heading: str) -> Column | None:
    """The column that a heading stands for."""
    words = cleaned(heading).replace("_", " ").replace("-", " ").casefold()
    return _MEANT.get(words)


def columns_of(headings: Sequence[str]) -> dict[Column, int] | None:
    """Where each column stands; the first of two alike. None if these are no headings, which is
    what has no address among them."""
    found: dict[Column, int] = {}
    for place, heading in enumerate(headings):
        column = meant(heading)
        if column is not None:
            found.setdefault(column, place)
    return found if Column.ADDRESS in found else None


def unknown_among(headings: Sequence[str]) -> list[str]:
    """The headings that stand for nothing here."""
    return [cleaned(one) for one in headings if cleaned(one) and meant(one) is None]
