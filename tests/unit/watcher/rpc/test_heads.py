"""Heads come over a real WebSocket, and whatever its node does, nobody is held up by it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, TypeAlias

import pytest
from aiohttp import web

from watcher.rpc.endpoint import BadNodeUrl
from watcher.rpc.events import NodeQuarantined, RpcEvent, SocketLost, SocketOpened
from watcher.rpc.heads import Heads, HeadsOptions
from watcher.rpc.subscription import Head

from .announcer import SUBSCRIPTION, Announcer, Serve, Socket, header, notice, saying
from .naughty import CHAIN_ID

GENEROUS = 20.0
"""Seconds: an upper bound for what takes a few milliseconds."""
OpenHeads: TypeAlias = Callable[..., Awaitable[Heads]]


@pytest.fixture
async def announcer() -> AsyncIterator[Announcer]:
    async with Announcer() as started:
        yield started


@pytest.fixture
async def other() -> AsyncIterator[Announcer]:
    async with Announcer() as started:
        yield started


@pytest.fixture
async def open_heads(events: list[RpcEvent]) -> AsyncIterator[OpenHeads]:
    """Listens to URLs, with options by name; a socket may be silent for a long time."""
    async with AsyncExitStack() as stack:

        async def opened(
            *urls: str, block_time: float = GENEROUS, told: tuple[int, ...] = (), **options: Any
        ) -> Heads:
            short = {"shortest_silence": 0.0, "backoff_first": 0.01, "backoff_longest": 0.05}
            heads = Heads(
                "ethereum",
                CHAIN_ID,
                urls,
                block_time,
                HeadsOptions(**{**short, **options}),
                told=lambda: told,
                on_event=events.append,
            )
            running = asyncio.create_task(heads.run())

            async def end() -> None:
                running.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await running

            stack.push_async_callback(end)
            return heads

        yield opened


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(GENEROUS):
        while not true():  # noqa: ASYNC110 - what is waited for is a state and no event
            await asyncio.sleep(0.005)


def lost_as(events: list[RpcEvent]) -> set[str]:
    return {event.kind for event in events if isinstance(event, SocketLost)}


async def test_an_announced_head_is_handed_out_once(
    announcer: Announcer, open_heads: OpenHeads, events: list[RpcEvent]
) -> None:
    # given a node that announces a head
    heads = await open_heads(announcer.url)
    announcer.announce(100)

    # when it is waited for, then it comes, once, and the node was asked for its chain first
    assert await heads.announced(GENEROUS) == 100
    assert await heads.announced(0.01) is None
    assert announcer.seen == ["eth_chainId", "eth_subscribe"]
    assert events == [SocketOpened("ethereum", announcer.url)]
    state = heads.state
    assert (state.socket, state.connected, state.listening) == (announcer.url, True, True)
    assert state.last == Head(100, (100).to_bytes(32, "big"), (99).to_bytes(32, "big"))
    assert state.heard_at is not None
    assert (state.lost, state.last_error) == (0, None)


async def test_of_several_heads_the_newest_is_handed_out(
    announcer: Announcer, open_heads: OpenHeads
) -> None:
    heads = await open_heads(announcer.url)
    announcer.announce(100, 101, 102)
    await until(lambda: heads.state.last and heads.state.last.number == 102)

    assert await heads.announced(GENEROUS) == 102


async def test_a_head_wakes_whoever_waits(announcer: Announcer, open_heads: OpenHeads) -> None:
    heads = await open_heads(announcer.url)
    waiting = asyncio.create_task(heads.announced(GENEROUS))
    await announcer.subscribed.wait()

    announcer.announce(7)

    assert await waiting == 7


async def test_a_head_that_goes_back_wakes_nobody_and_what_follows_does(
    announcer: Announcer, open_heads: OpenHeads
) -> None:
    # given a node that announced 100, and then 98: a reorg, or another node behind its name
    heads = await open_heads(announcer.url)
    announcer.announce(100)
    assert await heads.announced(GENEROUS) == 100
    announcer.announce(98)
    await until(lambda: heads.state.last and heads.state.last.number == 98)
    assert await heads.announced(0.01) is None

    # when it goes on from there, then this is told
    announcer.announce(99)
    assert await heads.announced(GENEROUS) == 99


async def silent(announcer: Announcer, socket: Socket) -> None:
    await asyncio.Event().wait()


async def closes(announcer: Announcer, socket: Socket) -> None:
    await socket.close()


async def breaks_off(announcer: Announcer, socket: Socket) -> None:
    assert socket._req is not None
    assert socket._req.transport is not None
    socket._req.transport.abort()


async def no_protocol(announcer: Announcer, socket: Socket) -> None:
    assert socket._req is not None
    assert socket._req.transport is not None
    socket._req.transport.write(b"\xff" * 64)
    await asyncio.Event().wait()


async def drips(announcer: Announcer, socket: Socket) -> None:
    """A frame of a hundred bytes that never ends, a byte at a time."""
    assert socket._req is not None
    assert socket._req.transport is not None
    socket._req.transport.write(b"\x81\x64")
    while True:
        socket._req.transport.write(b" ")
        await asyncio.sleep(0.02)


async def floods(announcer: Announcer, socket: Socket) -> None:
    number = 100
    while True:
        number += 1
        await socket.send_str(notice(header(1 + number % 50)))


LIMIT = 10_000
MISBEHAVIOUR: dict[str, tuple[Serve, str]] = {
    "silent": (silent, "TimedOut"),
    "a slow drip": (drips, "TimedOut"),
    "closes": (closes, "Unreachable"),
    "breaks off": (breaks_off, "Unreachable"),
    "no WebSocket protocol": (no_protocol, "GarbledAnswer"),
    "a huge message": (saying("x" * (LIMIT + 1)), "OversizedAnswer"),
    "garbage": (saying("{{{"), "GarbledAnswer"),
    "binary garbage": (saying(b"\xff\x00\xfe"), "GarbledAnswer"),
    "an empty message": (saying(""), "GarbledAnswer"),
    "a bare string": (saying('"newHeads"'), "GarbledAnswer"),
    "deep nesting": (saying("[" * 9000), "GarbledAnswer"),
    "another shape": (saying(notice([1, 2])), "GarbledAnswer"),
    "null for a head": (saying(notice(None)), "GarbledAnswer"),
    "no number": (saying(notice(header(1, number="latest"))), "GarbledAnswer"),
    "a number beyond all heights": (
        saying(notice(header(1, number="0x" + "f" * 17))),
        "GarbledAnswer",
    ),
    "a negative number": (saying(notice(header(1, number="-0x5"))), "GarbledAnswer"),
    "no hash": (saying(notice(header(1, hash="0x12"))), "GarbledAnswer"),
    "no parent": (saying(notice(header(1, parentHash=None))), "GarbledAnswer"),
    "another subscription": (saying(notice(header(1), "0x1")), "MismatchedAnswer"),
    "another method": (
        saying(notice(header(1)).replace("eth_subscription", "admin_x")),
        "MismatchedAnswer",
    ),
    "an error in between": (
        saying('{"id":null,"error":{"code":-32005,"message":"limit exceeded"}}'),
        "RateLimited",
    ),
    "a leap ahead": (saying(notice(header(100)), notice(header(10**9))), "UntrueAnswer"),
    "a leap back": (saying(notice(header(10**6)), notice(header(1))), "UntrueAnswer"),
    "a flood": (floods, "UntrueAnswer"),
}
SLOW = {"silent", "a slow drip"}


@pytest.mark.parametrize("name", sorted(MISBEHAVIOUR))
async def test_a_socket_that_misbehaves_is_left_for_the_next(
    name: str,
    announcer: Announcer,
    other: Announcer,
    open_heads: OpenHeads,
    events: list[RpcEvent],
) -> None:
    # given a node that misbehaves, before an honest one
    announcer.serve, kind = MISBEHAVIOUR[name]
    other.announce(500)
    block_time = 0.1 if name in SLOW else GENEROUS

    # when both are listened to
    heads = await open_heads(
        announcer.url, other.url, block_time=block_time, message_limit=LIMIT, backoff_first=GENEROUS
    )
    await until(lambda: heads.state.last and heads.state.last.number == 500)

    # then the honest one's head is told, and why the first was left
    assert lost_as(events) >= {kind}
    assert next(e.node for e in events if isinstance(e, SocketLost)) == announcer.url
    assert heads.state.socket == other.url or name in SLOW
    assert heads.state.lost >= 1


def says(text: str, status: int = 200, **headers: str) -> Callable[[web.Request], Any]:
    async def instead(request: web.Request) -> web.StreamResponse:
        return web.Response(text=text, status=status, headers=headers)

    return instead


async def hangs(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError("nobody waits so long")


INSTEAD_OF_AN_UPGRADE: dict[str, tuple[Callable[[web.Request], Any], str]] = {
    "HTML": (says("<html>hello</html>"), "GarbledAnswer"),
    "500": (says("", 500), "BadStatus"),
    "503": (says("", 503), "BadStatus"),
    "429": (says("", 429), "RateLimited"),
    "a redirect": (says("", 302, Location="http://127.0.0.1:1/"), "BadStatus"),
    "hang": (hangs, "TimedOut"),
}


@pytest.mark.parametrize("name", sorted(INSTEAD_OF_AN_UPGRADE))
async def test_a_node_that_opens_no_socket_is_left_for_the_next(
    name: str,
    announcer: Announcer,
    other: Announcer,
    open_heads: OpenHeads,
    events: list[RpcEvent],
) -> None:
    announcer.instead, kind = INSTEAD_OF_AN_UPGRADE[name]
    other.announce(5)

    heads = await open_heads(
        announcer.url,
        other.url,
        backoff_first=GENEROUS,
        open_within=0.3 if name == "hang" else GENEROUS,
    )

    assert await heads.announced(GENEROUS) == 5
    assert lost_as(events) == {kind}


async def test_a_refused_connection_is_left_for_the_next(
    refused_url: str, announcer: Announcer, open_heads: OpenHeads, events: list[RpcEvent]
) -> None:
    announcer.announce(5)

    heads = await open_heads(refused_url.replace("http", "ws"), announcer.url)

    assert await heads.announced(GENEROUS) == 5
    assert lost_as(events) == {"Unreachable"}


REFUSALS: dict[str, tuple[str, Any, str]] = {
    "another chain": ("eth_chainId", {"result": "0x38"}, "it serves chain 56 and not 1"),
    "no subscriptions": (
        "eth_subscribe",
        {"error": {"code": -32601, "message": "the method does not exist"}},
        "does not exist",
    ),
}


@pytest.mark.parametrize("name", sorted(REFUSALS))
async def test_a_node_that_will_not_do_is_set_aside_and_the_operator_told(
    name: str,
    announcer: Announcer,
    other: Announcer,
    open_heads: OpenHeads,
    events: list[RpcEvent],
) -> None:
    # given a node that will never do, before one that closes each socket after a head
    method, said, why = REFUSALS[name]
    announcer.answers[method] = said
    other.serve = head_and_out

    # when the other has been gone back to several times
    heads = await open_heads(announcer.url, other.url)
    await until(lambda: other.seen.count("eth_subscribe") >= 4)

    # then the first was asked once, never subscribed to, and is said to be of no use
    assert announcer.seen.count("eth_chainId") == 1
    told = [event for event in events if isinstance(event, NodeQuarantined)]
    assert [event.node for event in told] == [announcer.url]
    assert why in told[0].reason
    assert heads.state.last == Head(9, (9).to_bytes(32, "big"), (8).to_bytes(32, "big"))


async def head_and_out(announcer: Announcer, socket: Socket) -> None:
    await socket.send_str(notice(header(9)))
    await socket.close()


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_is_refused_is_told_to_the_operator(
    status: int, announcer: Announcer, open_heads: OpenHeads, events: list[RpcEvent]
) -> None:
    announcer.instead = says("no", status)

    await open_heads(announcer.url)
    await until(lambda: events)

    assert isinstance(events[0], NodeQuarantined)
    assert str(status) in events[0].reason


@pytest.mark.parametrize(
    "said",
    [
        {"result": None},
        {"result": "ethereum"},
        {"result": "0x1", "id": 77},
        {"error": {"code": -32000, "message": "header not found"}},
        {},
    ],
)
async def test_a_node_that_does_not_tell_its_chain_is_never_subscribed_to(
    said: Any, announcer: Announcer, open_heads: OpenHeads, events: list[RpcEvent]
) -> None:
    announcer.answers["eth_chainId"] = said

    await open_heads(announcer.url)
    await until(lambda: len(announcer.seen) >= 2)

    assert set(announcer.seen) == {"eth_chainId"}
    assert all(isinstance(event, SocketLost) for event in events)


async def test_a_head_that_comes_before_the_subscription_has_its_name_is_passed_over(
    announcer: Announcer, open_heads: OpenHeads
) -> None:
    async def eager(socket: Socket, call: dict[str, Any]) -> None:
        await socket.send_str(notice(header(1)))
        await socket.send_str(json.dumps({"id": call["id"], "result": SUBSCRIPTION}))
        await socket.send_str(notice(header(2)))

    announcer.answers["eth_subscribe"] = eager

    heads = await open_heads(announcer.url)

    assert await heads.announced(GENEROUS) == 2


async def test_a_lone_socket_is_opened_again_after_a_pause_that_grows(
    announcer: Announcer, events: list[RpcEvent]
) -> None:
    # given a node that closes every socket, and a clock on which only pauses take time
    announcer.serve = closes
    slept: list[float] = []
    enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        if len(slept) == 8:
            enough.set()
            await asyncio.Event().wait()

    heads = Heads(
        "ethereum",
        CHAIN_ID,
        [announcer.url],
        GENEROUS,
        on_event=events.append,
        clock=lambda: sum(slept),
        sleep=sleep,
    )
    # when it is listened to
    running = asyncio.create_task(heads.run())
    async with asyncio.timeout(GENEROUS):
        await enough.wait()
    running.cancel()

    # then the pauses double up to a minute
    assert slept == [1, 2, 4, 8, 16, 32, 60, 60]
    assert heads.state.lost == 8
    assert not heads.state.connected


async def test_a_rate_limit_is_waited_for_as_long_as_it_says(announcer: Announcer) -> None:
    announcer.instead = says("", 429, **{"Retry-After": "33"})
    slept: list[float] = []
    asleep = asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        asleep.set()
        await asyncio.Event().wait()

    heads = Heads("ethereum", CHAIN_ID, [announcer.url], 12, clock=lambda: 0.0, sleep=sleep)
    running = asyncio.create_task(heads.run())
    async with asyncio.timeout(GENEROUS):
        await asleep.wait()
    running.cancel()

    assert slept == [33]


@pytest.mark.parametrize(("others", "believed"), [((10**9,), False), ((10**9, 120), True)])
async def test_a_head_far_from_all_that_other_nodes_tell_is_not_believed(
    others: tuple[int, ...],
    believed: bool,
    announcer: Announcer,
    open_heads: OpenHeads,
    events: list[RpcEvent],
) -> None:
    announcer.announce(100)

    heads = await open_heads(announcer.url, told=others, backoff_first=GENEROUS)
    await until(lambda: events)

    assert (heads.state.last is not None) == believed
    assert lost_as(events) == (set() if believed else {"UntrueAnswer"})


async def test_a_mistake_of_ours_does_not_end_the_listening(
    announcer: Announcer, open_heads: OpenHeads, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given something inside that breaks the first time
    times = []

    def broken(text: str) -> int:
        times.append(text)
        if len(times) == 1:
            raise ZeroDivisionError
        return int(text, 16)

    monkeypatch.setattr("watcher.rpc.wire.small_number", broken)
    announcer.announce(3)

    # when it is listened to, then the next try works
    heads = await open_heads(announcer.url)
    assert await heads.announced(GENEROUS) == 3
    assert heads.state.last_error == "RpcError: a fault in Spyhop itself: ZeroDivisionError"


async def test_nobody_waits_longer_than_he_wants_to(
    open_heads: OpenHeads, refused_url: str
) -> None:
    heads = await open_heads(refused_url.replace("http", "ws"))

    async with asyncio.timeout(GENEROUS):
        assert await heads.announced(0.01) is None
        assert await heads.announced(0) is None
        assert await heads.announced(-1) is None
    assert not heads.state.listening


async def test_a_key_in_the_url_is_sent_and_never_said(
    announcer: Announcer, open_heads: OpenHeads, events: list[RpcEvent]
) -> None:
    # given a node with keys in every place of its URL, which says them back
    keyed = announcer.url.replace("ws://", "ws://USERKEY0123:WORDKEY0123@")
    told = "PATHKEY0123 QKEY0123 USERKEY0123 WORDKEY0123"
    announcer.answers["eth_chainId"] = {"error": {"code": -32000, "message": told}}

    # when it fails
    heads = await open_heads(f"{keyed}/v3/PATHKEY0123?k=QKEY0123")
    await until(lambda: events)

    # then they were sent, and are in nothing that anybody may log
    request = announcer.requests[0]
    basic = base64.b64encode(b"USERKEY0123:WORDKEY0123").decode()
    assert request.headers["Authorization"] == f"Basic {basic}"
    assert request.path_qs == "/v3/PATHKEY0123?k=QKEY0123"
    shown = f"{events} {heads.state}"
    assert announcer.url in shown
    assert not any(word in shown for word in (*told.split(), basic))


def test_urls_are_checked_at_once() -> None:
    with pytest.raises(BadNodeUrl, match="wss://"):
        Heads("ethereum", CHAIN_ID, ["https://node.example"], 12)
    with pytest.raises(ValueError, match="at least one"):
        Heads("ethereum", CHAIN_ID, [], 12)


async def test_three_block_times_without_a_head_are_silence(announcer: Announcer) -> None:
    # given a socket that told of a head on a chain of 12 s, and a clock that stands
    seconds = 1000.0
    heads = Heads("ethereum", CHAIN_ID, [announcer.url], 12, clock=lambda: seconds)
    running = asyncio.create_task(heads.run())
    assert not heads.listening
    announcer.announce(1)
    assert await heads.announced(GENEROUS) == 1

    # when time passes, then it is relied on for 36 s
    seconds += 36
    assert heads.listening
    seconds += 0.1
    assert not heads.listening
    assert heads.state.connected
    running.cancel()
