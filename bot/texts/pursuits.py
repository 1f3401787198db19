"""Followed transactions, apart from their own messages."""

from __future__ import annotations

from data.errors import InputError


def too_many(most: int) -> InputError:
    """A chat has as many open as it may have."""
    return InputError(
        "I already follow {most} transactions here, and that is as many as I do at once: ask again"
        " when one of them is through, or delete the message of one.",
        most=most,
    )
