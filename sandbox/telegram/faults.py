"""What can be made to go wrong, switched by tests: errors, delays, cut connections, holds, down."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from sandbox.telegram.errors import ApiError, Conflict, Forbidden, NotFound, Unauthorized

FaultKind = Literal["fail", "delay", "cut_before", "cut_after", "hold"]
ANY = "*"


@dataclass(slots=True)
class Fault:
    """One fault; `left` counts down, None means until it is cleared."""

    kind: FaultKind
    method: str
    left: int | None
    error: ApiError | None = None
    seconds: float = 0.0

    def concerns(self, method: str) -> bool:
        return self.left != 0 and self.method in (ANY, method.lower())

    def use(self) -> None:
        if self.left is not None:
            self.left -= 1


@dataclass(slots=True)
class Held:
    """A call that waits, not accepted yet."""

    method: str
    gate: asyncio.Future[bool]


@dataclass(slots=True)
class Faults:
    """All faults that are switched on, in the order in which they were."""

    active: list[Fault] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    down: bool = False

    def add(self, fault: Fault) -> None:
        fault.method = fault.method.lower()
        self.active.append(fault)

    def clear(self) -> None:
        """Ends all faults; what is held goes on and is accepted."""
        self.active.clear()
        self.down = False
        self.release(accept=True)

    def take(self, kind: FaultKind, method: str) -> Fault | None:
        """The first fault of that kind for this call, counted as used."""
        for fault in self.active:
            if fault.kind == kind and fault.concerns(method):
                fault.use()
                return fault
        return None

    def release(self, *, accept: bool) -> int:
        """Ends all holds: held calls are accepted now, or cut unseen. Says how many."""
        self.active[:] = [f for f in self.active if f.kind != "hold"]
        held, self.held = self.held, []
        for one in held:
            if not one.gate.done():
                one.gate.set_result(accept)
        return len(held)

    async def wait_at_gate(self, method: str) -> bool:
        """True at once where nothing holds; else what the release says."""
        if self.take("hold", method) is None:
            return True
        held = Held(method, asyncio.get_running_loop().create_future())
        self.held.append(held)
        return await held.gate


def error_of(code: int, description: str | None, retry_after: int | None) -> ApiError:
    """The answer of a `fail` fault, with the usual words where none are given."""
    parameters = {"retry_after": retry_after} if retry_after else None
    usual = {
        400: "Bad Request: failed on demand",
        401: "Unauthorized",
        403: "Forbidden: bot was blocked by the user",
        404: "Not Found",
        409: "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running",
        429: f"Too Many Requests: retry after {retry_after}",
        502: "Bad Gateway",
    }
    kinds: dict[int, type[ApiError]] = {
        401: Unauthorized, 403: Forbidden, 404: NotFound, 409: Conflict,
    }  # fmt: skip
    error = kinds.get(code, ApiError)("", parameters)
    error.code = code
    error.description = description or usual.get(code, "Internal Server Error")
    return error
