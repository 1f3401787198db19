"""How many watches a chat may have."""

from __future__ import annotations

WATCHES_PER_CHAT = 1_000


def most_watches() -> int:
    """So many in all, whoever the chat is."""
    return WATCHES_PER_CHAT
