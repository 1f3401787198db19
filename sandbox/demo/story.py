"""What the demo's person types, and what the whales do meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import cycle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.chain import Chain
    from sandbox.demo.stage import Stage

BINANCE = "0x28C6c06298d514Db089934071355E5743bf21d60"  # labelled Binance 14 by explorers
KRAKEN = "0x2910543Af39abA0Cd09dBb2D50200b3E800A63D2"  # Kraken
TRADER = "0x8C8D7C46219D9205f056f28fee5950aD564d7465"
FRIEND = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
PAUSE_BETWEEN_WHALES = 6.0
PAUSE_BEFORE_REORG = 3.0

COMMANDS = (
    "/start",
    f"/watch {BINANCE} $250k Binance hot wallet",
    f"/watch {TRADER} 50 ETH A trader",
    "/whales all 5m",
    "/list",
)


async def type_commands(stage: Stage) -> int:
    """Type the commands, each after the answer to the one before; the last answer's id."""
    last = 0
    for command in COMMANDS:
        stage.telegram.send_text(stage.chat.id, command)
        answers = await stage.telegram.wait_for_messages(stage.chat.id, timeout=30.0, after=last)
        last = max(message.message_id for message in answers)
    return last


async def move_whales(stage: Stage) -> None:
    """One whale after the other, for ever; now and then the chain changes its mind."""
    ethereum, bsc = stage.ethereum.chain, stage.bsc.chain
    for whale in cycle(_whales(ethereum, bsc)):
        whale()
        await asyncio.sleep(PAUSE_BETWEEN_WHALES)


def _whales(ethereum: Chain, bsc: Chain) -> list[Callable[[], object]]:
    """Each joins its chain's next block."""

    def exchange_outflow() -> object:
        return bsc.transfer_erc20("USDT", BINANCE, FRIEND, 12_500_000 * 10**18, mine=False)

    def native_inflow() -> object:
        return bsc.transfer(TRADER, BINANCE, 2_400 * 10**18, mine=False)

    def swap() -> object:
        return ethereum.swap(TRADER, "USDC", 1_371_000 * 10**6, "WETH", 402 * 10**18, mine=False)

    def between_exchanges() -> object:
        return ethereum.transfer_erc20("USDC", BINANCE, KRAKEN, 48_000_000 * 10**6, mine=False)

    def taken_back() -> object:
        moved = bsc.transfer_erc20("USDC", BINANCE, TRADER, 7_700_000 * 10**18)
        asyncio.get_running_loop().call_later(
            PAUSE_BEFORE_REORG, _drop_from_chain, bsc, moved.tx_hash
        )
        return moved

    aggregated, settled, lent, crossed, pooled = _deals(ethereum)
    return [
        exchange_outflow,
        swap,
        aggregated,
        native_inflow,
        lent,
        between_exchanges,
        settled,
        taken_back,
        crossed,
        pooled,
    ]


def _deals(ethereum: Chain) -> list[Callable[[], object]]:
    """With protocols that everybody knows."""

    def settled() -> object:
        gives, gets = [("USDC", 1_250_000 * 10**6)], [("WETH", 366 * 10**18)]
        return ethereum.deal("settlement", TRADER, gives=gives, gets=gets, mine=False)

    def aggregated() -> object:
        gives, gets = [("USDT", 2_100_000 * 10**6)], [(None, 615 * 10**18)]
        return ethereum.deal("aggregator", TRADER, gives=gives, gets=gets, mine=False)

    def lent() -> object:
        return ethereum.deal("supply", TRADER, gives=[("WETH", 1_000 * 10**18)], mine=False)

    def crossed() -> object:
        return ethereum.deal("bridge", TRADER, gives=[(None, 300 * 10**18)], mine=False)

    def pooled() -> object:
        gives = [("USDC", 400_000 * 10**6), ("WETH", 117 * 10**18)]
        return ethereum.deal("pool", TRADER, gives=gives, mine=False)

    return [aggregated, settled, lent, crossed, pooled]


def _drop_from_chain(chain: Chain, tx_hash: str) -> None:
    """Reorganise the chain so that it never had the transaction."""
    found = chain.find(tx_hash)
    if found is not None and found.block_number is not None:
        depth = chain.head.number - found.block_number + 1
        orphaned = chain.ledger.branch(depth)
        kept = ["0x" + item.hex() for block in orphaned for item in block.transaction_hashes]
        chain.reorg(depth, keep=[item for item in kept if item != tx_hash])
