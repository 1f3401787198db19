"""Lies about logs and receipts: each is what it says, in every method that tells of logs."""

from __future__ import annotations

import pytest

from sandbox.chain import hexes
from sandbox.chain.events import TRANSFER

ALICE = "0x" + "a1" * 20
BOB = "0x" + "b0" * 20
SAID = ("address", "topics", "data")


@pytest.fixture
def node(sandbox):
    return sandbox.nodes[0]


@pytest.fixture
def block_hash(sandbox):
    """Of a block with transfers, whose parent has others."""
    sandbox.chain.mine(2, transactions=12)
    return hexes.data(sandbox.chain.head.hash)


@pytest.fixture
def told(node, rpc, block_hash):
    """The logs of the block by `eth_getLogs`, then those of its receipts."""

    async def ask(name=None, **params):
        await node.heal()
        if name:
            await node.break_with(name, **params)
        logs = await rpc.result("eth_getLogs", {"blockHash": block_hash})
        receipts = await rpc.result("eth_getBlockReceipts", block_hash)
        return logs, [log for receipt in receipts for log in receipt["logs"]]

    return ask


@pytest.mark.parametrize("way", [0, 1], ids=["logs", "receipts"])
async def test_a_duplicate_a_removed_and_a_swapped_log(told, way):
    truth = (await told())[way]

    assert (await told("duplicate_logs"))[way] == [*truth, truth[-1]]
    assert (await told("removed_logs"))[way] == [*truth, {**truth[-1], "removed": True}]
    assert (await told("swapped_logs"))[way] == [truth[-1], *truth[1:-1], truth[0]]
    swapped = (await told("swapped_logs", disguised=True))[way]

    assert [log["logIndex"] for log in swapped] == [log["logIndex"] for log in truth]
    assert swapped[1:-1] == truth[1:-1]
    assert [swapped[0][name] for name in SAID] == [truth[-1][name] for name in SAID]
    assert [swapped[-1][name] for name in SAID] == [truth[0][name] for name in SAID]


@pytest.mark.parametrize("way", [0, 1], ids=["logs", "receipts"])
@pytest.mark.parametrize("disguised", [False, True])
async def test_foreign_logs_are_of_an_older_block(told, sandbox, block_hash, way, disguised):
    parent = hexes.data(sandbox.chain.head.parent_hash)
    truth = (await told())[way]

    foreign = (await told("foreign_logs", disguised=disguised))[way]

    assert foreign
    assert {log["blockHash"] for log in foreign} == {block_hash if disguised else parent}
    assert [log["data"] for log in foreign] != [log["data"] for log in truth]


@pytest.mark.parametrize("way", [0, 1], ids=["logs", "receipts"])
async def test_fork_logs_are_of_the_orphan_at_the_same_height(told, sandbox, node, rpc, way):
    orphan = hexes.data(sandbox.chain.head.hash)
    sandbox.chain.reorg(1, keep="none", transactions=5, length=1)
    await node.break_with("fork_logs")
    wanted = hexes.data(sandbox.chain.head.hash)

    if way:
        receipts = await rpc.result("eth_getBlockReceipts", wanted)
        logs = [log for receipt in receipts for log in receipt["logs"]]
    else:
        logs = await rpc.result("eth_getLogs", {"blockHash": wanted})

    assert {log["blockHash"] for log in logs} == {orphan}
    assert {log["blockNumber"] for log in logs} == {hex(sandbox.chain.head.number)}


async def test_without_an_orphan_fork_logs_have_the_hash_of_one(told, block_hash):
    truth, _ = await told()

    logs, of_receipts = await told("fork_logs")

    assert [log["data"] for log in logs] == [log["data"] for log in truth]
    assert block_hash not in {log["blockHash"] for log in logs + of_receipts}


async def test_foreign_logs_keep_to_the_filter(sandbox, node, rpc, block_hash):
    await node.break_with("foreign_logs")

    wanted = {"blockHash": block_hash, "topics": [hexes.data(TRANSFER)]}
    logs = await rpc.result("eth_getLogs", wanted)

    assert logs
    assert {log["topics"][0] for log in logs} == {hexes.data(TRANSFER)}


@pytest.mark.parametrize("name", ["foreign_logs", "fork_logs", "duplicate_logs", "swapped_logs"])
async def test_a_block_without_logs_survives_them(sandbox, node, rpc, name):
    sandbox.chain.mine()
    await node.break_with(name)
    head = hexes.data(sandbox.chain.head.hash)

    assert await rpc.result("eth_getBlockReceipts", head) == []
    await rpc.result("eth_getLogs", {"blockHash": head})


async def test_one_receipt_by_its_transaction_has_them_too(sandbox, node, rpc):
    mined = sandbox.chain.transfer_erc20("USDC", ALICE, BOB, 5)
    await node.break_with("duplicate_logs")

    receipt = await rpc.result("eth_getTransactionReceipt", mined.tx_hash)

    assert len(receipt["logs"]) == 2


async def test_swapped_receipts(node, rpc, block_hash):
    truth = await rpc.result("eth_getBlockReceipts", block_hash)
    await node.break_with("swapped_receipts")

    swapped = await rpc.result("eth_getBlockReceipts", block_hash)

    assert swapped == [truth[-1], *truth[1:-1], truth[0]]


async def test_the_newest_block_is_null_and_its_parent_is_not(sandbox, node, rpc):
    head = sandbox.chain.head
    await node.break_with("null_newest")

    assert int(await rpc.result("eth_blockNumber"), 16) == head.number
    assert await rpc.result("eth_getBlockByNumber", hex(head.number), False) is None
    assert await rpc.result("eth_getBlockByNumber", "latest", False) is None
    assert await rpc.result("eth_getBlockByHash", hexes.data(head.hash), False) is None
    assert await rpc.result("eth_getBlockReceipts", hexes.data(head.hash)) is None
    parent = await rpc.result("eth_getBlockByHash", hexes.data(head.parent_hash), False)
    assert int(parent["number"], 16) == head.number - 1
