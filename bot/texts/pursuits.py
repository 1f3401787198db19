"""Followed transactions, apart from their own messages."""

from __future__ import annotations


def too_many(most: int) -> str:
    """A chat has as many open as it may have; plain text."""
    return (
        f"I already follow {most} transactions here, and that is as many as I do at once: ask again"
        " when one of them is through, or delete the message of one."
    )
