"""Foresight: what committing a batch will ask for is found out while the batch before is committed.

In the database's transaction the watches are read anew, and what is missing then is asked for after
all: nothing that is foreseen is relied on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.queries import watches
from watcher.concern import parties_of
from watcher.strangers import heavy_tokens, strangers
from watcher.weigh import weight_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from data.database import Database
    from data.model import Chain
    from watcher.learned import Assets
    from watcher.weigh import WeighedBlock


async def foresee(
    database: Database,
    chain: Chain,
    blocks: Sequence[WeighedBlock],
    assets: Assets,
    *,
    keep_from_usd: Decimal,
) -> None:
    """Have the names and prices at hand that the blocks need, as far as it can be told before.

    Raises what the database raises; what no node tells is left for later."""
    parties = list(await parties_of(blocks))
    async with database.read() as connection:
        watched = await watches.watched(connection, chain.name, parties)
    found = await strangers(chain, blocks, assets.names.at_hand, watched)
    heavy = await heavy_tokens(blocks, weight_of(keep_from_usd))
    names = await assets.names.of(heavy.union(found.unnamed, *found.unpriced.values()))
    unpriced = {
        block.ref: tokens for block in blocks if (tokens := found.unpriced.get(block.ref.hash))
    }
    told = assets.prices.told(unpriced)
    unasked = {
        ref: unknown for ref, tokens in unpriced.items() if (unknown := tokens - told[ref].keys())
    }
    if unasked:
        await assets.prices.of(unasked, names)
