"""Deals with well-known protocols, as the product tells of them."""

from __future__ import annotations

import msgspec
import pytest

from data.chains import known_chains
from data.model import MovementKind
from data.queries.tokens import TokenRow
from sandbox.chain import Chain, ethereum_spec
from sandbox.chain.hexes import address
from sandbox.chain.rendering import Rendering
from watcher.enrich import enrich
from watcher.evm.block import EvmBlock, ref_of
from watcher.evm.transfers import customs_of
from watcher.evm.wire import RpcBlock, RpcReceipt

TABLE = known_chains()["ethereum"]
NAMES = {
    one.address: TokenRow(one.address, one.symbol, one.name, one.decimals)
    for one in TABLE.tokens.values()
}
TRADER = "0x8C8D7C46219D9205f056f28fee5950aD564d7465"
USDC, WETH, ETHER = ("USDC", 1_250_000 * 10**6), ("WETH", 402 * 10**18), (None, 402 * 10**18)
SWAP, DEPOSIT = MovementKind.SWAP, MovementKind.DEPOSIT


@pytest.mark.parametrize(
    ("how", "gives", "gets", "kind", "venue", "symbols"),
    [
        ("aggregator", [USDC], [WETH], SWAP, "1inch", {"USDC", "WETH"}),
        ("aggregator", [USDC], [ETHER], SWAP, "1inch", {"USDC", "ETH"}),
        ("aggregator", [ETHER], [USDC], SWAP, "1inch", {"USDC", "ETH"}),
        ("settlement", [USDC], [WETH], SWAP, "CoW", {"USDC", "WETH"}),
        ("fill", [USDC], [WETH], SWAP, "UniswapX", {"USDC", "WETH"}),
        ("supply", [WETH], [], DEPOSIT, "Aave v3", {"WETH", "?"}),
        ("withdraw", [], [WETH], MovementKind.WITHDRAW, "Aave v3", {"WETH", "?"}),
        ("borrow", [], [USDC], MovementKind.BORROW, "Aave v3", {"USDC", "?"}),
        ("repay", [USDC], [], MovementKind.REPAY, "Aave v3", {"USDC", "?"}),
        ("bridge", [USDC], [], DEPOSIT, "Across", {"USDC"}),
        ("bridge", [ETHER], [], DEPOSIT, "Across", {"ETH"}),
        ("pool", [USDC, WETH], [], DEPOSIT, "Uniswap v2", {"USDC", "WETH", "?"}),
    ],
)
def test_a_deal_is_told_as_what_it_is(how, gives, gets, kind, venue, symbols):
    # given
    chain = Chain(ethereum_spec(), history=2)
    mined = chain.deal(how, TRADER, gives=gives, gets=gets)
    rendering = Rendering(chain.ledger.at(mined.block_number))
    # when the block is read as a node gives it
    body = msgspec.json.decode(bytes(rendering.full), type=RpcBlock)
    receipts = msgspec.json.decode(bytes(rendering.all_receipts), type=list[RpcReceipt])
    ref = ref_of("ethereum", body)
    block = EvmBlock(ref, customs_of(TABLE, ref.number), body, receipts)
    (made,) = enrich(TABLE, ref, list(block.transactions()), NAMES, {})
    # then
    (trader,) = [one for one in made if one.address == address(TRADER)]
    assert (trader.kind, trader.venue) == (kind, venue)
    assert {leg.symbol for leg in trader.legs} == symbols
    assert trader.is_contract in (False, None)


def test_a_deal_that_nobody_knows_is_refused():
    chain = Chain(ethereum_spec(), history=2)
    with pytest.raises(ValueError, match="nobody deals by 'theft'"):
        chain.deal("theft", TRADER, gives=[USDC])
