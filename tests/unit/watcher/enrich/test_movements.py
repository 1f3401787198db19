"""What a transaction did to each address, net."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.columns import MAX_AMOUNT
from data.model import Event, Leg, Movement, MovementKind, Standard, Transfer
from data.queries.tokens import TokenRow
from data.venues import TOPICS, venues_on
from tests.unit.watcher.examples import (
    ALICE,
    BOB,
    CAROL,
    CHAIN,
    COLLECTION,
    ETHER,
    NAMES,
    POOL,
    PRICES,
    REF,
    ROUTER,
    SPAM,
    USDC,
    WRAPPED,
    ZERO,
    numbered,
    transaction,
    transfer,
)
from watcher.enrich import UNNAMED, enrich, moved_tokens

KNOWN = sorted(venues_on("ethereum").by_address)[::12]


def movements(*transfers: Transfer, signer: bytes = ALICE) -> dict[bytes, Movement]:
    (found,) = enrich(CHAIN, REF, [transaction(*transfers, signer=signer)], NAMES, PRICES)
    assert len({one.address for one in found}) == len(found)
    return {one.address: one for one in found}


def test_a_payment_is_one_movement_on_either_side() -> None:
    found = movements(transfer(ALICE, BOB, 2 * ETHER))
    assert found.keys() == {ALICE, BOB}
    assert found[ALICE].kind is MovementKind.SEND
    assert found[BOB].kind is MovementKind.RECEIVE
    assert (found[ALICE].counterparty, found[BOB].counterparty) == (BOB, ALICE)
    assert found[ALICE].usd == found[BOB].usd == Decimal(6000)
    assert (found[ALICE].signed, found[BOB].signed) == (True, False)


def test_transfers_of_one_asset_are_added_up() -> None:
    found = movements(
        transfer(ALICE, BOB, 5, USDC),
        transfer(BOB, ALICE, 2, USDC),
        transfer(ALICE, CAROL, 1, USDC),
    )
    assert [leg.amount for leg in found[ALICE].legs] == [-4]
    assert found[ALICE].counterparty is None


def test_what_only_passes_through_makes_no_movement() -> None:
    found = movements(transfer(ALICE, ROUTER, 5, USDC), transfer(ROUTER, BOB, 5, USDC))
    assert found.keys() == {ALICE, BOB}


def test_a_payment_to_oneself_makes_no_movement() -> None:
    assert movements(transfer(ALICE, ALICE, ETHER)) == {}


def test_giving_one_asset_for_another_is_a_swap_whose_largest_leg_comes_first() -> None:
    found = movements(
        transfer(ALICE, POOL, 2_990 * 10**6, USDC), transfer(POOL, ALICE, ETHER, WRAPPED)
    )
    assert found[ALICE].kind is found[POOL].kind is MovementKind.SWAP
    assert [leg.token for leg in found[ALICE].legs] == [WRAPPED, USDC]


@pytest.mark.parametrize(
    ("transfers", "kind"),
    [
        ([transfer(ZERO, ALICE, 5, USDC)], MovementKind.MINT),
        ([transfer(ALICE, ZERO, 5, USDC)], MovementKind.BURN),
        ([transfer(ZERO, ALICE, 5, USDC), transfer(BOB, ALICE, 5, USDC)], MovementKind.RECEIVE),
        (
            [transfer(ALICE, WRAPPED, ETHER), transfer(WRAPPED, ALICE, ETHER, WRAPPED)],
            MovementKind.WRAP,
        ),
        (
            [transfer(ALICE, WRAPPED, ETHER, WRAPPED), transfer(WRAPPED, ALICE, ETHER)],
            MovementKind.UNWRAP,
        ),
        # the native side is an internal call, which no log shows
        ([transfer(ALICE, WRAPPED, ETHER, WRAPPED)], MovementKind.UNWRAP),
        ([transfer(WRAPPED, ALICE, ETHER, WRAPPED)], MovementKind.WRAP),
        ([transfer(ALICE, WRAPPED, 5, USDC)], MovementKind.SEND),
    ],
)
def test_kinds_are_told_apart(transfers: list[Transfer], kind: MovementKind) -> None:
    assert movements(*transfers)[ALICE].kind is kind


def test_the_zero_address_makes_no_movements() -> None:
    assert ZERO not in movements(transfer(ZERO, ALICE, 5, USDC), transfer(ALICE, ZERO, 3, USDC))


def test_a_token_that_nobody_could_read_has_no_name_and_no_value() -> None:
    leg = movements(transfer(BOB, ALICE, 5, SPAM))[ALICE].legs[0]
    assert (leg.symbol, leg.decimals, leg.usd) == (UNNAMED, None, None)


def test_a_token_that_says_nothing_has_no_name_but_its_decimals() -> None:
    names = {SPAM: TokenRow(SPAM, None, None, 255)}
    made = [transaction(transfer(BOB, ALICE, MAX_AMOUNT, SPAM))]
    (found,) = enrich(CHAIN, REF, made, names, {SPAM: PRICES[None]})
    assert {leg.symbol for one in found for leg in one.legs} == {UNNAMED}
    assert all(one.usd is not None and one.usd < 1 for one in found)


def test_a_token_that_lies_moves_no_more_than_can_be_stored() -> None:
    found = movements(*[transfer(BOB, ALICE, MAX_AMOUNT, SPAM)] * 3)
    assert found[ALICE].legs[0].amount == MAX_AMOUNT
    assert found[BOB].legs[0].amount == -MAX_AMOUNT


def test_moved_tokens_are_contracts_without_the_native_coin() -> None:
    assert moved_tokens([transaction(transfer(ALICE, BOB, 1), transfer(BOB, ALICE, 1, USDC))]) == {
        USDC
    }


def test_each_number_of_a_collection_is_an_asset_of_its_own() -> None:
    found = movements(numbered(BOB, ALICE, 1), numbered(ALICE, BOB, 2))
    legs = {(leg.token_id, leg.amount, leg.symbol, leg.standard) for leg in found[ALICE].legs}
    assert legs == {(1, 1, "Doodles", Standard.ERC721), (2, -1, "Doodles", Standard.ERC721)}
    assert found[ALICE].usd is None


def test_several_of_one_number_are_added_up() -> None:
    (leg,) = movements(numbered(BOB, ALICE, 7, 3), numbered(BOB, ALICE, 7, 2))[ALICE].legs
    assert (leg.amount, leg.token_id, leg.standard) == (5, 7, Standard.ERC1155)


@pytest.mark.parametrize(
    ("transfers", "kind"),
    [
        ([numbered(BOB, ALICE, 1)], MovementKind.RECEIVE),
        ([numbered(ALICE, BOB, 1)], MovementKind.SEND),
        ([numbered(ZERO, ALICE, 1)], MovementKind.MINT),
        ([numbered(ALICE, ZERO, 1)], MovementKind.BURN),
        ([transfer(ALICE, POOL, ETHER), numbered(BOB, ALICE, 1)], MovementKind.SWAP),
        ([transfer(BOB, ALICE, ETHER, WRAPPED), numbered(ALICE, BOB, 1)], MovementKind.SWAP),
        ([transfer(ALICE, COLLECTION, ETHER), numbered(ZERO, ALICE, 1)], MovementKind.MINT),
    ],
)
def test_what_is_numbered_is_bought_sold_and_minted(
    transfers: list[Transfer], kind: MovementKind
) -> None:
    assert movements(*transfers)[ALICE].kind is kind


def test_dust_that_comes_back_makes_no_swap_of_a_payment() -> None:
    found = movements(transfer(ALICE, BOB, 5_000 * 10**6, USDC), transfer(BOB, ALICE, 3))
    assert found[ALICE].kind is MovementKind.SEND
    assert found[BOB].kind is MovementKind.RECEIVE
    assert found[ALICE].counterparty == BOB
    assert {leg.amount for leg in found[ALICE].legs} == {-5_000 * 10**6, 3}


def test_dust_of_a_token_without_a_price_makes_none_either() -> None:
    names = NAMES | {SPAM: TokenRow(SPAM, "SPAM", None, 18)}
    made = [transaction(transfer(ALICE, BOB, ETHER, SPAM), transfer(BOB, ALICE, 2))]
    (found,) = enrich(CHAIN, REF, made, names, {})
    assert found[0].kind is MovementKind.SEND
    assert found[0].counterparty == BOB


def test_a_part_of_what_was_sold_that_comes_back_is_subtracted() -> None:
    found = movements(
        transfer(ALICE, POOL, 3_100 * 10**6, USDC),
        transfer(POOL, ALICE, 100 * 10**6, USDC),
        transfer(POOL, ALICE, ETHER),
    )
    assert found[ALICE].kind is MovementKind.SWAP
    assert {leg.amount for leg in found[ALICE].legs} == {-3_000 * 10**6, ETHER}


def test_a_bad_trade_is_a_trade() -> None:
    found = movements(transfer(ALICE, POOL, 10**12, USDC), transfer(POOL, ALICE, ETHER))
    assert found[ALICE].kind is MovementKind.SWAP


def test_the_block_shows_who_is_a_contract() -> None:
    made = transaction(
        transfer(ALICE, BOB, 5, USDC), transfer(BOB, CAROL, 2), contracts=frozenset({BOB})
    )
    (found,) = enrich(CHAIN, REF, [made], NAMES, PRICES)
    of = {one.address: one for one in found}
    assert (of[ALICE].is_contract, of[BOB].is_contract, of[CAROL].is_contract) == (
        False,
        True,
        None,
    )
    assert of[ALICE].counterparty_is_contract is True
    assert of[CAROL].counterparty_is_contract is True


def test_nothing_moves_with_no_amount() -> None:
    assert movements(transfer(ALICE, BOB, 0, USDC)) == {}


_ADDRESSES = st.sampled_from([ALICE, BOB, CAROL, POOL, ZERO, WRAPPED])
_TRANSFERS = st.builds(
    transfer,
    _ADDRESSES,
    _ADDRESSES,
    st.integers(1, 2**240),
    st.sampled_from([None, USDC, WRAPPED, SPAM]),
)
_NUMBERED = st.builds(
    numbered, _ADDRESSES, _ADDRESSES, st.integers(1, 3), st.sampled_from([1, 1, 5])
)
_ANYTHING = st.lists(_TRANSFERS | _NUMBERED, max_size=12)
_EVENTS = st.lists(
    st.builds(Event, st.sampled_from([POOL, *KNOWN]), st.sampled_from(sorted(TOPICS))), max_size=4
)
_TARGETS = st.sampled_from([None, ALICE, POOL, *KNOWN])


def _asset(one: Leg | Transfer) -> tuple[bytes | None, int | None, Standard]:
    return one.token, one.token_id, one.standard


@given(_ANYTHING, _TARGETS, _EVENTS)
def test_of_each_asset_nothing_is_lost_or_made(
    transfers: list[Transfer], target: bytes | None, events: list[Event]
) -> None:
    made = transaction(*transfers, target=target, events=tuple(events))
    (found,) = enrich(CHAIN, REF, [made], NAMES, PRICES)
    sums: defaultdict[tuple[bytes | None, int | None, Standard], int] = defaultdict(int)
    for one in found:
        assert all(leg.amount for leg in one.legs)
        assert len({_asset(leg) for leg in one.legs}) == len(one.legs)
        for leg in one.legs:
            sums[_asset(leg)] += leg.amount
    for moved in transfers:
        sums[_asset(moved)] -= moved.amount * (moved.sender == ZERO)
        sums[_asset(moved)] += moved.amount * (moved.recipient == ZERO)
    assert not any(sums.values())


@given(_ANYTHING, st.randoms(use_true_random=False), _TARGETS, _EVENTS)
def test_what_was_moved_and_what_it_was_worth_does_not_depend_on_the_order(
    transfers: list[Transfer], rng: Random, target: bytes | None, events: list[Event]
) -> None:
    shuffled = rng.sample(transfers, len(transfers))
    told = []
    for order in (transfers, shuffled):
        made = transaction(*order, target=target, events=tuple(events))
        (found,) = enrich(CHAIN, REF, [made], NAMES, PRICES)
        told.append(
            {(m.address, m.usd, m.usd_in, m.usd_out, m.kind, frozenset(m.legs)) for m in found}
        )
    assert told[0] == told[1]
