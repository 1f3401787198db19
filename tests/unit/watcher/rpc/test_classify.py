"""What nodes say in their error objects, in the words of real ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.rpc.classify import error_from
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


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (3, "execution reverted: too many requests", CallReverted),
        (3, "", CallReverted),
        (-32000, "execution reverted: header not found", CallReverted),
        (-32015, "VM execution error.", CallReverted),
        (-32603, "VM Exception while processing transaction: revert", CallReverted),
        (-32000, "out of gas", CallReverted),
        (-32000, "invalid opcode: opcode 0xfe not defined", CallReverted),
        (-32005, "query returned more than 10000 results", RequestTooLarge),
        (-32000, "exceed maximum block range: 5000", RequestTooLarge),
        (-32600, "batch size 200 exceeds the limit of 100", RequestTooLarge),
        (-32000, "batch too large", RequestTooLarge),
        (-32005, "limit exceeded", RateLimited),
        (-32005, "", RateLimited),
        (-32016, "over rate limit", RateLimited),
        (429, "Your app has exceeded its compute units per second capacity", RateLimited),
        (-32000, "Too Many Requests", RateLimited),
        (-32090, "Too many requests, reason: call rate limit exhausted, retry in 10s", RateLimited),
        (15, "Too many request, try again later", RateLimited),
        (-32005, "You've exceeded the RPS limit available on the current plan.", RateLimited),
        (-32005, "daily request count exceeded, request rate limited", RateLimited),
        (-32005, "project ID request rate exceeded", RateLimited),
        (-32000, "header not found", BlockUnavailable),
        (-32000, "header for hash not found", BlockUnavailable),
        (-32000, "unknown block", BlockUnavailable),
        (-32001, "resource not found", BlockUnavailable),
        # geth, bor, bsc, op-geth
        (-32000, "block 0x" + "00" * 32 + " not found", BlockUnavailable),
        (-32000, "block #1099511627776 not found", BlockUnavailable),
        (-32000, "hash is not currently canonical", BlockUnavailable),
        (4444, "pruned history unavailable", BlockUnavailable),
        (-32000, "transaction indexing is in progress", BlockUnavailable),
        # erigon
        (-32000, "block not found: 1099511627776", BlockUnavailable),
        # nethermind
        (-39001, "Unknown block error", BlockUnavailable),
        (-32000, "0x" + "00" * 32 + " block is not canonical", BlockUnavailable),
        (-32001, "Receipt not available for 'From' block '7'.", BlockUnavailable),
        # besu
        (-32000, "Block not found", BlockUnavailable),
        (-32602, "Invalid block param (block not found)", BlockUnavailable),
        (-32000, "World state unavailable", BlockUnavailable),
        (-32604, "Method not enabled", MethodUnsupported),
        # reth
        (-32001, "block not found: hash 0x" + "00" * 32, BlockUnavailable),
        (-32000, "block meta not found for block #32842493", BlockUnavailable),
        (-32603, "receipts not found", BlockUnavailable),
        # nitro
        (-32000, "couldn't find block with transactions. Reached 1891", BlockUnavailable),
        # what is not found here is the method
        (-32601, "Method trace_block not found", MethodUnsupported),
        (-32000, "Method not found: trace_block", MethodUnsupported),
        (-32000, "missing trie node 0123 (path ) state 0x45 is not available", BlockUnavailable),
        (-32602, "Archive requests require a personal token", BlockUnavailable),
        (
            -32601,
            "the method eth_getBlockReceipts does not exist/is not available",
            MethodUnsupported,
        ),
        (-32000, "Method not found", MethodUnsupported),
        (-32004, "no", MethodUnsupported),
        (-32602, "invalid argument 0: hex string without 0x prefix", MethodUnsupported),
        (-32603, "Internal error", NodeErred),
        (None, "internal server error", NodeErred),
        (-32000, "a mystery", UnexplainedError),
        (None, None, UnexplainedError),
        (True, 17, UnexplainedError),
        ("-32601", "a mystery", UnexplainedError),
    ],
)
def test_an_error_object_is_told_apart(code: Any, message: Any, kind: type[RpcError]) -> None:
    assert type(error_from(code, message)) is kind


def test_a_reverts_data_is_kept_when_it_is_hex() -> None:
    kept = error_from(3, "execution reverted", "0x08c379a0")
    dropped = error_from(3, "execution reverted", {"a": "0x08c379a0"})

    assert isinstance(kept, CallReverted)
    assert kept.data == "0x08c379a0"
    assert isinstance(dropped, CallReverted)
    assert dropped.data is None


@pytest.mark.parametrize(
    ("message", "data", "seconds"),
    [
        ("Too many requests, retry in 10s", None, 10.0),
        ("Rate limit exceeded. Try again in 250 ms.", None, 0.25),
        ("Too many requests: retry after 2m", None, 120.0),
        ("Too many requests: retry after 2 moons", None, None),
        ("Too many requests", {"try_again_in": "59.7ms"}, 0.0597),
        ("Too many requests", {"try_again_in": "soon"}, None),
        ("Too many requests", {"try_again_in": 7}, None),
    ],
)
def test_a_wait_is_read_from_words_too(message: str, data: Any, seconds: float | None) -> None:
    error = error_from(-32005, message, data)

    assert isinstance(error, RateLimited)
    assert error.retry_after == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        ({"rate": {"backoff_seconds": 30}}, 30.0),
        ({"rate": {"backoff_seconds": -1}}, None),
        ({"rate": {"backoff_seconds": True}}, None),
        ({"rate": {"backoff_seconds": "30"}}, None),
        ({"rate": 30}, None),
        ({}, None),
        ("soon", None),
    ],
)
def test_a_rate_limit_may_say_how_long(data: Any, seconds: float | None) -> None:
    error = error_from(-32005, "daily request count exceeded, request rate limited", data)

    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_a_message_of_megabytes_is_told_by_its_beginning_and_not_kept() -> None:
    error = error_from(-32000, "Too many requests " + "my key is abcdef " * 100_000)

    assert isinstance(error, RateLimited)
    assert error.text == "an error message of 1700018 characters (-32000)"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(anything, anything, anything)
def test_any_three_fields_make_an_error_of_the_tree(code: Any, message: Any, data: Any) -> None:
    assert isinstance(error_from(code, message, data), RpcError)
