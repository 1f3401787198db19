"""What can go wrong with a node, sorted by what to do about it.

RpcError
├── NodeFault              ask the next node; a fault for this node's breaker
│   ├── Unreachable        no connection, or it broke
│   ├── TimedOut           no whole answer in time
│   ├── BadStatus          an HTTP status that means failure
│   ├── GarbledAnswer      not the JSON that was asked for: HTML, cut off, bad gzip, wrong type
│   ├── OversizedAnswer    larger than we are willing to read
│   ├── MismatchedAnswer   an answer to another question: wrong, missing or double id
│   ├── NodeErred          the node says that it failed by itself
│   └── Overtaken          silent well beyond its usual, while another node answered
├── UntrueAnswer           ejected until a later probe, and a fault: well formed and wrong
├── NodeUnfit              ask the next node; no fault
│   ├── MethodUnsupported  lacks the method, or this form of it
│   ├── BlockUnavailable   does not have the block, or no longer its state
│   ├── UnexplainedError   an error object that we cannot read
│   ├── Contradicted       its block and its header disagree: wrong, or a check that does not hold
│   └── NotAsked           its gate is shut: breaker open, waiting, quarantined, ejected
├── RequestTooLarge        ask for less at once; the next node where it is one call already
├── RateLimited            leave this node alone for a while; no fault
├── NodeUnusable           quarantined until a later probe, and the operator is told
│   ├── NodeRefused        401, 402, 403: a key is missing, wrong or used up
│   └── WrongChain         serves another chain than it is configured for
├── LegitimateAnswer       goes to the caller as it is: every honest node would say so
│   └── CallReverted       the EVM ended the call
└── AllNodesFailed         what the caller gets when no node was left
    └── NoCapableNode      nodes answer, but none of them gives what is in a block

No text holds a key: names come from `endpoint.public_name`, and what a node wrote passes through
`RpcError.at` before anybody sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Self

SHOWN_CHARACTERS = 200


class RpcError(Exception):
    """The root. `node` is the public name of the node that it happened at, once that is known."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
        self.node: str | None = None

    def __str__(self) -> str:
        return f"{self.node}: {self.text}" if self.node else self.text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def at(self, node: str, scrub: Callable[[str], str]) -> Self:
        """Say where it happened, and make the text fit to be shown: no secret, no control
        character, not long."""
        # Scrubbed before it is shortened: half a key is no longer recognised, and still half a key.
        printable = "".join(c if c.isprintable() else " " for c in scrub(self.text))
        if len(printable) > SHOWN_CHARACTERS:
            printable = printable[: SHOWN_CHARACTERS - 1] + "…"
        self.node, self.text, self.args = node, printable, (printable,)
        return self


class NodeFault(RpcError):
    """The node failed. The next one is asked, and the breaker counts."""


class Unreachable(NodeFault):
    """There was no connection, or it broke."""


class TimedOut(NodeFault):
    """No whole answer came in time."""


class BadStatus(NodeFault):
    """The HTTP status means failure."""


class GarbledAnswer(NodeFault):
    """The answer is not the JSON that was asked for."""


class OversizedAnswer(NodeFault):
    """The answer is larger than we are willing to read."""


class MismatchedAnswer(NodeFault):
    """The answer belongs to another question."""


class NodeErred(NodeFault):
    """The node says that it failed by itself."""


class Overtaken(NodeFault):
    """The node was silent well beyond its usual, and another one answered in its place."""


class UntrueAnswer(RpcError):
    """The answer is well formed and wrong. Raised and reported by whoever checks answers.

    The next node is asked, the breaker counts, and the node is ejected until a probe."""


class NodeUnfit(RpcError):
    """The node works, but not for this call. The next one is asked."""


class MethodUnsupported(NodeUnfit):
    """The node lacks the method, or this form of it (a batch, a parameter)."""


class BlockUnavailable(NodeUnfit):
    """The node does not have the block yet, or no longer has its state."""


class UnexplainedError(NodeUnfit):
    """An error object that we cannot read. No fault, because a hostile contract can provoke odd
    errors in every node, and must not be able to open their breakers."""


class Contradicted(NodeUnfit):
    """The block contradicts its own header. Others are asked before anybody is blamed."""


class NotAsked(NodeUnfit):
    """The node's gate is shut, so nothing was sent.

    `spare`: it may be asked when all others have failed; `trusted`: already when they are slow, for
    nothing speaks against what it says. `wait`: seconds until its budget has room, where that is
    all that it lacks."""

    def __init__(
        self, text: str, *, spare: bool = False, trusted: bool = False, wait: float | None = None
    ) -> None:
        super().__init__(text)
        self.spare = spare
        self.trusted = trusted
        self.wait = wait


class RequestTooLarge(RpcError):
    """The node wants less asked at once. A batch is split, and the node's size remembered."""


class RateLimited(RpcError):
    """The node wants to be left alone, for `retry_after` seconds if it said how long."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class NodeUnusable(RpcError):
    """The configuration is wrong. The node is quarantined, and the operator told."""


class NodeRefused(NodeUnusable):
    """The node does not let us in."""


class WrongChain(NodeUnusable):
    """The node serves another chain."""


class LegitimateAnswer(RpcError):
    """An error that is the answer. `data` is the revert data as 0x-hex, if any came."""

    def __init__(self, text: str, data: str | None = None) -> None:
        super().__init__(text)
        self.data = data


class CallReverted(LegitimateAnswer):
    """The EVM ended the call."""


class AllNodesFailed(RpcError):
    """No node was left to ask. `reasons` holds the last error of each node by public name."""

    def __init__(self, chain: str, method: str, reasons: Mapping[str, RpcError]) -> None:
        self.reasons = dict(reasons)
        told = (
            "; ".join(str(reason) for reason in self.reasons.values())
            or "no time was left to ask any"
        )
        super().__init__(f"no node of {chain} answered {method}: {told}")


class NoCapableNode(AllNodesFailed):
    """The nodes give heads only: neither receipts nor logs of a block."""

    def __init__(self, chain: str, nodes: Sequence[str]) -> None:
        RpcError.__init__(
            self,
            f"every node of {chain} gives heads only, neither receipts nor logs of its blocks"
            f" ({', '.join(nodes)}): what happens on the chain cannot be seen until"
            f" {chain.upper()}_RPC_URLS names a node that does",
        )
        self.reasons = {}
