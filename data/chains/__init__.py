"""The chains that Spyhop knows, one TOML table each; adding one is adding a file.

The file's name is the chain's name in settings and commands. Operators put tables of their own
into the folder that ``CHAINS_DIR`` names; docs/adding-a-chain.md has one to start from.

- ``*.toml``     the tables
- ``reading``    a file into a ``Chain``
- ``table``      values with their types and ranges
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from data.chains.reading import load_chain
from data.errors import ConfigurationError
from data.model import Chain

__all__ = ["known_chains", "load_chain"]

_FOLDER = Path(__file__).parent


@cache
def known_chains(more: Path | None = None) -> Mapping[str, Chain]:
    """Every chain by name: the built-in ones, and those of a folder of more tables.

    A built-in table is read when it is asked for. Raises ConfigurationError for a wrong table in
    the folder, and for two that claim the same.
    """
    built_in = _Tables(_FOLDER)
    if more is None:
        return built_in
    if not more.is_dir():
        msg = f"CHAINS_DIR: there is no folder {more}"
        raise ConfigurationError(msg)
    claimed = {claim: chain.name for chain in built_in.values() for claim in _claims(chain)}
    chains = dict(built_in)
    for path in sorted(more.glob("*.toml")):
        chain = load_chain(path)
        for claim in _claims(chain):
            if claim in claimed:
                msg = f"{path.name}: {claim!r} is taken: it already means {claimed[claim]}"
                raise ConfigurationError(msg)
            claimed[claim] = chain.name
        chains[chain.name] = chain
    return MappingProxyType(chains)


class _Tables(Mapping[str, Chain]):
    """A folder's chains by name; a file is read when somebody asks for its chain."""

    def __init__(self, folder: Path) -> None:
        self._paths = {path.stem: path for path in sorted(folder.glob("*.toml"))}
        self._read: dict[str, Chain] = {}

    def __getitem__(self, name: str) -> Chain:
        if name not in self._read:
            self._read[name] = load_chain(self._paths[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __len__(self) -> int:
        return len(self._paths)


def _claims(chain: Chain) -> list[str | int]:
    """What no other chain may be called, or have as its id."""
    names = {chain.name, *chain.aliases, chain.title.casefold()}
    return [*sorted(names), chain.chain_id]
