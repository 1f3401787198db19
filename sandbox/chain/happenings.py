"""What a verb brought about: values that tests assert on, the same in process and over HTTP
(`as_json`, `from_json`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Head:
    """A block by number and 0x hash."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Mined:
    """Where a transaction is; while it is pending only its hash is known.

    `log_indexes` are block-wide, as in receipts.
    """

    tx_hash: str
    block_number: int | None = None
    block_hash: str | None = None
    index: int | None = None
    log_indexes: tuple[int, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Mined:
        """The inverse of `as_json`."""
        return cls(**{**value, "log_indexes": tuple(value["log_indexes"])})


@dataclass(frozen=True, slots=True)
class Reorg:
    """A change of branch: what was orphaned, what replaced it, and which transactions survived."""

    fork_number: int
    orphaned: tuple[Head, ...]
    added: tuple[Head, ...]
    kept: tuple[str, ...]
    dropped: tuple[str, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Reorg:
        """The inverse of `as_json`."""
        return cls(
            value["fork_number"],
            tuple(Head(**head) for head in value["orphaned"]),
            tuple(Head(**head) for head in value["added"]),
            tuple(value["kept"]),
            tuple(value["dropped"]),
        )


def as_json(happening: Head | Mined | Reorg) -> dict[str, Any]:
    """Plain JSON values."""
    return asdict(happening)
