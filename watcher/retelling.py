"""Retelling: what a reorg makes of what chats were told, or are about to be told."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from data.queries import alerts, movements
from watcher.concern import key_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.model import Chain, Movement
    from data.queries.alerts import Touched
    from watcher.concern import Key
    from watcher.progress import Progress

RETRACTED_AGAIN_FOR = 60.0
"""Seconds of chain time: no transaction of the bot's is open for as long."""


async def orphans(
    connection: AsyncConnection, chain: str, hashes: Collection[bytes]
) -> dict[Key, Movement]:
    """Orphaned movements that these transactions bring back, as they were before."""
    if not await movements.has_orphans(connection, chain):
        return {}
    found = await movements.orphaned_in(connection, chain, hashes)
    return {key_of(movement): movement for movement in found}


async def bring_back(
    connection: AsyncConnection, orphaned: Mapping[Key, Movement], stored: Mapping[Key, Movement]
) -> Touched:
    """Restore and restate what was told of a reorg's transactions.

    What was not told yet is dropped: the transaction may do something else now, and if it still
    matches, its alert is written anew.
    """
    touched = alerts.NOTHING
    if not orphaned:
        return touched
    back = {key: stored[key] for key in orphaned if key in stored}
    if back:
        touched |= await alerts.bring_back(connection, [m.id for m in back.values() if m.id])
        changed = [m.id for key, m in back.items() if m.id and _moved(m) != _moved(orphaned[key])]
        if changed:
            touched |= await alerts.restate(connection, changed)
    await alerts.drop_unsent(connection, [m.id for m in orphaned.values() if m.id])
    return touched


async def take_back(connection: AsyncConnection, chain: Chain, progress: Progress) -> Touched:
    """Drop or retract what no block brought back in time.

    Told again for a while, because a send may just have been noted in another transaction.
    """
    height = progress.blocks[-1].ref.number
    since = progress.before.number - ceil(RETRACTED_AGAIN_FOR / chain.block_time)
    gone = await movements.orphaned_for_good(connection, chain.name, height, since=since)
    return await alerts.retract(connection, gone) if gone else alerts.NOTHING


def _moved(movement: Movement) -> tuple[object, ...]:
    legs = ((leg.token, leg.standard, leg.token_id, leg.amount) for leg in movement.legs)
    return *sorted(legs, key=repr), movement.left_out
