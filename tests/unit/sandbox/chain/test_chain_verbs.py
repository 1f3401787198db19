"""Each verb does one thing on the chain and says where it is found."""

from __future__ import annotations

import pytest

from sandbox.chain import drafts, events, hexes
from sandbox.chain.rendering import Rendering

ALICE = "0x" + "a1" * 20
BOB = "0x" + "b0" * 20
USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"


def receipt_of(chain, mined):
    return Rendering(chain.ledger.at(mined.block_number)).receipts[mined.index]


def transaction_of(chain, mined):
    return Rendering(chain.ledger.at(mined.block_number)).transactions[mined.index]


def moved(log):
    return log["address"], *log["topics"][1:], int(log["data"], 16)


def topic(address):
    return hexes.data(hexes.padded(hexes.address(address)))


def test_transfer_moves_native_coin_in_a_block_of_its_own(chain):
    before = chain.head.number

    mined = chain.transfer(ALICE, BOB, 3 * 10**18)

    assert mined.block_number == chain.head.number == before + 1
    assert mined.block_hash == hexes.data(chain.head.hash)
    tx = transaction_of(chain, mined)
    assert (tx["from"], tx["to"], int(tx["value"], 16)) == (ALICE, BOB, 3 * 10**18)
    assert receipt_of(chain, mined)["logs"] == []


def test_transfer_erc20_takes_an_address_or_a_symbol(chain):
    for token in (USDC, "USDC"):
        mined = chain.transfer_erc20(token, ALICE, BOB, 2**256 - 1)

        (log,) = receipt_of(chain, mined)["logs"]
        assert moved(log) == (USDC.lower(), topic(ALICE), topic(BOB), 2**256 - 1)
        assert mined.log_indexes == (0,)


def test_deposit_and_withdraw_emit_no_transfer(chain):
    wrapped = chain.spec.wrapped_native.lower()

    put_in, taken_out = chain.deposit(ALICE, 5), chain.withdraw(ALICE, 4)

    (log,) = receipt_of(chain, put_in)["logs"]
    assert log["topics"] == [hexes.data(events.DEPOSIT), topic(ALICE)]
    assert (log["address"], int(log["data"], 16)) == (wrapped, 5)
    assert int(transaction_of(chain, put_in)["value"], 16) == 5
    (log,) = receipt_of(chain, taken_out)["logs"]
    assert log["topics"] == [hexes.data(events.WITHDRAWAL), topic(ALICE)]
    assert int(transaction_of(chain, taken_out)["value"], 16) == 0


def test_mint_and_burn_go_through_the_zero_address(chain):
    minted, burnt = chain.mint("USDC", ALICE, 7), chain.burn("USDC", ALICE, 6)

    zero = topic("0x" + "00" * 20)
    assert moved(receipt_of(chain, minted)["logs"][0])[1:] == (zero, topic(ALICE), 7)
    assert moved(receipt_of(chain, burnt)["logs"][0])[1:] == (topic(ALICE), zero, 6)


def test_a_swap_of_tokens_goes_through_one_pool(chain):
    mined = chain.swap(ALICE, "USDC", 3_000, "USDT", 2_999)

    tokens = [hexes.address(chain.spec.token(symbol).address) for symbol in ("USDC", "USDT")]
    pool = topic(hexes.data(drafts.pair_of(*tokens)))
    paid, got, sync, swap = receipt_of(chain, mined)["logs"]
    assert moved(paid)[1:] == (topic(ALICE), pool, 3_000)
    assert moved(got)[1:] == (pool, topic(ALICE), 2_999)
    assert sync["topics"] == [hexes.data(events.SYNC_V2)]
    assert swap["topics"][0] == hexes.data(events.SWAP_V2)


def test_a_swap_of_native_coin_carries_value_and_is_wrapped_on_the_way(chain):
    bought = chain.swap(ALICE, None, 10**18, "USDC", 3_400 * 10**6)
    sold = chain.swap(ALICE, "USDC", 3_400 * 10**6, None, 10**18)

    assert int(transaction_of(chain, bought)["value"], 16) == 10**18
    assert receipt_of(chain, bought)["logs"][0]["topics"][0] == hexes.data(events.DEPOSIT)
    assert int(transaction_of(chain, sold)["value"], 16) == 0
    assert receipt_of(chain, sold)["logs"][-1]["topics"][0] == hexes.data(events.WITHDRAWAL)


def test_transact_makes_whatever_is_asked(chain):
    log = (BOB, ["0x" + "01" * 32, "0x" + "02" * 32], "0xff")

    failed = chain.transact(ALICE, BOB, value_wei=9, status=0)
    odd = chain.transact(ALICE, None, logs=[log, log])

    assert receipt_of(chain, failed)["status"] == "0x0"
    assert int(transaction_of(chain, failed)["value"], 16) == 9
    receipt = receipt_of(chain, odd)
    assert receipt["to"] is None
    assert len(receipt["contractAddress"]) == 42
    assert [one["data"] for one in receipt["logs"]] == ["0xff", "0xff"]


def test_a_pending_transaction_joins_the_next_block_among_the_noise(chain):
    head = chain.head

    pending = chain.transfer(ALICE, BOB, 1, mine=False)
    nowhere = chain.find(pending.tx_hash)
    chain.mine(1, transactions=20)

    assert pending.block_number is None
    assert nowhere is None
    found = chain.find(pending.tx_hash)
    assert found.block_number == head.number + 1
    assert found.index == 10


def test_pending_transactions_of_one_sender_keep_their_order(chain):
    sent = [chain.transfer(ALICE, BOB, amount, mine=False) for amount in (1, 2, 3)]
    chain.mine(1, transactions=10)

    places = [chain.find(one.tx_hash).index for one in sent]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda chain: chain.transfer("0x12", BOB, 1),
        lambda chain: chain.transfer(ALICE, BOB, 2**256),
        lambda chain: chain.transfer(ALICE, BOB, -1),
        lambda chain: chain.mine(1, transactions=5001),
        lambda chain: chain.reorg(0),
        lambda chain: chain.reorg(99),
        lambda chain: chain.reorg(1, order="sideways"),
        lambda chain: chain.reorg(1, length=0),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(chain, wrong):
    head = chain.head

    with pytest.raises(ValueError):
        wrong(chain)

    assert chain.head is head


def test_an_unknown_symbol_is_refused(chain):
    with pytest.raises(KeyError, match="NOPE"):
        chain.transfer_erc20("NOPE", ALICE, BOB, 1)
