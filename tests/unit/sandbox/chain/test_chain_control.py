"""The control API and its client do over HTTP what the chain does in process; prices too."""

from __future__ import annotations

import asyncio
import json
import signal
import sys

import pytest

from sandbox.chain import ChainClient, ChainSandbox, Fault, ethereum_spec, hexes

ALICE = "0x" + "a1" * 20
BOB = "0x" + "b0" * 20
NATIVE = "0x" + "00" * 20


@pytest.fixture
async def client(sandbox):
    async with ChainClient(sandbox.control_url) as opened:
        yield opened


async def test_verbs_return_the_same_values_as_in_process(sandbox, client):
    made = [
        await client.transfer(ALICE, BOB, 2**200),
        await client.transfer_erc20("USDC", ALICE, BOB, 2**255),
        await client.deposit(ALICE, 5),
        await client.withdraw(ALICE, 5),
        await client.swap(ALICE, None, 10**18, "USDC", 3_400),
        await client.mint("USDC", ALICE, 1),
        await client.burn("USDC", ALICE, 1),
        await client.transact(ALICE, BOB, value_wei=1, logs=[(BOB, [], "0x")], status=1),
    ]

    for mined in made:
        assert sandbox.chain.find(mined.tx_hash) == mined == await client.find(mined.tx_hash)
    first = sandbox.chain.ledger.at(made[0].block_number).transactions[0].draft
    assert first.value == 2**200
    assert await client.find("0x" + "00" * 32) is None


async def test_a_pending_transaction_is_mined_later(client):
    pending = await client.transfer(ALICE, BOB, 1, mine=False)

    heads = await client.mine(2, transactions=3)

    assert pending.block_number is None
    assert (await client.find(pending.tx_hash)).block_hash == heads[0].hash
    assert await client.head() == heads[1]


async def test_a_reorg_over_http(client):
    kept = await client.transfer(ALICE, BOB, 1)
    dropped = await client.transfer_erc20("USDC", ALICE, BOB, 1)

    happened = await client.reorg(2, keep=[kept.tx_hash], order="late", transactions=2)

    assert happened.kept == (kept.tx_hash,)
    assert happened.dropped == (dropped.tx_hash,)
    assert len(happened.added) == len(happened.orphaned) + 1
    assert await client.head() == happened.added[-1]


async def test_the_chain_itself_goes_wrong_over_http(sandbox, client):
    await client.spoil_headers("logs_bloom")
    await client.transfer_erc20("USDC", ALICE, BOB, 1)
    spoilt = sandbox.chain.head
    await client.spoil_headers()
    await client.skew_clock(3600)
    await client.transfer_erc20("USDC", ALICE, BOB, 1)

    assert spoilt.logs_bloom == 0
    assert sandbox.chain.head.logs_bloom == sandbox.chain.head.receipts_bloom != 0


async def test_faults_over_http_and_the_state_that_tells_of_them(sandbox, client):
    await client.break_with("node-1", "slow", seconds=0, methods=("eth_call",))
    await client.break_with("node-1", "stale_head", blocks=2)
    state = await client.state()
    await client.set_faults("node-2", [Fault("html")])
    await client.heal("node-1")

    assert [fault["name"] for fault in state["servers"][0]["faults"]] == ["slow", "stale_head"]
    assert sandbox.nodes[0].faults == ()
    assert sandbox.nodes[1].faults == (Fault("html"),)
    assert await client.rpc_urls() == state["rpc_urls"] == sandbox.rpc_urls
    assert await client.ws_urls() == state["ws_urls"] == sandbox.ws_urls
    assert state["servers"][0]["tally"]["requests"] == 0


@pytest.mark.parametrize(
    "refused",
    [
        lambda client: client.transfer("0x12", BOB, 1),
        lambda client: client.transfer(ALICE, BOB, -1),
        lambda client: client.transfer_erc20("NOPE", ALICE, BOB, 1),
        lambda client: client.set_price("ETH", "much"),
        lambda client: client.set_feed_fault("ETH / EUR", "stale"),
        lambda client: client.set_pool_fault("0x" + "12" * 20, "lying"),
        lambda client: client.add_pool("WETH", "NOPE", "1000"),
        lambda client: client.add_pool("WETH", "USDC", "1000", factory=1, fee=1),
        lambda client: client.break_with("node-1", "gremlins"),
        lambda client: client.break_with("node-1", "wrong_prices"),
        lambda client: client.heal("node-9"),
        lambda client: client.reorg(1000),
        lambda client: client._do("detonate"),
        lambda client: client._do("mine", depth=3),
    ],
)
async def test_what_is_refused_is_a_value_error_with_a_sentence(sandbox, client, refused):
    head = sandbox.chain.head

    with pytest.raises(ValueError, match=r"Error|Invalid"):
        await refused(client)

    assert sandbox.chain.head is head


async def _reached(client, number):
    while (await client.head()).number < number:  # noqa: ASYNC110 - it happens elsewhere: one asks
        await asyncio.sleep(0.01)


async def test_the_miner_mines_until_it_is_stopped():
    async with (
        ChainSandbox(ethereum_spec(block_time=0.02), history=3) as sandbox,
        ChainClient(sandbox.control_url) as client,
    ):
        start = (await client.head()).number
        await client.start_mining(transactions=2)
        async with asyncio.timeout(20):
            await _reached(client, start + 3)
        await client.stop_mining()
        stopped = await client.head()
        await asyncio.sleep(0.1)

        assert await client.head() == stopped
        assert len(sandbox.chain.head.transactions) == 2


async def prices(session, url, *coins):
    async with session.get(f"{url}/prices/current/{','.join(coins)}") as response:
        return (await response.json())["coins"]


async def test_the_price_source_answers_what_it_knows(sandbox, session):
    usdc, spam = sandbox.chain.spec.token("USDC").address, sandbox.chain.spec.spam[0].address
    sandbox.chain.set_price("ETH", "2000.25")
    asked = [f"ethereum:{one}" for one in (usdc, spam, NATIVE)]

    coins = await prices(session, sandbox.prices_url, *asked, f"bsc:{usdc}", "nonsense")

    assert set(coins) == {asked[0], asked[2]}
    assert coins[asked[0]]["decimals"] == 6
    assert coins[asked[0]]["symbol"] == "USDC"
    assert coins[asked[0]]["price"] == pytest.approx(1, abs=0.01)
    assert coins[asked[2]]["price"] == 2000.25
    assert coins[asked[2]]["timestamp"] == sandbox.chain.head.timestamp
    assert 0 < coins[asked[2]]["confidence"] <= 1


async def test_the_price_source_breaks_too(sandbox, session, client):
    await client.break_with("prices", "status", code=503)
    async with session.get(f"{sandbox.prices_url}/prices/current/x:y") as response:
        assert response.status == 503
    await client.heal("prices")

    assert await prices(session, sandbox.prices_url, "x:y") == {}


async def test_a_recorded_block_over_http(sandbox, client, rpc):
    await client.mine(1, transactions=5)
    block = await rpc.result("eth_getBlockByNumber", "latest", True)
    receipts = await rpc.result("eth_getBlockReceipts", "latest")

    head = await client.serve_recorded(block, receipts)

    assert head.hash == block["hash"] == hexes.data(sandbox.chain.head.hash)
    with pytest.raises(ValueError, match="recorded"):
        await client.reorg(1)


async def test_a_recorded_block_can_follow_a_stand_in_for_its_parent(sandbox, client, rpc):
    await client.mine(1, transactions=5)
    block = await rpc.result("eth_getBlockByNumber", "latest", True)
    receipts = await rpc.result("eth_getBlockReceipts", "latest")
    await client.mine(3)

    parent = await client.serve_parent_of(block)
    served = await rpc.result("eth_getBlockByHash", block["parentHash"], True)
    head = await client.serve_recorded(block, receipts)

    assert parent.hash == served["hash"] == block["parentHash"]
    assert served["transactions"] == []
    assert head.number == parent.number + 1
    assert await rpc.result("eth_getBlockByNumber", hex(parent.number), True) == served
    assert await rpc.result("eth_getBlockByNumber", "latest", True) == block


async def test_the_program_prints_its_urls_serves_and_ends_on_sigterm(session):
    arguments = [
        "--chain",
        "bsc",
        "--nodes",
        "3",
        "--auto-mine",
        "--block-time",
        "0.1",
        "--transactions",
        "3",
    ]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.chain", *arguments, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(30):
            urls = json.loads(await process.stdout.readline())
            async with ChainClient(urls["control_url"]) as client:
                state = await client.state()
                await _reached(client, state["head"]["number"] + 2)
            process.send_signal(signal.SIGTERM)
            status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    assert (urls["chain"], state["chain_id"], state["mining"]) == ("bsc", 56, True)
    assert urls["rpc_urls"] == state["rpc_urls"]
    assert len(urls["rpc_urls"]) == 3
    assert status == 0
