"""A chain that an operator lets rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class ChainPause:
    """By whose word, and since when; ``who`` is what the operator ``by`` is called."""

    chain: str
    by: int
    who: str
    since: datetime
