"""How figures are printed: a table for people, or one JSON object for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.ground import Run


@dataclass(frozen=True, slots=True)
class Row:
    """One contender's runs, each over so many blocks."""

    name: str
    runs: tuple[Run, ...]
    blocks: int

    @property
    def blocks_per_second(self) -> float:
        """From the median run."""
        return self.blocks / median(one.seconds for one in self.runs)

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of its process's CPU per block, from the median run."""
        return 1000 * median(one.cpu for one in self.runs) / self.blocks

    def times(self, peer: Row, of: Callable[[Run], float] = lambda one: one.seconds) -> float:
        """How many times the peer took: the median over the pairs of the same round."""
        pairs = zip(peer.runs, self.runs, strict=True)
        return median(of(theirs) / of(ours) * self.blocks / peer.blocks for theirs, ours in pairs)


@dataclass(frozen=True, slots=True)
class Promise:
    """A figure beside the bound that it has to keep."""

    what: str
    figure: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_kept(self) -> bool:
        """Whether the figure is within its bounds."""
        return (self.at_least is None or self.figure >= self.at_least) and (
            self.at_most is None or self.figure <= self.at_most
        )

    def __str__(self) -> str:
        bound = f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"
        return f"{'ok  ' if self.is_kept else 'MISS'}  {self.what}: {self.figure:,.2f} ({bound})"


def print_report(
    title: str,
    promises: Sequence[Promise],
    lines: Sequence[str],
    figures: Mapping[str, Any],
    *,
    as_json: bool,
) -> None:
    """Lines for people and the promises under them; or everything as one object."""
    if as_json:
        kept = [asdict(promise) | {"is_kept": promise.is_kept} for promise in promises]
        print(json.dumps({"bench": title, **figures, "promises": kept}))
        return
    for line in (*lines, *map(str, promises)):
        print(line)


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
