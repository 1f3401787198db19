"""Whether a node may be asked now, and what follows from how it did.

Four things shut a node's gate: its breaker after faults, a wait after a rate limit, quarantine when
the configuration is wrong, and ejection when what it says cannot be relied on. Each ends by itself,
so that a key that was mended, or a provider that had refused everybody for an hour, needs no
restart. An ejected node may still be asked when all others have failed. No I/O in here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf

from watcher.rpc.attempt import Entry
from watcher.rpc.breaker import Breaker, Permit, State
from watcher.rpc.errors import NotAsked, RateLimited, RpcError
from watcher.rpc.events import (
    BreakerMoved,
    NodeEjected,
    NodeFaulted,
    NodeLimited,
    NodeQuarantined,
    NodeRecovered,
    OnEvent,
)
from watcher.rpc.options import PoolOptions
from watcher.rpc.policy import Remedy, remedy_for
from watcher.rpc.snapshot import Standing

LIES_FORGOTTEN_AFTER = 3600.0


@dataclass(frozen=True, slots=True)
class SetAside:
    """Why a node was set aside, for how long, until when on the gate's clock, and who may end it.

    A laggard has no such time: it is readmitted when its head is near the others'."""

    standing: Standing
    reason: str
    seconds: float
    until: float
    probe: Permit | None = None

    @property
    def lagging(self) -> bool:
        return self.until == inf


class Gate:
    """The gate of one node. Pair each `enter` with one `settle` or `abandon`.

    A `lone` node is never ejected: there is no other to ask."""

    def __init__(
        self,
        chain: str,
        node: str,
        options: PoolOptions,
        clock: Callable[[], float],
        on_event: OnEvent,
        *,
        lone: bool = False,
    ) -> None:
        self._chain = chain
        self._node = node
        self._options = options
        self._clock = clock
        self._emit = on_event
        self._lone = lone
        self._breaker = Breaker(options.breaker_threshold, options.breaker_open_for, clock)
        self._waits_until = 0.0
        self._aside: SetAside | None = None
        self._lies = 0
        self._lied_at = 0.0

    @property
    def breaker(self) -> State:
        return self._breaker.state

    @property
    def quarantined(self) -> str | None:
        aside = self._aside
        return aside.reason if aside and aside.standing is Standing.QUARANTINED else None

    @property
    def reason(self) -> str | None:
        """Why it is quarantined or ejected."""
        return self._aside.reason if self._aside else None

    @property
    def lagging(self) -> bool:
        return self._aside is not None and self._aside.lagging

    @property
    def waits_for(self) -> float:
        """Seconds that are left of a rate limit's wait."""
        return max(0.0, self._waits_until - self._clock())

    @property
    def standing(self) -> Standing:
        if self._aside:
            return self._aside.standing
        if self._breaker.state is not State.CLOSED:
            return Standing.OPEN
        return Standing.WAITING if self.waits_for else Standing.READY

    def enter(self, entry: Entry = Entry.ORDINARY) -> Permit:
        """The right to ask once. Raises NotAsked when the gate is shut."""
        if self.waits_for:
            raise NotAsked(f"rate limited for another {self.waits_for:.0f} s")
        aside = self._aside
        if aside and self._clock() < aside.until and not _lets_in(aside, entry):
            ejected = aside.standing is Standing.EJECTED
            text = f"{aside.standing}: {aside.reason}"
            raise NotAsked(text, spare=ejected, trusted=aside.lagging)
        permit = self._breaker.enter()
        self._tell_transitions()
        if permit is None:
            left = self._breaker.opens_in
            raise NotAsked(f"breaker open for another {left:.0f} s" if left else "being probed")
        if aside and self._clock() >= aside.until:
            # One probe at a time: the next may try only if this one has said nothing by then.
            self._aside = replace(aside, until=self._clock() + aside.seconds, probe=permit)
        return permit

    def is_probe(self, permit: Permit) -> bool:
        """Whether it is this permit that shows whether the node may be asked again."""
        by_breaker = self._breaker.state is State.HALF_OPEN
        return by_breaker or (self._aside is not None and self._aside.probe == permit)

    def hasten(self) -> None:
        """Shorten an open breaker's time, and a quarantine to that of a breaker, but no wait that
        the node asked for: there is nobody else to ask."""
        aside = self._aside
        if aside and aside.standing is Standing.QUARANTINED:
            seconds = min(aside.seconds, self._options.breaker_open_for)
            until = aside.until - aside.seconds + seconds
            self._aside = replace(aside, seconds=seconds, until=until)
        elif not self.waits_for:
            self._breaker.hasten()
            self._tell_transitions()

    def settle(self, permit: Permit, error: RpcError | None = None) -> None:
        """How it went: None for an answer. The error must already be fit to be shown."""
        remedy = Remedy.ANSWER if error is None else remedy_for(error)
        match remedy:
            case Remedy.BLAME | Remedy.EJECT:
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
        aside = self._aside
        if aside and aside.probe == permit:
            self._aside = replace(aside, until=self._clock(), probe=None)

    def lag(self, reason: str) -> None:
        """Eject it until `caught_up`; what is set aside for a graver reason stays so."""
        if self._aside is None:
            self._eject(reason, inf)
        elif self._aside.lagging:
            self._aside = replace(self._aside, reason=reason)

    def caught_up(self) -> None:
        """Its head is near the others' again."""
        if self.lagging:
            self._readmit()

    def go_backwards(self, reason: str) -> None:
        """Eject it for a while."""
        if self._aside is None:
            self._eject(reason, self._options.eject_for)

    def report(self, error: RpcError) -> None:
        """A fault that somebody found after the call had succeeded."""
        remedy = remedy_for(error)
        if remedy in (Remedy.BLAME, Remedy.EJECT):
            self._breaker.reported()
        self._note(error, remedy)
        self._tell_transitions()

    def _note(self, error: RpcError, remedy: Remedy) -> None:
        if remedy in (Remedy.BLAME, Remedy.EJECT):
            self._emit(NodeFaulted(self._chain, self._node, type(error).__name__, error.text))
        if remedy is Remedy.EJECT:
            self._caught_lying(error.text)
        elif isinstance(error, RateLimited):
            asked = error.retry_after
            seconds = self._options.rate_limit_wait if asked is None else asked
            seconds = min(seconds, self._options.longest_wait)
            self._waits_until = max(self._waits_until, self._clock() + seconds)
            self._emit(NodeLimited(self._chain, self._node, seconds, error.text))
        elif remedy is Remedy.QUARANTINE:
            known = self.quarantined == error.text
            seconds = self._options.quarantine_for
            until = self._clock() + seconds
            self._aside = SetAside(Standing.QUARANTINED, error.text, seconds, until)
            if not known:
                self._emit(NodeQuarantined(self._chain, self._node, error.text))

    def _caught_lying(self, reason: str) -> None:
        now = self._clock()
        if now - self._lied_at > LIES_FORGOTTEN_AFTER:
            self._lies = 0
        self._lied_at = now
        if self.quarantined is not None:
            return
        longest = self._options.eject_longest
        seconds = min(self._options.eject_for * 2.0 ** min(self._lies, 30), longest)
        self._lies += 1
        self._eject(reason, seconds)

    def _eject(self, reason: str, seconds: float) -> None:
        if self._lone:
            return
        known = self._aside is not None
        self._aside = SetAside(Standing.EJECTED, reason, seconds, self._clock() + seconds)
        if not known:
            self._emit(NodeEjected(self._chain, self._node, reason))

    def _release(self, permit: Permit) -> None:
        # Answers to calls from before it was set aside say nothing about what it is for.
        if self._aside and self._aside.probe == permit:
            self._readmit()

    def _readmit(self) -> None:
        self._aside = None
        self._emit(NodeRecovered(self._chain, self._node))

    def _tell_transitions(self) -> None:
        for moved in self._breaker.drain():
            self._emit(
                BreakerMoved(self._chain, self._node, moved.before, moved.after, moved.cause)
            )
            if moved.after is State.CLOSED and not self._aside:
                self._emit(NodeRecovered(self._chain, self._node))


def _lets_in(aside: SetAside, entry: Entry) -> bool:
    if aside.standing is not Standing.EJECTED:
        return False
    return entry is Entry.LAST or (entry is Entry.SURVEY and aside.lagging)
