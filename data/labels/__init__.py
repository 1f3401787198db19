"""Known addresses and who is behind them: other people's claims, each row with its source."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Label:
    """An address's known ``name``, the ``entity`` behind it, and what ``kind`` that is.

    Kinds: exchange, bridge, fund, staking, issuer, burn.
    """

    entity: str
    name: str
    kind: str


class Labels:
    """Look-up by chain and address; a row for every chain holds where the chain has none."""

    def __init__(self, rows: dict[tuple[str, bytes], Label]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def of(self, chain: str, address: bytes) -> Label | None:
        """The label of an address on a chain, if anybody gave it one."""
        return self._rows.get((chain, address)) or self._rows.get(("*", address))

    def on(self, chain: str) -> Iterator[tuple[bytes, Label]]:
        """Every labelled address of a chain, in the tables' order."""
        for (where, address), label in self._rows.items():
            if where in {chain, "*"}:
                yield address, label


@cache
def curated_labels() -> Labels:
    """The tables of this folder."""
    rows: dict[tuple[str, bytes], Label] = {}
    for path in sorted(_FOLDER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                address = bytes.fromhex(row["address"].removeprefix("0x"))
                rows[row["chain"], address] = Label(row["entity"], row["name"], row["kind"])
    return Labels(rows)
