"""One chain's file into a ``Chain``; every mistake is a sentence that names file and key."""

from __future__ import annotations

import tomllib
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from data.chains.table import Table
from data.errors import ConfigurationError
from data.model import (
    Chain,
    Explorer,
    Factory,
    Feed,
    Finality,
    Integrity,
    PoolKind,
    SystemTransactions,
    Token,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_BYTES = 4 * 2**20
_NAME = "[a-z][a-z0-9_]{0,23}"
_LIKE_NAME = "a small letter with small letters, digits or _ behind it"
_EVERYTHING = {"all", "*"}
"""What stands for every chain in commands."""


def load_chain(path: Path) -> Chain:
    """Read one chain's table. Raises ConfigurationError where it is incomplete or wrong."""
    table = Table(_parsed(path), path.name)
    name = table.text("name", pattern=_NAME, like=_LIKE_NAME)
    if name != path.stem:
        table.refuse("name", f"the file's name says {path.stem!r}: both have to be the same")
    # a file for another family of chains has other keys, and none of them is read yet
    table.text("family", pattern="evm", like='"evm"')
    aliases = table.texts("aliases", pattern="[a-z0-9][a-z0-9_-]{0,23}", like="a short name")
    if _EVERYTHING & {name, *aliases}:
        table.refuse("aliases", "all stands for every chain and cannot be one's name")
    feeds = _feeds(table)
    tokens = _tokens(table, feeds)
    native = table.table("native")
    explorer = table.table("explorer")
    multicall3 = table.table("multicall3")
    finality = _finality(table)
    chain = Chain(
        name=name,
        title=table.text("title"),
        family="evm",
        chain_id=table.integer("chain_id", 1, 2**53 - 1),
        block_time=table.seconds("block_time", 0.05, 3600),
        keep_hashes=table.integer("keep_hashes", 2, 100_000),
        retract_after=table.integer("retract_after", 1, 10_000),
        native_symbol=native.text("symbol"),
        native_decimals=native.integer("decimals", 0, 36),
        native_feed=native.text("feed"),
        wrapped_native=native.address("wrapped"),
        multicall3=multicall3.address("address"),
        explorer=Explorer(
            explorer.template("tx", "hash"),
            explorer.template("address", "address"),
            explorer.template("block", "number"),
        ),
        integrity=_integrity(table),
        finality=finality,
        node_urls=_urls(table, "nodes", "https", "http", at_least=1),
        ws_urls=_urls(table, "sockets", "wss", "ws"),
        feeds=MappingProxyType(feeds),
        tokens=MappingProxyType(tokens),
        aliases=aliases,
        sequencer_feed=_sequencer_feed(table),
        factories=_factories(table),
        quotes=_quotes(table, tokens),
        price_source_name=_price_source_name(table),
        system=_system(table),
        native_logs_from=(
            native.integer("logs_from", 0, 2**53 - 1) if native.has("logs_from") else None
        ),
        wraps_by_minting=native.yes("wraps_by_minting"),
        native_contract=native.address("contract") if native.has("contract") else None,
    )
    if chain.keep_hashes <= finality.finalized_depth:
        table.refuse("keep_hashes", "more than finality.finalized_depth is wanted")
    if chain.native_feed not in feeds:
        native.refuse("feed", "no row of [[feeds]] has that pair")
    for part in (table, native, explorer, multicall3):
        part.nothing_else()
    return chain


def _parsed(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            msg = f"{path.name}: it is too long for a chain's table"
            raise ConfigurationError(msg)
        return tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        msg = f"{path.name}: it cannot be read: {error.strerror}"
        raise ConfigurationError(msg) from None
    except UnicodeDecodeError:
        msg = f"{path.name}: it is not text in UTF-8: save it as that"
        raise ConfigurationError(msg) from None
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        where = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a value is absurd"
        msg = f"{path.name}: it is not TOML: {where[:200]}"
        raise ConfigurationError(msg) from None


def _feeds(table: Table) -> dict[str, Feed]:
    feeds = []
    for row in table.rows("feeds"):
        pair = row.text("pair")
        heartbeat = row.integer("heartbeat", 1, 31_536_000) if row.has("heartbeat") else None
        feeds.append(Feed(pair, row.address("proxy"), row.integer("decimals", 0, 36), heartbeat))
        row.nothing_else()
    _refuse_twins(table, "feeds", "pair", (feed.pair for feed in feeds))
    return {feed.pair: feed for feed in feeds}


def _tokens(table: Table, feeds: dict[str, Feed]) -> dict[bytes, Token]:
    tokens = []
    for row in table.rows("tokens"):
        feed = row.text("feed") if row.has("feed") else None
        if feed is not None and feed not in feeds:
            row.refuse("feed", "no row of [[feeds]] has that pair")
        decimals = row.integer("decimals", 0, 36)
        tokens.append(
            Token(
                row.address("address"),
                row.text("symbol"),
                row.text("name"),
                decimals,
                feed,
                row.sourced("stablecoin"),
            )
        )
        row.nothing_else()
    _refuse_twins(table, "tokens", "address", (token.address for token in tokens))
    return {token.address: token for token in tokens}


def _refuse_twins(table: Table, rows: str, key: str, values: Iterable[str | bytes]) -> None:
    if any(times > 1 for times in Counter(values).values()):
        table.refuse(rows, f"two rows have the same {key}")


def _integrity(table: Table) -> Integrity:
    rules = table.table("integrity")

    def holds_from(key: str) -> int | None:
        return rules.integer(key, 0, 2**53 - 1) if rules.has(key) else None

    integrity = Integrity(
        holds_from("bloom_from"), holds_from("receipts_root_from"), rules.yes("deposit_nonces")
    )
    rules.nothing_else()
    return integrity


def _finality(table: Table) -> Finality:
    depths = table.table("finality")
    finality = Finality(
        depths.integer("safe_depth", 0, 99_999), depths.integer("finalized_depth", 0, 99_999)
    )
    if finality.safe_depth > finality.finalized_depth:
        depths.refuse("safe_depth", "no more than finalized_depth is wanted")
    depths.nothing_else()
    return finality


def _system(table: Table) -> SystemTransactions:
    if not table.has("system"):
        return SystemTransactions()
    rules = table.table("system")
    types, minting = rules.integers("types", 0, 0xFF), rules.integers("minting_types", 0, 0xFF)
    if not minting <= types:
        rules.refuse("minting_types", "each of them has to be among types")
    users = rules.integers("user_types", 0, 0xFF)
    if not users <= types:
        rules.refuse("user_types", "each of them has to be among types")
    contracts = frozenset(rules.addresses("contracts"))
    system = SystemTransactions(types, minting, users, contracts)
    rules.nothing_else()
    return system


def _sequencer_feed(table: Table) -> bytes | None:
    if not table.has("sequencer"):
        return None
    sequencer = table.table("sequencer")
    proxy = sequencer.address("proxy")
    sequencer.nothing_else()
    return proxy


def _factories(table: Table) -> tuple[Factory, ...]:
    factories = []
    for row in table.rows("factories"):
        kind = PoolKind(row.text("kind", pattern="v2|v3", like='"v2" or "v3"'))
        fees = row.integers("fees", 1, 999_999) if kind is PoolKind.V3 else ()
        if kind is PoolKind.V3 and not fees:
            row.refuse("fees", "a v3 has pools of one fee at least")
        factories.append(
            Factory(row.text("title"), kind, row.address("address"), tuple(sorted(fees)))
        )
        row.nothing_else()
    _refuse_twins(table, "factories", "address", (factory.address for factory in factories))
    return tuple(factories)


def _quotes(table: Table, tokens: dict[bytes, Token]) -> tuple[bytes, ...]:
    quotes = []
    for row in table.rows("quotes"):
        address = row.address("address")
        token = tokens.get(address)
        if token is None or token.feed is None:
            row.refuse("address", "a row of [[tokens]] with a feed has to have that address")
        quotes.append(address)
        row.nothing_else(but=("source", "symbol"))
    _refuse_twins(table, "quotes", "address", quotes)
    return tuple(quotes)


def _price_source_name(table: Table) -> str | None:
    if not table.has("price_source"):
        return None
    source = table.table("price_source")
    name = source.text("name", pattern="[a-z0-9_-]{1,32}", like="a short name in small letters")
    source.nothing_else()
    return name


def _urls(table: Table, key: str, *schemes: str, at_least: int = 0) -> tuple[str, ...]:
    urls = []
    for row in table.rows(key, at_least=at_least):
        urls.append(row.url("url", *schemes))
        row.nothing_else()
    return tuple(dict.fromkeys(urls))
