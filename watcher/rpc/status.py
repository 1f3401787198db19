"""What an HTTP status other than 200 means, together with the JSON-RPC error that came with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from watcher.rpc.errors import (
    BadStatus,
    LegitimateAnswer,
    NodeErred,
    NodeRefused,
    NodeUnfit,
    RateLimited,
    RequestTooLarge,
    RpcError,
    UnexplainedError,
)

_DOORS = {401: "the key is missing or wrong", 402: "its plan is used up", 403: "access is denied"}


def error_for_status(
    status: int, headers: Mapping[str, str], said: RpcError | None, now: datetime
) -> RpcError:
    """The error for an answer with a bad status.

    `said` is the error object in its body, if any: public nodes refuse single calls with 403 and
    report reverts with 500, so what they say in words goes before the number, but for 429 and 401.
    A 503 with Retry-After asks to be left alone as a 429 does.
    `now` is our wall clock, for a Retry-After that is a date and comes without a Date."""
    if status == 429 or isinstance(said, RateLimited):
        told = said.retry_after if isinstance(said, RateLimited) else None
        waited = retry_after(headers, now)
        return RateLimited(f"HTTP {status}: rate limited", told if waited is None else waited)
    explained = isinstance(said, NodeUnfit | RequestTooLarge) and not isinstance(
        said, UnexplainedError
    )
    if status in _DOORS:
        if said is not None and explained and status != 401:
            return said
        return NodeRefused(f"HTTP {status}: {_DOORS[status]}")
    if said is not None and (explained or isinstance(said, LegitimateAnswer | NodeErred)):
        return said
    waited = retry_after(headers, now)
    if status == 503 and waited is not None:
        return RateLimited("HTTP 503: unavailable for a while", waited)
    if status == 413:
        return RequestTooLarge("HTTP 413: the request is too large")
    return BadStatus(f"HTTP {status}")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header: a number, or a date beside the node's own Date."""
    value = headers.get("Retry-After", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        until = _date(value)
        if until is None:
            return None
        # Both dates from the node's clock, so that its error cancels out.
        seconds = (until - (_date(headers.get("Date", "")) or now)).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
