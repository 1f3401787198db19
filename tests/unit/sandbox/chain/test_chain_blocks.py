"""A block's JSON, read by other code than made it: hash, roots, blooms and indexes must agree."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
import rlp as reference_rlp
from eth_hash.auto import keccak
from trie import HexaryTrie

from data.chains import known_chains
from sandbox.chain import Chain, chain_spec, ethereum_spec
from sandbox.chain.rendering import Rendering

HASHED = """
parentHash sha3Uncles miner stateRoot transactionsRoot receiptsRoot logsBloom difficulty# number#
gasLimit# gasUsed# timestamp# extraData mixHash nonce baseFeePerGas# withdrawalsRoot blobGasUsed#
excessBlobGas# parentBeaconBlockRoot requestsHash
""".split()  # noqa: SIM905 - read as the table it is
UNSIGNED = {"0x6a", "0x7e", "0x7f"}


def raw(text):
    return bytes.fromhex(text[2:])


def number(text):
    return reference_rlp.sedes.big_endian_int.serialize(int(text, 16))


def header_hash(block):
    fields = [
        number(block[name[:-1]]) if name.endswith("#") else raw(block[name]) for name in HASHED
    ]
    return "0x" + keccak(reference_rlp.encode(fields)).hex()


def signed_bytes(tx):
    target = raw(tx["to"]) if tx.get("to") else b""
    moved = [target, number(tx["value"]), raw(tx["input"])]
    if tx["type"] == "0x7f":
        return b"\x7f" + reference_rlp.encode([raw(tx["input"])])
    if tx["type"] == "0x6a":
        return b"\x6a" + reference_rlp.encode([number(tx["chainId"]), raw(tx["input"])])
    if tx["type"] == "0x7e":
        parties = [raw(tx["sourceHash"]), raw(tx["from"]), raw(tx["to"])]
        amounts = [number(tx[name]) for name in ("mint", "value", "gas")]
        return b"\x7e" + reference_rlp.encode([*parties, *amounts, b"", raw(tx["input"])])
    signature = [number(tx[part]) for part in "vrs"]
    if tx["type"] == "0x0":
        head = [number(tx[name]) for name in ("nonce", "gasPrice", "gas")]
        return reference_rlp.encode([*head, *moved, *signature])
    names = ("chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gas")
    head = [number(tx[name]) for name in names]
    return b"\x02" + reference_rlp.encode([*head, *moved, [], *signature])


def receipt_bytes(receipt):
    logs = [
        [raw(log["address"]), [raw(topic) for topic in log["topics"]], raw(log["data"])]
        for log in receipt["logs"]
    ]
    gas = number(receipt["cumulativeGasUsed"])
    body = [number(receipt["status"]), gas, raw(receipt["logsBloom"]), logs]
    if receipt["type"] == "0x7e":  # as the OP specification has it since Canyon
        body += [number(receipt["depositNonce"]), number(receipt["depositReceiptVersion"])]
    prefix = b"" if receipt["type"] == "0x0" else bytes([int(receipt["type"], 16)])
    return prefix + reference_rlp.encode(body)


def root(values):
    trie = HexaryTrie({})
    for index, value in enumerate(values):
        trie[reference_rlp.encode(index)] = value
    return "0x" + trie.root_hash.hex()


def bloom_of(logs):
    bloom = 0
    for log in logs:
        for item in (log["address"], *log["topics"]):
            digest = keccak(raw(item))
            for at in (0, 2, 4):
                bloom |= 1 << (int.from_bytes(digest[at : at + 2], "big") % 2048)
    return bloom


@pytest.fixture(params=sorted(known_chains()))
def busy(request):
    # the second block's number divides by sixteen: it has whatever comes only now and then
    chain = Chain(chain_spec(request.param, start_number=1_600_000 - 4), history=3)
    chain.mine(2, transactions=150)
    return chain


@pytest.fixture
def rendered(busy):
    rendering = Rendering(busy.head)
    return msgspec.json.decode(rendering.full), msgspec.json.decode(rendering.all_receipts)


def test_the_hash_is_the_headers(rendered):
    block, _ = rendered

    assert header_hash(block) == block["hash"]


def test_the_roots_are_those_of_the_transactions_and_receipts(rendered):
    block, receipts = rendered

    assert root([signed_bytes(tx) for tx in block["transactions"]]) == block["transactionsRoot"]
    assert root([receipt_bytes(receipt) for receipt in receipts]) == block["receiptsRoot"]


def test_a_transactions_hash_is_that_of_its_signed_bytes(rendered):
    block, _ = rendered

    for tx in block["transactions"]:
        assert "0x" + keccak(signed_bytes(tx)).hex() == tx["hash"]


def test_blooms_hold_exactly_the_logs(rendered):
    block, receipts = rendered

    for receipt in receipts:
        assert int(receipt["logsBloom"], 16) == bloom_of(receipt["logs"])
    every_log = [log for receipt in receipts for log in receipt["logs"]]
    assert int(block["logsBloom"], 16) == bloom_of(every_log)


def test_gas_and_indexes_run_through_the_block(rendered):
    block, receipts = rendered

    gas = log_index = 0
    for index, (tx, receipt) in enumerate(zip(block["transactions"], receipts, strict=True)):
        gas += int(receipt["gasUsed"], 16)
        assert int(receipt["cumulativeGasUsed"], 16) == gas
        assert receipt["transactionHash"] == tx["hash"]
        assert int(receipt["transactionIndex"], 16) == int(tx["transactionIndex"], 16) == index
        for log in receipt["logs"]:
            assert int(log["logIndex"], 16) == log_index
            assert log["blockHash"] == block["hash"]
            log_index += 1
    assert int(block["gasUsed"], 16) == gas <= int(block["gasLimit"], 16)
    assert log_index > len(receipts)


def test_what_is_paid_for_gas_lies_between_base_fee_and_the_senders_limit(rendered):
    block, receipts = rendered

    base_fee = int(block["baseFeePerGas"], 16)
    for tx, receipt in zip(block["transactions"], receipts, strict=True):
        if tx["type"] in UNSIGNED:
            continue
        paid = int(receipt["effectiveGasPrice"], 16)
        assert base_fee <= paid <= int(tx.get("maxFeePerGas", tx["gasPrice"]), 16)


def test_both_transaction_types_occur(rendered):
    block, _ = rendered

    assert {tx["type"] for tx in block["transactions"]} - UNSIGNED == {"0x0", "0x2"}


def test_blocks_link_to_their_parents_and_time_goes_on(busy):
    blocks = busy.ledger.branch(4)

    assert busy.head.number % 16 == 0
    for parent, child in pairwise(blocks):
        assert child.parent_hash == parent.hash
        assert child.number == parent.number + 1
        assert child.timestamp_ms - parent.timestamp_ms == int(busy.spec.block_time * 1000)


def test_nonces_of_a_sender_grow_by_one(busy):
    busy.mine(3, transactions=100)

    last = {}
    for block in busy.ledger.branch(5):
        for tx in block.transactions:
            if tx.is_unsigned:
                continue
            if tx.draft.sender in last:
                assert tx.nonce == last[tx.draft.sender] + 1
            last[tx.draft.sender] = tx.nonce


def test_the_same_seed_makes_the_same_chain_and_another_seed_another():
    def head(seed):
        return Chain(ethereum_spec(), seed=seed, history=2).mine(2, transactions=20)[-1]

    assert head(7) == head(7)
    assert head(7) != head(8)


def test_with_a_clock_blocks_carry_its_time_but_never_that_of_their_parent():
    now = [1_800_000_000.0]
    chain = Chain(ethereum_spec(), clock=lambda: now[0], history=2)

    now[0] += 100
    chain.mine(2)

    first, second = chain.ledger.branch(2)
    assert first.timestamp == 1_800_000_100
    assert second.timestamp == 1_800_000_101


def test_the_base_fee_follows_the_parents_gas():
    chain = Chain(ethereum_spec(), history=3)
    full = chain.mine(1, transactions=600)[0]
    chain.mine(1)

    parent, child = chain.ledger.at(full.number), chain.head
    target = parent.gas_limit // 2
    assert parent.gas_used > target
    grown = parent.base_fee + parent.base_fee * (parent.gas_used - target) // target // 8
    assert child.base_fee == grown


def test_an_old_block_is_forgotten_and_so_are_its_transactions():
    chain = Chain(ethereum_spec(), history=1, keep=3)
    old = chain.transfer("0x" + "11" * 20, "0x" + "22" * 20, 5)

    chain.mine(3)

    assert chain.ledger.lowest == chain.head.number - 2
    assert chain.ledger.at(old.block_number) is None
    assert chain.find(old.tx_hash) is None
