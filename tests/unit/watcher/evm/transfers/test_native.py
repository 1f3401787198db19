"""Native value is counted once, however often it is told."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model import Source, Transaction
from tests.unit.watcher.evm.blocks import (
    ALICE,
    BOB,
    TX_HASH,
    WRAPPED,
    address,
    log,
    receipt,
    topic,
    transaction,
    word,
)
from watcher.evm.transfers import NATIVE_LOG_EMITTER, TRANSFER, Customs, Inside, Reading
from watcher.evm.wire import RpcLog, RpcReceipt, RpcTransaction

CAROL = "0x" + "ca" * 20
EMITTER = "0x" + NATIVE_LOG_EMITTER.hex()
PARTIES = [ALICE, BOB, CAROL]
Moves = list[tuple[str, str, int]]


def logged(sender: str, recipient: str, wei: int) -> RpcLog:
    return log([TRANSFER, topic(sender), topic(recipient)], word(wei), emitter=EMITTER)


def read(
    body: RpcTransaction,
    told: RpcReceipt,
    inside: Moves | None = None,
    *,
    native_logs: bool = False,
    minting: str = "",
) -> Transaction | None:
    customs = Customs(WRAPPED, native_logs, minting_types=frozenset({minting}))
    traced = {0: [Inside(sender, to, hex(wei)) for sender, to, wei in inside or []]}
    return Reading([body], [told], customs, inside=traced).at(0)


def moved(found: Transaction | None) -> list[tuple[str, str, int]]:
    assert found is not None
    assert all(one.token is None for one in found.transfers)
    return [("0x" + t.sender.hex(), "0x" + t.recipient.hex(), t.amount) for t in found.transfers]


def test_what_moved_inside_is_seen_in_traces() -> None:
    found = read(transaction("0x5"), receipt(), [(BOB, CAROL, 3), (CAROL, ALICE, 2)])
    assert moved(found) == [(ALICE, BOB, 5), (BOB, CAROL, 3), (CAROL, ALICE, 2)]
    assert found is not None
    assert [(one.source, one.position) for one in found.transfers] == [
        (Source.NATIVE, 0),
        (Source.TRACE, 0),
        (Source.TRACE, 1),
    ]


def test_a_malformed_trace_is_passed_over_and_the_others_count() -> None:
    found = read(transaction(), receipt(), [("0x", CAROL, 3), (CAROL, ALICE, 2)])
    assert moved(found) == [(CAROL, ALICE, 2)]


def test_what_moved_inside_is_seen_in_logs_where_the_chain_has_them() -> None:
    logs = logged(ALICE, BOB, 5), logged(BOB, CAROL, 3)
    found = read(transaction("0x5"), receipt(*logs), native_logs=True)
    assert moved(found) == [(ALICE, BOB, 5), (BOB, CAROL, 3)]


def test_a_move_inside_that_looks_like_the_transactions_own_counts_as_well() -> None:
    logs = logged(ALICE, BOB, 5), logged(ALICE, BOB, 5)
    found = read(transaction("0x5"), receipt(*logs), native_logs=True)
    assert moved(found) == [(ALICE, BOB, 5), (ALICE, BOB, 5)]


def test_a_log_that_does_not_begin_with_the_transactions_own_value_takes_nothing_away() -> None:
    found = read(transaction("0x5"), receipt(logged(BOB, CAROL, 3)), native_logs=True)
    assert moved(found) == [(ALICE, BOB, 5), (BOB, CAROL, 3)]


def test_such_logs_say_nothing_where_the_chain_does_not_have_them() -> None:
    found = read(transaction("0x5"), receipt(logged(ALICE, BOB, 5), logged(BOB, CAROL, 9)))
    assert moved(found) == [(ALICE, BOB, 5)]


def test_what_pays_itself_has_no_log_and_counts_once() -> None:
    found = read(transaction("0x5", target=ALICE), receipt(), native_logs=True)
    assert moved(found) == [(ALICE, ALICE, 5)]


@given(
    st.integers(0, 3),
    st.lists(
        st.tuples(st.sampled_from(PARTIES), st.sampled_from(PARTIES), st.integers(1, 3)), max_size=5
    ),
    st.booleans(),
    st.booleans(),
)
def test_native_value_is_counted_once_in_every_way_of_telling(
    value: int, inside: Moves, has_logs: bool, has_traces: bool
) -> None:
    inside = [one for one in inside if one[0] != one[1]]  # for these there are no logs
    own = [(ALICE, BOB, value)] if value else []
    logs = [logged(*one) for one in own + inside] if has_logs else []
    traces = inside if has_traces else []
    found = read(transaction(hex(value)), receipt(*logs), traces, native_logs=has_logs)
    seen = inside if has_logs or has_traces else []
    assert Counter(moved(found)) == Counter(own + seen)


def deposit(mint: str | None, value: str = "0x0") -> RpcTransaction:
    return RpcTransaction(TX_HASH, ALICE, BOB, value, "0x7e", mint=mint)


NOBODY = "0x" + "00" * 20


def test_a_deposit_brings_along_what_it_minted() -> None:
    assert moved(read(deposit("0x9", "0x5"), receipt())) == [(NOBODY, ALICE, 9), (ALICE, BOB, 5)]


def test_a_deposit_that_failed_keeps_what_it_minted() -> None:
    assert moved(read(deposit("0x9", "0x5"), receipt(status="0x0"))) == [(NOBODY, ALICE, 9)]


@pytest.mark.parametrize("mint", ["0x0", None])
def test_a_deposit_may_bring_nothing(mint: str | None) -> None:
    assert moved(read(deposit(mint), receipt())) == []


def test_a_malformed_mint_is_passed_over_with_its_transaction() -> None:
    assert read(deposit("nine"), receipt()) is None


def test_where_value_is_made_for_a_transaction_its_sender_loses_nothing() -> None:
    body = RpcTransaction(TX_HASH, ALICE, BOB, "0x5", "0x64")
    assert moved(read(body, receipt(), minting="0x64")) == [(NOBODY, BOB, 5)]


def test_nothing_moves_inside_a_transaction_that_failed() -> None:
    assert read(transaction("0x5"), receipt(status="0x0"), [(BOB, CAROL, 3)]) is None


def test_value_that_creates_a_contract_goes_to_it_once() -> None:
    made = "0x" + "cc" * 20
    found = read(
        transaction("0x5", target=None),
        receipt(logged(ALICE, made, 5), created=made),
        native_logs=True,
    )
    assert moved(found) == [(ALICE, made, 5)]
    assert found is not None
    assert found.contracts == {address(made)}
