"""What a node's error object means.

Codes alone do not say: -32000 is everything, and -32005 is "slow down" here and "ask for less"
there. So phrases count as well, and the order of the rows matters: a revert reason is written by a
hostile contract and may say "too many requests", so reverts are recognised before all else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from watcher.rpc.errors import (
    BlockUnavailable,
    CallReverted,
    MethodUnsupported,
    NodeErred,
    RateLimited,
    RequestTooLarge,
    RpcError,
    UnexplainedError,
)


@dataclass(frozen=True, slots=True)
class _Row:
    """An error matches by one of the codes, one of the phrases (in lower case) or the pattern."""

    make: Callable[[str, Any], RpcError]
    codes: frozenset[int]
    phrases: tuple[str, ...]
    pattern: re.Pattern[str] | None = None

    def fits(self, code: int | None, lowered: str) -> bool:
        return (
            code in self.codes
            or any(phrase in lowered for phrase in self.phrases)
            or (self.pattern is not None and self.pattern.search(lowered) is not None)
        )


def _revert(text: str, data: Any) -> RpcError:
    is_hex = isinstance(data, str) and re.fullmatch(r"0x[0-9a-fA-F]*", data)
    return CallReverted(text, data if is_hex else None)


_AGAIN_IN = re.compile(
    r"try(?: again)? (?:in|after) ([0-9]{1,6}(?:\.[0-9]{1,9})?) ?(ms|s|sec|m|min)\b"
)
_UNITS = {"ms": 0.001, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0}


def _limit(text: str, data: Any) -> RpcError:
    # Infura's form: {"rate": {"backoff_seconds": 30, …}, …}
    rate = data.get("rate") if isinstance(data, dict) else None
    seconds = rate.get("backoff_seconds") if isinstance(rate, dict) else None
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds >= 0:
        return RateLimited(text, float(seconds))
    # others write "retry in 10s" into the message, or "59.7ms" beside it
    again = data.get("try_again_in") if isinstance(data, dict) else None
    said = f"try in {again}" if isinstance(again, str) else text.lower()
    match = _AGAIN_IN.search(said)
    return RateLimited(text, float(match[1]) * _UNITS[match[2]] if match else None)


def _plain(kind: type[RpcError]) -> Callable[[str, Any], RpcError]:
    return lambda text, _: kind(text)


_ROWS = (
    _Row(
        _revert,
        frozenset({3, -32015}),
        (
            "revert",
            "out of gas",
            "invalid opcode",
            "invalid jump destination",
            "stack underflow",
            "stack limit reached",
            "insufficient funds",
            "gas required exceeds",
        ),
    ),
    _Row(
        _plain(RequestTooLarge),
        frozenset(),
        (
            "query returned more than",
            "too many results",
            "response size",
            "block range",
            "batch size",
            "batch limit",
            "batch too large",
            "too large",
        ),
    ),
    _Row(
        _limit,
        frozenset({429, -32005, -32016}),
        (
            "rate limit",
            "ratelimit",
            "too many request",
            "rate exceeded",
            "rps limit",
            "request limit",
            "limit exceeded",
            "quota",
            "throttl",
            "compute units per second",
        ),
    ),
    _Row(
        _plain(BlockUnavailable),
        # -39001 and 4444 are those of the execution APIs: an unknown block, and pruned history
        frozenset({-32001, -39001, 4444}),
        (
            "header not found",
            "header for hash not found",
            "unknown block",
            "header range not found",
            "receipts not found",
            "could not find block",
            "couldn't find block",
            "not currently canonical",
            "block is not canonical",
            "receipt not available",
            "receipts are not available",
            "neither stored nor reproducible",
            "transaction indexing is in progress",
            "cannot query unfinalized",
            "missing trie node",
            "historical state",
            "state is not available",
            "state unavailable",
            "pruned",
            "archive",
        ),
        # "block #7 not found", "block 0x… not found", "block not found: hash 0x…", "block meta …";
        # a method's name has no word "block" of its own
        re.compile(r"\bblock\b(?: [^ ]{1,80}){0,2} not found\b"),
    ),
    _Row(
        _plain(MethodUnsupported),
        # -32602 too: our parameters are well formed, but a node may not know a newer form of them.
        frozenset({-32601, -32604, -32004, -32602}),
        (
            "method not found",
            "does not exist/is not available",
            "method is not available",
            "not supported",
            "unsupported",
            "not whitelisted",
            "method is not allowed",
            "method not allowed",
            "method not enabled",
        ),
    ),
    _Row(_plain(NodeErred), frozenset({-32603, -32700}), ("internal error", "server error")),
)


_LONGEST_READ = 4096
"""characters of a message: to scrub and show megabytes of them would hold up everybody"""


def error_from(code: Any, message: Any, data: Any = None) -> RpcError:
    """The error of the tree for an error object's three fields, whatever their types.

    The text is the node's own: it is scrubbed when the node is known (`RpcError.at`)."""
    said = message if isinstance(message, str) and message else "an error without a message"
    lowered = said[:_LONGEST_READ].lower()
    if len(said) > _LONGEST_READ:
        # not cut: half a key would no longer be recognised by whoever scrubs the text
        said = f"an error message of {len(said)} characters"
    number = code if isinstance(code, int) and not isinstance(code, bool) else None
    text = said if number is None else f"{said} ({number})"
    for row in _ROWS:
        if row.fits(number, lowered):
            return row.make(text, data)
    return UnexplainedError(text)
