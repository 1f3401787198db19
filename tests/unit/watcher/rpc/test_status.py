"""Bad HTTP statuses, and how long Retry-After says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.rpc.errors import (
    BadStatus,
    BlockUnavailable,
    CallReverted,
    NodeRefused,
    RateLimited,
    RequestTooLarge,
    RpcError,
    UnexplainedError,
)
from watcher.rpc.status import error_for_status, retry_after

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (301, None, BadStatus),
        (400, None, BadStatus),
        (404, None, BadStatus),
        (500, None, BadStatus),
        (502, UnexplainedError("?"), BadStatus),
        (500, CallReverted("execution reverted"), CallReverted),
        (400, BlockUnavailable("header not found"), BlockUnavailable),
        (503, RateLimited("slow down"), RateLimited),
        (429, CallReverted("execution reverted"), RateLimited),
        (413, None, RequestTooLarge),
        (401, None, NodeRefused),
        (401, BlockUnavailable("archive"), NodeRefused),
        (402, None, NodeRefused),
        (403, None, NodeRefused),
        (403, UnexplainedError("?"), NodeRefused),
        (403, CallReverted("execution reverted"), NodeRefused),
        (403, BlockUnavailable("archive"), BlockUnavailable),
        (403, RateLimited("slow down"), RateLimited),
    ],
)
def test_a_status_is_told_apart(status: int, said: RpcError | None, kind: type[RpcError]) -> None:
    assert type(error_for_status(status, {}, said, NOW)) is kind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": " 1.5 "}, 1.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "1e999"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Sat, 21 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"Retry-After": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0.0),
        (
            # a node whose clock is an hour ahead
            {
                "Retry-After": "Sat, 21 Nov 2026 13:00:20 GMT",
                "Date": "Sat, 21 Nov 2026 13:00:00 GMT",
            },
            20.0,
        ),
    ],
)
def test_retry_after_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


def test_the_header_goes_before_the_body() -> None:
    error = error_for_status(429, {"Retry-After": "9"}, RateLimited("wait", 4.0), NOW)
    without = error_for_status(429, {}, RateLimited("wait", 4.0), NOW)

    assert isinstance(error, RateLimited)
    assert error.retry_after == 9.0
    assert isinstance(without, RateLimited)
    assert without.retry_after == 4.0


def test_a_503_that_says_how_long_is_left_alone_for_so_long() -> None:
    limited = error_for_status(503, {"Retry-After": "30"}, None, NOW)
    failed = error_for_status(503, {}, None, NOW)

    assert isinstance(limited, RateLimited)
    assert limited.retry_after == 30.0
    assert isinstance(failed, BadStatus)


@given(st.text(), st.text())
def test_any_header_is_a_number_of_seconds_or_none(value: str, date: str) -> None:
    seconds = retry_after({"Retry-After": value, "Date": date}, NOW)

    assert seconds is None or 0.0 <= seconds < float("inf")
