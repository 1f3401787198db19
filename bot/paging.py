"""How a list of alerts is cut into pages."""

from __future__ import annotations

PAGE = 10
"""Alerts on a page: as many as a telephone shows without much scrolling."""
_ON_ONE = 14
"""So many stand on one page: a second one for the last few is not worth a tap."""


def page_length(total: int) -> int:
    """How many alerts each page has, when there are so many in all."""
    return max(1, total) if total <= _ON_ONE else PAGE


def pages_of(total: int) -> int:
    """How many pages that makes."""
    return -(-max(1, total) // page_length(total))
