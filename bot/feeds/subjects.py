"""What a feed is about: the kinds of movements and the assets. Pure.

Two feeds of a chain are the same one where they are about the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.model import EVERYTHING, Scope, UnitThreshold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from data.model import Asset, Chain, Interest, Threshold, Watch

_MANY = 4
"""So many stablecoins are more than somebody named one by one."""


@dataclass(frozen=True, slots=True)
class Subject:
    """``interests`` None means every kind. ``stablecoins`` are those of the tables, whichever these
    are; else ``only`` are the assets, all where there are none."""

    interests: Interest | None = None
    stablecoins: bool = False
    only: frozenset[Asset] = frozenset()
    without: frozenset[Asset] = frozenset()
    not_on: frozenset[str] = frozenset()

    def about(self, threshold: Threshold | None) -> Subject:
        """The same, where a threshold in units says what counts."""
        if self.stablecoins or self.only or not isinstance(threshold, UnitThreshold):
            return self
        counted = frozenset(threshold.amounts)
        return Subject(self.interests, False, counted, self.without, self.not_on)


def subject_of(watch: Watch, chains: Sequence[Chain]) -> Subject:
    """What a feed is about."""
    scope = watch.scope
    subject = Subject(scope.interests, False, scope.only, scope.without, scope.not_on)
    subject = subject.about(watch.threshold)
    if _are_stablecoins(subject.only, on_chain(watch.chain, chains)):
        return Subject(scope.interests, True, frozenset(), scope.without, scope.not_on)
    return subject


def scope_of(subject: Subject, chains: Iterable[Chain]) -> Scope:
    """What a feed of these chains looks at."""
    only = stablecoins_of(chains) if subject.stablecoins else subject.only
    if subject.interests is None and not (only or subject.without or subject.not_on):
        return EVERYTHING
    return Scope(subject.interests, only, subject.without, subject.not_on)


def on_chain(name: str | None, chains: Iterable[Chain]) -> list[Chain]:
    """The chains of a feed."""
    return [chain for chain in chains if name in {None, chain.name}]


def stablecoins_of(chains: Iterable[Chain]) -> frozenset[Asset]:
    """All that the chains' tables know."""
    return frozenset((chain.name, one.address) for chain in chains for one in chain.stablecoins)


def _are_stablecoins(only: frozenset[Asset], chains: Sequence[Chain]) -> bool:
    """Whether these are the stablecoins of the tables, or were before these changed a little."""
    known = stablecoins_of(chains)
    return len(only) >= _MANY and 4 * len(only & known) >= 3 * len(known) and only <= known
