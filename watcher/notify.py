"""Notify: movements → alerts in the outbox, in one transaction with the chain's cursor.

Which watches there are is read inside the transaction, so that one made a second ago counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.errors import FencedOut, SpyhopError
from data.model import Priority
from data.noise import rules_against
from data.queries import alerts, cursors, gaps, leases, movements, watches
from data.queries.alerts import NewAlert
from watcher.concern import Asked, key_of, parties_of
from watcher.coverage import note_coverage, note_flaws
from watcher.learned import Known, concerned, with_assets
from watcher.noise.judging import judged
from watcher.retelling import bring_back, orphans, take_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.database import Database
    from data.model import Chain, Movement
    from data.queries.alerts import Touched
    from data.queries.tokens import TokenRow
    from watcher.concern import Key, Wanted
    from watcher.learned import Assets, Learned
    from watcher.noise.judging import Judged
    from watcher.progress import Filling, Progress
    from watcher.weigh import WeighedBlock


class GapMoved(SpyhopError):
    """A gap is no longer as it was when its blocks were fetched; nothing was written."""


async def commit(
    database: Database,
    chain: Chain,
    epoch: int,
    progress: Progress,
    assets: Assets,
    *,
    now: datetime,
    keep_from_usd: Decimal,
) -> int:
    """Write a step's alerts and move the cursor; how many chats have something to send.

    ``epoch`` is the lease's: raises FencedOut, and writes nothing, when another watcher has
    moved the cursor or taken the chain over. Movements of ``keep_from_usd`` and more are kept
    whether anybody watches them or not.
    """
    after, above = progress.blocks[-1].ref, progress.ancestor.number

    async def attempt(learned: Learned) -> int:
        async with database.write() as connection:
            if not await cursors.move(connection, progress.before, after, epoch):
                msg = f"another watcher follows {chain.title} now"
                raise FencedOut(msg)
            if progress.before != progress.ancestor:
                gone_at = progress.before.number + chain.retract_after
                await movements.orphan_above(connection, chain.name, above, gone_at)
                await alerts.forget_held_above(connection, chain.name, above)
            refs = [block.ref for block in progress.blocks]
            await cursors.remember(connection, refs, keep=chain.keep_hashes, above=above)
            known = Known(assets.names.at_hand, assets.prices, assets.venues, learned)
            before = await orphans(connection, chain.name, _hashes(progress.blocks))
            touched = await _write(
                connection, chain, progress.blocks, before, known, now, keep_from_usd
            )
            touched |= await take_back(connection, chain, progress)
            await note_coverage(connection, chain, progress, now)
            if progress.settled is not None:
                await cursors.settle(connection, chain.name, progress.settled)
                if progress.settled.safe is not None:
                    safe = progress.settled.safe
                    touched |= await alerts.release_held(connection, chain.name, safe)
            return await alerts.enqueue(connection, touched)

    return await with_assets(assets, progress.blocks, keep_from_usd, attempt)


async def fill(
    database: Database,
    chain: Chain,
    epoch: int,
    filling: Filling,
    assets: Assets,
    *,
    now: datetime,
    keep_from_usd: Decimal,
) -> int:
    """Write the alerts of a gap's blocks and move the gap's cursor; how many chats have something
    to send. Raises FencedOut as ``commit`` does, and GapMoved.
    """

    async def attempt(learned: Learned) -> int:
        async with database.write() as connection:
            if not await leases.holds(connection, chain.name, epoch):
                msg = f"another watcher follows {chain.title} now"
                raise FencedOut(msg)
            if not await gaps.advance(connection, filling.gap, filling.to, now):
                msg = f"the gap of {chain.title} at block {filling.gap.next} was filled meanwhile"
                raise GapMoved(msg)
            known = Known(assets.names.at_hand, assets.prices, assets.venues, learned)
            seen = await movements.stored_in(connection, chain.name, _hashes(filling.blocks))
            before = {key_of(movement): movement for movement in seen}
            touched = await _write(
                connection, chain, filling.blocks, before, known, now, keep_from_usd
            )
            await note_flaws(connection, filling.blocks, now)
            safe = (await cursors.settled(connection, chain.name)).safe
            if safe is not None:
                touched |= await alerts.release_held(connection, chain.name, safe)
            return await alerts.enqueue(connection, touched)

    return await with_assets(assets, filling.blocks, keep_from_usd, attempt)


async def _write(
    connection: AsyncConnection,
    chain: Chain,
    blocks: Sequence[WeighedBlock],
    before: Mapping[Key, Movement],
    known: Known,
    now: datetime,
    keep_from_usd: Decimal,
) -> Touched:
    """Store what the blocks come to, and what chats are to be told of it.

    ``before`` are movements of these transactions as they were before, which may have changed.
    Raises Unread for tokens whose names were not even asked for.
    """
    asked = Asked(
        await watches.on_addresses(connection, chain.name, list(await parties_of(blocks))),
        await watches.lowest_feed_threshold(connection, chain.name),
        await watches.picky_feeds(connection, chain.name),
        keep_from_usd,
        before,
        known.venues,
    )
    wanted = await concerned(chain, blocks, known, asked)
    stored = await movements.store(connection, wanted.keep, wanted.shown)
    by_key = {key_of(movement): movement for movement in stored}
    touched = await bring_back(connection, before, by_key)
    new = _new_alerts(await _judged(connection, chain, wanted, asked, known.names), by_key)
    for_feeds = [one._replace(movement=by_key[key_of(one.movement)]) for one in wanted.for_feeds]
    lost = [movement for key, movement in before.items() if key not in by_key]
    if lost:
        news = [one for one in new if not one.noise or one.is_warning]
        touched |= await alerts.repoint(connection, lost, news, for_feeds, now)
    await alerts.write(connection, new, now)
    for shown in for_feeds:
        noise = rules_against(chain, shown.movement, known.names, for_feed=True)
        await alerts.write_for_feeds(connection, shown, now, noise)
    ids = frozenset(movement.id for movement in stored if movement.id is not None)
    return touched | alerts.Touched(written=ids)


async def _judged(
    connection: AsyncConnection,
    chain: Chain,
    wanted: Wanted,
    asked: Asked,
    names: Mapping[bytes, TokenRow],
) -> list[Judged]:
    matched = [
        [(movement, watch), *[(other, other_watch) for other_watch, other in others]]
        for movement, watch, others in wanted.alerts
    ]
    return await judged(connection, chain, matched, wanted.worthless, asked.watches, names)


def _new_alerts(found: Iterable[Judged], stored: dict[Key, Movement]) -> list[NewAlert]:
    return [
        NewAlert(
            chat_id=watch.chat_id,
            topic_id=watch.topic_id,
            movement=stored[key_of(movement)],
            watch_id=watch.id,
            others=tuple((w.id, stored[key_of(m)].id or 0) for m, w in others),
            priority=Priority.FEED if watch.is_feed else Priority.WATCH,
            noise=one.noise,
            is_warning=one.is_warning,
        )
        for one in found
        for (movement, watch), *others in [one.hits]
    ]


def _hashes(blocks: Iterable[WeighedBlock]) -> list[bytes]:
    return [tx_hash for block in blocks for tx_hash in block.block.hashes()]
