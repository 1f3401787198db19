"""What a simulated chain is made of, as plain values; addresses are 0x texts, prices are US
dollars.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

PoolKind = Literal["v2", "v3"]
MetadataStyle = Literal["string", "bytes32", "reverting"]
Consensus = Literal["beacon", "parlia", "bor", "op", "nitro", "avalanche"]


@dataclass(frozen=True, slots=True)
class TokenSpec:
    """An ERC-20 contract; `follows` names the market whose moves its price shares (own symbol if
    empty).

    `style` is how symbol() and name() answer: as strings, as bytes32 like old tokens, or by
    reverting.
    """

    address: str
    symbol: str
    name: str
    decimals: int
    price_usd: Decimal | None = None
    follows: str = ""
    style: MetadataStyle = "string"


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """A Chainlink proxy, such as `ETH / USD`; the heartbeat is in seconds."""

    proxy: str
    pair: str
    price_usd: Decimal
    heartbeat: int
    decimals: int = 8

    @property
    def base(self) -> str:
        """What is priced: `ETH` of `ETH / USD`."""
        return self.pair.partition("/")[0].strip()


@dataclass(frozen=True, slots=True)
class FactorySpec:
    """What makes pools: v2 or v3, the latter with these fees in millionths."""

    address: str
    kind: PoolKind
    fees: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WalletSpec:
    """An address with a public name; the noise moves money to and from it."""

    address: str
    name: str


@dataclass(frozen=True, slots=True)
class NoiseSpec:
    """How the chain's ordinary traffic looks; shares are of a block's transactions.

    `whale_share`: movements of $100,000 and more; `labelled_share`: one side is a labelled wallet.
    """

    transactions: int = 200
    whale_share: float = 0.01
    labelled_share: float = 0.2
    population: int = 4000
    median_usd: int = 350


@dataclass(frozen=True, slots=True)
class ChainSpec:
    """One EVM chain; `block_time` in seconds, depths in blocks, `base_fee` in wei (0 where there
    is none). `native_follows` names the market that the coin's price is (own symbol if empty).
    `safe_depth` None: no node has that tag. `sequencer` is the uptime feed of a rollup. Tokens with
    a price have a pool against the wrapped coin with the first of the `factories`, unless they are
    `quotes` themselves. `price_source_name` is what the price source calls the chain.
    `native_logs`: native value shows in logs (EIP-7708).
    """

    name: str
    chain_id: int
    block_time: float
    native_symbol: str
    native_usd: Decimal
    wrapped_native: str
    multicall3: str
    tokens: tuple[TokenSpec, ...]
    feeds: tuple[FeedSpec, ...]
    wallets: tuple[WalletSpec, ...]
    routers: tuple[str, ...]
    start_number: int
    gas_limit: int
    base_fee: int
    priority_fee: int
    safe_depth: int | None
    finalized_depth: int
    consensus: Consensus = "beacon"
    native_follows: str = ""
    spam: tuple[TokenSpec, ...] = ()
    sequencer: str | None = None
    factories: tuple[FactorySpec, ...] = ()
    quotes: tuple[str, ...] = ()
    price_source_name: str = ""
    noise: NoiseSpec = NoiseSpec()
    native_logs: bool = False

    def token(self, symbol: str) -> TokenSpec:
        """The token of that symbol; KeyError if the chain has none."""
        for token in self.tokens:
            if token.symbol == symbol:
                return token
        raise KeyError(f"{self.name} has no token {symbol!r}")
