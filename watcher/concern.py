"""Concern: what of a batch of blocks somebody is to be told about, and what is to be kept.

Only transactions that may concern somebody are decoded, enriched and matched: those that touch a
watched address, are heavy enough to be kept or for a feed, or were taken away by a reorg before.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from data.model import Interest, Price, Shown
from data.noise import is_worthless, may_be_poison
from data.shortfall import interests, shortfall
from data.venues import venues_on
from watcher.enrich import Heed, movements_of
from watcher.match import match, primary
from watcher.noise.judging import Worthless
from watcher.noise.marks import marked
from watcher.noise.nothing import nothing_moved
from watcher.slices import Turns
from watcher.weigh import ONE, dollar_rates, unit_rates, weight_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from data.model import Chain, Movement, Transaction, Watch
    from data.queries.tokens import TokenRow
    from data.venues import Venues
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
    value on movements are kept whoever watches, and those that a reorg took away. ``venues`` as for
    ``enrich``."""

    watches: Sequence[Watch]
    lowest_feed: Decimal | None
    picky_feeds: Sequence[Watch]
    keep_from_usd: Decimal
    orphans: Mapping[Key, Movement]
    venues: Venues | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a batch comes to: alerts to write, with the largest match of each first, primary
    movements for feeds, and what to keep.

    ``shown`` are those kept for their value that feeds show, and what they are to feeds, whether or
    not there is one: so that it can be told what one would have shown.

    ``worthless`` is told to hardly anybody, so that it is kept without its watches: dust times ten
    thousand watches on one address is a lot."""

    alerts: list[tuple[Movement, Watch, list[tuple[Watch, Movement]]]] = field(default_factory=list)
    for_feeds: list[Shown] = field(default_factory=list)
    keep: list[Movement] = field(default_factory=list)
    shown: dict[Key, Interest] = field(default_factory=dict)
    worthless: list[Worthless] = field(default_factory=list)


def key_of(movement: Movement) -> Key:
    """By which a movement is found again, whatever block it is in."""
    return movement.tx_hash, movement.address


def by_address(found: Iterable[Watch]) -> Mapping[bytes, Sequence[Watch]]:
    """The watches of single addresses, by these."""
    on_address: defaultdict[bytes, list[Watch]] = defaultdict(list)
    for watch in found:
        if watch.address is not None:
            on_address[watch.address].append(watch)
    return on_address


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
    wanted, turns = Wanted(), Turns(SLICE)
    on_address = by_address(asked.watches)
    sieve = _sieve(chain, on_address, asked)
    for block in blocks:
        near = _near(block, sieve)
        scales = _scales(chain, block, names, found_out.get(block.ref.hash, {}))
        heed = Heed(on_address, scales.rates, sieve.keep)
        # of those half as large as what is kept, one may be shown in the place of a larger one
        half = Heed(on_address, scales.rates, sieve.keep // 2)
        for start in range(0, len(near.places), SLICE):
            places = near.places[start : start + SLICE]
            for place in places:
                found = block.transaction(place)
                if found is None:
                    continue
                weight = scales.weight(block.weights[place], found)
                is_asked = weight >= sieve.feed or place in near.by_units
                is_shown = is_asked or weight >= sieve.keep
                heeded: Heed | None = heed
                if is_asked or found.hash in sieve.orphaned:
                    heeded = None
                elif is_shown:
                    heeded = replace(half, also=found.signer)
                made = movements_of(
                    chain, block.ref, found, names, scales.prices, heeded, asked.venues
                )
                seen = marked(chain, found, made, names)
                shown = primary(chain, found, seen, asked.venues) if is_shown else None
                _tell(chain, block, found, seen, shown, on_address, names, asked, wanted)
            await turns.worked(len(places))
    return wanted


@dataclass(frozen=True, slots=True)
class _Sieve:
    """By what it is told at a glance that a transaction concerns nobody; from what weight on a
    movement may be kept, and a transaction may be shown in a feed."""

    least: int
    keep: int
    feed: float
    units: Rates
    watched: Collection[bytes]
    orphaned: Collection[bytes]


def _sieve(chain: Chain, watched: Collection[bytes], asked: Asked) -> _Sieve:
    keep = weight_of(asked.keep_from_usd)
    feed = math.inf if asked.lowest_feed is None else weight_of(asked.lowest_feed)
    orphaned = {tx_hash for tx_hash, _ in asked.orphans}
    units = unit_rates(chain, asked.picky_feeds)
    return _Sieve(int(min(keep, feed)), keep, feed, units, watched, orphaned)


@dataclass(frozen=True, slots=True)
class _Near:
    """The places of the transactions that may concern somebody; certainly of all that do. Those
    that a feed may show because of their units are named again."""

    places: Sequence[int]
    by_units: Collection[int]


def _near(block: WeighedBlock, sieve: _Sieve) -> _Near:
    near = block.from_weight(sieve.least)
    by_units: set[int] = set()
    if sieve.watched:
        near |= block.glance.touching(sieve.watched)
    if sieve.units:
        weights = block.glance.weights(sieve.units)
        by_units.update(place for place, weight in enumerate(weights) if weight >= ONE)
        near |= by_units
    if sieve.orphaned:
        hashes = block.block.hashes()
        near.update(place for place, one in enumerate(hashes) if one in sieve.orphaned)
    return _Near(sorted(near), by_units)


@dataclass(frozen=True, slots=True)
class _Scales:
    """What a block's transactions are worth, with what was found out since they were weighed."""

    prices: Mapping[bytes | None, Price]
    rates: Rates
    since: Rates

    def weight(self, before: int, transaction: Transaction) -> int:
        """What a transaction weighs that weighed so much before; no movement in it weighs more."""
        since = self.since
        if not since:
            return before
        return before + sum(one.amount * since.get(one.token, 0) for one in transaction.transfers)


def _scales(
    chain: Chain,
    block: WeighedBlock,
    names: Mapping[bytes, TokenRow],
    more: Mapping[bytes | None, Price],
) -> _Scales:
    if not more:
        return _Scales(block.prices, block.rates, {})
    since = dollar_rates(chain, names, more)
    return _Scales({**block.prices, **more}, {**block.rates, **since}, since)


def _tell(
    chain: Chain,
    block: WeighedBlock,
    transaction: Transaction,
    made: Sequence[Movement],
    shown: Movement | None,
    on_address: Mapping[bytes, Sequence[Watch]],
    names: Mapping[bytes, TokenRow],
    asked: Asked,
    wanted: Wanted,
) -> None:
    """``made`` are the movements of all whom somebody heeds, ``shown`` is what feeds show."""
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
    labels = (asked.venues or venues_on(chain.name)).labels
    for number, position in match(made, watched, block.born, labels):
        watch = watched[position]
        hits[watch.chat_id, watch.topic_id].append((made[number], watch))
    if shown is not None:
        about = interests(shown, labels)
        if (shown.usd or 0) >= asked.keep_from_usd:
            wanted.shown[key_of(shown)] = about
        if asked.lowest_feed is not None and (shown.usd or 0) >= asked.lowest_feed:
            wanted.for_feeds.append(Shown(shown, about, block.born))
            kept[shown.address] = shown
        for feed in asked.picky_feeds:
            slot = feed.chat_id, feed.topic_id
            if slot in hits or feed.created_at > block.born:
                continue
            if shortfall(shown, feed, labels) is None:
                hits[slot].append((shown, feed))
    wanted.worthless.extend(
        Worthless(m, block.born)
        for m in [*made, *nothing]
        if m.address in on_address and may_be_poison(m) and is_worthless(chain, m, names)
    )
    for found in hits.values():
        found.sort(key=lambda hit: hit[0].usd or 0, reverse=True)
        (movement, watch), *rest = found
        wanted.alerts.append(
            (movement, watch, [(other_watch, other) for other, other_watch in rest])
        )
        kept |= {m.address: m for m, _ in found}
    wanted.keep.extend(kept.values())
