"""The chains that Spyhop knows, one TOML table each; adding one is adding a file.

The file's name is the chain's name in settings and commands.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from data.model import Chain, Explorer, Feed, Finality, Integrity, Token

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).parent


@cache
def known_chains() -> Mapping[str, Chain]:
    """Every chain of the folder, by name."""
    chains = (load_chain(path) for path in sorted(_FOLDER.glob("*.toml")))
    return MappingProxyType({chain.name: chain for chain in chains})


def load_chain(path: Path) -> Chain:
    """Read one chain's table. Raises KeyError or ValueError where it is incomplete or wrong."""
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    if table["name"] != path.stem:
        msg = f"{path.name} calls its chain {table['name']}"
        raise ValueError(msg)
    feeds = [
        Feed(row["pair"], _address(row["proxy"]), row["decimals"], row.get("heartbeat"))
        for row in table["feeds"]
    ]
    tokens = [
        Token(
            _address(row["address"]), row["symbol"], row["name"], row["decimals"], row.get("feed")
        )
        for row in table["tokens"]
    ]
    explorer, integrity, finality = table["explorer"], table["integrity"], table["finality"]
    return Chain(
        name=table["name"],
        title=table["title"],
        family=table["family"],
        chain_id=table["chain_id"],
        block_time=table["block_time"],
        keep_hashes=table["keep_hashes"],
        retract_after=table["retract_after"],
        native_symbol=table["native"]["symbol"],
        native_decimals=table["native"]["decimals"],
        native_feed=table["native"]["feed"],
        wrapped_native=_address(table["native"]["wrapped"]),
        multicall3=_address(table["multicall3"]["address"]),
        explorer=Explorer(explorer["tx"], explorer["address"], explorer["block"]),
        integrity=Integrity(
            integrity.get("bloom_from"),
            integrity.get("receipts_root_from"),
            integrity.get("deposit_nonces", False),
        ),
        finality=Finality(finality["safe_depth"], finality["finalized_depth"]),
        node_urls=tuple(row["url"] for row in table["nodes"]),
        ws_urls=tuple(row["url"] for row in table.get("sockets", ())),
        feeds=MappingProxyType({feed.pair: feed for feed in feeds}),
        tokens=MappingProxyType({token.address: token for token in tokens}),
    )


def _address(text: str) -> bytes:
    raw = bytes.fromhex(text.removeprefix("0x"))
    if len(raw) != 20:
        msg = f"not an address: {text}"
        raise ValueError(msg)
    return raw
