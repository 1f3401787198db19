"""What a transaction did to each address, net."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.columns import MAX_AMOUNT
from data.model import Leg, Movement, MovementKind, Standard, Transfer
from data.queries.tokens import TokenRow
from watcher.enrich import UNNAMED, enrich, moved_tokens

from .examples import (
    ALICE,
    BOB,
    CAROL,
    CHAIN,
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
    transaction,
    transfer,
)


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
    found = movements(transfer(ALICE, POOL, 10, USDC), transfer(POOL, ALICE, ETHER, WRAPPED))
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


_ADDRESSES = st.sampled_from([ALICE, BOB, CAROL, POOL, ZERO, WRAPPED])
_ALIKE = st.builds(
    transfer,
    _ADDRESSES,
    _ADDRESSES,
    st.integers(0, 2**240),
    st.sampled_from([None, USDC, WRAPPED, SPAM]),
)
_NUMBERED = st.builds(
    lambda moved, standard, number: moved._replace(standard=standard, token_id=number),
    st.builds(transfer, _ADDRESSES, _ADDRESSES, st.integers(0, 9), st.sampled_from([USDC, SPAM])),
    st.sampled_from([Standard.ERC721, Standard.ERC1155]),
    st.integers(0, 2),
)
_TRANSFERS = st.one_of(_ALIKE, _NUMBERED)


def asset_of(moved: Transfer | Leg) -> tuple[bytes | None, Standard, int | None]:
    return moved.token, moved.standard, moved.token_id


def test_tokens_with_numbers_are_each_their_own_and_have_no_price() -> None:
    first, second = (
        transfer(ALICE, BOB, 1, USDC)._replace(standard=Standard.ERC721, token_id=number)
        for number in (7, 8)
    )
    back = second._replace(sender=BOB, recipient=ALICE)
    found = movements(first, second, back)
    (leg,) = found[BOB].legs
    assert (leg.token_id, leg.amount, leg.price, leg.usd) == (7, 1, None, None)
    assert found[BOB].counterparty == ALICE


def test_what_moves_nothing_makes_no_movement_and_no_counterparty() -> None:
    nothing = transfer(CAROL, ALICE, 0, USDC)
    assert movements(nothing) == {}
    found = movements(nothing, transfer(BOB, ALICE, 5, USDC))
    assert set(found) == {ALICE, BOB}
    assert found[ALICE].counterparty == BOB


@given(st.lists(_TRANSFERS, max_size=12))
def test_of_each_asset_nothing_is_lost_or_made(transfers: list[Transfer]) -> None:
    sums: defaultdict[tuple[bytes | None, Standard, int | None], int] = defaultdict(int)
    for one in movements(*transfers).values():
        assert all(leg.amount for leg in one.legs)
        assert len({asset_of(leg) for leg in one.legs}) == len(one.legs)
        for leg in one.legs:
            sums[asset_of(leg)] += leg.amount
    for moved in transfers:
        sums[asset_of(moved)] -= moved.amount * (moved.sender == ZERO)
        sums[asset_of(moved)] += moved.amount * (moved.recipient == ZERO)
    assert not any(sums.values())
