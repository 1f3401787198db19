"""What the demo's person types, and what whales and deceivers do meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import cycle
from typing import TYPE_CHECKING

from sandbox.chain.deceit import poison

if TYPE_CHECKING:
    from sandbox.chain import Chain
    from sandbox.demo.stage import Stage

BINANCE = "0x28C6c06298d514Db089934071355E5743bf21d60"  # labelled Binance 14 by explorers
KRAKEN = "0x2910543Af39abA0Cd09dBb2D50200b3E800A63D2"  # Kraken
TRADER = "0x8C8D7C46219D9205f056f28fee5950aD564d7465"
FRIEND = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
PAUSE = 5.0
"""Seconds between two things that happen: long enough to read the one before."""
PAUSE_BEFORE_REORG = 3.0
PENDING_FOR = 4.0
SEEN_WITHIN = 3.0
"""Seconds in which BSC's next blocks come and the watcher has read them."""

COMMANDS = (
    "/start",
    f"/watch {BINANCE} $250k Binance hot wallet",
    f"/watch {TRADER} 50 ETH A trader",
    "/whales all 5m",
    "/list",
)


async def type_commands(stage: Stage) -> None:
    """Type the commands, each after the answer to the one before."""
    for command in COMMANDS:
        await _type(stage, command)


async def move_whales(stage: Stage) -> None:
    """The story, which takes less than a minute; then one whale after the other, for ever."""
    ethereum, bsc = stage.ethereum.chain, stage.bsc.chain
    whales = _Whales(ethereum, bsc)
    beats: tuple[Callable[[], Awaitable[None]], ...] = (
        lambda: _happens(whales.swap, whales.inflow),
        lambda: _type(stage, "/gas"),
        lambda: _ask_about_poison(stage, bsc),
        lambda: _follow_payment(stage, bsc),
        lambda: _happens(whales.between_exchanges, whales.taken_back),
        lambda: _happens(whales.lent),
    )
    for beat in beats:
        await beat()
        await asyncio.sleep(PAUSE)
    for whale in cycle(whales.others()):
        await _happens(whale)
        await asyncio.sleep(PAUSE)


async def _type(stage: Stage, command: str) -> None:
    """Type a command, and wait for what comes next."""
    typed = stage.telegram.send_text(stage.chat.id, command)
    await stage.telegram.wait_for_messages(stage.chat.id, timeout=30.0, after=typed.message_id)


async def _happens(*whales: Callable[[], object]) -> None:
    for whale in whales:
        whale()


async def _ask_about_poison(stage: Stage, chain: Chain) -> None:
    """A transfer that nobody is told of, because somebody else put it into a history; and why."""
    poisoned = poison(chain, "USDT", TRADER, BINANCE, mine=False)
    await asyncio.sleep(SEEN_WITHIN)
    await _type(stage, f"/why {poisoned.tx_hash}")


async def _follow_payment(stage: Stage, chain: Chain) -> None:
    """A payment that waits, and is followed to its end in one message."""
    payment = chain.wait(FRIEND, TRADER, 25 * 10**18)
    await _type(stage, f"/tx {payment.tx_hash}")
    await asyncio.sleep(PENDING_FOR)
    chain.include(payment.tx_hash)


class _Whales:
    """What they do; each thing joins its chain's next block."""

    def __init__(self, ethereum: Chain, bsc: Chain) -> None:
        self._ethereum = ethereum
        self._bsc = bsc

    def others(self) -> list[Callable[[], object]]:
        """Those that the story leaves for later, and those of the story again."""
        return [
            self.outflow,
            self.settled,
            self.crossed,
            self.inflow,
            self.pooled,
            self.taken_back,
            self.swap,
            self.between_exchanges,
            self.lent,
        ]

    def swap(self) -> object:
        gives, gets = [("USDT", 2_100_000 * 10**6)], [(None, 615 * 10**18)]
        return self._ethereum.deal("aggregator", TRADER, gives=gives, gets=gets, mine=False)

    def inflow(self) -> object:
        return self._bsc.transfer(TRADER, BINANCE, 2_400 * 10**18, mine=False)

    def outflow(self) -> object:
        return self._bsc.transfer_erc20("USDT", BINANCE, FRIEND, 12_500_000 * 10**18, mine=False)

    def between_exchanges(self) -> object:
        amount = 48_000_000 * 10**6
        return self._ethereum.transfer_erc20("USDC", BINANCE, KRAKEN, amount, mine=False)

    def taken_back(self) -> object:
        """Now and then the chain changes its mind."""
        moved = self._bsc.transfer_erc20("USDC", BINANCE, TRADER, 7_700_000 * 10**18)
        loop = asyncio.get_running_loop()
        loop.call_later(PAUSE_BEFORE_REORG, _drop_from_chain, self._bsc, moved.tx_hash)
        return moved

    def settled(self) -> object:
        gives, gets = [("USDC", 1_250_000 * 10**6)], [("WETH", 366 * 10**18)]
        return self._ethereum.deal("settlement", TRADER, gives=gives, gets=gets, mine=False)

    def lent(self) -> object:
        return self._ethereum.deal("supply", TRADER, gives=[("WETH", 1_000 * 10**18)], mine=False)

    def crossed(self) -> object:
        return self._ethereum.deal("bridge", TRADER, gives=[(None, 300 * 10**18)], mine=False)

    def pooled(self) -> object:
        gives = [("USDC", 400_000 * 10**6), ("WETH", 117 * 10**18)]
        return self._ethereum.deal("pool", TRADER, gives=gives, mine=False)


def _drop_from_chain(chain: Chain, tx_hash: str) -> None:
    """Reorganise the chain so that it never had the transaction."""
    found = chain.find(tx_hash)
    if found is not None and found.block_number is not None:
        depth = chain.head.number - found.block_number + 1
        orphaned = chain.ledger.branch(depth)
        kept = ["0x" + item.hex() for block in orphaned for item in block.transaction_hashes]
        chain.reorg(depth, keep=[item for item in kept if item != tx_hash])
