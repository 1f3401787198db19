"""Blocks of every chain are read, with whatever the chain puts into them by itself."""

from __future__ import annotations

import msgspec
import pytest

from data.chains import known_chains
from data.model import Source
from sandbox.chain import ChainSandbox, chain_spec, hexes
from watcher.evm.fetch import EvmBlocks
from watcher.evm.wire import RpcTransaction
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool

ALICE, BOB = "0x" + "a1" * 20, "0x" + "b0" * 20
FIRST = 160_000_000
"""Divides by sixteen: the block has what comes only now and then. Every check holds by now."""
SYSTEM = {"base": 2, "optimism": 2, "arbitrum": 1, "polygon": 1, "bsc": 1}


@pytest.mark.parametrize("name", sorted(known_chains()))
async def test_a_block_passes_every_check_and_is_read_with_all_that_moved_in_it(name: str) -> None:
    chain = known_chains()[name]
    spec = chain_spec(name, start_number=FIRST - 3)
    async with ChainSandbox(spec, nodes=2, history=3, clock=None) as sandbox:
        sandbox.chain.transfer(ALICE, BOB, 5, mine=False)
        sandbox.chain.mine(1, transactions=6)
        options = PoolOptions(timeout=5, rounds=1)
        async with Pool(name, chain.chain_id, sandbox.rpc_urls, options) as pool:
            source = EvmBlocks(chain, pool, audit=True)
            head = await source.head()
            block = await source.block(head, exists=True)
            several = await source.blocks(head - 2, head)
            again = await source.block_with_hash(block.ref.hash, head) if block else None

    assert block is not None
    assert again is not None
    assert head == FIRST
    assert [one.doubt for one in (*several, block)] == [None] * 4
    assert [one.missing for one in (*several, block)] == [None] * 4
    read = [tuple(one.transactions()) for one in (several[-1], block, again)]
    assert read[0] == read[1] == read[2]
    made = sandbox.chain.head.transactions
    assert len(made) == 7 + SYSTEM.get(name, 0)
    succeeded = [one.hash for one in made if one.draft.status]
    assert [one.hash for one in block.transactions()] == succeeded
    assert sum(one.system for one in block.transactions()) == SYSTEM.get(name, 0)
    paid = [
        transfer
        for one in block.transactions()
        for transfer in one.transfers
        if transfer.sender == hexes.address(ALICE)
    ]
    assert [(one.source, one.amount) for one in paid] == [(Source.NATIVE, 5)]


async def test_what_a_state_sync_brings_is_seen_though_nobody_sent_it() -> None:
    chain = known_chains()["polygon"]
    async with ChainSandbox(
        chain_spec("polygon", start_number=FIRST), nodes=1, history=1, clock=None
    ) as sandbox:
        options = PoolOptions(timeout=5, rounds=1)
        async with Pool("polygon", chain.chain_id, sandbox.rpc_urls, options) as pool:
            block = await EvmBlocks(chain, pool, audit=True).block(FIRST, exists=True)

    assert block is not None
    (synced,) = block.transactions()
    (brought,) = synced.transfers
    assert synced.signer == bytes(20)
    assert synced.target is None
    assert brought.sender == bytes(20)
    assert brought.amount > 0


@pytest.mark.parametrize(
    "extra",
    [
        b"",
        b',"from":"0x0000000000000000000000000000000000000000"',
        b',"from":null,"to":null,"value":"0x0"',
    ],
)
def test_a_state_sync_is_read_in_every_form_that_nodes_may_give_it(extra: bytes) -> None:
    raw = b'{"hash":"0x' + b"5c" * 32 + b'","type":"0x7f"' + extra + b"}"

    assert msgspec.json.decode(raw, type=RpcTransaction).target is None
