"""Known addresses and who is behind them: other people's claims, each row with its source.

Operators add rows of their own with the file that ``LABELS_FILE`` names; those win.

- ``*.csv``    the curated tables, one a kind
- ``label``    a label, and looking one up
- ``reading``  a CSV into labels
- ``flow``     what a movement means for the entities on its sides
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from data.chains import known_chains
from data.labels.label import KINDS, Label, Labels
from data.labels.reading import load_labels

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["KINDS", "Label", "Labels", "curated_labels", "known_labels"]

_FOLDER = Path(__file__).parent


@cache
def curated_labels() -> Labels:
    """The tables of this folder."""
    rows: dict[tuple[str, bytes], Label] = {}
    for path in sorted(_FOLDER.glob("*.csv")):
        rows |= load_labels(path, known_chains())
    return Labels(rows)


def known_labels(more: Path | None, chains: Collection[str]) -> Labels:
    """The curated labels under those of an operator's file, for chains of these names.

    Raises ConfigurationError that tells of every wrong line in the file.
    """
    curated = curated_labels()
    return curated if more is None else curated.under(load_labels(more, chains))
