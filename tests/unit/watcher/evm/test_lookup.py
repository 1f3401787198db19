"""Single transactions, asked of nodes that do not know everything."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from data.chains import known_chains
from data.model import Wish
from sandbox.chain import ChainSandbox, Fault, ethereum_spec
from watcher.evm.fetch import EvmBlocks
from watcher.evm.lookup import EvmTransactions
from watcher.pursuits.sighting import Sighting, Wanted
from watcher.rpc.errors import RpcError
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool

PAYER, PAYEE = "0x" + "c3" * 20, "0x" + "d4" * 20
ETHER = 10**18


@pytest.fixture
async def sandbox() -> AsyncIterator[ChainSandbox]:
    async with ChainSandbox(ethereum_spec(), nodes=3) as opened:
        yield opened


@pytest.fixture
async def pool(sandbox: ChainSandbox) -> AsyncIterator[Pool]:
    options = PoolOptions(timeout=2, backoff_first=0.01, backoff_longest=0.01)
    async with Pool("ethereum", 1, sandbox.rpc_urls, options) as opened:
        yield opened


@pytest.fixture
def transactions(pool: Pool) -> EvmTransactions:
    return EvmBlocks(known_chains()["ethereum"], pool).transactions


async def seen(
    transactions: EvmTransactions, tx_hash: str, wish: Wish | None = None, *, rival: bool = False
) -> Sighting | None:
    wanted = Wanted(raw(tx_hash), wish, rival)
    return (await transactions.look([wanted])).get(wanted.tx_hash)


def raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


async def test_one_that_waits_is_told_with_what_it_wishes(
    sandbox: ChainSandbox, transactions: EvmTransactions
) -> None:
    waiting = sandbox.chain.wait(PAYER, PAYEE, 3 * ETHER, data="0x12345678")

    sighting = await seen(transactions, waiting.tx_hash)

    assert sighting is not None
    assert sighting.inclusion is None
    wish = sighting.wish
    assert wish is not None
    assert (wish.sender, wish.target, wish.value) == (raw(PAYER), raw(PAYEE), 3 * ETHER)
    assert sighting.next_nonce == wish.nonce
    assert wish.call
    assert wish.fee > 0


async def test_one_in_a_block_is_told_with_what_it_paid(
    sandbox: ChainSandbox, transactions: EvmTransactions
) -> None:
    mined = sandbox.chain.transfer(PAYER, PAYEE, ETHER)

    sighting = await seen(transactions, mined.tx_hash)

    assert sighting is not None
    inclusion = sighting.inclusion
    assert inclusion is not None
    assert mined.block_hash is not None
    assert (inclusion.number, inclusion.hash) == (mined.block_number, raw(mined.block_hash))
    assert inclusion.succeeded
    assert inclusion.gas_used == 21_000


async def test_one_that_nobody_knows_is_nothing(transactions: EvmTransactions) -> None:
    assert await seen(transactions, "0x" + "77" * 32) == Sighting()


async def test_what_one_node_does_not_know_another_may(
    sandbox: ChainSandbox, transactions: EvmTransactions
) -> None:
    # given two nodes that are behind, one of which is asked first
    for node in sandbox.nodes[:2]:
        await node.set_faults((Fault("stale_head", {"blocks": 3}),))
    mined = sandbox.chain.transfer(PAYER, PAYEE, ETHER)

    sighting = await seen(transactions, mined.tx_hash)

    assert sighting is not None
    assert sighting.inclusion is not None


async def test_only_one_node_is_asked_about_what_it_knows(
    sandbox: ChainSandbox, transactions: EvmTransactions, pool: Pool
) -> None:
    waiting = sandbox.chain.wait(PAYER, PAYEE, ETHER)

    await seen(transactions, waiting.tx_hash)

    asked = [node.tally.calls["eth_getTransactionByHash"] for node in sandbox.nodes]
    assert sorted(asked) == [0, 0, 1]
    assert pool.counts.pursuit == 2
    assert pool.counts.data == 0


async def test_a_block_without_receipts_yet_tells_nothing(
    sandbox: ChainSandbox, transactions: EvmTransactions
) -> None:
    for node in sandbox.nodes:
        await node.set_faults(
            (Fault("null_receipts", {}, frozenset({"eth_getTransactionReceipt"})),)
        )
    mined = sandbox.chain.transfer(PAYER, PAYEE, ETHER)

    assert await seen(transactions, mined.tx_hash) is None


@pytest.mark.parametrize("blocks_later", [0, 1, 4, 20, 60])
async def test_what_was_mined_in_its_place_is_found(
    sandbox: ChainSandbox, transactions: EvmTransactions, blocks_later: int
) -> None:
    waiting = sandbox.chain.wait(PAYER, PAYEE, ETHER)
    first = await seen(transactions, waiting.tx_hash)
    assert first is not None
    rival = sandbox.chain.replace(waiting.tx_hash, "cancel")
    if blocks_later:
        sandbox.chain.mine(blocks_later)

    sighting = await seen(transactions, waiting.tx_hash, first.wish, rival=True)

    assert sighting is not None
    assert sighting.wish is None
    assert sighting.rival is not None
    assert sighting.rival.tx_hash == raw(rival.tx_hash)
    assert sighting.rival.number == rival.block_number
    assert sighting.rival.wish.target == raw(PAYER)


async def test_where_it_is_not_asked_for_or_too_old_it_stays_unnamed(
    sandbox: ChainSandbox, transactions: EvmTransactions
) -> None:
    waiting = sandbox.chain.wait(PAYER, PAYEE, ETHER)
    first = await seen(transactions, waiting.tx_hash)
    assert first is not None
    assert first.wish is not None
    sandbox.chain.replace(waiting.tx_hash)
    used = Sighting(next_nonce=first.wish.nonce + 1)

    assert await seen(transactions, waiting.tx_hash, first.wish) == used

    sandbox.chain.mine(200)
    assert await seen(transactions, waiting.tx_hash, first.wish, rival=True) == used


async def test_nodes_that_answer_nothing_raise(
    sandbox: ChainSandbox, transactions: EvmTransactions
) -> None:
    for node in sandbox.nodes:
        await node.set_faults((Fault("status", {"code": 503}),))

    with pytest.raises(RpcError):
        await transactions.look([Wanted(b"\7" * 32)])


async def test_many_are_looked_for_at_once(
    sandbox: ChainSandbox, transactions: EvmTransactions
) -> None:
    hashes = [sandbox.chain.wait(PAYER, PAYEE, number).tx_hash for number in range(1, 101)]

    told = await transactions.look([Wanted(raw(one)) for one in hashes])

    assert len(told) == 100
    assert all(one.wish is not None for one in told.values())
