"""Notify: movements → alerts in the outbox, in one transaction with the chain's cursor.

Which watches there are is read inside the transaction, so that one made a second ago counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from data.errors import FencedOut, SpyhopError
from data.model import Priority
from data.queries import alerts, cursors, gaps, leases, movements, queues, watches
from data.queries.alerts import NewAlert
from watcher.coverage import note_coverage, note_flaws
from watcher.match import match, primary, reaches

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.database import Database
    from data.model import BlockRef, Chain, CoverageGap, Movement, Settled, Transaction, Watch

_Key = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class EnrichedBlock:
    """A block's transactions with the movements of each, and when the block came up.

    ``doubt`` and ``missing`` as in ``watcher.family.Block``.
    """

    ref: BlockRef
    transactions: tuple[Transaction, ...]
    movements: Sequence[Sequence[Movement]]
    born: datetime
    doubt: str | None = None
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What is committed at once: the cursor's way, by which a reorg leads over an ancestor.

    ``missed`` as in ``watcher.collect.Step``. ``settled`` is how far the chain is known to be safe
    by now, None if nothing new is known. ``covers`` says that some of the blocks may lie in a gap.
    """

    before: BlockRef
    ancestor: BlockRef
    blocks: tuple[EnrichedBlock, ...]
    missed: str | None = None
    settled: Settled | None = None
    covers: bool = False


@dataclass(frozen=True, slots=True)
class Filling:
    """Blocks of a gap that were had after all; its cursor goes on to the block ``to``."""

    gap: CoverageGap
    to: int
    blocks: tuple[EnrichedBlock, ...]


class GapMoved(SpyhopError):
    """A gap is no longer as it was when its blocks were fetched; nothing was written."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a batch comes to: alerts to write, primary movements for feeds, and what to keep."""

    alerts: list[tuple[Movement, Watch, list[tuple[Watch, Movement]]]]
    for_feeds: list[tuple[Movement, datetime]]
    keep: list[Movement]


async def commit(
    database: Database,
    chain: Chain,
    epoch: int,
    progress: Progress,
    *,
    now: datetime,
    keep_from_usd: Decimal,
) -> int:
    """Write a step's alerts and move the cursor; how many chats have something to send.

    ``epoch`` is the lease's: raises FencedOut, and writes nothing, when another watcher has
    moved the cursor or taken the chain over. Movements of ``keep_from_usd`` and more are kept
    whether anybody watches them or not.
    """
    after = progress.blocks[-1].ref
    async with database.write() as connection:
        if not await cursors.move(connection, progress.before, after, epoch):
            msg = f"another watcher follows {chain.title} now"
            raise FencedOut(msg)
        if progress.before != progress.ancestor:
            gone_at = progress.before.number + chain.retract_after
            await movements.orphan_above(connection, chain.name, progress.ancestor.number, gone_at)
            await alerts.forget_held_above(connection, chain.name, progress.ancestor.number)
        refs = [block.ref for block in progress.blocks]
        above = progress.ancestor.number
        await cursors.remember(connection, refs, keep=chain.keep_hashes, above=above)
        orphans = await _orphans(connection, chain.name, progress.blocks)
        queued = await _write(connection, chain, progress.blocks, orphans, now, keep_from_usd)
        queued += [(chat, Priority.EDIT) for chat in await _take_back(connection, chain, progress)]
        await note_coverage(connection, chain, progress, now)
        if progress.settled is not None:
            await cursors.settle(connection, chain.name, progress.settled)
            if progress.settled.safe is not None:
                safe = progress.settled.safe
                queued += await alerts.release_held(connection, chain.name, safe)
        await queues.enqueue(connection, queued)
    return len(queued)


async def fill(
    database: Database,
    chain: Chain,
    epoch: int,
    filling: Filling,
    *,
    now: datetime,
    keep_from_usd: Decimal,
) -> int:
    """Write the alerts of a gap's blocks and move the gap's cursor; how many chats have something
    to send. Raises FencedOut as ``commit`` does, and GapMoved.
    """
    async with database.write() as connection:
        if not await leases.holds(connection, chain.name, epoch):
            msg = f"another watcher follows {chain.title} now"
            raise FencedOut(msg)
        if not await gaps.advance(connection, filling.gap, filling.to, now):
            msg = f"the gap of {chain.title} at block {filling.gap.next} was filled meanwhile"
            raise GapMoved(msg)
        seen = await movements.stored_in(connection, chain.name, _hashes(filling.blocks))
        before = {_key(movement): movement for movement in seen}
        queued = await _write(connection, chain, filling.blocks, before, now, keep_from_usd)
        await note_flaws(connection, filling.blocks, now)
        await queues.enqueue(connection, queued)
    return len(queued)


async def _write(
    connection: AsyncConnection,
    chain: Chain,
    blocks: Sequence[EnrichedBlock],
    orphans: dict[_Key, Movement],
    now: datetime,
    keep_from_usd: Decimal,
) -> list[tuple[int, Priority]]:
    """Store what the blocks' movements come to; the chats that have something to send or edit.

    ``orphans`` are movements of these transactions as they were before, which may have changed.
    """
    wanted = await _wanted(connection, chain, blocks, keep_from_usd, orphans)
    stored = await movements.store(connection, wanted.keep)
    by_key = {_key(movement): movement for movement in stored}
    edits = await _bring_back(connection, orphans, by_key)
    new = _new_alerts(wanted, by_key)
    for_feeds = [(by_key[_key(movement)], born) for movement, born in wanted.for_feeds]
    lost = [movement for key, movement in orphans.items() if key not in by_key]
    if lost:
        edits += await alerts.repoint(connection, lost, new, for_feeds, now)
    await alerts.write(connection, new, now)
    for movement, born in for_feeds:
        await alerts.write_for_feeds(connection, movement, born, now)
    ids = [movement.id for movement in stored if movement.id is not None]
    waiting = await alerts.chats_with_pending(connection, ids) if ids else []
    return waiting + [(chat_id, Priority.EDIT) for chat_id in edits]


async def _orphans(
    connection: AsyncConnection, chain: str, blocks: Iterable[EnrichedBlock]
) -> dict[_Key, Movement]:
    """Orphaned movements whose transactions these blocks bring back, as they were before."""
    if not await movements.has_orphans(connection, chain):
        return {}
    found = await movements.orphaned_in(connection, chain, _hashes(blocks))
    return {_key(movement): movement for movement in found}


async def _wanted(
    connection: AsyncConnection,
    chain: Chain,
    blocks: Sequence[EnrichedBlock],
    keep_from_usd: Decimal,
    orphans: dict[_Key, Movement],
) -> _Wanted:
    addresses = {m.address for block in blocks for made in block.movements for m in made}
    watched = await watches.on_addresses(connection, chain.name, list(addresses))
    lowest = await watches.lowest_feed_threshold(connection, chain.name)
    unit_feeds = await watches.feeds_by_units(connection, chain.name)
    wanted = _Wanted([], [], [])
    for block in blocks:
        hits: defaultdict[tuple[bytes, int, int], list[tuple[Movement, Watch]]] = defaultdict(list)
        flat = [movement for made in block.movements for movement in made]
        kept = {_key(m): m for m in flat if (m.usd or 0) >= keep_from_usd or _key(m) in orphans}
        for number, position in match(flat, watched, block.born):
            movement, watch = flat[number], watched[position]
            hits[movement.tx_hash, watch.chat_id, watch.topic_id].append((movement, watch))
        for transaction, made in zip(block.transactions, block.movements, strict=True):
            shown = primary(chain, transaction, made)
            if shown is None:
                continue
            if lowest is not None and (shown.usd or 0) >= lowest:
                wanted.for_feeds.append((shown, block.born))
                kept[_key(shown)] = shown
            for feed in unit_feeds:
                slot = (shown.tx_hash, feed.chat_id, feed.topic_id)
                if feed.created_at <= block.born and reaches(shown, feed) and slot not in hits:
                    hits[slot].append((shown, feed))
        for found in hits.values():
            found.sort(key=lambda hit: hit[0].usd or 0, reverse=True)
            (movement, watch), *rest = found
            others = [(other_watch, other) for other, other_watch in rest]
            wanted.alerts.append((movement, watch, others))
            kept |= {_key(m): m for m, _ in found}
        wanted.keep.extend(kept.values())
    return wanted


def _new_alerts(wanted: _Wanted, stored: dict[_Key, Movement]) -> list[NewAlert]:
    return [
        NewAlert(
            chat_id=watch.chat_id,
            topic_id=watch.topic_id,
            movement=stored[_key(movement)],
            watch_id=watch.id,
            others=tuple((w.id, stored[_key(m)].id or 0) for w, m in others),
            priority=Priority.FEED if watch.is_feed else Priority.WATCH,
        )
        for movement, watch, others in wanted.alerts
    ]


async def _bring_back(
    connection: AsyncConnection, orphans: dict[_Key, Movement], stored: dict[_Key, Movement]
) -> list[int]:
    """Restore and restate what was told of a reorg's transactions; the chats with edits.

    What was not told yet is dropped: the transaction may do something else now, and if it still
    matches, its alert is written anew.
    """
    edits: list[int] = []
    back = {key: stored[key] for key in orphans if key in stored}
    if back:
        ids = [movement.id for movement in back.values() if movement.id is not None]
        edits += await alerts.bring_back(connection, ids)
        changed = [m.id for key, m in back.items() if m.id and _moved(m) != _moved(orphans[key])]
        if changed:
            edits += await alerts.restate(connection, changed)
    if orphans:
        await alerts.drop_unsent(connection, [m.id for m in orphans.values() if m.id is not None])
    return edits


async def _take_back(connection: AsyncConnection, chain: Chain, progress: Progress) -> list[int]:
    """Drop or retract what no block brought back in time; the chats with edits.

    Told again for a while, because a send may have been under way.
    """
    height, since = progress.blocks[-1].ref.number, progress.before.number - chain.keep_hashes
    gone = await movements.orphaned_for_good(connection, chain.name, height, since=since)
    return await alerts.retract(connection, gone) if gone else []


def _hashes(blocks: Iterable[EnrichedBlock]) -> list[bytes]:
    return [found.hash for block in blocks for found in block.transactions]


def _key(movement: Movement) -> _Key:
    return movement.tx_hash, movement.address


def _moved(movement: Movement) -> list[tuple[bytes | None, int]]:
    return sorted(((leg.token, leg.amount) for leg in movement.legs), key=repr)
