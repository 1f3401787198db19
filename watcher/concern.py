"""Concern: what of a batch of blocks somebody is to be told about, and what is to be kept.

Only transactions that may concern somebody are decoded, enriched and matched: those that touch a
watched address, are heavy enough to be kept or for a feed, or were taken away by a reorg before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from data.model import Price
from watcher.enrich import enrich
from watcher.match import match, primary, reaches
from watcher.noise.judging import concerned
from watcher.noise.marks import marked
from watcher.noise.nothing import nothing_moved
from watcher.noise.rules import is_worthless
from watcher.slices import Turns
from watcher.weigh import ONE, unit_rates, weight_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from data.model import Chain, Movement, Transaction, Watch
    from data.queries.tokens import TokenRow
    from watcher.weigh import Rates, WeighedBlock

Key = tuple[bytes, bytes]
"""A movement's transaction and address."""

FoundOut = Mapping[bytes, Mapping[bytes | None, Price]]
"""By a block's hash, prices of tokens that had none before somebody asked."""

NOTHING_MORE: FoundOut = {}
SLICE = 50
"""Transactions that are decoded, enriched and matched without a pause."""
MANY = 1000
"""Transactions whose parties are gathered without a pause."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for at this moment: the watches on the batch's addresses, the feeds, from what
    value on movements are kept whoever watches, and those that a reorg took away."""

    watches: Sequence[Watch]
    lowest_feed: Decimal | None
    unit_feeds: Sequence[Watch]
    keep_from_usd: Decimal
    orphans: Mapping[Key, Movement]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a batch comes to: alerts to write, with the largest match of each first, primary
    movements for feeds, and what to keep.

    ``unpriced`` are, by their block's hash, tokens without a price that moved at a watched address:
    what they are worth is worth finding out."""

    alerts: list[tuple[Movement, Watch, list[tuple[Watch, Movement]]]] = field(default_factory=list)
    for_feeds: list[tuple[Movement, datetime]] = field(default_factory=list)
    keep: list[Movement] = field(default_factory=list)
    unpriced: defaultdict[bytes, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    worthless: list[tuple[Movement, Watch]] = field(default_factory=list)


def key_of(movement: Movement) -> Key:
    """By which a movement is found again, whatever block it is in."""
    return movement.tx_hash, movement.address


async def parties_of(blocks: Sequence[WeighedBlock]) -> set[bytes]:
    """Everybody between whom anything may have moved; other chains get their turn."""
    parties: set[bytes] = set()
    turns = Turns(MANY)
    for block in blocks:
        parties.update(block.glance.parties())
        await turns.worked(len(block.weights))
    return parties


async def concerns(
    chain: Chain,
    blocks: Sequence[WeighedBlock],
    names: Mapping[bytes, TokenRow],
    asked: Asked,
    found_out: FoundOut = NOTHING_MORE,
) -> Wanted:
    """What a batch comes to, in the order of the blocks, with the prices that were found out."""
    wanted = Wanted()
    on_address: defaultdict[bytes, list[Watch]] = defaultdict(list)
    for watch in asked.watches:
        if watch.address is not None:
            on_address[watch.address].append(watch)
    sieve, turns = _sieve(chain, on_address, asked), Turns(SLICE)
    for block in blocks:
        near = _near(block, sieve)
        more = found_out.get(block.ref.hash)
        prices = {**block.prices, **more} if more else block.prices
        for start in range(0, len(near), SLICE):
            places = near[start : start + SLICE]
            some = [found for place in places if (found := block.transaction(place)) is not None]
            made = enrich(chain, block.ref, some, names, prices)
            for transaction, movements in zip(some, made, strict=True):
                seen = marked(chain, transaction, movements, names)
                _tell(chain, block, transaction, seen, on_address, names, asked, wanted)
                _note_unpriced(block.ref.hash, seen, on_address, wanted)
            await turns.worked(len(places))
    return wanted


@dataclass(frozen=True, slots=True)
class _Sieve:
    """By what it is told at a glance that a transaction concerns nobody."""

    least: int
    units: Rates
    watched: Collection[bytes]
    orphaned: Collection[bytes]


def _sieve(chain: Chain, watched: Collection[bytes], asked: Asked) -> _Sieve:
    lowest = asked.keep_from_usd
    if asked.lowest_feed is not None:
        lowest = min(lowest, asked.lowest_feed)
    orphaned = {tx_hash for tx_hash, _ in asked.orphans}
    return _Sieve(weight_of(lowest), unit_rates(chain, asked.unit_feeds), watched, orphaned)


def _near(block: WeighedBlock, sieve: _Sieve) -> list[int]:
    """The places of the transactions that may concern somebody; certainly of all that do."""
    near = block.from_weight(sieve.least)
    if sieve.watched:
        near |= block.glance.touching(sieve.watched)
    if sieve.units:
        weights = block.glance.weights(sieve.units)
        near.update(place for place, weight in enumerate(weights) if weight >= ONE)
    if sieve.orphaned:
        hashes = block.block.hashes()
        near.update(place for place, one in enumerate(hashes) if one in sieve.orphaned)
    return sorted(near)


def _note_unpriced(
    block_hash: bytes,
    made: Sequence[Movement],
    on_address: Mapping[bytes, Sequence[Watch]],
    wanted: Wanted,
) -> None:
    for movement in made:
        if movement.address in on_address:
            for leg in movement.legs:
                if leg.price is None and leg.token is not None and leg.token_id is None:
                    wanted.unpriced[block_hash].add(leg.token)


def _tell(
    chain: Chain,
    block: WeighedBlock,
    transaction: Transaction,
    made: Sequence[Movement],
    on_address: Mapping[bytes, Sequence[Watch]],
    names: Mapping[bytes, TokenRow],
    asked: Asked,
    wanted: Wanted,
) -> None:
    nothing = nothing_moved(block.ref, transaction, made, on_address, names, block.prices)
    kept = {
        m.address: m
        for m in [*made, *nothing]
        if (m.usd or 0) >= asked.keep_from_usd
        or m.address in on_address
        or key_of(m) in asked.orphans
    }
    hits: defaultdict[tuple[int, int], list[tuple[Movement, Watch]]] = defaultdict(list)
    watched = [watch for m in made for watch in on_address.get(m.address, ())]
    for number, position in match(made, watched, block.born):
        watch = watched[position]
        hits[watch.chat_id, watch.topic_id].append((made[number], watch))
    has_feeds = asked.lowest_feed is not None or asked.unit_feeds
    shown = primary(chain, transaction, made) if has_feeds else None
    if shown is not None:
        if asked.lowest_feed is not None and (shown.usd or 0) >= asked.lowest_feed:
            wanted.for_feeds.append((shown, block.born))
            kept[shown.address] = shown
        for feed in asked.unit_feeds:
            slot = feed.chat_id, feed.topic_id
            if feed.created_at <= block.born and reaches(shown, feed) and slot not in hits:
                hits[slot].append((shown, feed))
    worthless = [m for m in made if m.address in on_address and is_worthless(chain, m, names)]
    for m, watch in concerned([*worthless, *nothing], on_address):
        if watch.created_at <= block.born and (watch.chat_id, watch.topic_id) not in hits:
            wanted.worthless.append((m, watch))
    for found in hits.values():
        found.sort(key=lambda hit: hit[0].usd or 0, reverse=True)
        (movement, watch), *rest = found
        wanted.alerts.append(
            (movement, watch, [(other_watch, other) for other, other_watch in rest])
        )
        kept |= {m.address: m for m, _ in found}
    wanted.keep.extend(kept.values())
