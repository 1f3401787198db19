"""A node answers JSON-RPC as a geth node does, errors included."""

from __future__ import annotations

import asyncio
import gzip
import json

import pytest

from sandbox.chain import events, hexes

ALICE = "0x" + "a1" * 20
BOB = "0x" + "b0" * 20
UNKNOWN = "0x" + "77" * 32
BEYOND = "0x7fffffff"


async def test_chain_identity(rpc):
    assert await rpc.result("eth_chainId") == "0x1"
    assert await rpc.result("net_version") == "1"
    assert await rpc.result("eth_syncing") is False
    assert (await rpc.result("web3_clientVersion")).startswith("Geth/")


async def test_tags_name_blocks_at_their_depths(sandbox, rpc):
    head = sandbox.chain.head.number
    spec = sandbox.chain.spec

    expected = {
        "latest": head,
        "pending": head,
        "safe": head - spec.safe_depth,
        "finalized": head - spec.finalized_depth,
        "earliest": sandbox.chain.ledger.lowest,
        hex(head - 1): head - 1,
    }
    for tag, number in expected.items():
        block = await rpc.result("eth_getBlockByNumber", tag, False)
        assert int(block["number"], 16) == number


async def test_a_block_is_the_same_by_number_and_by_hash_full_or_not(sandbox, rpc):
    (head,) = sandbox.chain.mine(1, transactions=4)

    full = await rpc.result("eth_getBlockByNumber", hex(head.number), True)
    slim = await rpc.result("eth_getBlockByHash", head.hash, False)

    assert full["hash"] == slim["hash"] == head.hash
    assert [tx["hash"] for tx in full["transactions"]] == slim["transactions"]


async def test_receipts_come_by_tag_number_hash_and_object(sandbox, rpc):
    (head,) = sandbox.chain.mine(1, transactions=4)

    answers = [
        await rpc.result("eth_getBlockReceipts", name)
        for name in (
            "latest",
            hex(head.number),
            head.hash,
            {"blockHash": head.hash},
            {"blockNumber": hex(head.number)},
        )
    ]

    assert all(answer == answers[0] for answer in answers)
    assert len(answers[0]) == 4


async def test_a_transaction_and_its_receipt_come_by_hash(sandbox, rpc):
    mined = sandbox.chain.transfer(ALICE, BOB, 5)

    tx = await rpc.result("eth_getTransactionByHash", mined.tx_hash)
    receipt = await rpc.result("eth_getTransactionReceipt", mined.tx_hash)

    assert tx["value"] == "0x5"
    assert tx["blockHash"] == receipt["blockHash"] == mined.block_hash


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_getBlockByNumber", [BEYOND, False]),
        ("eth_getBlockByHash", [UNKNOWN, False]),
        ("eth_getBlockReceipts", [BEYOND]),
        ("eth_getBlockReceipts", [UNKNOWN]),
        ("eth_getTransactionByHash", [UNKNOWN]),
        ("eth_getTransactionReceipt", [UNKNOWN]),
    ],
)
async def test_what_is_unknown_is_null(rpc, method, params):
    assert await rpc.result(method, *params) is None


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("eth_nothing", [], -32601),
        ("eth_getBlockByNumber", [], -32602),
        ("eth_getBlockByNumber", ["latest"], -32602),
        ("eth_getBlockByNumber", ["latest", "yes"], -32602),
        ("eth_getBlockByNumber", ["12", False], -32602),
        ("eth_getBlockByNumber", ["0xzz", False], -32602),
        ("eth_getBlockByNumber", [{}, False], -32602),
        ("eth_getBlockByHash", ["0x12", False], -32602),
        ("eth_getBlockByHash", [5, False], -32602),
        ("eth_getBlockReceipts", [{}], -32602),
        ("eth_getLogs", ["latest"], -32602),
        ("eth_getLogs", [{"address": "0x12"}], -32602),
        ("eth_getLogs", [{"topics": [["0x12"]]}], -32602),
        ("eth_getLogs", [{"fromBlock": "latest", "toBlock": "earliest"}], -32602),
        ("eth_getLogs", [{"blockHash": UNKNOWN, "fromBlock": "0x1"}], -32602),
        ("eth_getLogs", [{"blockHash": UNKNOWN}], -32000),
        ("eth_getLogs", [{"fromBlock": "0x1", "toBlock": "latest"}], -32005),
        ("eth_call", [{"to": "0x12"}, "latest"], -32602),
        ("eth_call", [{"to": ALICE, "data": "0xzz"}, "latest"], -32602),
        ("eth_call", [{"to": ALICE}, BEYOND], -32000),
        ("eth_call", [{"to": ALICE}, {"blockHash": UNKNOWN}], -32000),
        ("eth_getBalance", [ALICE, BEYOND], -32000),
        ("eth_feeHistory", ["x"], -32602),
        ("eth_feeHistory", [1, "latest", [101]], -32602),
        ("eth_feeHistory", [1, BEYOND], -32000),
    ],
)
async def test_what_is_wrong_is_an_error_with_geths_code(rpc, method, params, code):
    assert (await rpc.error(method, *params))["code"] == code


async def test_logs_are_filtered_by_address_and_topics(sandbox, rpc):
    chain = sandbox.chain
    sent = chain.transfer_erc20("USDC", ALICE, BOB, 1)
    back = chain.transfer_erc20("USDT", BOB, ALICE, 1)
    chain.deposit(ALICE, 1)
    transfer, alice = hexes.data(events.TRANSFER), hexes.data(hexes.padded(hexes.address(ALICE)))
    usdc = chain.spec.token("USDC").address
    span = {"fromBlock": hex(sent.block_number), "toBlock": "latest"}

    async def found(**wanted):
        return [log["transactionHash"] for log in await rpc.result("eth_getLogs", span | wanted)]

    assert len(await found()) == 3
    assert await found(address=usdc) == [sent.tx_hash]
    assert await found(topics=[transfer]) == [sent.tx_hash, back.tx_hash]
    assert await found(topics=[transfer, None, alice]) == [back.tx_hash]
    assert await found(topics=[[transfer, UNKNOWN], alice]) == [sent.tx_hash]
    assert await found(topics=[[], alice, [], []]) == []
    assert await found(address=[usdc, ALICE], topics=[UNKNOWN]) == []


async def test_logs_by_block_hash_are_those_of_the_receipts(sandbox, rpc):
    (head,) = sandbox.chain.mine(1, transactions=30)

    logs = await rpc.result("eth_getLogs", {"blockHash": head.hash})
    receipts = await rpc.result("eth_getBlockReceipts", head.hash)

    assert logs == [log for receipt in receipts for log in receipt["logs"]]
    assert logs


async def test_logs_by_number_beyond_the_head_are_silently_none(rpc):
    assert await rpc.result("eth_getLogs", {"fromBlock": BEYOND, "toBlock": BEYOND}) == []


async def test_an_orphan_answers_by_hash_but_its_transactions_are_gone(sandbox, rpc):
    mined = sandbox.chain.transfer_erc20("USDC", ALICE, BOB, 1)
    sandbox.chain.reorg(1, keep="none")

    block = await rpc.result("eth_getBlockByHash", mined.block_hash, False)
    logs = await rpc.result("eth_getLogs", {"blockHash": mined.block_hash})

    assert block["transactions"] == [mined.tx_hash]
    assert len(logs) == 1
    assert await rpc.result("eth_getTransactionReceipt", mined.tx_hash) is None


async def test_a_batch_is_answered_in_order_with_its_ids(rpc):
    calls = [
        {"jsonrpc": "2.0", "id": "a", "method": "eth_chainId", "params": []},
        {"jsonrpc": "2.0", "id": None, "method": "eth_nothing"},
        "nonsense",
        {"jsonrpc": "2.0", "id": 3, "method": "eth_blockNumber"},
    ]

    async with rpc.session.post(rpc.url, json=calls) as response:
        first, second, third, fourth = await response.json()

    assert (first["id"], first["result"]) == ("a", "0x1")
    assert (second["id"], second["error"]["code"]) == (None, -32601)
    assert third["error"]["code"] == -32600
    assert fourth["id"] == 3


@pytest.mark.parametrize(("body", "code"), [("{", -32700), ("[]", -32600), ("5", -32600)])
async def test_a_body_that_is_no_request_is_an_error(rpc, body, code):
    async with rpc.session.post(rpc.url, data=body) as response:
        assert (await response.json())["error"]["code"] == code


async def test_answers_are_compressed_for_those_who_ask(sandbox, rpc):
    sandbox.chain.mine(1, transactions=20)
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockReceipts", "params": ["latest"]}

    async def asked(encoding):
        headers = {"Accept-Encoding": encoding}
        async with rpc.session.post(
            rpc.url, json=call, headers=headers, auto_decompress=False
        ) as response:
            return response.headers.get("Content-Encoding"), await response.read()

    packed, plain = await asked("gzip, deflate"), await asked("identity")

    assert (packed[0], plain[0]) == ("gzip", None)
    assert json.loads(gzip.decompress(packed[1])) == json.loads(plain[1])
    assert len(packed[1]) < len(plain[1]) / 3


async def test_gas_and_fees(sandbox, rpc):
    sandbox.chain.mine(3, transactions=5)

    history = await rpc.result("eth_feeHistory", "0x2", "latest", [10, 90])

    assert int(await rpc.result("eth_gasPrice"), 16) > sandbox.chain.head.base_fee
    assert len(history["baseFeePerGas"]) == 3
    assert len(history["gasUsedRatio"]) == len(history["reward"]) == 2
    assert history["baseFeePerGas"][1] == hex(sandbox.chain.head.base_fee)


async def test_code_stands_where_contracts_are(sandbox, rpc):
    assert await rpc.result("eth_getCode", sandbox.chain.spec.multicall3, "latest") != "0x"
    assert await rpc.result("eth_getCode", ALICE, "latest") == "0x"
    assert int(await rpc.result("eth_getBalance", ALICE, "latest"), 16) > 0


async def test_a_recorded_block_is_served_as_it_is(sandbox, rpc):
    (head,) = sandbox.chain.mine(1, transactions=6)
    block = await rpc.result("eth_getBlockByNumber", "latest", True)
    receipts = await rpc.result("eth_getBlockReceipts", "latest")
    sandbox.chain.mine(2)

    sandbox.chain.serve_recorded(block, receipts)

    assert await rpc.result("eth_getBlockByNumber", "latest", True) == block
    assert await rpc.result("eth_getBlockReceipts", {"blockHash": head.hash}) == receipts
    assert await rpc.result("eth_getBlockByNumber", hex(head.number - 1), False) is None
    feed = sandbox.chain.spec.feeds[0].proxy
    assert len(await rpc.result("eth_call", {"to": feed, "data": "0xfeaf968c"}, "latest")) == 322
    mined = sandbox.chain.transfer(ALICE, BOB, 1)
    child = await rpc.result("eth_getBlockByHash", mined.block_hash, False)
    assert child["parentHash"] == head.hash


async def test_a_recorded_block_that_lacks_receipts_is_refused(sandbox, rpc):
    sandbox.chain.mine(1, transactions=2)
    block = await rpc.result("eth_getBlockByNumber", "latest", True)

    with pytest.raises(ValueError, match="one receipt"):
        sandbox.chain.serve_recorded(block, [])


async def test_a_node_serves_many_at_once(rpc):
    answers = await asyncio.gather(*(rpc.result("eth_chainId") for _ in range(50)))

    assert answers == ["0x1"] * 50
