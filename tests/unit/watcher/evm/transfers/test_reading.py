"""What moved in a block, as its logs and values say."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.columns import MAX_AMOUNT
from data.model import Source, Transaction, Transfer
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
    transaction,
    word,
)
from tests.unit.watcher.examples import CHAIN, REF, ZERO
from watcher.enrich import enrich
from watcher.evm.transfers import (
    DEPOSIT,
    MOVING,
    NATIVE_LOG_EMITTER,
    SWAPS,
    TRANSFER,
    TRANSFER_SINGLE,
    WITHDRAWAL,
    Customs,
    Inside,
    Reading,
    transactions_of,
)
from watcher.evm.wire import RpcLog, RpcReceipt, RpcTransaction

CUSTOMS = Customs(WRAPPED)
PAID = [TRANSFER, topic(ALICE), topic(BOB)]
WETH = "0x" + WRAPPED.hex()


def read(body: RpcTransaction, its_receipt: RpcReceipt) -> tuple[Transaction, ...]:
    return tuple(transactions_of([body], [its_receipt], CUSTOMS))


def transfers(*logs: RpcLog) -> tuple[Transfer, ...]:
    (found,) = read(transaction(), receipt(*logs))
    return found.transfers


def test_native_value_of_a_successful_transaction_moves() -> None:
    (found,) = read(transaction("0xde0b6b3a7640000"), receipt())
    assert found.transfers == (
        Transfer(Source.NATIVE, 0, None, address(ALICE), address(BOB), 10**18),
    )


def test_nothing_moves_in_a_failed_transaction() -> None:
    assert read(transaction("0x5"), receipt(log(PAID), status="0x0")) == ()


def test_value_sent_while_creating_a_contract_goes_to_the_contract() -> None:
    made = "0x" + "cc" * 20
    (found,) = read(transaction("0x5", target=None), receipt(created=made))
    assert found.target is None
    assert found.transfers[0].recipient == address(made)


def test_a_transfer_with_three_topics_is_an_erc20s() -> None:
    assert transfers(log(PAID, word(7))) == (
        Transfer(Source.LOG, 0, address(TOKEN), address(ALICE), address(BOB), 7),
    )


def test_the_largest_amount_is_kept_whole() -> None:
    (found,) = transfers(log(PAID, "0x" + "ff" * 32))
    assert found.amount == 2**256 - 1


def test_an_amount_of_nothing_is_a_transfer_of_nothing() -> None:
    (found,) = transfers(log(PAID, word(0)))
    assert (found.sender, found.recipient, found.amount) == (address(ALICE), address(BOB), 0)


def test_deposits_and_withdrawals_of_the_wrapped_coin_are_transfers_with_its_contract() -> None:
    found = transfers(
        log([DEPOSIT, topic(BOB)], word(3), emitter=WETH),
        log(
            [WITHDRAWAL, topic(ALICE)],
            word(4),
            emitter="0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
        ),
    )
    assert found == (
        Transfer(Source.LOG, 0, WRAPPED, WRAPPED, address(BOB), 3),
        Transfer(Source.LOG, 1, WRAPPED, address(ALICE), WRAPPED, 4),
    )


@pytest.mark.parametrize("first", [DEPOSIT, WITHDRAWAL])
def test_deposits_of_other_contracts_say_nothing(first: str) -> None:
    assert transfers(log([first, topic(BOB)], word(3))) == ()


@pytest.mark.parametrize(
    "emitter",
    [
        "0xfffffffffffffffffffffffffffffffffffffffe",
        "0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE",
    ],
)
def test_native_value_that_a_log_repeats_is_counted_once(emitter: str) -> None:
    (found,) = read(transaction("0x5"), receipt(log(PAID, word(5), emitter=emitter)))
    assert [one.source for one in found.transfers] == [Source.NATIVE]


@pytest.mark.parametrize(
    "malformed",
    [
        log([]),
        log([TRANSFER]),
        log(PAID, "0x"),
        log(PAID, "0x05"),
        log(PAID, word(5) + "00"),
        log(PAID, word(5)[2:]),
        log(PAID, "0x" + "zz" * 32),
        log([TRANSFER, "0x" + "11" * 32, topic(BOB)]),
        log([TRANSFER, topic(ALICE)[:-2], topic(BOB)]),
        log([TRANSFER, topic(ALICE), topic(BOB) + "00"]),
        log(PAID, emitter="0x70"),
        log(PAID, emitter=" " + TOKEN[1:]),
        log(PAID, "0x" + "00" * 31 + " 5 "),
        log([next(iter(SWAPS))], emitter="nowhere"),
    ],
)
def test_a_malformed_log_is_passed_over_and_the_others_count(malformed: RpcLog) -> None:
    found = transfers(malformed, log(PAID, word(9)))
    assert [(one.position, one.amount) for one in found] == [(1, 9)]


def test_a_contract_that_says_it_swapped_is_a_pool() -> None:
    (found,) = read(transaction(), receipt(log([min(SWAPS), topic(ALICE), topic(BOB)])))
    assert found.pools == {address(TOKEN)}
    assert found.transfers == ()


def test_what_told_of_the_transaction_is_noted_once_each() -> None:
    swapped = log([min(SWAPS), topic(ALICE), topic(BOB)])
    elsewhere = log([max(SWAPS)], emitter=WETH)
    (found,) = read(transaction(), receipt(swapped, swapped, elsewhere))
    told = [(event.emitter, "0x" + event.topic.hex()) for event in found.events]
    assert told == [(address(TOKEN), min(SWAPS)), (WRAPPED, max(SWAPS))]


def test_a_block_of_nothing_has_no_transactions() -> None:
    assert tuple(transactions_of([], [], CUSTOMS)) == ()


def test_a_block_of_five_thousand_is_read_whole() -> None:
    bodies = [transaction("0x1") for _ in range(5000)]
    receipts = [receipt(log(PAID), log([min(SWAPS)], emitter=WETH)) for _ in bodies]
    found = tuple(transactions_of(bodies, receipts, CUSTOMS))
    assert [one.position for one in found] == list(range(5000))
    assert all(len(one.transfers) == 2 for one in found)


def test_who_pays_himself_is_on_both_sides() -> None:
    (found,) = read(transaction("0x5", target=ALICE), receipt())
    assert [(one.sender, one.recipient) for one in found.transfers] == [(address(ALICE),) * 2]


def test_a_call_without_value_moves_nothing() -> None:
    (found,) = read(transaction("0x0"), receipt())
    assert found.transfers == ()


def test_a_position_does_not_depend_on_the_rest_of_the_block() -> None:
    bodies = [transaction(), transaction()]
    receipts = [receipt(log(PAID), log(PAID)), receipt(log([]), log(PAID))]
    first, second = transactions_of(bodies, receipts, CUSTOMS)
    assert [one.position for one in first.transfers] == [0, 1]
    assert [one.position for one in second.transfers] == [1]


def test_a_malformed_transaction_is_passed_over_and_the_others_count() -> None:
    bodies = [RpcTransaction("0x", ALICE, BOB, "0x1"), transaction("0x1")]
    assert [found.position for found in transactions_of(bodies, [receipt()] * 2, CUSTOMS)] == [1]


def test_real_logs_read_as_independent_decoders_read_them() -> None:
    """From Ethereum's block 18000000: transactions 0x831b4c26…579f96 and 0xe0ec7848…52251e."""
    usdt = "0xdac17f958d2ee523a2206206994597c13d831ec7"
    binance = "0x21a31ee1afc51d94c2efccaa2092ad1028285549"
    customer = "0x3abf902f82ead1f175b4cb2afac950da0c28acb7"
    router = "0x7a250d5630b4cf539739df2c5dacb4c659f2488d"
    found = transfers(
        log(
            [
                "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
                "0x00000000000000000000000021a31ee1afc51d94c2efccaa2092ad1028285549",
                "0x0000000000000000000000003abf902f82ead1f175b4cb2afac950da0c28acb7",
            ],
            "0x000000000000000000000000000000000000000000000000000000006cab5dd0",
            emitter=usdt,
        ),
        log(
            [
                "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65",
                "0x0000000000000000000000007a250d5630b4cf539739df2c5dacb4c659f2488d",
            ],
            "0x000000000000000000000000000000000000000000000000004d768059573edf",
            emitter=WETH,
        ),
    )
    assert found == (
        Transfer(Source.LOG, 0, address(usdt), address(binance), address(customer), 1_823_170_000),
        Transfer(Source.LOG, 1, WRAPPED, address(router), WRAPPED, 0x4D768059573EDF),
    )


def test_a_real_payment_reads_as_on_mainnet() -> None:
    """0x8bd66e08…2d96af5 in Ethereum's block 18000000: 29.9982 ETH out of an exchange."""
    body = RpcTransaction(
        "0x8bd66e08dbe4a169dc82834cc382976ee80f39012e028195aa7f092929d96af5",
        "0x0d0707963952f2fba59dd06f2b425ace40b492fe",
        "0x7dcb03387e7b5f0d1bc984984622d50f9ca16bc5",
        "0x1a04f03f6751f8000",
    )
    (found,) = read(body, receipt())
    assert [one.amount for one in found.transfers] == [29_998_200_000_000_000_000]


_TEXT = st.one_of(
    st.text(max_size=70),
    st.sampled_from([topic(ALICE), word(1), WETH, TOKEN, "0x", "", "0x7e", "0x4"]),
    st.sampled_from(sorted(MOVING)),
    st.sampled_from(sorted(SWAPS)),
    st.from_regex(r"0x[0-9a-fA-F ]{0,66}", fullmatch=True),
    st.binary(max_size=260).map(lambda raw: "0x" + raw.hex()),
)
_MAYBE = st.none() | _TEXT


@given(st.data())
def test_whatever_the_fields_hold_nothing_is_raised(data: st.DataObject) -> None:
    def text() -> str:
        return data.draw(_TEXT)

    logs = [
        RpcLog(text(), data.draw(st.lists(_TEXT, max_size=5)), text(), text(), text())
        for _ in range(data.draw(st.integers(0, 3)))
    ]
    raw = msgspec.Raw(msgspec.json.encode(text()))
    body = RpcTransaction(
        text(), data.draw(_MAYBE), data.draw(_MAYBE), text(), data.draw(_MAYBE), raw,
        data.draw(_MAYBE),
    )  # fmt: skip
    told = RpcReceipt(text(), text(), logs, data.draw(_MAYBE), data.draw(st.none() | _TEXT))
    customs = Customs(WRAPPED, data.draw(st.booleans()), frozenset({"0x7e"}), frozenset({"0x4"}))
    inside = {0: data.draw(st.lists(st.builds(Inside, _TEXT, _TEXT, _TEXT), max_size=2))}
    for found in Reading([body], [told], customs, producer=data.draw(_MAYBE), inside=inside).all():
        assert all(0 <= one.amount < 2**256 for one in found.transfers)
        assert all(len(one.sender) == len(one.recipient) == 20 for one in found.transfers)


@given(
    st.lists(
        st.builds(
            lambda emitter, first, others, said: log([first, *others], said, emitter=emitter),
            st.sampled_from([TOKEN, WETH, "0x" + NATIVE_LOG_EMITTER.hex()]) | _TEXT,
            st.sampled_from(sorted(MOVING | SWAPS)),
            st.lists(st.sampled_from([topic(ALICE), topic(BOB)]) | _TEXT, max_size=4),
            _TEXT,
        ),
        min_size=1,
        max_size=4,
    ),
    st.booleans(),
    st.none() | st.just(bytes.fromhex(TOKEN[2:])),
)
def test_whatever_logs_hold_the_rest_of_their_transaction_counts(
    logs: list[RpcLog], native_logs: bool, native_contract: bytes | None
) -> None:
    customs = Customs(WRAPPED, native_logs, native_contract=native_contract)
    found = Reading([transaction("0x5")], [receipt(*logs)], customs).at(0)
    # the transaction's own value is read whatever its logs say
    assert found is not None
    assert 5 in [one.amount for one in found.transfers if one.token is None]
    assert all(0 <= one.amount < 2**256 for one in found.transfers)
    assert all(len(one.sender) == len(one.recipient) == 20 for one in found.transfers)


_PARTIES = st.sampled_from([ALICE, BOB, WETH, "0x" + "00" * 20])
_WORDS = st.integers(0, 3) | st.integers(0, 2**256 - 1)
_MOVES = st.one_of(
    st.builds(
        lambda token, sender, recipient, amount: log(
            [TRANSFER, topic(sender), topic(recipient)], word(amount), emitter=token
        ),
        st.sampled_from([TOKEN, WETH, "0x" + NATIVE_LOG_EMITTER.hex()]), _PARTIES, _PARTIES, _WORDS,
    ),
    st.builds(
        lambda sender, recipient, number: log(
            [TRANSFER, topic(sender), topic(recipient), word(number)], "0x"
        ),
        _PARTIES, _PARTIES, _WORDS,
    ),
    st.builds(
        lambda sender, recipient, number, amount: log(
            [TRANSFER_SINGLE, topic(BOB), topic(sender), topic(recipient)],
            word(number) + word(amount)[2:],
        ),
        _PARTIES, _PARTIES, _WORDS, st.integers(0, 2**200),
    ),
    st.builds(
        lambda first, party, amount: log([first, topic(party)], word(amount), emitter=WETH),
        st.sampled_from([DEPOSIT, WITHDRAWAL]), _PARTIES, _WORDS,
    ),
)  # fmt: skip


@given(
    st.lists(_MOVES, max_size=6),
    st.lists(st.builds(Inside, _PARTIES, _PARTIES, st.integers(1, 9).map(hex)), max_size=3),
    st.integers(0, 9),
    st.none() | st.integers(0, 9),
    st.booleans(),
    st.none() | st.just(bytes.fromhex(TOKEN[2:])),
)
def test_of_every_asset_the_movements_sum_to_what_was_minted_less_what_was_burned(
    logs: list[RpcLog],
    inside: list[Inside],
    value: int,
    mint: int | None,
    native_logs: bool,
    native_contract: bytes | None,
) -> None:
    body = RpcTransaction(TX_HASH, ALICE, BOB, hex(value), mint=None if mint is None else hex(mint))
    customs = Customs(WRAPPED, native_logs, native_contract=native_contract)
    reading = Reading([body], [receipt(*logs)], customs, inside={0: inside})
    found = reading.at(0)
    assert found is not None
    made: Counter[object] = Counter()
    for one in found.transfers:
        asset = one.token, one.standard, one.token_id
        made[asset] += one.amount * ((one.sender == ZERO) - (one.recipient == ZERO))
    (movements,) = enrich(CHAIN, REF, [found], {}, {})
    net: Counter[object] = Counter()
    for movement in movements:
        for leg in movement.legs:
            assert abs(leg.amount) <= MAX_AMOUNT
            net[leg.token, leg.standard, leg.token_id] += leg.amount
    if all(abs(leg.amount) < MAX_AMOUNT for one in movements for leg in one.legs):
        assert {asset: amount for asset, amount in net.items() if amount} == {
            asset: amount for asset, amount in made.items() if amount
        }
