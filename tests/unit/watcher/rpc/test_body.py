"""A body is inflated in pieces, and never larger than allowed."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.rpc.body import STEP, Body
from watcher.rpc.errors import GarbledAnswer, OversizedAnswer, RpcError


def bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
}


def read(encoding: str, wire: bytes, limit: int, piece: int) -> bytes:
    body = Body(encoding, limit)
    for start in range(0, len(wire), piece):
        body.feed(wire[start : start + piece])
        while body.pending:
            body.step()
    return body.finish()


@given(st.sampled_from(sorted(ENCODINGS)), st.binary(max_size=3000), st.integers(1, 500))
def test_what_was_packed_comes_out_however_it_is_cut(
    encoding: str, data: bytes, piece: int
) -> None:
    assert read(encoding, ENCODINGS[encoding](data), 100_000, piece) == data


def test_deflate_without_its_wrapping_is_understood() -> None:
    assert read("deflate", bare(b"hello" * 100), 1000, 7) == b"hello" * 100


def test_nothing_is_held_back_at_the_edge_of_a_step() -> None:
    # Bare, because there zlib swallows the last byte of the input while it still holds output.
    for size in [STEP - 1, *range(STEP, STEP + 260), 3 * STEP]:
        assert read("deflate", bare(bytes(size)), size, 65536) == bytes(size)


def test_a_bomb_is_stopped_at_the_limit() -> None:
    # given a bomb of 50 steps and a limit of 2
    body = Body("gzip", 2 * STEP)
    body.feed(gzip.compress(bytes(50 * STEP)))
    body.step()

    # when it goes on, then it is stopped at the third
    with pytest.raises(OversizedAnswer):
        body.step()


def test_the_wire_is_limited_too() -> None:
    with pytest.raises(OversizedAnswer):
        read("", bytes(101), 100, 10)


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        ("br", b"anything"),
        ("gzip", b"not gzip at all"),
        ("gzip", gzip.compress(b"hello", mtime=0)[:-4]),
        ("gzip", gzip.compress(b"hello", mtime=0) + b"more"),
        ("gzip", gzip.compress(b"hello", mtime=0) + gzip.compress(b"hello", mtime=0)),
        ("deflate", b"\xff\xff\xff"),
    ],
)
def test_broken_compression_is_garbled(encoding: str, wire: bytes) -> None:
    with pytest.raises(GarbledAnswer):
        read(encoding, wire, 1000, 4)


@given(st.sampled_from(["gzip", "deflate", ""]), st.binary(max_size=200), st.integers(1, 50))
def test_any_bytes_are_read_or_refused(encoding: str, wire: bytes, piece: int) -> None:
    try:
        data = read(encoding, wire, 150, piece)
    except RpcError:
        return
    assert len(data) <= 150
