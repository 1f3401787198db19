"""Notify: movements → alerts in the outbox, in one transaction with the chain's cursor.

Which watches there are is read inside the transaction, so that one made a second ago counts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Protocol

from data.errors import FencedOut, SpyhopError
from data.model import Priority
from data.queries import alerts, cursors, gaps, leases, movements, queues, watches
from data.queries.alerts import NewAlert
from watcher.concern import Asked, by_address, concerns, key_of, parties_of
from watcher.coverage import note_coverage, note_flaws
from watcher.noise.judging import judged
from watcher.noise.rules import rules_against
from watcher.strangers import heavy_tokens, strangers
from watcher.weigh import weight_of

if TYPE_CHECKING:
    from collections.abc import (
        Awaitable,
        Callable,
        Collection,
        Iterable,
        Mapping,
        Sequence,
    )
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy.ext.asyncio import AsyncConnection

    from data.database import Database
    from data.model import BlockRef, Chain, CoverageGap, Movement, Price, Settled
    from data.queries.tokens import TokenRow
    from data.venues import Venues
    from watcher.concern import Key, Wanted
    from watcher.noise.judging import Judged
    from watcher.weigh import WeighedBlock

RETRACTED_AGAIN_FOR = 60.0
"""Seconds of chain time: no transaction of the bot's is open for as long."""


class Names(Protocol):
    """What the tokens of a chain are called."""

    @property
    def at_hand(self) -> Mapping[bytes, TokenRow]:
        """Those that are known at once; all that can have a price are among them."""
        ...

    async def of(self, wanted: Collection[bytes]) -> Mapping[bytes, TokenRow]:
        """Those of the wanted that could be read at all; they are at hand from then on."""
        ...


class LongTail(Protocol):
    """What tokens are worth that nobody curated."""

    def told(
        self, wanted: Mapping[BlockRef, Collection[bytes]]
    ) -> Mapping[BlockRef, Mapping[bytes, Price | None]]:
        """What is known of them at once, as of some blocks; None for what has no price."""
        ...

    async def of(
        self, wanted: Mapping[BlockRef, Collection[bytes]], names: Mapping[bytes, TokenRow]
    ) -> Mapping[BlockRef, Mapping[bytes, Price]]:
        """The prices as of some blocks of those that have one; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Assets:
    """Whom to ask for names, and for prices that were not known at a glance; ``venues`` as for
    ``enrich``."""

    names: Names
    prices: LongTail
    venues: Venues | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What is committed at once: the cursor's way, by which a reorg leads over an ancestor.

    ``missed`` as in ``watcher.collect.Step``. ``settled`` is how far the chain is known to be safe
    by now, None if nothing new is known. ``covers`` says that some of the blocks may lie in a gap.
    """

    before: BlockRef
    ancestor: BlockRef
    blocks: tuple[WeighedBlock, ...]
    missed: str | None = None
    settled: Settled | None = None
    covers: bool = False


@dataclass(frozen=True, slots=True)
class Filling:
    """Blocks of a gap that were had after all; its cursor goes on to the block ``to``."""

    gap: CoverageGap
    to: int
    blocks: tuple[WeighedBlock, ...]


class GapMoved(SpyhopError):
    """A gap is no longer as it was when its blocks were fetched; nothing was written."""


@dataclass(slots=True)
class _Learned:
    """What was asked for, be it found out or not: names of tokens, prices in a block."""

    named: set[bytes] = field(default_factory=set)
    priced: set[tuple[bytes, bytes]] = field(default_factory=set)
    prices: defaultdict[bytes, dict[bytes | None, Price]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def not_priced(self, ref: BlockRef, tokens: Mapping[bytes, set[bytes]]) -> set[bytes]:
        """Those of a block's tokens, which stand by its hash, whose price was not asked for."""
        return {one for one in tokens.get(ref.hash, ()) if (ref.hash, one) not in self.priced}

    def learn(
        self, ref: BlockRef, asked: Collection[bytes], told: Mapping[bytes, Price | None]
    ) -> None:
        """Note what came of asking for prices in a block."""
        self.priced |= {(ref.hash, token) for token in asked}
        found = {token: price for token, price in told.items() if price is not None}
        self.prices[ref.hash].update(found.items())


@dataclass(frozen=True, slots=True)
class _Known:
    """The names that are known; those of tokens that were asked for may have stayed unknown."""

    names: Mapping[bytes, TokenRow]
    prices: LongTail
    venues: Venues | None
    learned: _Learned


class _Unread(Exception):
    """What was to be written is about tokens of which nobody has asked for the name, or for the
    price in a block."""

    def __init__(self, tokens: set[bytes], unpriced: Mapping[BlockRef, set[bytes]]) -> None:
        self.tokens = tokens
        self.unpriced = unpriced


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

    async def attempt(learned: _Learned) -> int:
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
            known = _Known(assets.names.at_hand, assets.prices, assets.venues, learned)
            orphans = await _orphans(connection, chain.name, progress.blocks)
            queued = await _write(
                connection, chain, progress.blocks, orphans, known, now, keep_from_usd
            )
            edits = await _take_back(connection, chain, progress)
            queued += [(chat_id, Priority.EDIT) for chat_id in edits]
            await note_coverage(connection, chain, progress, now)
            if progress.settled is not None:
                await cursors.settle(connection, chain.name, progress.settled)
                if progress.settled.safe is not None:
                    safe = progress.settled.safe
                    queued += await alerts.release_held(connection, chain.name, safe)
            await queues.enqueue(connection, queued)
        return len(queued)

    return await _with_assets(assets, progress.blocks, keep_from_usd, attempt)


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

    async def attempt(learned: _Learned) -> int:
        async with database.write() as connection:
            if not await leases.holds(connection, chain.name, epoch):
                msg = f"another watcher follows {chain.title} now"
                raise FencedOut(msg)
            if not await gaps.advance(connection, filling.gap, filling.to, now):
                msg = f"the gap of {chain.title} at block {filling.gap.next} was filled meanwhile"
                raise GapMoved(msg)
            known = _Known(assets.names.at_hand, assets.prices, assets.venues, learned)
            seen = await movements.stored_in(connection, chain.name, _hashes(filling.blocks))
            before = {key_of(movement): movement for movement in seen}
            queued = await _write(
                connection, chain, filling.blocks, before, known, now, keep_from_usd
            )
            await note_flaws(connection, filling.blocks, now)
            safe = (await cursors.settled(connection, chain.name)).safe
            if safe is not None:
                queued += await alerts.release_held(connection, chain.name, safe)
            await queues.enqueue(connection, queued)
        return len(queued)

    return await _with_assets(assets, filling.blocks, keep_from_usd, attempt)


async def _with_assets(
    assets: Assets,
    blocks: Sequence[WeighedBlock],
    keep_from_usd: Decimal,
    attempt: Callable[[_Learned], Awaitable[int]],
) -> int:
    """Do a transaction with the names of all tokens that it is about, as far as they can be read,
    and with the prices of those that moved at watched addresses.

    No node is asked inside a transaction. What is large is known before it; where a watch turns out
    to need what nobody has asked for yet, the transaction begins anew.
    """
    learned = _Learned(await heavy_tokens(blocks, weight_of(keep_from_usd)))
    await assets.names.of(learned.named)
    while True:
        try:
            return await attempt(learned)
        except _Unread as unread:
            learned.named |= unread.tokens
            names = await assets.names.of(unread.tokens)
            if unread.unpriced:
                found = await assets.prices.of(unread.unpriced, names)
                for ref, tokens in unread.unpriced.items():
                    learned.learn(ref, tokens, found.get(ref, {}))


async def _write(
    connection: AsyncConnection,
    chain: Chain,
    blocks: Sequence[WeighedBlock],
    orphans: dict[Key, Movement],
    known: _Known,
    now: datetime,
    keep_from_usd: Decimal,
) -> list[tuple[int, Priority]]:
    """Store what the blocks come to; the chats that have something to send or edit.

    ``orphans`` are movements of these transactions as they were before, which may have changed.
    Raises _Unread for tokens whose names were not even asked for.
    """
    asked = Asked(
        await watches.on_addresses(connection, chain.name, list(await parties_of(blocks))),
        await watches.lowest_feed_threshold(connection, chain.name),
        await watches.picky_feeds(connection, chain.name),
        keep_from_usd,
        orphans,
        known.venues,
    )
    wanted = await _concerns(chain, blocks, known, asked)
    stored = await movements.store(connection, wanted.keep)
    by_key = {key_of(movement): movement for movement in stored}
    edits = await _bring_back(connection, orphans, by_key)
    new = _new_alerts(await _judged(connection, chain, wanted, asked, known.names), by_key)
    for_feeds = [one._replace(movement=by_key[key_of(one.movement)]) for one in wanted.for_feeds]
    lost = [movement for key, movement in orphans.items() if key not in by_key]
    if lost:
        news = [one for one in new if not one.noise or one.is_warning]
        edits += await alerts.repoint(connection, lost, news, for_feeds, now)
    await alerts.write(connection, new, now)
    for shown in for_feeds:
        noise = rules_against(chain, shown.movement, known.names, for_feed=True)
        await alerts.write_for_feeds(connection, shown, now, noise)
    ids = [movement.id for movement in stored if movement.id is not None]
    waiting = await alerts.chats_with_pending(connection, ids) if ids else []
    return waiting + [(chat_id, Priority.EDIT) for chat_id in edits]


async def _concerns(
    chain: Chain, blocks: Sequence[WeighedBlock], known: _Known, asked: Asked
) -> Wanted:
    """What the blocks come to, with the prices that are at hand of what nobody curated. Raises
    _Unread for what nobody has asked for yet."""
    learned = known.learned
    watched = by_address(asked.watches).keys()
    found = await strangers(chain, blocks, known.names, watched, learned.prices)
    missing = {
        block.ref: tokens
        for block in blocks
        if (tokens := learned.not_priced(block.ref, found.unpriced))
    }
    told = known.prices.told(missing)
    unasked = {
        ref: unknown for ref, tokens in missing.items() if (unknown := tokens - told[ref].keys())
    }
    unnamed = found.unnamed - learned.named
    if unasked or unnamed:
        raise _Unread(unnamed.union(*unasked.values()), unasked)
    for ref, tokens in missing.items():
        learned.learn(ref, tokens, told[ref])
    wanted = await concerns(chain, blocks, known.names, asked, learned.prices)
    unread = _tokens_in(wanted.keep) - known.names.keys() - learned.named
    if unread:
        raise _Unread(unread, {})
    return wanted


async def _orphans(
    connection: AsyncConnection, chain: str, blocks: Iterable[WeighedBlock]
) -> dict[Key, Movement]:
    """Orphaned movements whose transactions these blocks bring back, as they were before."""
    if not await movements.has_orphans(connection, chain):
        return {}
    found = await movements.orphaned_in(connection, chain, _hashes(blocks))
    return {key_of(movement): movement for movement in found}


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


async def _bring_back(
    connection: AsyncConnection, orphans: dict[Key, Movement], stored: dict[Key, Movement]
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

    Told again for a while, because a send may just have been noted in another transaction.
    """
    height = progress.blocks[-1].ref.number
    since = progress.before.number - ceil(RETRACTED_AGAIN_FOR / chain.block_time)
    gone = await movements.orphaned_for_good(connection, chain.name, height, since=since)
    return await alerts.retract(connection, gone) if gone else []


def _hashes(blocks: Iterable[WeighedBlock]) -> list[bytes]:
    return [tx_hash for block in blocks for tx_hash in block.block.hashes()]


def _tokens_in(found: Iterable[Movement]) -> set[bytes]:
    return {leg.token for movement in found for leg in movement.legs if leg.token is not None}


def _moved(movement: Movement) -> tuple[object, ...]:
    legs = ((leg.token, leg.standard, leg.token_id, leg.amount) for leg in movement.legs)
    return *sorted(legs, key=repr), movement.left_out
