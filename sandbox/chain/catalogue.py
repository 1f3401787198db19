"""The faults that nodes have, by the names that people use: which rows of the tables each one
switches on, for `Node.set_faults`. For the tests and benches that go through all of them.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from sandbox.chain.fault import Fault

Case: TypeAlias = tuple[Fault, ...]


def _one(name: str, *methods: str, **params: Any) -> Case:
    return (Fault(name, params, frozenset(methods)),)


TRANSPORT: dict[str, Case] = {
    "refused connection": _one("down"),
    "hang": _one("hang"),
    "slow drip": _one("drip", seconds=60, parts=600),
    "reset": _one("reset"),
    "429": _one("too_many"),
    "429 with retry-after": _one("too_many", retry_after=1),
    "401": _one("forbidden", code=401),
    "403": _one("forbidden", code=403),
    "500": _one("status", code=500),
    "502": _one("status", code=502),
    "503": _one("status", code=503),
    "html": _one("html"),
    "error object": _one("error_object"),
    "bare string": _one("bare_string"),
    "empty body": _one("empty_body"),
    "truncated json": _one("truncated"),
    "short body": _one("short_body"),
    "bad gzip": _one("bad_gzip"),
    "500 MB": _one("oversized"),
    "gzip bomb": _one("bomb"),
    "clock ahead": _one("clock_skew", seconds=7200),
    "clock behind": _one("clock_skew", seconds=-7200),
}

ANSWERS: dict[str, Case] = {
    "wrong id": _one("wrong_id"),
    "batch out of order": _one("shuffled_batch"),
    "batch in part": _one("partial_batch"),
    "no batches": _one("no_batches"),
    "unsupported method": _one("no_block_receipts"),
    "filtered logs only": (Fault("no_block_receipts"), Fault("filtered_logs_only")),
    "neither receipts nor logs": _one("unsupported", "eth_getBlockReceipts", "eth_getLogs"),
    "header not found": _one("header_not_found"),
    "rate limit -32005": _one("rate_limit", code=-32005),
    "rate limit -32016": _one("rate_limit", code=-32016),
    "null newest block": _one("null_newest"),
    "null blocks": _one("null_block"),
    "null receipts": _one("null_receipts"),
    "empty receipts": _one("empty_receipts"),
    "short receipts": _one("partial_receipts"),
    "swapped receipts": _one("swapped_receipts"),
}

_LIES = {
    "empty logs": Fault("empty_logs"),
    "partial logs": Fault("partial_logs"),
    "duplicate logs": Fault("duplicate_logs"),
    "logs of another block": Fault("foreign_logs"),
    "logs of another block, disguised": Fault("foreign_logs", {"disguised": True}),
    "logs of an orphan": Fault("fork_logs"),
    "removed logs": Fault("removed_logs"),
    "swapped logs": Fault("swapped_logs"),
}

LOGS: dict[str, Case] = {
    **{f"{name} in receipts": (fault,) for name, fault in _LIES.items()},
    # where a node has no receipts, the lie is in `eth_getLogs`
    **{name: (Fault("no_block_receipts"), fault) for name, fault in _LIES.items()},
}

HEADS: dict[str, Case] = {
    "lagging head": _one("stale_head", blocks=20),
    "stuck head": _one("stuck_head"),
    "head going backwards": _one("backward_head", blocks=3),
    "wrong chain id": _one("wrong_chain_id"),
    "another chain": (Fault("wrong_chain_id"), Fault("other_fork", {"depth": 60, "keep": 0})),
}

FORKS: dict[str, Case] = {
    "another fork": _one("other_fork", depth=2),
    "alternating forks": _one("alternating_forks", depth=2),
}
"""No lies: nobody can tell which branch will last."""

ALL: dict[str, Case] = {**TRANSPORT, **ANSWERS, **LOGS, **HEADS}
"""What a healthy node beside makes up for."""

SOCKET: dict[str, Case] = {
    "refused": _one("socket_refused"),
    "deaf": _one("socket_deaf"),
    "silent": _one("socket_silent"),
    "closes": _one("socket_closes"),
    "garbage": _one("socket_garbage"),
    "backwards": _one("socket_backwards"),
    "far ahead": _one("socket_ahead"),
}
