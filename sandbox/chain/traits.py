"""How chains differ below what their tables in data/chains say: consensus, fees, tags, traffic.

Depths of the rollups' tags are shortened from a quarter of an hour, so that somebody who looks on
sees a block become final.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.chain.spec import Consensus
from sandbox.chain.transaction import GWEI

ONE_INCH = "0x111111125421cA6dc452d289314280a0f8842A65"
SWAP_ROUTER_02 = "0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45"


@dataclass(frozen=True, slots=True)
class Traits:
    """`transactions` a block, `base_fee` in wei (0 where there is none), depths in blocks.

    `safe_depth` None: nodes do not have that tag. `heartbeat`, in seconds, is that of feeds whose
    own nobody publishes. `routers` are where swaps go through.
    """

    consensus: Consensus = "beacon"
    start_number: int = 1_000_000
    gas_limit: int = 30_000_000
    base_fee: int = 2 * GWEI
    priority_fee: int = GWEI // 2
    safe_depth: int | None = 32
    finalized_depth: int = 64
    transactions: int = 40
    heartbeat: int = 900
    routers: tuple[str, ...] = (ONE_INCH,)


_ROLLUP = Traits(base_fee=GWEI // 10, priority_fee=GWEI // 100)

TRAITS = {
    "ethereum": Traits(
        start_number=23_900_000,
        transactions=200,
        routers=(
            "0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D",
            SWAP_ROUTER_02,
            "0x66a9893cC07D91D95644AEDD05D03f95e1dBA8Af",
            ONE_INCH,
        ),
    ),
    "bsc": Traits(
        consensus="parlia",
        start_number=68_000_000,
        gas_limit=55_000_000,
        base_fee=0,
        priority_fee=GWEI // 20,
        safe_depth=1,
        finalized_depth=2,
        transactions=120,
        routers=(
            "0x10ED43C718714eb63d5aA57B78B54704E256024E",
            "0x13f4EA83D0bd40E75C8222255bc855a974568Dd4",
            ONE_INCH,
        ),
    ),
    "polygon": Traits(
        consensus="bor",
        start_number=96_000_000,
        gas_limit=60_000_000,
        base_fee=30 * GWEI,
        priority_fee=25 * GWEI,
        safe_depth=None,
        finalized_depth=8,
        transactions=80,
        routers=(SWAP_ROUTER_02, ONE_INCH),
    ),
    "base": replace(
        _ROLLUP,
        consensus="op",
        start_number=45_000_000,
        gas_limit=150_000_000,
        safe_depth=50,
        finalized_depth=200,
        transactions=20,
        routers=("0x2626664c2603336E57B271c5C0b26F421741e481", ONE_INCH),
    ),
    "arbitrum": replace(
        _ROLLUP,
        consensus="nitro",
        start_number=402_000_000,
        gas_limit=2**50,
        safe_depth=40,
        finalized_depth=160,
        transactions=8,
        routers=(SWAP_ROUTER_02, ONE_INCH),
    ),
    "optimism": replace(
        _ROLLUP,
        consensus="op",
        start_number=144_000_000,
        gas_limit=60_000_000,
        safe_depth=15,
        finalized_depth=45,
        transactions=20,
        routers=(SWAP_ROUTER_02, ONE_INCH),
    ),
    "avalanche": Traits(
        consensus="avalanche",
        start_number=72_000_000,
        gas_limit=40_000_000,
        base_fee=GWEI,
        safe_depth=None,
        finalized_depth=1,
        routers=("0xbb00FF08d01D300023C629E8fFfFcb65A5a578cE", ONE_INCH),
    ),
}
"""By the chain's name; one that is not here is as Ethereum, with less traffic."""
