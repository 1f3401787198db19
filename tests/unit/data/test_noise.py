"""What is suspicious about a movement, and which rules take it for noise."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from data.model import (
    Direction,
    Leg,
    Mark,
    Movement,
    MovementKind,
    NoiseRule,
    Price,
    PriceState,
    Transaction,
)
from data.noise import goes, is_sent_by_hand, is_worthless, rules_against
from data.queries.tokens import TokenRow
from tests.unit.watcher.examples import (
    ALICE,
    BOB,
    CAROL,
    CHAIN,
    NAMES,
    NOON,
    PRICES,
    REF,
    SPAM,
    USDC,
    dollars,
    ether,
    movement,
    transaction,
    transfer,
)
from watcher.enrich import enrich
from watcher.noise.marks import AIRDROP_RECEIVERS, marked
from watcher.noise.nothing import nothing_moved

FAKE = {**NAMES, SPAM: TokenRow(SPAM, "UЅDТ", "Tether USD", 6)}
HONEST = {**NAMES, SPAM: TokenRow(SPAM, "PEPE2", "Pepe the second", 6)}
THIN = Price(Decimal(1), "pool", NOON, PriceState.THIN, Decimal(10**6))
BELIEVED = Price(Decimal(1), "somebody", NOON)
LOOKALIKE, IMITATION, AIRDROP = NoiseRule.LOOKALIKE, NoiseRule.IMITATION, NoiseRule.AIRDROP


def spam(amount: int, *, symbol: str = "UЅDТ", price: Price | None = None) -> Leg:
    return Leg(SPAM, symbol, 6, amount * 10**6, price)


def given_to(count: int, token: bytes | None = SPAM, *others: bytes) -> Transaction:
    receivers = [*others, *(number.to_bytes(20) for number in range(1, count + 1 - len(others)))]
    return transaction(*[transfer(CAROL, one, 10**6, token) for one in receivers])


def marks_of(found: Transaction, names: dict[bytes, TokenRow], address: bytes = ALICE) -> set[Mark]:
    prices = {**PRICES, SPAM: THIN}
    (made,) = enrich(CHAIN, REF, [found], names, prices)
    (mine,) = [one for one in marked(CHAIN, found, made, names) if one.address == address]
    return set(mine.marks)


def test_a_token_that_borrows_a_name_is_marked_and_an_honest_one_is_not() -> None:
    moved = transaction(transfer(BOB, ALICE, 10**6, SPAM))
    assert marks_of(moved, FAKE) == {Mark.IMITATION}
    assert marks_of(moved, HONEST) == set()
    assert marks_of(transaction(transfer(BOB, ALICE, 10**6, USDC)), FAKE) == set()


def test_a_token_given_to_very_many_is_marked() -> None:
    assert marks_of(given_to(AIRDROP_RECEIVERS, SPAM, ALICE), HONEST) == {Mark.AIRDROP}
    assert marks_of(given_to(AIRDROP_RECEIVERS - 1, SPAM, ALICE), HONEST) == set()


@pytest.mark.parametrize("token", [None, USDC, CHAIN.wrapped_native])
def test_exchanges_that_pay_hundreds_of_customers_at_once_send_no_spam(
    token: bytes | None,
) -> None:
    assert marks_of(given_to(300, token, ALICE), HONEST) == set()


def test_one_receiver_of_many_transfers_is_no_airdrop() -> None:
    moved = transaction(*[transfer(BOB, ALICE, 1, SPAM) for _ in range(300)])
    assert marks_of(moved, HONEST) == set()


def test_a_token_whose_price_is_believed_is_no_airdrop() -> None:
    found = given_to(300, SPAM, ALICE)
    (made,) = enrich(CHAIN, REF, [found], HONEST, {**PRICES, SPAM: BELIEVED})
    assert {mark for one in marked(CHAIN, found, made, HONEST) for mark in one.marks} == set()


def judge(moved: Movement, *marks: Mark, **more: object) -> set[NoiseRule]:
    settings = {"for_feed": False, "looks_like": None, **more}
    names = settings.pop("names", FAKE)
    moved = replace(moved, marks=frozenset(marks))
    return set(rules_against(CHAIN, moved, names, **settings))  # type: ignore[arg-type]


def test_imitations_are_noise_also_to_those_who_sent_them() -> None:
    assert judge(movement(spam(5, price=THIN)), Mark.IMITATION) == {IMITATION}
    assert judge(movement(spam(5), signed=True), Mark.IMITATION) == {IMITATION}
    assert judge(movement(spam(5)), Mark.IMITATION, for_feed=True) == {IMITATION}


def test_who_was_cheated_of_a_million_for_an_imitation_is_told() -> None:
    swapped = movement(dollars(-1_000_000), spam(1_100_000, price=THIN), signed=True)
    assert judge(swapped, Mark.IMITATION) == set()


def test_a_pinch_of_real_money_does_not_make_an_imitation_news() -> None:
    assert judge(movement(spam(500_000, price=THIN), dollars(2)), Mark.IMITATION) == {IMITATION}


def test_an_airdrop_is_noise_but_for_whoever_watches_the_giver() -> None:
    dropped = movement(spam(5, symbol="PEPE2"))
    assert judge(dropped, Mark.AIRDROP, names=HONEST) == {AIRDROP}
    given = movement(spam(-5, symbol="PEPE2"), signed=True)
    assert judge(given, Mark.AIRDROP, names=HONEST) == set()
    assert judge(given, Mark.AIRDROP, names=HONEST, for_feed=True) == {AIRDROP}


def test_next_to_nothing_from_a_look_alike_is_noise() -> None:
    dust = movement(Leg(USDC, "USDC", 6, 999_999, PRICES[USDC]))
    assert judge(dust, looks_like=BOB) == {LOOKALIKE}
    assert judge(dust) == set()
    assert judge(movement(dollars(1)), looks_like=BOB) == set()
    assert judge(movement(spam(10**6, symbol="NEW")), looks_like=BOB, names=HONEST) == {LOOKALIKE}


def test_an_imitation_of_a_million_dollars_is_worth_nothing() -> None:
    assert is_worthless(CHAIN, movement(spam(10**6, price=THIN)), FAKE)
    assert not is_worthless(CHAIN, movement(spam(10**6, symbol="NEW", price=THIN)), HONEST)


def test_what_somebody_sent_to_a_look_alike_is_the_harm_done_and_no_noise() -> None:
    sent = movement(ether(-1), signed=True)
    assert judge(sent, looks_like=BOB) == set()
    assert is_sent_by_hand(sent)
    assert not is_sent_by_hand(replace(sent, signed=False))
    assert not is_sent_by_hand(movement(ether(0), signed=True))


def zero_valued(*transfers: object, watched: set[bytes]) -> list[Movement]:
    moved = transaction(*transfers, signer=CAROL)  # type: ignore[arg-type]
    (made,) = enrich(CHAIN, REF, [moved], NAMES, PRICES)
    return nothing_moved(REF, moved, made, watched, NAMES, PRICES)


def test_a_transfer_of_nothing_makes_a_movement_for_watched_addresses_only() -> None:
    (found,) = zero_valued(transfer(ALICE, BOB, 0, USDC), watched={ALICE})
    assert (found.address, found.counterparty, found.kind) == (ALICE, BOB, MovementKind.SEND)
    assert (found.legs[0].amount, found.usd, found.signed) == (0, 0, False)
    assert found.marks == {Mark.ZERO_VALUE}
    assert zero_valued(transfer(ALICE, BOB, 0, USDC), watched=set()) == []


def test_where_something_moved_nothing_beside_it_is_left_out() -> None:
    both = transfer(BOB, ALICE, 0, USDC), transfer(BOB, ALICE, 5, USDC)
    assert zero_valued(*both, watched={ALICE}) == []


def test_several_look_alikes_in_one_transaction_leave_the_other_side_open() -> None:
    (found,) = zero_valued(
        transfer(ALICE, BOB, 0, USDC), transfer(ALICE, CAROL, 0, USDC), watched={ALICE}
    )
    assert found.counterparty is None


def test_a_self_transfer_of_nothing_is_one_movement() -> None:
    (found,) = zero_valued(transfer(ALICE, ALICE, 0, USDC), watched={ALICE})
    assert found.counterparty == ALICE


@pytest.mark.parametrize(
    ("kind", "direction", "expected"),
    [
        (MovementKind.SEND, Direction.OUT, True),
        (MovementKind.SEND, Direction.IN, False),
        (MovementKind.RECEIVE, Direction.IN, True),
        (MovementKind.RECEIVE, Direction.OUT, False),
        (MovementKind.SEND, Direction.BOTH, True),
    ],
)
def test_nothing_has_a_direction_too(
    kind: MovementKind, direction: Direction, expected: bool
) -> None:
    assert goes(replace(movement(ether(0)), kind=kind), direction) is expected
