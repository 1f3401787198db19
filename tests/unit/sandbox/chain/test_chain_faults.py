"""Nodes break in the ways that nodes break, alone or together, and are well again when healed."""

from __future__ import annotations

import asyncio
import time
from email.utils import parsedate_to_datetime

import aiohttp
import pytest

from sandbox.chain import hexes

ALICE = "0x" + "a1" * 20
BOB = "0x" + "b0" * 20


@pytest.fixture
def node(sandbox):
    return sandbox.nodes[0]


async def posted(rpc, method="eth_blockNumber", *params):
    call = {"jsonrpc": "2.0", "id": 7, "method": method, "params": list(params)}
    async with rpc.session.post(rpc.url, json=call) as response:
        return response, await response.read()


async def test_a_node_that_is_down_refuses_connections_and_comes_back_at_the_same_url(node, rpc):
    url = node.url
    await rpc.result("eth_chainId")

    await node.break_with("down")
    with pytest.raises(aiohttp.ClientError):
        await rpc.result("eth_chainId")
    async with aiohttp.ClientSession() as fresh:
        with pytest.raises(aiohttp.ClientConnectorError):
            await fresh.post(url)
    await node.heal()

    assert node.url == url
    assert await rpc.result("eth_chainId") == "0x1"


async def test_one_nodes_fault_is_not_anothers(sandbox, session, node):
    await node.break_with("down")

    async with session.post(
        sandbox.rpc_urls[1], json={"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}
    ) as response:
        assert (await response.json())["result"] == "0x1"


async def test_a_hanging_node_accepts_and_never_answers_until_it_is_healed(node, rpc):
    await node.break_with("hang")

    waiting = asyncio.create_task(rpc.result("eth_chainId"))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    await node.heal()

    with pytest.raises(aiohttp.ClientError):
        await asyncio.wait_for(waiting, 10)
    assert await rpc.result("eth_chainId") == "0x1"


@pytest.mark.parametrize("name", ["slow", "drip"])
async def test_a_slow_node_answers_right_but_late(node, rpc, name):
    await node.break_with(name, seconds=0.4)
    started = time.monotonic()

    assert await rpc.result("eth_chainId") == "0x1"
    assert time.monotonic() - started >= 0.35


@pytest.mark.parametrize(
    ("name", "params", "status", "header"),
    [
        ("status", {"code": 502}, 502, None),
        ("status", {}, 500, None),
        ("too_many", {"retry_after": 3}, 429, "3"),
        ("too_many", {}, 429, None),
        ("forbidden", {}, 403, None),
        ("forbidden", {"code": 401}, 401, None),
    ],
)
async def test_http_statuses(node, rpc, name, params, status, header):
    await node.break_with(name, **params)

    response, _ = await posted(rpc)

    assert response.status == status
    assert response.headers.get("Retry-After") == header


async def test_bodies_that_are_no_answer(node, rpc):
    _, whole = await posted(rpc, "eth_getBlockByNumber", "latest", False)
    bodies = {}
    for name in ("html", "bare_string", "empty_body", "truncated"):
        await node.break_with(name)
        response, bodies[name] = await posted(rpc, "eth_getBlockByNumber", "latest", False)
        assert response.status == 200
        await node.heal()

    assert bodies["html"].startswith(b"<!DOCTYPE html>")
    assert bodies["bare_string"] == b'"upstream request timeout"'
    assert bodies["empty_body"] == b""
    assert bodies["truncated"] == whole[: len(whole) // 2]


async def test_a_reset_connection(node, rpc):
    await node.break_with("reset")

    with pytest.raises(aiohttp.ClientError):
        await posted(rpc)


async def test_an_oversized_answer_goes_on_and_on(node, rpc):
    await node.break_with("oversized", megabytes=3)

    _, body = await posted(rpc)

    assert len(body) > 3 << 20


async def test_a_body_that_is_shorter_than_it_says(node, rpc):
    await node.break_with("short_body")

    with pytest.raises(aiohttp.ClientPayloadError):
        await posted(rpc)


async def test_a_body_that_is_not_compressed_as_it_says(node, rpc):
    await node.break_with("bad_gzip")

    with pytest.raises(aiohttp.ClientPayloadError):
        await posted(rpc)


@pytest.mark.parametrize("name", ["oversized", "bomb"])
async def test_whoever_hangs_up_on_an_endless_answer_leaves_the_node_well(node, rpc, name):
    await node.break_with(name, times=1)
    call = {"jsonrpc": "2.0", "id": 7, "method": "eth_blockNumber", "params": []}

    async with rpc.session.post(rpc.url, json=call) as response:
        some = await response.content.readexactly(3 << 20)
        response.close()

    assert some.endswith(b"000")
    assert await rpc.result("eth_chainId") == "0x1"


async def test_a_skewed_clock_shows_in_the_date_header(node, rpc):
    await node.break_with("clock_skew", seconds=7200)

    response, body = await posted(rpc, "eth_chainId")

    ahead = parsedate_to_datetime(response.headers["Date"]).timestamp() - time.time()
    assert 7100 < ahead < 7300
    assert b'"result":"0x1"' in body


async def test_batches_out_of_order_and_in_part(node, rpc):
    calls = [
        {"jsonrpc": "2.0", "id": number, "method": "eth_chainId", "params": []}
        for number in range(4)
    ]

    async def ids():
        async with rpc.session.post(rpc.url, json=calls) as response:
            return [answer["id"] for answer in await response.json()]

    await node.break_with("shuffled_batch")
    assert await ids() == [3, 2, 1, 0]
    await node.heal()
    await node.break_with("partial_batch", keep=50)
    assert await ids() == [0, 1]


async def test_nodes_that_lack_a_method_or_want_a_filter(sandbox, node, rpc):
    mined = sandbox.chain.transfer_erc20("USDC", ALICE, BOB, 5)
    await node.break_with("no_block_receipts")
    await node.break_with("filtered_logs_only")

    assert (await rpc.error("eth_getBlockReceipts", mined.block_hash))["code"] == -32601
    assert (await rpc.error("eth_getLogs", {"blockHash": mined.block_hash}))["code"] == -32602
    unfiltered = {"blockHash": mined.block_hash, "topics": [None]}
    assert (await rpc.error("eth_getLogs", unfiltered))["code"] == -32602
    usdc = sandbox.chain.spec.token("USDC").address
    found = await rpc.result("eth_getLogs", {"blockHash": mined.block_hash, "address": usdc})
    assert len(found) == 1


async def test_heads_that_lag_stick_or_go_backwards(sandbox, node, rpc):
    head = sandbox.chain.head.number

    async def seen():
        return int(await rpc.result("eth_blockNumber"), 16)

    await node.break_with("stale_head", blocks=4)
    assert await seen() == head - 4
    assert await rpc.result("eth_getBlockByNumber", hex(head), False) is None
    newest = hexes.data(sandbox.chain.head.hash)
    assert await rpc.result("eth_getBlockByHash", newest, False) is None
    await node.heal()

    await node.break_with("stuck_head")
    sandbox.chain.mine(3)
    assert await seen() == head
    await node.heal()
    assert await seen() == head + 3

    await node.break_with("backward_head", blocks=2)
    assert {await seen(), await seen()} == {head + 3, head + 1}


async def test_a_stale_node_knows_no_transaction_beyond_its_head(sandbox, node, rpc):
    mined = sandbox.chain.transfer(ALICE, BOB, 1)

    await node.break_with("stale_head", blocks=1)

    assert await rpc.result("eth_getTransactionReceipt", mined.tx_hash) is None
    span = {"fromBlock": hex(mined.block_number), "toBlock": hex(mined.block_number)}
    assert await rpc.result("eth_getLogs", span) == []


async def test_lies_about_receipts_and_logs(sandbox, node, rpc):
    sandbox.chain.mine(1, transactions=40)
    block_hash = hexes.data(sandbox.chain.head.hash)
    whole = await rpc.result("eth_getBlockReceipts", block_hash)
    logs = await rpc.result("eth_getLogs", {"blockHash": block_hash})

    async def with_fault(name, method, *params, **settings):
        await node.set_faults(())
        await node.break_with(name, **settings)
        return await rpc.result(method, *params)

    by_hash = "eth_getLogs", {"blockHash": block_hash}
    receipts = "eth_getBlockReceipts", block_hash
    assert await with_fault("null_receipts", *receipts) is None
    assert await with_fault("empty_receipts", *receipts) == []
    assert await with_fault("partial_receipts", *receipts, keep=25) == whole[:10]
    assert await with_fault("empty_logs", *by_hash) == []
    assert not any(one["logs"] for one in await with_fault("empty_logs", *receipts))
    assert await with_fault("partial_logs", *by_hash, keep=50) == logs[: len(logs) // 2]
    fewer = await with_fault("partial_logs", *receipts)
    assert sum(len(one["logs"]) for one in fewer) < len(logs)
    assert await with_fault("null_block", "eth_getBlockByHash", block_hash, False) is None


async def test_a_node_that_forgets_orphans(sandbox, node, rpc):
    (orphan,) = sandbox.chain.mine()
    sandbox.chain.reorg(1)

    known = await rpc.result("eth_getBlockByHash", orphan.hash, False)
    await node.break_with("forgets_orphans")

    assert known["hash"] == orphan.hash
    assert await rpc.result("eth_getBlockByHash", orphan.hash, False) is None


async def test_errors_in_place_of_results(node, rpc):
    await node.break_with("unsupported", methods=("eth_getBlockReceipts",))
    assert (await rpc.error("eth_getBlockReceipts", "latest"))["code"] == -32601
    assert await rpc.result("eth_chainId") == "0x1"
    await node.heal()

    await node.break_with("rate_limit")
    assert (await rpc.error("eth_chainId"))["code"] == -32005
    await node.heal()

    await node.break_with("rate_limit", code=-32016)
    assert (await rpc.error("eth_chainId"))["code"] == -32016
    await node.heal()

    await node.break_with("header_not_found")
    assert await rpc.error("eth_getBlockByNumber", "latest", False) == {
        "code": -32000,
        "message": "header not found",
    }
    assert await rpc.result("eth_chainId") == "0x1"
    await node.heal()

    await node.break_with("error_object", code=-32016, message="over compute budget")
    assert await rpc.error("eth_chainId") == {"code": -32016, "message": "over compute budget"}


async def test_a_fault_for_one_method_of_a_batch_leaves_the_others_alone(node, rpc):
    await node.break_with("unsupported", methods=("eth_getBlockReceipts",))
    calls = [
        {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockReceipts", "params": ["latest"]},
        {"jsonrpc": "2.0", "id": 2, "method": "eth_chainId", "params": []},
    ]

    async with rpc.session.post(rpc.url, json=calls) as response:
        refused, fine = await response.json()

    assert refused["error"]["code"] == -32601
    assert fine["result"] == "0x1"


async def test_answers_with_another_identity(node, rpc):
    await node.break_with("wrong_id")
    assert (await rpc.answer("eth_chainId"))["id"] != 7
    await node.heal()

    await node.break_with("wrong_chain_id", id=5)
    assert await rpc.result("eth_chainId") == "0x5"
    assert await rpc.result("net_version") == "5"


async def test_a_node_without_batches_answers_them_with_one_error(node, rpc):
    await node.break_with("no_batches")

    async with rpc.session.post(
        rpc.url, json=[{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}]
    ) as response:
        assert (await response.json())["error"]["code"] == -32600
    assert await rpc.result("eth_chainId") == "0x1"


async def test_a_fault_can_strike_a_number_of_times_and_one_method_only(node, rpc):
    await node.break_with("status", methods=("eth_chainId",), times=2)

    statuses = [(await posted(rpc, "eth_blockNumber"))[0].status]
    statuses += [(await posted(rpc, "eth_chainId"))[0].status for _ in range(3)]

    assert statuses == [200, 500, 500, 200]
    assert node.faults == ()


async def test_faults_add_up_and_are_healed_by_name(node, rpc):
    await node.break_with("wrong_id")
    await node.break_with("wrong_chain_id", id=9)

    both = await rpc.answer("eth_chainId")
    await node.heal("wrong_id")
    one = await rpc.answer("eth_chainId")

    assert (both["id"] == 7, both["result"]) == (False, "0x9")
    assert (one["id"], one["result"]) == (7, "0x9")


async def test_an_unknown_fault_is_refused(node, rpc):
    with pytest.raises(ValueError, match="gremlins"):
        await node.break_with("gremlins")

    assert node.faults == ()
    assert await rpc.result("eth_chainId") == "0x1"


async def test_a_node_counts_what_it_is_asked(node, rpc):
    await rpc.result("eth_chainId")
    await rpc.result("eth_chainId")
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber"}
    async with rpc.session.post(rpc.url, json=[call, call]) as response:
        await response.read()

    tally = node.tally
    assert dict(tally.calls) == {"eth_chainId": 2, "eth_blockNumber": 2}
    assert (tally.requests, tally.batches) == (3, 1)
    assert tally.bytes_in > 100
    assert tally.bytes_out > 100
