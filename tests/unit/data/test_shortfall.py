"""What a movement lacks to be what a watch is about; thresholds are tried where watches match."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.labels import Labels
from data.labels.label import Label
from data.model import (
    EVERYTHING,
    Direction,
    Interest,
    Leg,
    Movement,
    MovementKind,
    Scope,
    Standard,
    UnitThreshold,
    Unpriced,
    UsdThreshold,
    Watch,
)
from data.shortfall import Shortfall, interests, shortfall, side_units, side_usd
from tests.unit.watcher.examples import (
    ALICE,
    BOB,
    CAROL,
    ETHER,
    SPAM,
    USDC,
    WRAPPED,
    dollars,
    ether,
    movement,
    watch,
)

GRAND = UsdThreshold(Decimal(1000))
NATIVE, DOLLARS = ("ethereum", None), ("ethereum", USDC)
LABELS = Labels(
    {
        ("ethereum", BOB): Label("Binance", "Binance 14", "exchange"),
        ("ethereum", CAROL): Label("Kraken", "Kraken 4", "exchange"),
        ("ethereum", SPAM): Label("Lido", "Lido", "staking"),
    }
)


def about(scope: Scope, **more: object) -> Watch:
    return replace(watch(GRAND), scope=scope, **more)


def sent_to(other: bytes | None, kind: MovementKind = MovementKind.SEND) -> Movement:
    return replace(movement(dollars(-5000)), kind=kind, counterparty=other)


@pytest.mark.parametrize(
    ("moved", "interest"),
    [
        (sent_to(ALICE), Interest.TRANSFER),
        (sent_to(None), Interest.TRANSFER),
        (sent_to(SPAM), Interest.TRANSFER),
        (sent_to(BOB), Interest.EXCHANGE_IN),
        (sent_to(BOB, MovementKind.RECEIVE), Interest.EXCHANGE_OUT),
        (
            replace(sent_to(BOB), address=CAROL),
            Interest.EXCHANGE_IN | Interest.EXCHANGE_OUT,
        ),
        (replace(sent_to(BOB), address=BOB), Interest.TRANSFER),
        (sent_to(BOB, MovementKind.SWAP), Interest.SWAP),
        (sent_to(BOB, MovementKind.MINT), Interest.MINT),
        (sent_to(BOB, MovementKind.BURN), Interest.BURN),
        (sent_to(BOB, MovementKind.UNWRAP), Interest.WRAP),
        (sent_to(BOB, MovementKind.REPAY), Interest.PROTOCOL),
        (movement(Leg(SPAM, "APE", 0, 1, None, Standard.ERC721, 7), dollars(-9)), Interest.NFT),
    ],
)
def test_a_movement_is_one_thing_to_those_who_know_its_sides(
    moved: Movement, interest: Interest
) -> None:
    assert interests(moved, LABELS) == interest


def test_every_kind_of_movement_is_something() -> None:
    for kind in MovementKind:
        assert interests(sent_to(ALICE, kind), LABELS)


@pytest.mark.parametrize(
    ("scope", "lacking"),
    [
        (Scope(), None),
        (Scope(interests=Interest.EXCHANGE_IN), None),
        (Scope(interests=Interest.EXCHANGE_IN | Interest.SWAP), None),
        (Scope(interests=Interest.SWAP), Shortfall.OTHER_INTEREST),
        (Scope(interests=Interest(0)), Shortfall.OTHER_INTEREST),
        (Scope(not_on=frozenset({"bsc"})), None),
        (Scope(not_on=frozenset({"bsc", "ethereum"})), Shortfall.OTHER_CHAIN),
        (Scope(only=frozenset({DOLLARS})), None),
        (Scope(only=frozenset({("bsc", USDC)})), Shortfall.OTHER_ASSET),
        (Scope(only=frozenset({NATIVE})), Shortfall.OTHER_ASSET),
        (Scope(without=frozenset({DOLLARS})), Shortfall.OTHER_ASSET),
        (Scope(without=frozenset({NATIVE})), None),
        (Scope(only=frozenset({DOLLARS}), without=frozenset({DOLLARS})), Shortfall.OTHER_ASSET),
    ],
)
def test_what_a_watch_is_not_about_is_lacking(scope: Scope, lacking: Shortfall | None) -> None:
    assert shortfall(sent_to(BOB), about(scope), LABELS) is lacking


def test_only_assets_that_count_are_worth_something() -> None:
    # given 900 dollars of the one and 3,000 of the other
    moved = movement(dollars(900), ether(ETHER))
    for scope, lacking in (
        (EVERYTHING, None),
        (Scope(only=frozenset({DOLLARS})), Shortfall.BELOW),
        (Scope(without=frozenset({NATIVE})), Shortfall.BELOW),
        (Scope(without=frozenset({DOLLARS})), None),
    ):
        assert shortfall(moved, about(scope), LABELS) is lacking
    assert side_usd(moved, about(Scope(only=frozenset({DOLLARS})))) == 900


def test_the_side_is_that_of_the_assets_that_count() -> None:
    bought = movement(ether(ETHER), dollars(-3000))
    out = about(Scope(only=frozenset({NATIVE})), direction=Direction.OUT)
    assert shortfall(bought, out, LABELS) is Shortfall.OTHER_SIDE
    assert shortfall(bought, replace(out, direction=Direction.IN), LABELS) is None


def test_what_does_not_count_gives_no_price() -> None:
    moved = movement(Leg(SPAM, "SPAM", 18, 10**30), dollars(5000))
    spam = about(Scope(only=frozenset({("ethereum", SPAM)})))
    assert shortfall(moved, spam, LABELS) is Shortfall.NO_PRICE
    assert shortfall(moved, replace(spam, unpriced=Unpriced.TELL), LABELS) is None
    # a feed never tells of what has no price
    feed = replace(spam, unpriced=Unpriced.TELL, address=None)
    assert shortfall(moved, feed, LABELS) is Shortfall.NO_PRICE


def test_units_are_counted_of_what_counts() -> None:
    fifty = UnitThreshold(
        Decimal(50), "ETH", {NATIVE: 50 * ETHER, ("ethereum", WRAPPED): 50 * ETHER}
    )
    moved = movement(ether(30 * ETHER), ether(20 * ETHER, WRAPPED))
    all_of_it = about(EVERYTHING, threshold=fifty)
    coin = replace(all_of_it, scope=Scope(without=frozenset({("ethereum", WRAPPED)})))
    assert shortfall(moved, all_of_it, LABELS) is None
    assert shortfall(moved, coin, LABELS) is Shortfall.BELOW
    assert side_units(moved, coin, fifty) == 30


_scopes = st.builds(
    Scope,
    st.none() | st.integers(0, 511).map(Interest),
    st.frozensets(st.sampled_from([NATIVE, DOLLARS, ("bsc", None)])),
    st.frozensets(st.sampled_from([NATIVE, DOLLARS, ("bsc", None)])),
    st.frozensets(st.sampled_from(["ethereum", "bsc"])),
)
_moved = st.builds(
    lambda usd, wei, kind, other: replace(
        movement(dollars(usd), ether(wei)), kind=kind, counterparty=other
    ),
    st.integers(-5000, 5000),
    st.integers(-3 * ETHER, 3 * ETHER),
    st.sampled_from(MovementKind),
    st.sampled_from([ALICE, BOB, CAROL]),
)


@given(_moved, _scopes, st.sampled_from(Direction))
def test_a_narrower_scope_never_lets_more_through(
    moved: Movement, scope: Scope, direction: Direction
) -> None:
    wide = about(EVERYTHING, direction=direction)
    narrow = replace(wide, scope=scope)
    if shortfall(moved, narrow, LABELS) is None:
        assert shortfall(moved, wide, LABELS) is None
