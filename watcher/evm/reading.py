"""Large answers decoded piece by piece, so that none holds up everything else in the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from watcher.evm.checks.slices import sliced
from watcher.evm.wire import RpcBlock, RpcTransaction
from watcher.rpc.wire import decode

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
_AT_ONCE = 1_000_000
"""Bytes that are decoded in one step: a few milliseconds."""
_SLICE = 500


class _Outline(RpcBlock):
    """A block whose transactions are still raw."""

    transactions: list[msgspec.Raw]  # type: ignore[assignment]


async def read_block(raw: msgspec.Raw) -> RpcBlock | None:
    """A block with full transactions, or null. Raises GarbledAnswer."""
    if len(raw) <= _AT_ONCE:
        return decode(raw, RpcBlock | None)  # type: ignore[arg-type]
    outline: _Outline = decode(raw, _Outline)
    fields: dict[str, Any] = {name: getattr(outline, name) for name in outline.__struct_fields__}
    fields["transactions"] = await _read_each(outline.transactions, RpcTransaction)
    return RpcBlock(**fields)


def read_one(raw: msgspec.Raw, kind: type[T]) -> T | None:
    """One small thing of a kind, or null. Raises GarbledAnswer."""
    return decode(raw, kind | None)  # type: ignore[arg-type]


async def read_list(raw: msgspec.Raw, kind: type[T]) -> list[T] | None:
    """A list of things of a kind, or null. Raises GarbledAnswer."""
    if len(raw) <= _AT_ONCE:
        return decode(raw, list[kind] | None)  # type: ignore[valid-type, arg-type]
    return await _read_each(decode(raw, list[msgspec.Raw]), kind)


async def _read_each(items: Sequence[msgspec.Raw], kind: type[T]) -> list[T]:
    found: list[T] = []
    async for part in sliced(items, _SLICE):
        found.extend([decode(item, kind) for item in part])
    return found
