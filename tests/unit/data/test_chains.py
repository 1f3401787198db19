"""The chains' tables: complete, sourced, and each address as its checksum has it."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from itertools import chain as chained
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import data.chains
from data.addresses import checksummed, parse_address
from data.chains import known_chains, load_chain

FILES = sorted(Path(data.chains.__file__).parent.glob("*.toml"))
KEYS = ("key", "apikey", "api_key", "token", "${", "{", "<", "YOUR", "/v3/", "/v2/")

each_chain = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def table_of(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def addresses_in(value: Any) -> Iterator[str]:
    """Every text that looks like an address, however deep."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from addresses_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from addresses_in(inner)
    elif isinstance(value, str) and re.match("0[xX][^ ]*$", value):
        yield value


def twice(values: list[Any]) -> list[Any]:
    return [value for value, times in Counter(values).items() if times > 1]


def test_seven_chains_are_known_by_their_files_names() -> None:
    assert [path.stem for path in FILES] == list(known_chains())
    assert {chain.name: chain.chain_id for chain in known_chains().values()} == {
        "arbitrum": 42161, "avalanche": 43114, "base": 8453, "bsc": 56, "ethereum": 1,
        "optimism": 10, "polygon": 137,
    }  # fmt: skip


def test_no_two_chains_share_an_id() -> None:
    assert twice([chain.chain_id for chain in known_chains().values()]) == []


@each_chain
def test_a_chain_has_four_public_nodes_without_keys(path: Path) -> None:
    urls = [row["url"] for row in table_of(path)["nodes"]]

    assert len(urls) >= 4
    assert twice([urlsplit(url).hostname for url in urls]) == []
    for url in urls:
        parts = urlsplit(url)
        assert parts.scheme == "https"
        assert (parts.username, parts.password, parts.query) == (None, None, "")
        assert not any(key in parts.path for key in KEYS)


@each_chain
def test_every_row_names_its_source(path: Path) -> None:
    table = table_of(path)
    rows = [
        table["native"], table["explorer"], table["multicall3"], table["integrity"],
        table["finality"], *([table["sequencer"]] if "sequencer" in table else []),
        *([table["price_source"]] if "price_source" in table else []),
        *table["quotes"], *table["factories"], *table["nodes"], *table["sockets"],
        *table["feeds"], *table["tokens"],
    ]  # fmt: skip

    assert [row for row in rows if not row.get("source", "").strip()] == []
    # the block time's is in a comment beside it
    (line,) = [line for line in path.read_text().splitlines() if line.startswith("block_time")]
    assert len(line.partition("#")[2].split()) >= 2


@each_chain
def test_every_address_is_written_as_its_checksum_has_it(path: Path) -> None:
    written = list(addresses_in(table_of(path)))

    assert len(written) > 20
    assert [text for text in written if checksummed(parse_address(text)) != text] == []


@each_chain
def test_no_row_hides_another(path: Path) -> None:
    table = table_of(path)

    assert twice([row["pair"] for row in table["feeds"]]) == []
    assert twice([row["proxy"] for row in table["feeds"]]) == []
    assert twice([row["address"] for row in table["tokens"]]) == []


@each_chain
def test_the_feeds_that_are_named_exist_and_price_in_dollars(path: Path) -> None:
    chain = load_chain(path)
    named = {chain.native_feed, *(token.feed for token in chain.tokens.values() if token.feed)}

    assert named <= set(chain.feeds)
    assert [pair for pair in named if not pair.endswith(" / USD")] == []


@each_chain
def test_every_number_is_one_that_can_be(path: Path) -> None:
    chain = load_chain(path)

    assert 0.1 <= chain.block_time <= 60
    assert chain.retract_after * chain.block_time >= 4  # nobody is told within a hiccup
    assert chain.keep_hashes >= 64
    assert chain.family == "evm"
    assert chain.native_decimals == 18
    for token in chain.tokens.values():
        assert 0 <= token.decimals <= 36
        assert token.symbol.strip() == token.symbol != ""
        assert token.symbol.isprintable()
        assert token.name.isprintable()
    for feed in chain.feeds.values():
        assert feed.decimals in (8, 18)
        assert feed.heartbeat is None or 60 <= feed.heartbeat <= 172_800


@each_chain
def test_the_wrapped_native_coin_is_a_token_with_the_native_feed(path: Path) -> None:
    chain = load_chain(path)
    wrapped = chain.tokens[chain.wrapped_native]

    # Polygon's coin has a new name, and what wraps it has kept the old one in the lists
    coin = {"POL": "MATIC"}.get(chain.native_symbol, chain.native_symbol)
    assert wrapped.symbol == f"W{coin}"
    assert wrapped.decimals == chain.native_decimals
    assert wrapped.feed == chain.native_feed


@each_chain
def test_explorer_links_have_their_place_to_fill(path: Path) -> None:
    explorer = load_chain(path).explorer

    for template, field in (
        (explorer.tx, "hash"), (explorer.address, "address"), (explorer.block, "number"),
    ):  # fmt: skip
        filled = template.format(**{field: "0xabc"})
        assert filled.startswith("https://")
        assert filled.endswith("/0xabc")


def test_curated_tokens_are_found_by_symbol_whatever_its_case() -> None:
    ethereum = known_chains()["ethereum"]

    (usdc,) = ethereum.tokens_called("usdc")
    assert checksummed(usdc.address) == "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
    assert usdc.decimals == 6
    assert ethereum.tokens_called("NOPE") == ()


@each_chain
def test_memory_reaches_below_what_is_final(path: Path) -> None:
    chain = load_chain(path)
    finality = chain.finality

    assert 0 < finality.safe_depth < finality.finalized_depth < chain.keep_hashes
    assert chain.keep_hashes * chain.block_time >= 180


@each_chain
def test_a_chain_has_two_public_sockets_without_keys(path: Path) -> None:
    urls = load_chain(path).ws_urls

    assert len(urls) >= 2
    for url in urls:
        parts = urlsplit(url)
        assert parts.scheme == "wss"
        assert (parts.username, parts.password, parts.query) == (None, None, "")
        assert not any(key in parts.path for key in KEYS)


def test_stablecoins_have_no_price_but_their_own_feeds() -> None:
    for chain in known_chains().values():
        for token in chain.tokens.values():
            if "USD" in token.symbol.upper() and token.feed is not None:
                assert token.feed.casefold() == f"{token.symbol} / USD".casefold()


def test_the_chains_whose_traits_differ_say_so() -> None:
    known = known_chains()

    # before this block Polygon's state-sync logs lay outside bloom and receipts root
    polygon = known["polygon"].integrity
    assert polygon.bloom_from == polygon.receipts_root_from == 80_084_800
    assert known["polygon"].native_feed == "MATIC / USD"
    nonces = {chain.name for chain in known.values() if chain.integrity.deposit_nonces}
    assert nonces == {"base", "optimism"}
    sequenced = {chain.name for chain in known.values() if chain.sequencer_feed is not None}
    assert sequenced == {"arbitrum", "base", "optimism"}
    odd = {
        (chain.name, feed.pair)
        for chain in known.values()
        for feed in chain.feeds.values()
        if feed.decimals != 8
    }
    assert odd <= {
        ("arbitrum", "PEPE / USD"), ("arbitrum", "SHIB / USD"), ("optimism", "PEPE / USD"),
        ("optimism", "BONK / USD"), ("avalanche", "SHIB / USD"),
    }  # fmt: skip


def test_no_two_chains_answer_to_the_same_name() -> None:
    names = [{c.name, c.title.casefold(), *c.aliases} for c in known_chains().values()]

    assert twice(list(chained.from_iterable(names))) == []


@each_chain
def test_pools_are_quoted_in_the_wrapped_coin_and_dollars(path: Path) -> None:
    chain = load_chain(path)
    table = table_of(path)

    assert chain.quotes[0] == chain.wrapped_native
    assert len(chain.quotes) >= 2
    for quote, row in zip(chain.quotes, table["quotes"], strict=True):
        assert chain.tokens[quote].symbol == row["symbol"]
    assert {factory.kind.value for factory in chain.factories} == {"v2", "v3"}
