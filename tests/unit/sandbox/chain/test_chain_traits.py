"""Chains differ as their tables and their consensus say: stamps, tags, what they put in."""

from __future__ import annotations

import msgspec
import pytest

from data.addresses import checksummed
from data.chains import known_chains
from sandbox.chain import Chain, chain_spec, hexes
from sandbox.chain.prices import PRICES
from sandbox.chain.rendering import Rendering, Renderings
from sandbox.chain.rpc_errors import ServerError
from sandbox.chain.view import View

ALICE, BOB = "0x" + "a1" * 20, "0x" + "b0" * 20

each_chain = pytest.mark.parametrize("name", sorted(known_chains()))


def transactions(chain: Chain, number: int) -> list[dict[str, str]]:
    return msgspec.json.decode(Rendering(chain.ledger.at(number)).full)["transactions"]


def receipts(chain: Chain, number: int) -> list[dict[str, str]]:
    return msgspec.json.decode(Rendering(chain.ledger.at(number)).all_receipts)


@each_chain
def test_a_chain_is_what_its_table_says(name: str) -> None:
    spec, table = chain_spec(name), known_chains()[name]

    assert (spec.chain_id, spec.block_time) == (table.chain_id, table.block_time)
    assert (spec.native_symbol, spec.multicall3) == (
        table.native_symbol,
        checksummed(table.multicall3),
    )
    assert {token.address for token in spec.tokens} == set(map(checksummed, table.tokens))
    assert {feed.proxy for feed in spec.feeds} == {
        checksummed(feed.proxy) for feed in table.feeds.values()
    }
    decimals = {feed.pair: feed.decimals for feed in table.feeds.values()}
    assert {feed.pair: feed.decimals for feed in spec.feeds} == decimals
    assert spec.tokens[0].address == spec.wrapped_native
    assert spec.tokens[0].price_usd == spec.native_usd
    assert len(spec.wallets) >= 20


@each_chain
def test_every_feed_has_a_price_of_its_own(name: str) -> None:
    assert [feed.base for feed in chain_spec(name).feeds if feed.base.upper() not in PRICES] == []


@each_chain
def test_the_coin_and_what_wraps_it_cost_what_the_feed_says(name: str) -> None:
    chain = Chain(chain_spec(name), history=1)
    spec, at = chain.spec, chain.head.timestamp
    feed = known_chains()[name].native_feed.partition(" /")[0]

    native = chain.market.usd(spec.native_symbol, at)
    assert native == chain.market.usd(feed, at) == chain.market.usd(spec.tokens[0].symbol, at)


def test_five_blocks_of_base_share_a_second() -> None:
    chain = Chain(chain_spec("base"), history=10)

    stamps = [block.timestamp for block in chain.ledger.branch(10)]

    assert stamps == sorted([*set(stamps)] * 5)
    assert len(set(stamps)) == 2
    shown = [msgspec.json.decode(Rendering(block).slim) for block in chain.ledger.branch(2)]
    assert int(shown[1]["timestampMs"], 16) - int(shown[0]["timestampMs"], 16) == 200
    assert int(shown[1]["timestampMs"], 16) // 1000 == int(shown[1]["timestamp"], 16)


@pytest.mark.parametrize("name", ["base", "optimism"])
def test_an_op_block_begins_with_a_deposit_that_nobody_signed(name: str) -> None:
    chain = Chain(chain_spec(name), history=20)
    chain.mine(1, transactions=3)

    for block in chain.ledger.branch(20):
        first, *rest = transactions(chain, block.number)
        assert first["type"] == "0x7e"
        assert first["from"] == "0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001"
        assert (first["value"], first["gasPrice"]) == ("0x0", "0x0")
        assert "chainId" not in first
        receipt = receipts(chain, block.number)[0]
        assert (receipt["depositNonce"], receipt["depositReceiptVersion"]) == (
            first["nonce"],
            "0x1",
        )
        minted = [tx for tx in rest if tx["type"] == "0x7e"]
        assert len(minted) == (block.number % 8 == 0)
        assert all(int(tx["mint"], 16) == int(tx["value"], 16) > 0 for tx in minted)


def test_an_arbitrum_block_begins_with_an_internal_transaction() -> None:
    chain = Chain(chain_spec("arbitrum"), history=3)
    chain.mine(1, transactions=4)

    first, *rest = transactions(chain, chain.head.number)
    assert first["type"] == "0x6a"
    assert first["from"] == first["to"] == "0x00000000000000000000000000000000000a4b05"
    assert len(rest) == 4
    assert chain.spec.block_time == 0.25


def test_a_polygon_block_ends_now_and_then_with_a_state_sync() -> None:
    chain = Chain(chain_spec("polygon", start_number=160), history=1)
    chain.mine(32, transactions=2)

    synced = [
        block.number
        for block in chain.ledger.branch(33)
        if transactions(chain, block.number)[-1]["type"] == "0x7f"
    ]
    assert synced == [160, 176, 192]
    last, receipt = transactions(chain, 176)[-1], receipts(chain, 176)[-1]
    assert not {"from", "to", "nonce"} & set(last)
    assert receipt["transactionHash"] == last["hash"]
    assert (len(receipt["logs"]), receipt["contractAddress"]) == (1, None)
    assert int(chain.ledger.at(176).header.logs_bloom) != 0


def test_a_new_branch_has_what_the_chain_puts_in_anew() -> None:
    chain = Chain(chain_spec("base"), history=5)
    paid = chain.transfer(ALICE, BOB, 5)

    reorg = chain.reorg(2)

    assert reorg.kept == (paid.tx_hash,)
    for block in chain.ledger.branch(3):
        deposits = [tx for tx in block.transactions if tx.is_unsigned]
        assert len(deposits) == 1 + (block.number % 8 == 0)
        assert hexes.data(deposits[0].hash) not in reorg.dropped


@pytest.mark.parametrize(
    ("name", "has_safe"), [("polygon", False), ("avalanche", False), ("base", True)]
)
def test_a_chains_nodes_have_the_tags_that_it_has(name: str, has_safe: bool) -> None:
    chain = Chain(chain_spec(name))
    view = View(chain, Renderings(), chain.head.number, chain.spec.chain_id)

    assert view.number("finalized") < chain.head.number
    if has_safe:
        assert view.number("finalized") <= view.number("safe") < chain.head.number
    else:
        with pytest.raises(ServerError, match="safe block not found"):
            view.number("safe")
