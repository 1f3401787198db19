"""A node on another fork serves a branch of its own, and headers can be wrong for everybody."""

from __future__ import annotations

import pytest

from sandbox.chain import ChainSandbox, bloom, ethereum_spec, hexes
from sandbox.chain.block import receipts_root

ALICE = "0x" + "a1" * 20
BOB = "0x" + "b0" * 20


@pytest.fixture
def node(sandbox):
    return sandbox.nodes[0]


async def _hash_at(rpc, number):
    block = await rpc.result("eth_getBlockByNumber", hex(number), False)
    return block["hash"]


async def test_the_other_fork_is_consistent_and_grows_with_the_chain(sandbox, node, rpc):
    sandbox.chain.mine(4, transactions=10)
    head = sandbox.chain.head.number
    await node.break_with("other_fork", depth=3, keep=50)
    sandbox.chain.mine(2, transactions=10)

    assert int(await rpc.result("eth_blockNumber"), 16) == head + 2
    parent = hexes.data(sandbox.chain.ledger.at(head - 3).hash)
    assert await _hash_at(rpc, head - 3) == parent
    for number in range(head - 2, head + 3):
        block = await rpc.result("eth_getBlockByNumber", hex(number), True)
        assert block["parentHash"] == parent
        assert block["hash"] != hexes.data(sandbox.chain.ledger.at(number).hash)
        assert len(block["transactions"]) == 5
        receipts = await rpc.result("eth_getBlockReceipts", block["hash"])
        logs = await rpc.result("eth_getLogs", {"blockHash": block["hash"]})
        assert [one["transactionHash"] for one in receipts] == [
            one["hash"] for one in block["transactions"]
        ]
        assert [log for one in receipts for log in one["logs"]] == logs
        parent = block["hash"]


async def test_the_other_fork_is_the_nodes_alone_and_ends_when_it_is_healed(
    sandbox, node, session, rpc
):
    head = sandbox.chain.head.number
    truth = hexes.data(sandbox.chain.head.hash)
    await node.break_with("other_fork", depth=1)
    params = ["latest", False]
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": params}

    async with session.post(sandbox.rpc_urls[1], json=call) as response:
        assert (await response.json())["result"]["hash"] == truth
    assert await _hash_at(rpc, head) != truth
    assert await rpc.result("eth_getBlockByHash", truth, False) is None
    await node.heal()

    assert await _hash_at(rpc, head) == truth


async def test_another_fault_does_not_begin_another_fork(sandbox, node, rpc):
    await node.break_with("other_fork", depth=1)
    head = sandbox.chain.head.number
    before = await _hash_at(rpc, head)

    await node.break_with("slow", seconds=0)

    assert await _hash_at(rpc, head) == before


async def test_a_balancer_alternates_between_the_chain_and_the_fork(sandbox, node, rpc):
    head = sandbox.chain.head.number
    await node.break_with("alternating_forks", depth=2)

    seen = [await _hash_at(rpc, head) for _ in range(4)]

    assert len(set(seen)) == 2
    assert seen[:2] == seen[2:]
    assert hexes.data(sandbox.chain.head.hash) in seen


async def test_a_payment_can_be_on_the_other_fork_alone(sandbox, node, rpc):
    mined = sandbox.chain.transfer(ALICE, BOB, 1)
    await node.break_with("other_fork", depth=1, keep=100)
    await rpc.result("eth_blockNumber")
    sandbox.chain.reorg(1, keep="none")

    receipt = await rpc.result("eth_getTransactionReceipt", mined.tx_hash)

    assert receipt["blockHash"] not in (mined.block_hash, hexes.data(sandbox.chain.head.hash))
    assert sandbox.chain.find(mined.tx_hash) is None


async def test_a_fork_deeper_than_the_chain_is_refused(node):
    with pytest.raises(ValueError, match="no block 99999 below"):
        await node.break_with("other_fork", depth=99_999)

    assert node.faults == ()


def _covered(block):
    joined = 0
    for receipt in block.receipts:
        joined |= receipt.logs_bloom
    return joined


async def test_headers_can_be_wrong_on_every_node_and_logs_are_still_found(sandbox, session, rpc):
    chain = sandbox.chain
    chain.spoil_headers("logs_bloom")
    (head,) = chain.mine(1, transactions=20)
    spoilt = chain.head
    chain.spoil_headers("receipts_root")
    chain.mine(1, transactions=20)
    other = chain.head
    chain.spoil_headers()
    chain.mine(1, transactions=20)

    logs = await rpc.result("eth_getLogs", {"blockHash": head.hash})

    last = logs[-1]["address"]
    assert spoilt.logs_bloom != _covered(spoilt)
    assert bloom.may_contain(_covered(spoilt), hexes.address(last))
    assert spoilt.header.receipts_root == receipts_root(spoilt.transactions, spoilt.receipts)
    assert other.logs_bloom == _covered(other)
    assert other.header.receipts_root != receipts_root(other.transactions, other.receipts)
    assert chain.head.logs_bloom == _covered(chain.head)
    assert chain.head.hash == chain.head.header.hash()
    with pytest.raises(ValueError, match="no beard"):
        chain.spoil_headers("beard")


async def test_a_skewed_clock_shows_in_the_time_stamps():
    async with ChainSandbox(ethereum_spec(), history=2, clock=lambda: 1_800_000_000.0) as sandbox:
        sandbox.chain.skew_clock(3600)
        sandbox.chain.mine()
        ahead = sandbox.chain.head.timestamp
        sandbox.chain.skew_clock(-3600)
        sandbox.chain.mine()

        assert ahead == 1_800_003_600
        assert sandbox.chain.head.timestamp == ahead + 1
