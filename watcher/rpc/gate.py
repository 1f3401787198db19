"""Whether a node may be asked now, and what follows from how it did.

Three things shut a node's gate: its breaker after faults, a wait after a rate limit, and quarantine
when the configuration is wrong. Each ends by itself, so that a key that was mended, or a provider
that had refused everybody for an hour, needs no restart. No I/O in here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from watcher.rpc.breaker import Breaker, Permit, State
from watcher.rpc.errors import NotAsked, RateLimited, RpcError
from watcher.rpc.events import (
    BreakerMoved,
    NodeFaulted,
    NodeLimited,
    NodeQuarantined,
    NodeRecovered,
    OnEvent,
)
from watcher.rpc.options import PoolOptions
from watcher.rpc.policy import Remedy, remedy_for
from watcher.rpc.snapshot import Standing


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Why a node was set aside, until when on the gate's clock, and who may end it."""

    reason: str
    until: float
    probe: Permit | None = None


class Gate:
    """The gate of one node. Pair each `enter` with one `settle` or `abandon`."""

    def __init__(
        self,
        chain: str,
        node: str,
        options: PoolOptions,
        clock: Callable[[], float],
        on_event: OnEvent,
    ) -> None:
        self._chain = chain
        self._node = node
        self._options = options
        self._clock = clock
        self._emit = on_event
        self._breaker = Breaker(options.breaker_threshold, options.breaker_open_for, clock)
        self._waits_until = 0.0
        self._quarantine: Quarantine | None = None

    @property
    def breaker(self) -> State:
        return self._breaker.state

    @property
    def quarantined(self) -> str | None:
        return self._quarantine.reason if self._quarantine else None

    @property
    def waits_for(self) -> float:
        """Seconds that are left of a rate limit's wait."""
        return max(0.0, self._waits_until - self._clock())

    @property
    def standing(self) -> Standing:
        if self._quarantine:
            return Standing.QUARANTINED
        if self._breaker.state is not State.CLOSED:
            return Standing.OPEN
        return Standing.WAITING if self.waits_for else Standing.READY

    def enter(self) -> Permit:
        """The right to ask once. Raises NotAsked when the gate is shut."""
        if self.waits_for:
            raise NotAsked(f"rate limited for another {self.waits_for:.0f} s")
        quarantine = self._quarantine
        if quarantine and self._clock() < quarantine.until:
            raise NotAsked(f"quarantined: {quarantine.reason}")
        permit = self._breaker.enter()
        self._tell_transitions()
        if permit is None:
            left = self._breaker.opens_in
            raise NotAsked(f"breaker open for another {left:.0f} s" if left else "being probed")
        if quarantine:
            # One probe at a time: the next may try only if this one has said nothing by then.
            self._set_aside(quarantine.reason, permit)
        return permit

    def hasten(self) -> None:
        """Shorten an open breaker's time, but no wait that the node asked for."""
        if not self.waits_for and self._quarantine is None:
            self._breaker.hasten()
            self._tell_transitions()

    def settle(self, permit: Permit, error: RpcError | None = None) -> None:
        """How it went: None for an answer. The error must already be fit to be shown."""
        remedy = Remedy.ANSWER if error is None else remedy_for(error)
        match remedy:
            case Remedy.BLAME:
                self._breaker.failed(permit)
            case Remedy.WAIT | Remedy.QUARANTINE:
                self._breaker.abandoned(permit)
            case _:
                self._breaker.succeeded(permit)
                if error is None:
                    self._release(permit)
        if error is not None:
            self._note(error, remedy)
        self._tell_transitions()

    def abandon(self, permit: Permit) -> None:
        """The call ended in a way that says nothing about the node."""
        self._breaker.abandoned(permit)

    def report(self, error: RpcError) -> None:
        """A fault that somebody found after the call had succeeded."""
        remedy = remedy_for(error)
        if remedy is Remedy.BLAME:
            self._breaker.reported()
        self._note(error, remedy)
        self._tell_transitions()

    def _note(self, error: RpcError, remedy: Remedy) -> None:
        if remedy is Remedy.BLAME:
            self._emit(NodeFaulted(self._chain, self._node, type(error).__name__, error.text))
        elif isinstance(error, RateLimited):
            asked = error.retry_after
            seconds = self._options.rate_limit_wait if asked is None else asked
            seconds = min(seconds, self._options.longest_wait)
            self._waits_until = max(self._waits_until, self._clock() + seconds)
            self._emit(NodeLimited(self._chain, self._node, seconds, error.text))
        elif remedy is Remedy.QUARANTINE:
            known = self.quarantined == error.text
            self._set_aside(error.text)
            if not known:
                self._emit(NodeQuarantined(self._chain, self._node, error.text))

    def _set_aside(self, reason: str, probe: Permit | None = None) -> None:
        self._quarantine = Quarantine(reason, self._clock() + self._options.quarantine_for, probe)

    def _release(self, permit: Permit) -> None:
        # Answers to calls from before the quarantine say nothing about what it is for.
        if self._quarantine and self._quarantine.probe == permit:
            self._quarantine = None
            self._emit(NodeRecovered(self._chain, self._node))

    def _tell_transitions(self) -> None:
        for moved in self._breaker.drain():
            self._emit(
                BreakerMoved(self._chain, self._node, moved.before, moved.after, moved.cause)
            )
            if moved.after is State.CLOSED and not self._quarantine:
                self._emit(NodeRecovered(self._chain, self._node))
