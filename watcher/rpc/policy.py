"""What is done about an error: one row for each branch of the tree."""

from __future__ import annotations

from enum import Enum

from watcher.rpc.errors import (
    AllNodesFailed,
    LegitimateAnswer,
    NodeFault,
    NodeUnfit,
    NodeUnusable,
    RateLimited,
    RequestTooLarge,
    RpcError,
    UntrueAnswer,
)


class Remedy(Enum):
    """What the pool does when a node's call ends in an error."""

    BLAME = "next node, and a fault for this one's breaker"
    EJECT = "next node, and set this one aside until a probe, for what it said cannot be relied on"
    NEXT = "next node"
    SHRINK = "the same node again with less, then the next"
    WAIT = "next node, and leave this one alone for a while"
    QUARANTINE = "next node, and set this one aside until a probe"
    ANSWER = "to the caller: it is the answer"
    GIVE_UP = "to the caller: nobody is left to ask"


POLICY: dict[type[RpcError], Remedy] = {
    NodeFault: Remedy.BLAME,
    UntrueAnswer: Remedy.EJECT,
    NodeUnfit: Remedy.NEXT,
    RequestTooLarge: Remedy.SHRINK,
    RateLimited: Remedy.WAIT,
    NodeUnusable: Remedy.QUARANTINE,
    LegitimateAnswer: Remedy.ANSWER,
    AllNodesFailed: Remedy.GIVE_UP,
}


def remedy_for(error: RpcError) -> Remedy:
    """The row of the error's branch.

    Raises KeyError for a class outside every branch, which a test keeps from existing."""
    for ancestor in type(error).__mro__:
        if ancestor in POLICY:
            return POLICY[ancestor]
    raise KeyError(type(error).__name__)
