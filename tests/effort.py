"""How long properties are tried: short by default, long under ``make torture``."""

from __future__ import annotations

import os

TORTURE = "SPYHOP_TORTURE" in os.environ
_FACTOR = 25


def examples(short: int) -> int:
    """So many examples, or many more under torture."""
    return short * _FACTOR if TORTURE else short
