"""What went wrong in a process, as whoever runs it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of error in one process: how often, when last, and the code that a person was told
    with it last."""

    process: str
    kind: str
    count: int
    last: datetime
    code: str | None = None
