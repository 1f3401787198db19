"""How figures are printed: a table for people, or one JSON object for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """One contender: seconds of each run, and how much work a run was."""

    name: str
    seconds: tuple[float, ...]
    blocks: int
    transfers: int

    @property
    def blocks_per_second(self) -> float:
        """From the median run."""
        return self.blocks / median(self.seconds)

    @property
    def transfers_per_second(self) -> float:
        """From the median run."""
        return self.transfers / median(self.seconds)


def print_rows(title: str, rows: Sequence[Row], peer: str, *, as_json: bool) -> None:
    """Each row with its ratio to the peer's: the median over the pairs of the same round."""
    base = next(row for row in rows if row.name == peer)
    ratios = {
        row.name: median(b / s for b, s in zip(base.seconds, row.seconds, strict=True))
        for row in rows
    }
    if as_json:
        table = [
            asdict(row)
            | {
                "blocks_per_second": row.blocks_per_second,
                "transfers_per_second": row.transfers_per_second,
                "ratio": ratios[row.name],
            }
            for row in rows
        ]
        print(json.dumps({"bench": title, "peer": peer, "rows": table}))
        return
    width = max(len(row.name) for row in rows)
    print(f"{title}: {rows[0].blocks} blocks, {rows[0].transfers:,} transfers, medians")
    print(f"{'':<{width}}  {'blocks/s':>9}  {'transfers/s':>11}  {'× ' + peer:>12}")
    for row in rows:
        print(
            f"{row.name:<{width}}  {row.blocks_per_second:>9.1f}  "
            f"{row.transfers_per_second:>11,.0f}  {ratios[row.name]:>11.1f}×"
        )


class Verdict(StrEnum):
    """What came of reading something true over nodes that lie or fail."""

    CORRECT = "correct"
    LOUD = "loud error"
    WRONG = "SILENTLY WRONG"


@dataclass(frozen=True, slots=True)
class Cell:
    """One contender under one fault; `detail` says what was wrong, or what it said."""

    verdict: Verdict
    seconds: float
    detail: str = ""


def print_matrix(title: str, columns: Mapping[str, Mapping[str, Cell]], *, as_json: bool) -> None:
    """A row for each fault, a column for each contender, and how often each came to what."""
    totals = {
        name: Counter(cell.verdict for cell in cells.values()) for name, cells in columns.items()
    }
    rows = list(next(iter(columns.values())))
    if as_json:
        table = [
            {"fault": row, "contender": name, **asdict(cells[row])}
            for row in rows
            for name, cells in columns.items()
        ]
        print(json.dumps({"bench": title, "rows": table, "totals": totals}))
        return
    width = max(map(len, rows))
    print(f"{title}: {len(rows)}, the faulty node first, a healthy one beside it; seconds")
    print(f"{'':<{width}}" + "".join(f"  {name:>21}" for name in columns))
    for row in rows:
        cells = [column[row] for column in columns.values()]
        print(
            f"{row:<{width}}"
            + "".join(f"  {cell.verdict:>14} {cell.seconds:>6.1f}" for cell in cells)
        )
    for verdict in Verdict:
        counts = "".join(f"  {total[verdict]:>14} {'':>6}" for total in totals.values())
        print(f"{verdict:<{width}}{counts}")
