"""What a chat may know of what others have kept here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from decimal import Decimal

    from data.model import Movement, Watch


def open_to_chat(
    found: Iterable[Movement],
    watches: Iterable[Watch],
    kept_from: Decimal,
    told: Collection[int] = (),
) -> list[Movement]:
    """Of stored movements those that are kept of everybody, of what the chat watches, or that it
    was told of (``told``, by id).

    Whatever else there is lies there because another chat watches the address, and that is its own
    affair.
    """
    mine = {watch.address for watch in watches}
    return [
        one for one in found if (one.usd or 0) >= kept_from or one.address in mine or one.id in told
    ]
