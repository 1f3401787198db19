"""What concerns somebody is found at a glance, and nothing of it is missed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from data.model import (
    MOST_LEGS,
    Direction,
    Price,
    PriceState,
    Source,
    Standard,
    Threshold,
    Transaction,
    Transfer,
    UnitThreshold,
    Watch,
)
from data.model import UsdThreshold as Usd
from data.queries.tokens import TokenRow
from watcher.concern import Asked, Wanted, concerns, parties_of
from watcher.strangers import Strangers, strangers
from watcher.weigh import ONE, Rates, dollar_rates, weighed, weight_of

from .block_tree import TreeBlock, TreeGlance
from .examples import (
    ALICE,
    BOB,
    CAROL,
    CHAIN,
    ETHER,
    NAMES,
    NOON,
    POOL,
    PRICES,
    REF,
    ROUTER,
    SPAM,
    USDC,
    WRAPPED,
    ZERO,
    ether,
    movement,
    transaction,
    transfer,
    watch,
)

UNKNOWN = b"\x77" * 20
FIVE_ETHER = UnitThreshold(
    Decimal(5), "ETH", {("ethereum", None): 5 * ETHER, ("ethereum", WRAPPED): 5 * ETHER}
)

LEADEN: Rates = dict.fromkeys((None, USDC, WRAPPED, SPAM), ONE << 256)
"""By which nobody is light who gained or gave anything."""


def concern(asked: Asked, *transactions: Transaction, glance: bool = True) -> Wanted:
    block = weighed(
        CHAIN, TreeBlock(REF, transactions), TreeGlance(transactions), NAMES, PRICES, NOON
    )
    if not glance:  # nothing is too light to be looked at closely, and nobody
        heavy = [weight_of(Decimal(10) ** 90)] * len(transactions)
        block = replace(block, weights=heavy, rates=LEADEN)
    return asyncio.run(concerns(CHAIN, [block], NAMES, asked))


def asked(
    *watches: Watch,
    lowest_feed: Decimal | None = None,
    picky_feeds: tuple[Watch, ...] = (),
    keep_from: Decimal = Decimal(10_000),
) -> Asked:
    return Asked(watches, lowest_feed, picky_feeds, keep_from, {})


def test_what_concerns_nobody_comes_to_nothing() -> None:
    wanted = concern(asked(), transaction(transfer(ALICE, BOB, ETHER)))
    assert (wanted.alerts, wanted.for_feeds, wanted.keep) == ([], [], [])


def test_a_small_movement_of_a_watched_address_is_told() -> None:
    wanted = concern(asked(watch(Usd(Decimal(1)))), transaction(transfer(ALICE, BOB, ETHER)))
    assert [found.address for found, _, _ in wanted.alerts] == [ALICE]


def test_a_movement_of_exactly_the_threshold_is_kept() -> None:
    just = transaction(transfer(ALICE, BOB, 10_000 * 10**6, USDC))
    below = transaction(transfer(ALICE, BOB, 10_000 * 10**6 - 1, USDC))
    assert {kept.address for kept in concern(asked(), just).keep} == {ALICE, BOB}
    assert concern(asked(), below).keep == []


def test_a_feed_that_counts_units_needs_no_price() -> None:
    feed = watch(FIVE_ETHER, address=None)
    moved = transaction(transfer(ALICE, BOB, 3 * ETHER), transfer(ALICE, BOB, 2 * ETHER, WRAPPED))
    wanted = concern(asked(picky_feeds=(feed,), keep_from=Decimal(10**9)), moved)
    assert [found.address for found, _, _ in wanted.alerts] == [ALICE]


def test_a_transaction_that_a_reorg_took_is_found_again() -> None:
    gone = movement(ether(-1))
    wanted = concern(
        Asked((), None, (), Decimal(10_000), {(gone.tx_hash, ALICE): gone}),
        transaction(transfer(ALICE, BOB, 1)),
    )
    assert [kept.address for kept in wanted.keep] == [ALICE]


async def test_parties_are_all_between_whom_anything_moved() -> None:
    moved = transaction(transfer(ALICE, BOB, 1), transfer(BOB, CAROL, 5, USDC))
    block = weighed(CHAIN, TreeBlock(REF, (moved,)), TreeGlance((moved,)), NAMES, PRICES, NOON)
    assert await parties_of([block]) == {ALICE, BOB, CAROL}


_ADDRESSES = st.sampled_from([ALICE, BOB, CAROL, POOL, ROUTER, ZERO, WRAPPED])
_AMOUNTS = st.one_of(
    st.integers(1, 20 * ETHER), st.integers(1, 2**256 - 1), st.sampled_from([10**9, 10**10])
)
_TRANSFERS = st.builds(
    transfer, _ADDRESSES, _ADDRESSES, _AMOUNTS, st.sampled_from([None, USDC, WRAPPED, SPAM])
)
_TRANSACTIONS = st.lists(st.lists(_TRANSFERS, min_size=1, max_size=6), max_size=6)
_THRESHOLDS: st.SearchStrategy[Threshold] = st.one_of(
    st.builds(Usd, st.decimals(0, 100_000, places=2)), st.just(FIVE_ETHER)
)
_WATCHES = st.lists(
    st.builds(
        watch,
        _THRESHOLDS,
        address=st.sampled_from([ALICE, POOL]),
        direction=st.sampled_from(Direction),
        created_at=st.sampled_from([NOON - timedelta(days=1), NOON + timedelta(days=1)]),
    ),
    max_size=3,
)


@given(
    _TRANSACTIONS,
    _WATCHES,
    st.none() | st.decimals(0, 100_000, places=2),
    st.booleans(),
    st.decimals(0, 100_000, places=2),
)
def test_a_glance_misses_nothing_that_a_close_look_at_everything_finds(
    moved: list[list[Transfer]],
    watches: list[Watch],
    lowest_feed: Decimal | None,
    has_unit_feed: bool,
    keep_from: Decimal,
) -> None:
    transactions = [
        transaction(*transfers, tx_hash=number.to_bytes(32))
        for number, transfers in enumerate(moved)
    ]
    feeds = (watch(FIVE_ETHER, address=None),) if has_unit_feed else ()
    all_asked = asked(*watches, lowest_feed=lowest_feed, picky_feeds=feeds, keep_from=keep_from)
    assert concern(all_asked, *transactions) == concern(all_asked, *transactions, glance=False)


@given(
    st.lists(st.integers(1, 2**256 - 1), min_size=1, max_size=8),
    st.decimals("0.000000000001", 10**12, allow_nan=False, allow_infinity=False),
)
def test_a_weight_is_never_below_the_value(amounts: list[int], usd: Decimal) -> None:
    prices = {USDC: Price(usd, "chainlink", NOON)}
    moved = transaction(*[transfer(ALICE, BOB, amount, USDC) for amount in amounts])
    value = sum(amount * usd / Decimal(10) ** 6 for amount in amounts)
    (weight,) = TreeGlance((moved,)).weights(dollar_rates(CHAIN, NAMES, prices))
    assert weight >= weight_of(Decimal(value))


def test_what_has_no_price_is_noted_where_it_moved_at_a_watched_address() -> None:
    mine = transaction(transfer(BOB, ALICE, 5, SPAM), transfer(ALICE, BOB, ETHER))
    anothers = transaction(
        transfer(BOB, CAROL, 5, b"\x66" * 20),
        transfer(BOB, CAROL, 100 * ETHER),
        tx_hash=b"\x78" * 32,
    )
    both = (mine, anothers)
    block = weighed(CHAIN, TreeBlock(REF, both), TreeGlance(both), NAMES, PRICES, NOON)
    found = asyncio.run(strangers(CHAIN, [block], NAMES, {ALICE}))
    assert found.unpriced == {REF.hash: {SPAM}}


def test_what_has_no_name_is_noted_where_it_moved_or_pretended_to_at_a_watched_address() -> None:
    number, nothing, anothers = (bytes([byte]) * 20 for byte in (0x66, 0x67, 0x68))
    nft = Transfer(Source.LOG, 0, number, BOB, ALICE, 1, Standard.ERC721, 7)
    moved = transaction(nft, transfer(ALICE, BOB, 0, nothing), transfer(BOB, CAROL, 5, anothers))
    block = weighed(CHAIN, TreeBlock(REF, (moved,)), TreeGlance((moved,)), NAMES, PRICES, NOON)
    found = asyncio.run(strangers(CHAIN, [block], NAMES, {ALICE}))
    assert found == Strangers(unnamed={number, nothing})


def test_of_thousands_of_tokens_only_so_many_are_asked_about_as_a_movement_keeps() -> None:
    tokens = [b"\x5f" * 18 + number.to_bytes(2) for number in range(3_000)]
    given = (transaction(*[transfer(BOB, ALICE, 5, token) for token in tokens]),)
    block = weighed(CHAIN, TreeBlock(REF, given), TreeGlance(given), NAMES, PRICES, NOON)
    found = asyncio.run(strangers(CHAIN, [block], NAMES, {ALICE}))
    assert found == Strangers(unpriced={REF.hash: set(tokens[:MOST_LEGS])})
    # and these are those that are kept
    (kept,) = concern(asked(watch(Usd(Decimal(1)))), *given).keep
    assert {leg.token for leg in kept.legs} == found.unpriced[REF.hash]


def test_a_price_that_was_found_out_counts() -> None:
    names = {**NAMES, SPAM: TokenRow(SPAM, "SPAM", "Spam", 0)}
    thin = Price(Decimal(3), "Uniswap v2 pool", NOON, PriceState.THIN, Decimal(2_000))
    given = (transaction(transfer(BOB, ALICE, 5_000, SPAM)),)
    block = weighed(CHAIN, TreeBlock(REF, given), TreeGlance(given), names, PRICES, NOON)
    found_out, mine = {REF.hash: {SPAM: thin}}, watch(Usd(Decimal(1)))
    wanted = asyncio.run(concerns(CHAIN, [block], names, asked(mine), found_out))
    ((found, _, _),) = wanted.alerts
    assert (found.usd, found.price_state) == (2_000, PriceState.THIN)
    assert asyncio.run(strangers(CHAIN, [block], names, {mine.address}, found_out)) == Strangers()


def test_what_was_found_out_is_kept_and_shown_for_its_new_worth() -> None:
    names = {**NAMES, SPAM: TokenRow(SPAM, "SPAM", "Spam", 0)}
    thin = Price(Decimal(3), "Uniswap v2 pool", NOON, PriceState.THIN, Decimal(10**6))
    given = (transaction(transfer(BOB, ALICE, 5_000, SPAM), transfer(CAROL, BOB, 5_000, SPAM)),)
    block = weighed(CHAIN, TreeBlock(REF, given), TreeGlance(given), names, PRICES, NOON)
    anybody = asked(watch(Usd(Decimal(1))), lowest_feed=Decimal(15_000))
    wanted = asyncio.run(concerns(CHAIN, [block], names, anybody, {REF.hash: {SPAM: thin}}))
    assert {kept.address for kept in wanted.keep} == {ALICE, CAROL}
    assert [shown.movement.usd for shown in wanted.for_feeds] == [15_000]


def test_dust_is_kept_once_however_many_watch_its_receiver() -> None:
    one = watch(Usd(Decimal(1_000)), address=BOB)
    watches = [replace(one, chat_id=chat) for chat in range(1, 301)]
    dust = [
        transaction(transfer(ALICE, BOB, 1, USDC), tx_hash=bytes([number]) * 32)
        for number in range(200)
    ]
    assert len(concern(asked(*watches), *dust).worthless) == len(dust)


def test_no_price_is_looked_up_of_what_passes_itself_off_as_something_else() -> None:
    names = {**NAMES, SPAM: TokenRow(SPAM, "UЅDТ", "Tether USD", 6)}
    gifts = transaction(transfer(ALICE, BOB, 10**6, SPAM), transfer(ALICE, BOB, 5, UNKNOWN))
    block = weighed(CHAIN, TreeBlock(REF, (gifts,)), TreeGlance((gifts,)), names, PRICES, NOON)
    found = asyncio.run(strangers(CHAIN, [block], names, {BOB}))
    assert found.unpriced == {REF.hash: {UNKNOWN}}
