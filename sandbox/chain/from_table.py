"""A chain to simulate, made from its table in data/chains, with invented prices.

Tokens, feeds and labelled wallets are the real ones, so that what the product knows about them
applies.
"""

from __future__ import annotations

from collections.abc import Iterator

from data.addresses import checksummed
from data.chains import known_chains
from data.labels import curated_labels
from data.model import Chain as ChainTable
from data.model import Feed, Token
from sandbox.chain.hostile import hostile_tokens
from sandbox.chain.prices import LEADERS, PRICES, SOMETHING
from sandbox.chain.spec import ChainSpec, FactorySpec, FeedSpec, NoiseSpec, TokenSpec, WalletSpec
from sandbox.chain.traits import TRAITS, Traits

_HOUSES = ("Binance", "Coinbase", "Kraken", "OKX", "Bybit", "Bitfinex", "KuCoin", "Gate.io")
_WALLETS_OF_A_HOUSE = 3
_PLACES = {symbol: place for place, symbol in enumerate(PRICES)}


def chain_spec(
    name: str,
    *,
    block_time: float | None = None,
    noise: NoiseSpec | None = None,
    start_number: int | None = None,
) -> ChainSpec:
    """One of the built-in chains; `block_time` in seconds, the chain's own by default.

    Raises KeyError for a name that nothing has.
    """
    return spec_of(
        known_chains()[name], block_time=block_time, noise=noise, start_number=start_number
    )


def ethereum_spec(
    *, block_time: float = 12.0, noise: NoiseSpec | None = None, start_number: int | None = None
) -> ChainSpec:
    """Ethereum mainnet, chain id 1."""
    return chain_spec("ethereum", block_time=block_time, noise=noise, start_number=start_number)


def bsc_spec(
    *, block_time: float = 0.45, noise: NoiseSpec | None = None, start_number: int | None = None
) -> ChainSpec:
    """BNB Smart Chain, chain id 56."""
    return chain_spec("bsc", block_time=block_time, noise=noise, start_number=start_number)


def spec_of(
    table: ChainTable,
    *,
    block_time: float | None = None,
    noise: NoiseSpec | None = None,
    start_number: int | None = None,
) -> ChainSpec:
    """Any chain that there is a table of."""
    traits = TRAITS.get(table.name, Traits())
    native, wrapped = _base(table.native_feed), checksummed(table.wrapped_native)
    return ChainSpec(
        name=table.name,
        chain_id=table.chain_id,
        block_time=table.block_time if block_time is None else block_time,
        native_symbol=table.native_symbol,
        native_usd=PRICES.get(native.upper(), SOMETHING),
        native_follows=native,
        wrapped_native=wrapped,
        multicall3=checksummed(table.multicall3),
        tokens=tuple(sorted(_tokens(table, native), key=lambda token: _rank(token, wrapped))),
        feeds=tuple(_feed(feed, traits) for feed in table.feeds.values()),
        wallets=tuple(_wallets(table)),
        routers=traits.routers,
        start_number=traits.start_number if start_number is None else start_number,
        gas_limit=traits.gas_limit,
        base_fee=traits.base_fee,
        priority_fee=traits.priority_fee,
        safe_depth=traits.safe_depth,
        finalized_depth=traits.finalized_depth,
        consensus=traits.consensus,
        spam=hostile_tokens(table.chain_id),
        sequencer=None if table.sequencer_feed is None else checksummed(table.sequencer_feed),
        factories=tuple(
            FactorySpec(checksummed(made.address), made.kind.value, made.fees)
            for made in table.factories
        ),
        quotes=tuple(map(checksummed, table.quotes)),
        price_source_name=table.price_source_name or table.name,
        noise=noise or NoiseSpec(transactions=traits.transactions),
        native_logs=table.native_logs_from is not None,
    )


def _tokens(table: ChainTable, native: str) -> Iterator[TokenSpec]:
    for token in table.tokens.values():
        symbol = token.symbol.upper()
        price = PRICES.get(symbol)
        if price is None and token.feed is not None:
            price = PRICES.get(_base(token.feed).upper(), SOMETHING)
        if token.address == table.wrapped_native:
            price, leader = PRICES.get(native.upper(), SOMETHING), native
        else:
            leader = _leader(token)
        address = checksummed(token.address)
        yield TokenSpec(address, token.symbol, token.name, token.decimals, price, leader)


def _leader(token: Token) -> str:
    if token.feed is not None:
        return _base(token.feed)
    return LEADERS.get(token.symbol.upper(), token.symbol)


def _feed(feed: Feed, traits: Traits) -> FeedSpec:
    price = PRICES.get(_base(feed.pair).upper(), SOMETHING)
    heartbeat = feed.heartbeat or traits.heartbeat
    return FeedSpec(checksummed(feed.proxy), feed.pair, price, heartbeat, feed.decimals)


def _wallets(table: ChainTable) -> Iterator[WalletSpec]:
    """A few wallets of each big exchange."""
    left = dict.fromkeys(_HOUSES, _WALLETS_OF_A_HOUSE)
    for address, label in curated_labels().on(table.name):
        if label.kind == "exchange" and left.get(label.entity):
            left[label.entity] -= 1
            yield WalletSpec(checksummed(address), label.name)


def _rank(token: TokenSpec, wrapped: str) -> tuple[bool, bool, int]:
    """The wrapped native coin first, then what people trade most; what has no price last."""
    place = _PLACES.get(token.symbol.upper(), len(_PLACES))
    return token.address != wrapped, token.price_usd is None, place


def _base(pair: str) -> str:
    """What is priced: `ETH` of `ETH / USD`."""
    return pair.partition("/")[0].strip()
