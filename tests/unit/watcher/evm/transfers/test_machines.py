"""Contracts are told from people where the block shows it, and system transactions from others."""

from __future__ import annotations

import msgspec
import pytest

from data.chains import known_chains
from data.model import Transaction
from tests.unit.watcher.evm.blocks import (
    ALICE,
    BOB,
    TOKEN,
    TX_HASH,
    WRAPPED,
    address,
    log,
    receipt,
    topic,
)
from watcher.evm.transfers import TRANSFER, Customs, Reading, customs_of
from watcher.evm.wire import RpcReceipt, RpcTransaction

CAROL = "0x" + "ca" * 20
CALLED, PLAIN = msgspec.Raw(b'"0xa9059cbb"'), msgspec.Raw(b'"0x"')


def call(
    signer: str, target: str, data: msgspec.Raw = PLAIN, *, kind: str = "0x2"
) -> RpcTransaction:
    return RpcTransaction(TX_HASH, signer, target, "0x1", kind, data)


def first(*pairs: tuple[RpcTransaction, RpcReceipt], customs: Customs | None = None) -> Transaction:
    reading = Reading([one for one, _ in pairs], [one for _, one in pairs], customs or NONE)
    found = reading.at(0)
    assert found is not None
    return found


NONE = Customs(WRAPPED)


def test_who_is_called_with_data_is_a_contract() -> None:
    assert first((call(ALICE, BOB, CALLED), receipt())).contracts == {address(BOB)}


def test_who_is_only_paid_may_be_either() -> None:
    assert first((call(ALICE, BOB), receipt())).contracts == frozenset()


def test_who_emits_a_log_is_a_contract_for_the_whole_block() -> None:
    paid = log([TRANSFER, topic(ALICE), topic(CAROL)], emitter=BOB)
    found = first((call(ALICE, BOB), receipt()), (call(CAROL, CAROL), receipt(paid)))
    assert found.contracts == {address(BOB)}


def test_who_signs_is_a_person_whatever_code_it_has() -> None:
    emitted = log([TRANSFER, topic(ALICE), topic(CAROL)], emitter=BOB)
    found = first((call(ALICE, BOB, CALLED), receipt(emitted)), (call(BOB, CAROL), receipt()))
    assert found.contracts == frozenset()


def test_who_is_called_while_accounts_are_given_code_may_be_one_of_them() -> None:
    emitted = log([TRANSFER, topic(BOB), topic(CAROL)], emitter=BOB)
    assert first((call(ALICE, BOB, CALLED, kind="0x4"), receipt(emitted))).contracts == frozenset()


def test_malformed_addresses_are_no_contracts() -> None:
    odd = log([TRANSFER], emitter="0x70")
    found = first((call(ALICE, BOB, CALLED), receipt(odd, created="nowhere")))
    assert found.contracts == {address(BOB)}


@pytest.mark.parametrize(
    ("chain", "kind", "is_system"),
    [
        ("base", "0x7e", True),
        ("optimism", "0x7e", True),
        ("arbitrum", "0x6a", True),
        ("arbitrum", "0x64", True),
        ("polygon", "0x7f", True),
        ("ethereum", "0x7e", False),
        ("base", "0x2", False),
    ],
)
def test_what_nobody_signs_is_known_by_its_type(chain: str, kind: str, is_system: bool) -> None:
    customs = customs_of(known_chains()[chain], 10**9)
    assert first((call(ALICE, BOB, kind=kind), receipt()), customs=customs).system is is_system


@pytest.mark.parametrize(
    ("signer", "target", "is_system"),
    [
        (ALICE, "0x0000000000000000000000000000000000001000", True),
        (BOB, "0x0000000000000000000000000000000000001000", False),
        (ALICE, CAROL, False),
    ],
)
def test_what_a_blocks_producer_calls_for_the_chain_is_the_chains(
    signer: str, target: str, is_system: bool
) -> None:
    customs = customs_of(known_chains()["bsc"], 10**9)
    reading = Reading([call(signer, target)], [receipt()], customs, producer=ALICE)
    found = reading.at(0)
    assert found is not None
    assert found.system is is_system


def test_a_token_that_only_is_in_the_logs_is_not_among_the_parties() -> None:
    paid = log([TRANSFER, topic(ALICE), topic(CAROL)], emitter=TOKEN)
    assert address(TOKEN) not in first((call(ALICE, BOB), receipt(paid))).contracts
