"""Assets with numbers, in logs that may be anything."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model import Source, Standard, Transfer
from tests.unit.watcher.evm.blocks import (
    ALICE,
    BOB,
    TOKEN,
    WRAPPED,
    address,
    log,
    receipt,
    topic,
    transaction,
    word,
)
from watcher.evm.transfers import (
    TRANSFER,
    TRANSFER_BATCH,
    TRANSFER_SINGLE,
    Customs,
    transactions_of,
)
from watcher.evm.wire import RpcLog

CAROL = "0x" + "ca" * 20
SENT = [TRANSFER, topic(ALICE), topic(BOB), word(7)]
SINGLE = [TRANSFER_SINGLE, topic(CAROL), topic(ALICE), topic(BOB)]
BATCH = [TRANSFER_BATCH, topic(CAROL), topic(ALICE), topic(BOB)]
ZERO = "0x" + "00" * 20


def transfers(*logs: RpcLog) -> tuple[Transfer, ...]:
    (found,) = transactions_of([transaction()], [receipt(*logs)], Customs(WRAPPED))
    return found.transfers


def words(*numbers: int) -> str:
    return "0x" + "".join(f"{number:064x}" for number in numbers)


def moved(position: int, standard: Standard, token_id: int, amount: int = 1) -> Transfer:
    parties = address(TOKEN), address(ALICE), address(BOB)
    return Transfer(Source.LOG, position, *parties, amount, standard, token_id)


def test_a_transfer_with_four_topics_is_one_erc721() -> None:
    assert transfers(log(SENT, "0x")) == (moved(0, Standard.ERC721, 7),)


def test_a_single_transfer_of_an_erc1155_has_number_and_amount() -> None:
    assert transfers(log(SINGLE, words(9, 250))) == (moved(0, Standard.ERC1155, 9, 250),)


def test_a_batch_is_as_many_transfers_as_it_has_numbers() -> None:
    data = words(0x40, 0xA0, 2, 11, 12, 2, 5, 0)
    assert transfers(log(BATCH, data)) == (
        moved(0, Standard.ERC1155, 11, 5),
        moved(0, Standard.ERC1155, 12, 0),
    )


def test_a_batch_may_be_laid_out_in_any_order() -> None:
    amounts_first = words(0x80, 0x40, 1, 5, 1, 11)
    assert transfers(log(BATCH, amounts_first)) == (moved(0, Standard.ERC1155, 11, 5),)


def test_an_empty_batch_moves_nothing() -> None:
    assert transfers(log(BATCH, words(0x40, 0x60, 0, 0))) == ()


def test_minted_and_burned_ones_come_from_and_go_to_nobody() -> None:
    minted = [TRANSFER, topic(ZERO), topic(BOB), word(7)]
    burned = [TRANSFER_SINGLE, topic(CAROL), topic(ALICE), topic(ZERO)]
    first, second = transfers(log(minted, "0x"), log(burned, words(1, 1)))
    assert first.sender == second.recipient == bytes(20)


def test_a_transfer_that_names_its_number_in_three_topics_stays_an_erc20s() -> None:
    (found,) = transfers(log(SENT[:3], word(7)))
    assert (found.standard, found.amount, found.token_id) == (Standard.ERC20, 7, None)


def test_a_real_erc721_reads_as_on_mainnet() -> None:
    """From Ethereum's block 18000000, transaction 0xa656f2ec…bac913: number 83,773 was minted."""
    collection = "0x8d0802559775c70fb505f22988a4fd4a4f6d3b62"
    minter = "0x2eff1def3299e0a96c37406e6c4f0261ec29b805"
    (found,) = transfers(
        log([TRANSFER, topic(ZERO), topic(minter), word(0x1473D)], "0x", emitter=collection)
    )
    assert found == Transfer(
        Source.LOG, 0, address(collection), bytes(20), address(minter), 1, Standard.ERC721, 83_773
    )


def test_the_largest_number_is_kept_whole() -> None:
    (found,) = transfers(log([*SENT[:3], "0x" + "ff" * 32], "0x"))
    assert found.token_id == 2**256 - 1


@pytest.mark.parametrize(
    "malformed",
    [
        log(SENT, word(1)),
        log([*SENT, word(1)], "0x"),
        log([*SENT[:3], "0x07"], "0x"),
        log([TRANSFER, "0x" + "11" * 32, topic(BOB), word(7)], "0x"),
        log(SINGLE[:3], words(9, 250)),
        log(SINGLE, words(9)),
        log(SINGLE, words(9, 250, 1)),
        log(SINGLE, "0x" + "zz" * 64),
        log(BATCH, "0x"),
        log(BATCH, words(0x40)),
        log(BATCH, words(0x40, 0xA0, 2, 11, 12, 1, 5)),
        log(BATCH, words(0x40, 0x80, 1, 11, 2**255, 5)),
        log(BATCH, words(2**256 - 1, 0x40, 0, 0)),
        log(BATCH, words(0x40, 2**200, 0, 0)),
        log(BATCH, words(0x40, 0x60, 2**256 - 1, 2**256 - 1)),
        log(BATCH, words(0x40, 0xA0, 2, 11, 12, 2, 5, 0) + "0"),
        log(BATCH, words(0x40, 0xA0, 2, 11, 12, 2, 5)),
        log(SENT, "0x", emitter="0x70"),
    ],
)
def test_a_malformed_log_is_passed_over_and_the_others_count(malformed: RpcLog) -> None:
    found = transfers(malformed, log(SENT, "0x"))
    assert found == (moved(1, Standard.ERC721, 7),)


def test_lists_that_claim_to_be_gigantic_cost_nothing() -> None:
    logs = [log(BATCH, words(0x40, 0x40, 2**64 + n, 1)) for n in range(1000)]
    begun = time.thread_time()
    assert transfers(*logs) == ()
    assert time.thread_time() - begun < 10


@given(st.binary(max_size=400), st.sampled_from([SINGLE, BATCH, SENT]))
def test_whatever_a_contract_says_nothing_is_raised(said: bytes, topics: list[str]) -> None:
    for one in transfers(log(topics, "0x" + said.hex())):
        assert 0 <= one.amount < 2**256
        assert one.token_id is not None


@given(st.lists(st.tuples(st.integers(0, 2**256 - 1), st.integers(0, 2**256 - 1)), max_size=6))
def test_every_sound_batch_is_read(pairs: list[tuple[int, int]]) -> None:
    count = len(pairs)
    numbers, amounts = [one for one, _ in pairs], [one for _, one in pairs]
    data = words(0x40, 0x60 + 32 * count, count, *numbers, count, *amounts)
    assert [(one.token_id, one.amount) for one in transfers(log(BATCH, data))] == pairs
