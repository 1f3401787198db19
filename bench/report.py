"""How figures are printed: a table for people, or one JSON object for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
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
