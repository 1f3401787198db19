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
    RpcError,
)


class Remedy(Enum):
    """What the pool does when a node's call ends in an error."""

    BLAME = "next node, and a fault for this one's breaker"
    NEXT = "next node"
    WAIT = "next node, and leave this one alone for a while"
    QUARANTINE = "next node, and set this one aside until a probe"
    ANSWER = "to the caller: it is the answer"
    GIVE_UP = "to the caller: nobody is left to ask"


POLICY: dict[type[RpcError], Remedy] = {
    NodeFault: Remedy.BLAME,
    NodeUnfit: Remedy.NEXT,
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
