"""Which movements satisfy which watches, and which one a feed shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from data.labels import curated_labels
from data.model import (
    Direction,
    Leg,
    Match,
    Movement,
    MovementKind,
    Standard,
    Threshold,
    UnitThreshold,
    Unpriced,
    UsdThreshold,
    Watch,
)
from data.shortfall import shortfall
from watcher.match import match, primary

from .examples import (
    ALICE,
    BOB,
    CAROL,
    CHAIN,
    ETHER,
    NOON,
    POOL,
    ROUTER,
    SPAM,
    USDC,
    WRAPPED,
    dollars,
    ether,
    movement,
    transaction,
    watch,
)

GRAND = UsdThreshold(Decimal(1000))
FIFTY_ETHER = UnitThreshold(
    Decimal(50),
    "ETH",
    {("ethereum", None): 50 * ETHER, ("ethereum", WRAPPED): 50 * ETHER, ("bsc", None): 1},
)
LABELS = curated_labels()


def reaches(moved: Movement, asking: Watch) -> bool:
    return shortfall(moved, asking, LABELS) is None


IN, OUT, BOTH = Direction.IN, Direction.OUT, Direction.BOTH


@pytest.mark.parametrize(
    ("moved", "threshold", "direction", "reached"),
    [
        (movement(dollars(1000)), GRAND, BOTH, True),
        (movement(dollars(999)), GRAND, BOTH, False),
        (movement(Leg(USDC, "USDC", 6, 999_999_999, dollars(1).price)), GRAND, BOTH, False),
        (movement(dollars(1000)), GRAND, IN, True),
        (movement(dollars(1000)), GRAND, OUT, False),
        (movement(dollars(-1000)), GRAND, OUT, True),
        (movement(dollars(-1000)), GRAND, IN, False),
        (movement(dollars(600), ether(ETHER // 5)), GRAND, IN, True),
        (movement(dollars(600), ether(-ETHER // 5)), GRAND, BOTH, False),
        (movement(Leg(SPAM, "SPAM", 18, 10**30)), GRAND, BOTH, False),
        (movement(ether(50 * ETHER)), FIFTY_ETHER, BOTH, True),
        (movement(ether(50 * ETHER - 1)), FIFTY_ETHER, BOTH, False),
        (movement(ether(30 * ETHER), ether(20 * ETHER, WRAPPED)), FIFTY_ETHER, BOTH, True),
        (movement(ether(30 * ETHER), ether(20 * ETHER - 1, WRAPPED)), FIFTY_ETHER, BOTH, False),
        (movement(ether(-30 * ETHER), ether(30 * ETHER, WRAPPED)), FIFTY_ETHER, BOTH, False),
        (movement(ether(-50 * ETHER), ether(50 * ETHER, WRAPPED)), FIFTY_ETHER, IN, True),
        (movement(ether(-50 * ETHER)), FIFTY_ETHER, IN, False),
        (movement(dollars(10**9)), FIFTY_ETHER, BOTH, False),
        (movement(dollars(10**9)), None, BOTH, False),
    ],
)
def test_a_threshold_is_reached_on_the_side_that_is_watched(
    moved: Movement, threshold: Threshold | None, direction: Direction, reached: bool
) -> None:
    assert reaches(moved, watch(threshold, direction=direction)) is reached


UNKNOWN = Leg(SPAM, "SPAM", 18, 10**30)
GIVEN_AWAY = Leg(SPAM, "SPAM", 18, -(10**30))


@pytest.mark.parametrize(
    ("moved", "direction", "told"),
    [
        (movement(UNKNOWN), BOTH, True),
        (movement(UNKNOWN), IN, True),
        (movement(UNKNOWN), OUT, False),
        (movement(GIVEN_AWAY), OUT, True),
        (movement(GIVEN_AWAY), IN, False),
        (movement(Leg(SPAM, "SPAM", None, 1)), BOTH, True),
        (movement(dollars(1)), BOTH, False),
        (movement(UNKNOWN, dollars(-1)), BOTH, False),
        # what was paid for it has a price, what came for that has none
        (movement(UNKNOWN, dollars(-1)), IN, True),
        (movement(UNKNOWN, dollars(-1)), OUT, False),
        (movement(Leg(SPAM, "SPAM", 18, 0)), BOTH, False),
    ],
)
def test_what_has_no_price_is_told_to_whom_wants_it(
    moved: Movement, direction: Direction, told: bool
) -> None:
    wants = replace(watch(GRAND, direction=direction), unpriced=Unpriced.TELL)
    assert reaches(moved, wants) is told
    assert not reaches(moved, watch(GRAND, direction=direction))
    assert not reaches(moved, replace(wants, threshold=FIFTY_ETHER))
    assert not reaches(moved, replace(wants, chain="bsc"))


def test_units_need_no_price() -> None:
    moved = movement(Leg(None, "ETH", 18, 50 * ETHER))
    assert reaches(moved, watch(FIFTY_ETHER))


@pytest.mark.parametrize("standard", [Standard.ERC721, Standard.ERC1155])
def test_what_has_a_number_is_no_unit_of_a_token(standard: Standard) -> None:
    # given a contract that calls what it numbers by the address of a token that counts
    one = Leg(WRAPPED, "WETH", 0, 2**255, None, standard, 7)
    assert not reaches(movement(one), watch(FIFTY_ETHER))
    assert not reaches(movement(one, ether(49 * ETHER)), watch(FIFTY_ETHER))
    assert reaches(movement(one, ether(50 * ETHER)), watch(FIFTY_ETHER))


def test_a_watch_on_another_chain_is_not_concerned() -> None:
    moved = movement(dollars(5000))
    assert reaches(moved, watch(GRAND, chain="ethereum"))
    assert not reaches(moved, watch(GRAND, chain="bsc"))


def test_a_movement_matches_every_watch_on_its_address() -> None:
    moved = [movement(dollars(5000)), movement(dollars(5000), address=BOB)]
    watches = [watch(GRAND), watch(GRAND, address=CAROL), watch(GRAND), watch(GRAND, address=None)]
    assert match(moved, watches, NOON) == [Match(0, 0), Match(0, 2)]


def test_a_watch_that_is_younger_than_the_block_is_not_concerned() -> None:
    watches = [
        watch(GRAND, created_at=NOON),
        watch(GRAND, created_at=NOON + timedelta(microseconds=1)),
    ]
    assert match([movement(dollars(5000))], watches, NOON) == [Match(0, 0)]


def test_a_feed_shows_the_signers_movement_first() -> None:
    own = movement(dollars(-10_000), signed=True)
    found = primary(CHAIN, transaction(), [movement(dollars(10**6), address=BOB), own])
    assert found is own


def test_a_feed_shows_what_was_moved_and_not_the_fee_of_who_signed_for_it() -> None:
    # given the owner of a multisig, who is paid back what signing cost
    own = movement(dollars(10), signed=True)
    safe = replace(movement(dollars(-(10**6)), address=BOB), is_contract=True)
    assert primary(CHAIN, transaction(target=BOB), [own, safe]) is own  # it was called itself
    paid = movement(dollars(10**6), address=CAROL)
    assert primary(CHAIN, transaction(target=BOB), [own, safe, paid]) is paid
    # and a pool that nobody knows, which somebody traded with a little, is nobody's news
    pool = replace(safe, kind=MovementKind.SWAP)
    assert primary(CHAIN, transaction(), [own, pool]) is own


def test_a_signer_whose_movement_has_no_value_is_passed_over() -> None:
    other = movement(dollars(500), address=BOB)
    own = movement(Leg(SPAM, "SPAM", 18, 10**30), signed=True)
    assert primary(CHAIN, transaction(), [own, other]) is other


def test_a_feed_shows_the_largest_of_an_address_that_is_no_machine() -> None:
    made = transaction(target=ROUTER, pools=frozenset({POOL}))
    person = movement(dollars(500), address=CAROL)
    machines = [
        movement(dollars(9000), address=address) for address in (POOL, ROUTER, USDC, WRAPPED)
    ]
    smaller = movement(dollars(400), address=BOB)
    assert primary(CHAIN, made, [*machines, smaller, person]) is person
    assert primary(CHAIN, made, machines) is None


def test_a_transaction_without_values_has_nothing_to_show() -> None:
    assert primary(CHAIN, transaction(), []) is None


def test_what_the_chain_puts_in_by_itself_is_shown_in_no_feed() -> None:
    own = movement(dollars(10**6), signed=True)
    assert primary(CHAIN, transaction(), [own]) is own
    assert primary(CHAIN, transaction()._replace(system=True), [own]) is None


def test_where_nothing_has_a_price_nobody_but_the_signer_is_shown() -> None:
    assert primary(CHAIN, transaction(), [movement(Leg(SPAM, "?", None, 5), address=ALICE)]) is None
