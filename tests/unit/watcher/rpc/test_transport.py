"""Whatever bytes come in the place of HTTP, they end as an answer or as an error of the tree."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.rpc.endpoint import Endpoint, endpoints
from watcher.rpc.errors import GarbledAnswer, OversizedAnswer, RpcError, Unreachable
from watcher.rpc.options import PoolOptions
from watcher.rpc.transport import HttpAnswer, Transport

LIMIT = 1_000_000
MUCH = 500 * 1024 * 1024
GENEROUS = 20.0
Respond: TypeAlias = Callable[[asyncio.StreamWriter], Awaitable[None]]


def sends(*pieces: bytes, keep_open: bool = False) -> Respond:
    async def respond(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if keep_open:
            await asyncio.Event().wait()

    return respond


@asynccontextmanager
async def serving(respond: Respond) -> AsyncIterator[Endpoint]:
    """A server that reads a request and answers it with bytes of its own choice, then hangs up."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await respond(writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield endpoints([f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"])[0]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        server.close()


async def answer_to(respond: Respond) -> HttpAnswer:
    async with (
        asyncio.timeout(GENEROUS),
        serving(respond) as endpoint,
        Transport(PoolOptions(answer_limit=LIMIT)) as transport,
    ):
        return await transport.post(endpoint, b"{}")


def http(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {size}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize(
    ("said", "body"),
    [
        (http(b"fine"), b"fine"),
        (http(b""), b""),
        (http(b"", "Content-Encoding: gzip"), b""),
        (http(gzip.compress(b"fine", mtime=0), "content-encoding: GZIP"), b"fine"),
        (http(zlib.compress(b"fine"), "Content-Encoding: deflate"), b"fine"),
        (http(b"fine", status="503 Oh no"), b"fine"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n", b"fine"),
        (b"HTTP/1.0 200 OK\r\n\r\nfine", b"fine"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + http(b"fine"), b"fine"),
        (http(b"fine") + http(b"more than was asked for"), b"fine"),
    ],
)
async def test_an_answer_is_read_however_it_is_framed(said: bytes, body: bytes) -> None:
    answer = await answer_to(sends(said))

    assert answer.body == body


@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_an_answer_is_read_however_it_is_cut(size: int) -> None:
    packed = http(gzip.compress(b"fine" * 100), "Content-Encoding: gzip")

    answer = await answer_to(sends(*(packed[n : n + size] for n in range(0, len(packed), size))))

    assert answer.body == b"fine" * 100


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"", Unreachable),
        (b"HTTP/1.1 200", Unreachable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4", Unreachable),
        (b"SSH-2.0-OpenSSH_9.7\r\n", GarbledAnswer),
        (b"<html>no HTTP at all</html>\r\n\r\n", GarbledAnswer),
        (b"\x16\x03\x01\x02\x00" * 20, GarbledAnswer),
        (b"HTTP/1.1 two hundred\r\n\r\n", GarbledAnswer),
        (b"HTTP/1.1 200 OK\r\nContent-Length: four\r\n\r\nfine", GarbledAnswer),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nfine", GarbledAnswer),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", GarbledAnswer),
        (http(b"fine", length=5), GarbledAnswer),
        (http(b"", length=5), GarbledAnswer),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfi", GarbledAnswer),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine", GarbledAnswer),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nfine", GarbledAnswer),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-4\r\nfine", GarbledAnswer),
        (http(b"not gzip", "Content-Encoding: gzip"), GarbledAnswer),
        (http(gzip.compress(b"fine", mtime=0)[:-1], "Content-Encoding: gzip"), GarbledAnswer),
        (http(gzip.compress(b"fine", mtime=0) + b"!", "Content-Encoding: gzip"), GarbledAnswer),
        (http(b"fine", "Content-Encoding: gzip, gzip"), GarbledAnswer),
        (http(b"fine", "Content-Encoding: zstd"), GarbledAnswer),
        (http(b"", length=MUCH), OversizedAnswer),
        (http(bytes(LIMIT + 1)), OversizedAnswer),
        (http(gzip.compress(bytes(LIMIT + 1), mtime=0), "Content-Encoding: gzip"), OversizedAnswer),
    ],
)
async def test_what_is_no_whole_answer_is_told_apart(said: bytes, kind: type[RpcError]) -> None:
    with pytest.raises(RpcError) as raised:
        await answer_to(sends(said))

    assert type(raised.value) is kind
    assert raised.value.__context__ is None


@pytest.mark.parametrize("framing", ["", "Transfer-Encoding: chunked\r\n"])
async def test_of_a_huge_body_no_more_is_read_than_allowed(framing: str) -> None:
    # given a node that streams 500 MB without having said how much it will be
    sent = 0
    block = bytes(65536)

    async def streams(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.transport.set_write_buffer_limits(high=0)
        writer.write(f"HTTP/1.1 200 OK\r\n{framing}\r\n".encode())
        while sent < MUCH:
            writer.write(b"10000\r\n" + block + b"\r\n" if framing else block)
            await writer.drain()
            sent += len(block)

    # when it is asked
    tracemalloc.start()
    try:
        with pytest.raises(OversizedAnswer):
            await answer_to(streams)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # then most of it was never taken, on the wire or in memory
    assert sent < 32 * 1024 * 1024
    assert most < 16 * 1024 * 1024


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_bomb_of_500_mb_takes_no_more_memory_than_allowed(encoding: str) -> None:
    # given an answer of half a megabyte that would be 500 MB
    packer = zlib.compressobj(wbits=31 if encoding == "gzip" else 15)
    start = packer.compress(bytes(1024 * 1024)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(1024 * 1024)) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = start + again * 500
    assert len(bomb) < LIMIT

    # when it is read
    tracemalloc.start()
    try:
        with pytest.raises(OversizedAnswer, match="inflated"):
            await answer_to(sends(http(bomb, f"Content-Encoding: {encoding}")))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # then it was stopped at the limit
    assert most < 16 * 1024 * 1024


async def test_a_second_answer_to_one_question_is_not_taken_for_the_next_ones() -> None:
    # given a node that answers the first question twice
    async with (
        asyncio.timeout(GENEROUS),
        serving(sends(http(b"first") + http(b"unasked"), keep_open=True)) as endpoint,
        Transport(PoolOptions()) as transport,
    ):
        first = await transport.post(endpoint, b"{}")

        # when it is asked again, then what it had said too much is not the answer
        second = await transport.post(endpoint, b"{}")

    assert (first.body, second.body) == (b"first", b"first")


lines = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n",
        b"HTTP/1.1 204 No\r\n",
        b"HTTP/9.9 999 x\r\n",
        b"Content-Length: 4\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Content-Encoding: \xff\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Connection: upgrade\r\n",
        b"Upgrade: websocket\r\n",
        b"Set-Cookie: a=b\r\n",
        b"Location: ://\r\n",
        b"Retry-After: \x00\r\n",
        b": \r\n",
        b"\r\n",
        b"4\r\nfine\r\n",
        b"0\r\n\r\n",
        gzip.compress(b"fine", mtime=0),
    ]
)


@settings(deadline=None)
@given(st.lists(lines | st.binary(max_size=20), max_size=8))
def test_any_bytes_are_an_answer_or_an_error_of_the_tree(pieces: list[bytes]) -> None:
    try:
        answer = asyncio.run(answer_to(sends(*pieces)))
    except RpcError as error:
        error.at("node", str)
    else:
        assert len(answer.body) <= LIMIT
