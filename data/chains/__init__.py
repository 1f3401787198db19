"""The chains that Spyhop knows, one TOML table each; adding one is adding a file.

The file's name is the chain's name in settings and commands. Operators put tables of their own
into the folder that ``CHAINS_DIR`` names; docs/adding-a-chain.md has one to start from.

- ``*.toml``     the tables
- ``reading``    a file into a ``Chain``
- ``table``      values with their types and ranges
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from data.chains.reading import load_chain
from data.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.model import Chain

__all__ = ["known_chains", "load_chain"]

_FOLDER = Path(__file__).parent


@cache
def known_chains(more: Path | None = None) -> Mapping[str, Chain]:
    """Every chain by name: the built-in ones, and those of a folder of more tables.

    Raises ConfigurationError for a wrong table, and for two that claim the same.
    """
    paths = sorted(_FOLDER.glob("*.toml"))
    if more is not None:
        if not more.is_dir():
            msg = f"CHAINS_DIR: there is no folder {more}"
            raise ConfigurationError(msg)
        paths += sorted(more.glob("*.toml"))
    chains: dict[str, Chain] = {}
    claimed: dict[str | int, str] = {}
    for path in paths:
        chain = load_chain(path)
        claims: set[str | int] = {chain.name, *chain.aliases, chain.title.casefold()}
        for claim in [*sorted(claims, key=str), chain.chain_id]:
            if claim in claimed:
                msg = f"{path.name}: {claim!r} is taken: it already means {claimed[claim]}"
                raise ConfigurationError(msg)
            claimed[claim] = chain.name
        chains[chain.name] = chain
    return MappingProxyType(chains)
