"""A label, and looking one up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EVERYWHERE = "*"
"""Stands for every chain in a row."""

KINDS = frozenset({"exchange", "bridge", "staking", "issuer", "fund", "burn", "other"})
"""What can be behind an address; ``other`` is for operators: a person, a company, an attacker."""


@dataclass(frozen=True, slots=True)
class Label:
    """An address's known ``name``, the ``entity`` behind it, and what ``kind`` that is.

    Kinds: exchange, bridge, staking, issuer (of stablecoins), fund, burn, other. ``defunct`` when
    the entity is out of business; whoever winds it up may still move its funds.
    """

    entity: str
    name: str
    kind: str
    defunct: bool = False


class Labels:
    """Look-up by chain and address; a row for every chain holds where the chain has none.

    ``own`` are one chat's names by chain and address; the empty chain stands for all of them.
    """

    def __init__(
        self,
        rows: Mapping[tuple[str, bytes], Label],
        own: Mapping[tuple[str, bytes], str] | None = None,
    ) -> None:
        self._rows = rows
        self._own = own or {}

    def __len__(self) -> int:
        return len(self._rows)

    def of(self, chain: str, address: bytes) -> Label | None:
        """The label of an address on a chain, if anybody gave it one."""
        return self._rows.get((chain, address)) or self._rows.get((EVERYWHERE, address))

    def on(self, chain: str) -> Iterator[tuple[bytes, Label]]:
        """Every labelled address of a chain, in the tables' order."""
        for (where, address), label in self._rows.items():
            if where in {chain, EVERYWHERE}:
                yield address, label

    def under(self, rows: Mapping[tuple[str, bytes], Label]) -> Labels:
        """With rows that win over these; one for every chain wins over these on every chain."""
        everywhere = {address for chain, address in rows if chain == EVERYWHERE}
        kept = {key: label for key, label in self._rows.items() if key[1] not in everywhere}
        return Labels({**kept, **rows}, self._own)

    def for_chat(self, own: Mapping[tuple[str, bytes], str]) -> Labels:
        """The same as one chat sees them, with the names that it gave itself."""
        return Labels(self._rows, own)

    def own_name(self, chain: str, address: bytes) -> str | None:
        """What the chat itself calls an address on a chain."""
        return self._own.get((chain, address)) or self._own.get(("", address))
