"""Every Bot API call that came in, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call that is over.

    `code` is the HTTP status, or 0 where the connection was cut; `parameters` are as they were
    sent (files by name), never the token; `result` is what was answered. `accepted`: it was done,
    whatever the client saw.
    """

    seq: int
    date: float
    method: str
    parameters: dict[str, str]
    code: int
    description: str | None
    retry_after: int | None
    accepted: bool
    result: Any = None


@dataclass(slots=True)
class Calls:
    """The log, oldest first."""

    log: list[Call] = field(default_factory=list)
    started: int = 0

    def start(self) -> int:
        self.started += 1
        return self.started

    def add(self, call: Call) -> Call:
        self.log.append(call)
        return call

    def of(self, method: str | None = None) -> list[Call]:
        """Methods are compared as the server does: in any case."""
        if method is None:
            return list(self.log)
        return [c for c in self.log if c.method.lower() == method.lower()]

    def refused_for_rate(self) -> int:
        return sum(1 for c in self.log if c.code == 429)
