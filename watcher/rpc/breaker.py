"""The breaker of one node: closed, open, or half-open with exactly one probe.

    closed ──threshold faults in a row──▶ open ──open_for seconds──▶ half-open
      ▲                                    ▲                            │
      └─────────probe succeeded────────────┼────────────────────────────┤
                                           └───────probe failed─────────┘

It knows no I/O and no clock but the one it is given. Who wants to ask takes a permit, and settles
it once: `succeeded`, `failed`, or `abandoned` when the call says nothing about the node (cancelled,
rate limited). A permit from before the last transition no longer counts: an answer that was
on its way when the breaker opened neither closes it nor keeps it open.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

_TRANSITIONS_KEPT = 64  # nobody needs to drain them, so they must not pile up


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True, slots=True)
class Permit:
    """The right to ask once. Compared by its number."""

    number: int
    era: int


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of state, `at` seconds on the breaker's clock."""

    before: State
    after: State
    at: float
    cause: str


class Breaker:
    """Opens after `threshold` consecutive faults, for `open_for` seconds."""

    def __init__(self, threshold: int, open_for: float, clock: Callable[[], float]) -> None:
        if threshold < 1:
            raise ValueError("a breaker's threshold is at least 1")
        self._threshold = threshold
        self._open_for = open_for
        self._clock = clock
        self._state = State.CLOSED
        self._era = 0
        self._permits = 0
        self._consecutive = 0
        self._reported = 0
        self._opened_at = 0.0
        self._probe: Permit | None = None
        self._transitions: deque[Transition] = deque(maxlen=_TRANSITIONS_KEPT)

    @property
    def state(self) -> State:
        """An open breaker becomes half-open when the next permit is asked for, not by itself."""
        return self._state

    @property
    def opens_in(self) -> float:
        """Seconds until a probe is let through; 0 unless open."""
        if self._state is not State.OPEN:
            return 0.0
        return max(0.0, self._opened_at + self._open_for - self._clock())

    def enter(self) -> Permit | None:
        """A permit to ask the node, or None when it must be left alone."""
        if self._state is State.OPEN and self.opens_in == 0.0:
            self._move(State.HALF_OPEN, "time for a probe")
        if self._state is State.CLOSED:
            return self._permit()
        if self._state is State.HALF_OPEN and self._probe is None:
            self._probe = self._permit()
            return self._probe
        return None

    def hasten(self) -> None:
        """Let a probe through before its time: there is nobody else to ask."""
        if self._state is State.OPEN:
            self._move(State.HALF_OPEN, "no other node is left")

    def succeeded(self, permit: Permit) -> None:
        if not self._counts(permit):
            return
        self._consecutive = 0
        if self._state is State.HALF_OPEN:
            self._move(State.CLOSED, "the probe succeeded")

    def failed(self, permit: Permit) -> None:
        if not self._counts(permit):
            return
        self._consecutive += 1
        if self._state is State.HALF_OPEN:
            self._move(State.OPEN, "the probe failed")
        elif self._consecutive >= self._threshold:
            self._move(State.OPEN, f"{self._consecutive} faults in a row")

    def abandoned(self, permit: Permit) -> None:
        if permit == self._probe:
            self._probe = None

    def reported(self) -> None:
        """Count a fault that was found after its call had succeeded.

        Successes do not wipe these out: a node that answers promptly and wrongly succeeds before
        every lie."""
        if self._state is State.HALF_OPEN:
            self._move(State.OPEN, "a fault was reported during the probe")
        elif self._state is State.CLOSED:
            self._reported += 1
            if self._reported >= self._threshold:
                self._move(State.OPEN, f"{self._reported} reported faults")

    def drain(self) -> list[Transition]:
        """The transitions since the last drain (the latest 64), oldest first."""
        drained = list(self._transitions)
        self._transitions.clear()
        return drained

    def _permit(self) -> Permit:
        self._permits += 1
        return Permit(self._permits, self._era)

    def _counts(self, permit: Permit) -> bool:
        if self._state is State.HALF_OPEN:
            return permit == self._probe
        return self._state is State.CLOSED and permit.era == self._era

    def _move(self, after: State, cause: str) -> None:
        now = self._clock()
        self._transitions.append(Transition(self._state, after, now, cause))
        self._state = after
        self._era += 1
        self._probe = None
        self._consecutive = self._reported = 0
        if after is State.OPEN:
            self._opened_at = now
