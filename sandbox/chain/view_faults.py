"""Faults of the view: the node is honest about a part of the chain that is not the newest, or not
the right one.

stale_head(blocks=5)      the node is that many blocks behind
stuck_head(at=number)     its head no longer moves
backward_head(blocks=3)   every second call it is behind: two machines behind one name
other_fork(depth=2, keep=50)         it is on a branch of its own that parted so many blocks below
                          the head, with so many percent of the chain's transactions
alternating_forks(depth=2, keep=50)  every second call it is on that branch
wrong_chain_id(id=5)      it follows another chain
forgets_orphans           it does not know blocks of abandoned branches
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from sandbox.chain.fault import Fault
from sandbox.chain.ledger import Ledger
from sandbox.chain.view import View


@dataclass(frozen=True, slots=True)
class Moment:
    """When a node is asked: `turn` counts its exchanges, `branch` is its own fork if it has one."""

    turn: int
    branch: Ledger | None = None


ViewFault: TypeAlias = Callable[[View, Fault, Moment], View]


def _behind(view: View, fault: Fault, blocks: int) -> View:
    back = int(fault.number("blocks", blocks))
    return replace(view, head=max(view.ledger.lowest, view.head - back))


def _stuck(view: View, fault: Fault, _: Moment) -> View:
    return replace(view, head=min(view.head, int(fault.number("at", view.head))))


def _on_branch(view: View, _: Fault, moment: Moment) -> View:
    if moment.branch is None:
        return view
    return replace(view, branch=moment.branch, head=moment.branch.head.number)


def _by_turns(fault: ViewFault) -> ViewFault:
    return lambda view, row, moment: fault(view, row, moment) if moment.turn % 2 else view


FORKS = frozenset({"other_fork", "alternating_forks"})

VIEW: Mapping[str, ViewFault] = {
    "stale_head": lambda view, fault, _: _behind(view, fault, 5),
    "stuck_head": _stuck,
    "backward_head": _by_turns(lambda view, fault, _: _behind(view, fault, 3)),
    "other_fork": _on_branch,
    "alternating_forks": _by_turns(_on_branch),
    "wrong_chain_id": lambda view, fault, _: replace(view, chain_id=int(fault.number("id", 5))),
    "forgets_orphans": lambda view, _fault, _moment: replace(view, knows_orphans=False),
}

NAMES = frozenset(VIEW)


def seen(view: View, faults: tuple[Fault, ...], moment: Moment) -> View:
    """The view that is left."""
    for fault in faults:
        if fault.name in VIEW:
            view = VIEW[fault.name](view, fault, moment)
    return view
