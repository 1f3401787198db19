"""What a followed transaction's message is made of, read at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.delivery.pursuit import Story, parties_of
from bot.discretion import open_to_chat
from data.queries import movements, names, watches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.labels import Labels
    from data.model import Chain, Pursuit


async def read_story(
    connection: AsyncConnection,
    one: Pursuit,
    chains: Mapping[str, Chain],
    labels: Labels,
    *,
    unseen: Sequence[str],
    kept_from: Decimal,
) -> Story:
    """``chains`` are those that are followed, ``unseen`` the titles of those that cannot be seen
    now."""
    own = await names.called(connection, one.chat_id, parties_of(one))
    mine = await watches.of_chat(connection, one.chat_id)
    moved = []
    if one.chain is not None and one.told.inclusion is not None:
        moved = await movements.stored_in(connection, one.chain, [one.tx_hash])
    moved = open_to_chat(moved, mine, kept_from)
    return Story(one, chains, labels.for_chat(own), moved, unseen)
