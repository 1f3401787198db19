"""One Bot API call from end to end: faults, method, log, answer."""

from __future__ import annotations

import asyncio
import inspect
import socket
import struct
from typing import Any

import msgspec
from aiohttp import web

from sandbox.telegram.calls import Call
from sandbox.telegram.errors import ApiError, NotFound, Unauthorized
from sandbox.telegram.methods import METHODS
from sandbox.telegram.parameters import Parameters, read_parameters
from sandbox.telegram.world import World

_NOW = struct.pack("ii", 1, 0)
CUT = 0
LOOK_AGAIN = 0.2  # seconds after which a poll notices that its client is gone


def cut(request: web.Request) -> web.Response:
    """Resets the connection, so that the client sees no answer at all."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOW)
        transport.abort()
    return web.Response(status=500)


def _refusal(error: ApiError) -> web.Response:
    body: dict[str, Any] = {
        "ok": False,
        "error_code": error.code,
        "description": error.description,
    }
    headers = {}
    if error.parameters:
        body["parameters"] = error.parameters
        if "retry_after" in error.parameters:
            headers["Retry-After"] = str(error.parameters["retry_after"])
    return _json(body, error.code, headers)


def _json(body: Any, status: int, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(body),
        status=status,
        content_type="application/json",
        headers=headers,
    )


def check_token(world: World, token: str) -> None:
    """Raises Unauthorized, as the real server does, in two different sentences."""
    number, colon, _ = token.partition(":")
    if not colon or not number.isdecimal() or number.startswith("0") or len(token) > 80:
        raise Unauthorized("Unauthorized: invalid token specified")
    if token != world.token or world.token_revoked:
        raise Unauthorized("Unauthorized")


async def answer(world: World, request: web.Request) -> web.Response:
    """The whole way of a call."""
    if world.faults.down or world.faults.take("cut_before", _method_of(request)) is not None:
        return cut(request)
    try:
        check_token(world, request.match_info["token"])
    except ApiError as error:
        return _refusal(error)
    seq = world.calls.start()
    call = Parameters()
    name = _method_of(request)
    refused: ApiError | None = None
    result: Any = None
    try:
        call = await read_parameters(request)
        if not await _passes_gate(world, name):
            _note(world, seq, name, call, None, None, cut_off=True)
            return cut(request)
        failing = world.faults.take("fail", name)
        if failing is not None and failing.error is not None:
            raise failing.error
        result = await _run(world, request, name, call)
    except ApiError as error:
        refused = error
    cut_off = world.faults.down or world.faults.take("cut_after", name) is not None
    _note(world, seq, name, call, refused, result, cut_off=cut_off)
    late = world.faults.take("delay", name)
    if late is not None:
        await asyncio.sleep(late.seconds)
    if cut_off:
        return cut(request)
    return _refusal(refused) if refused else _json({"ok": True, "result": result}, 200)


def _method_of(request: web.Request) -> str:
    return request.match_info["method"]


async def _passes_gate(world: World, name: str) -> bool:
    gate = asyncio.ensure_future(world.faults.wait_at_gate(name))
    await asyncio.sleep(0)
    world.events.wake()
    return await gate


async def _run(world: World, request: web.Request, name: str, call: Parameters) -> Any:
    method = METHODS.get(name.lower())
    if method is None:
        raise NotFound("Not Found: method not found")
    found = method(world, call)
    if not inspect.isawaitable(found):
        return found
    waiting = asyncio.ensure_future(found)
    await asyncio.sleep(0)
    world.events.wake()
    while not waiting.done():
        await asyncio.wait([waiting], timeout=LOOK_AGAIN)
        if request.transport is None or request.transport.is_closing():
            waiting.cancel()
            return []
    return waiting.result()


def _note(
    world: World, seq: int, name: str, call: Parameters,
    refused: ApiError | None, result: Any, *, cut_off: bool,
) -> None:  # fmt: skip
    parameters = refused.parameters if refused else None
    noted = Call(
        seq=seq,
        date=world.clock(),
        method=name,
        parameters=call.shown(),
        code=CUT if cut_off else (refused.code if refused else 200),
        description=refused.description if refused else None,
        retry_after=(parameters or {}).get("retry_after"),
        accepted=refused is None and result is not None,
        result=None if name.lower() == "getupdates" else result,
    )
    world.calls.add(noted)
    if name.lower() == "getupdates" and refused is None:
        world.events.wake()
    else:
        world.events.emit("call", noted)
