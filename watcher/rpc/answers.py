"""Answers decoded as the types that were asked for: in one pass, and large ones in slices.

A megabyte is decoded in about 3 ms, in which nothing else goes on. So what is larger is cut
between its items, and other calls have their turn after each slice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from types import UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

import msgspec

from watcher.rpc import wire
from watcher.rpc.slices import Place, Uncut, first_array, pieces
from watcher.rpc.wire import UNREADABLE, RawResponse, Response

AT_ONCE = 1024 * 1024
"""bytes that are decoded without a pause"""
SLICE = 1024 * 1024
"""bytes after which there is one, in what is larger"""


class _Hole(NamedTuple):
    """What a type is filled with in slices: items of a type, into an attribute of the result, or
    the result itself."""

    item: Any
    attribute: str | None


async def read_call(body: bytes, number: int, kind: Any = msgspec.Raw) -> Any:
    """The result of a single request, decoded as `kind`. Raises errors of the tree."""
    if len(body) > AT_ONCE:
        await asyncio.sleep(0)  # to put it together was work enough
        response = await _in_slices(body, kind)
        if response is not None:
            return wire.result_of(response, number)
        if kind is msgspec.Raw:
            raw = wire.read_call(body, number)
            await asyncio.sleep(0)  # whoever reads it has work of his own
            return raw
    with suppress(*UNREADABLE):
        return wire.result_of(_decoder(Response[kind]).decode(body), number)
    # an error in place of the result, or a result of another shape: this finds out which
    return wire.decode(wire.read_call(body, number), kind)


async def read_batch(body: bytes, first: int, kinds: Sequence[Any]) -> list[Any]:
    """The answers to a batch, in the order of its questions, each decoded as its own of `kinds`.

    Legitimate answers stand among them. Raises errors of the tree."""
    alike = all(kind == kinds[0] for kind in kinds)
    kind = kinds[0] if alike else msgspec.Raw
    responses = await _responses(body, kind)
    if responses is None:
        items = wire.read_batch(body, first, len(kinds))
    else:
        items = wire.in_order(responses, first, len(kinds))
        if alike:
            return items
    return [
        wire.decode(item, kind) if isinstance(item, msgspec.Raw) else item
        for item, kind in zip(items, kinds, strict=True)
    ]


async def _responses(body: bytes, kind: Any) -> list[Response[Any]] | None:
    """The responses of a batch as they came; None where one does not have the shape."""
    if len(body) <= AT_ONCE:
        with suppress(*UNREADABLE):
            return list(_decoder(list[Response[kind]]).decode(body))
        return None
    with suppress(Uncut, *UNREADABLE):
        return await _in_parts(body, kind)
    return None


async def _in_parts(body: bytes, kind: Any) -> list[Response[Any]]:
    """The responses of a large batch. Raises Uncut, or what cannot be read."""
    place = first_array(body)
    if place is None or place.depth > 0:
        raise Uncut
    responses: list[Response[Any]] = []
    decode = _decoder(list[Response[kind]]).decode
    end = place.start
    view = memoryview(body)
    for begin, end in pieces(body, place, SLICE, strict=False):
        lone = await _in_slices(body[begin:end], kind) if end - begin > 2 * AT_ONCE else None
        responses += [lone] if lone else decode(_as_array(view[begin:end]))
        await asyncio.sleep(0)
    _decoder(list[RawResponse]).decode(body[: place.start + 1] + body[end:])
    return responses


async def _in_slices(text: bytes, kind: Any) -> Response[Any] | None:
    """A large response; None where it cannot be cut, or is not what was asked for."""
    place = first_array(text)
    hole = place and _hole(kind, place.key, place.depth)
    if place is None or hole is None:
        return None
    for strict in (False, True):
        with suppress(Uncut, *UNREADABLE):
            items, end = await _items(text, place, hole.item, strict=strict)
            shell = text[: place.start] + b"[]" + text[end:].lstrip()[1:]
            return _filled(_decoder(Response[kind]).decode(shell), hole, items)
    return None


async def _items(text: bytes, place: Place, kind: Any, *, strict: bool) -> tuple[list[Any], int]:
    decode = _decoder(list[kind]).decode
    items: list[Any] = []
    end = place.start
    view = memoryview(text)
    for begin, end in pieces(text, place, SLICE, strict=strict):
        found = decode(_as_array(view[begin:end]))
        if not found:
            raise Uncut
        items += found
        await asyncio.sleep(0)
    return items, end


def _as_array(items: memoryview) -> bytes:
    """Copied once, because this is done with every byte that comes."""
    return b"".join((b"[", items, b"]"))


def _filled(response: Response[Any], hole: _Hole, items: list[Any]) -> Response[Any] | None:
    result = response.result
    if hole.attribute is None:
        if result != []:
            return None
        response.result = items
        return response
    if not isinstance(result, msgspec.Struct) or getattr(result, hole.attribute) != []:
        return None
    msgspec.structs.force_setattr(result, hole.attribute, items)
    return response


@lru_cache(maxsize=256)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


@lru_cache(maxsize=256)
def _hole(kind: Any, key: str | None, depth: int) -> _Hole | None:
    """Where a type has a list for an array that stands under that key, so deep in the response."""
    for option in _options(kind):
        if (key, depth) == ("result", 1) and get_origin(option) is list:
            return _Hole(get_args(option)[0], None)
        if depth == 2 and isinstance(option, type) and issubclass(option, msgspec.Struct):
            for field in msgspec.structs.fields(option):
                for inner in _options(field.type):
                    if field.encode_name == key and get_origin(inner) is list:
                        return _Hole(get_args(inner)[0], field.name)
    return None


def _options(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
