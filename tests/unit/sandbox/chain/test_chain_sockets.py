"""New heads are announced over WebSocket, and connections break in ways of their own."""

from __future__ import annotations

import json

import aiohttp
import pytest
from aiohttp import WSMsgType

from sandbox.chain import hexes


@pytest.fixture
def node(sandbox):
    return sandbox.nodes[0]


@pytest.fixture
async def socket(session, sandbox):
    async with session.ws_connect(sandbox.ws_urls[0]) as opened:
        yield opened


async def ask(socket, method, *params):
    await socket.send_json({"jsonrpc": "2.0", "id": 3, "method": method, "params": list(params)})
    return await socket.receive_json(timeout=10)


@pytest.fixture
async def subscription(socket):
    return (await ask(socket, "eth_subscribe", "newHeads"))["result"]


async def announced(socket):
    return int((await socket.receive_json(timeout=10))["params"]["result"]["number"], 16)


async def silent(socket):
    """Nothing was sent before the answer to a question that is asked now."""
    return (await ask(socket, "eth_chainId"))["result"] == "0x1"


async def test_every_new_block_is_announced_with_its_header(sandbox, socket, subscription, rpc):
    heads = sandbox.chain.mine(3, transactions=2)

    messages = [await socket.receive_json(timeout=10) for _ in heads]

    assert [one["params"]["result"]["hash"] for one in messages] == [one.hash for one in heads]
    assert {one["params"]["subscription"] for one in messages} == {subscription}
    block = await rpc.result("eth_getBlockByHash", heads[0].hash, False)
    told = messages[0]["params"]["result"]
    assert told.items() <= block.items()
    assert "transactions" not in told
    assert sandbox.nodes[0].tally.announced == 3


async def test_a_reorg_announces_the_blocks_of_the_new_branch(sandbox, socket, subscription):
    head = sandbox.chain.head.number

    sandbox.chain.reorg(2)

    assert [await announced(socket) for _ in range(3)] == [head - 1, head, head + 1]


async def test_calls_are_answered_on_the_same_connection(sandbox, socket):
    assert (await ask(socket, "eth_blockNumber"))["result"] == hex(sandbox.chain.head.number)
    assert (await ask(socket, "eth_nonsense"))["error"]["code"] == -32601
    assert (await ask(socket, "eth_subscribe", "logs"))["error"]["code"] == -32601


async def test_an_ended_subscription_is_silent(sandbox, socket, subscription):
    assert (await ask(socket, "eth_unsubscribe", subscription))["result"] is True
    assert (await ask(socket, "eth_unsubscribe", subscription))["result"] is False

    sandbox.chain.mine()

    assert await silent(socket)


async def test_faults_of_the_view_show_in_what_is_announced(sandbox, node, socket, subscription):
    head = sandbox.chain.head.number
    await node.break_with("stale_head", blocks=5)
    sandbox.chain.mine()
    assert await announced(socket) == head + 1 - 5
    await node.set_faults(())

    await node.break_with("stuck_head")
    sandbox.chain.mine()
    assert await silent(socket)
    await node.set_faults(())

    sandbox.chain.mine()
    assert await announced(socket) == head + 3


async def test_a_node_on_another_fork_announces_its_own_blocks(sandbox, node, socket, subscription):
    await node.break_with("other_fork", depth=1)

    sandbox.chain.mine()

    header = (await socket.receive_json(timeout=10))["params"]["result"]
    assert int(header["number"], 16) == sandbox.chain.head.number
    assert header["hash"] != hexes.data(sandbox.chain.head.hash)


async def test_a_silent_socket_still_answers(sandbox, node, socket, subscription):
    await node.break_with("socket_silent")

    sandbox.chain.mine()

    assert await silent(socket)


async def test_a_socket_closes_after_some_announcements(sandbox, node, socket, subscription):
    await node.break_with("socket_closes", after=1)

    sandbox.chain.mine(2)

    await announced(socket)
    assert (await socket.receive(timeout=10)).type in (WSMsgType.CLOSE, WSMsgType.CLOSED)


async def test_garbage_is_announced(sandbox, node, socket, subscription):
    await node.break_with("socket_garbage")

    sandbox.chain.mine()

    with pytest.raises(json.JSONDecodeError):
        await socket.receive_json(timeout=10)


async def test_announced_heads_go_backwards_or_far_ahead(sandbox, node, socket, subscription):
    head = sandbox.chain.head.number
    await node.break_with("socket_backwards", blocks=3)
    sandbox.chain.mine(2)
    assert [await announced(socket) for _ in range(2)] == [head + 1, head - 1]
    await node.heal()

    await node.break_with("socket_ahead", blocks=1000)
    sandbox.chain.mine()
    assert await announced(socket) == head + 3 + 1000


async def test_a_deaf_socket_answers_nothing(node, socket):
    await node.break_with("socket_deaf")

    with pytest.raises(TimeoutError):
        await ask_briefly(socket)


async def ask_briefly(socket):
    await socket.send_json({"jsonrpc": "2.0", "id": 3, "method": "eth_chainId", "params": []})
    await socket.receive_json(timeout=0.3)


@pytest.mark.parametrize(
    ("name", "status"), [("socket_refused", 404), ("status", 500), ("forbidden", 403)]
)
async def test_a_connection_is_refused(node, session, name, status):
    await node.break_with(name)

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await session.ws_connect(node.ws_url)

    assert refused.value.status == status


async def test_a_node_without_subscriptions_says_so(node, socket):
    await node.break_with("unsupported", methods=("eth_subscribe",))

    assert (await ask(socket, "eth_subscribe", "newHeads"))["error"]["code"] == -32601


async def test_a_node_that_goes_down_ends_its_connections(node, socket, subscription, session):
    await node.break_with("down")

    assert (await socket.receive(timeout=10)).type in (
        WSMsgType.CLOSE,
        WSMsgType.CLOSING,
        WSMsgType.CLOSED,
    )
    await node.heal()
    async with session.ws_connect(node.ws_url) as again:
        assert (await ask(again, "eth_chainId"))["result"] == "0x1"
