"""One node while it is asked several things that belong together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from watcher.rpc.wire import Call


@dataclass(frozen=True, slots=True)
class Asking:
    """The node by its public name; its calls share one permit and one deadline.

    `accept` sees the decoded value and raises an error of the tree when it will not do. Whatever
    is raised inside an exchange ends it, and the next node is asked from the beginning."""

    name: str
    one: Callable[[Call], Awaitable[Any]]
    many: Callable[[Sequence[Call]], Awaitable[list[Any]]]
    read: Callable[[], int]
    """Bytes of the answers so far, inflated."""

    async def call(
        self,
        method: str,
        params: Sequence[Any] = (),
        *,
        type: Any = msgspec.Raw,  # noqa: A002 - as in the pool's call
        accept: Callable[[Any], object] | None = None,
    ) -> Any:
        """One question; the result is decoded as `type`. Raises errors of the tree."""
        value = await self.one(Call(method, params, type))
        if accept is not None:
            accept(value)
        return value

    async def batch(self, calls: Sequence[Call]) -> list[Any]:
        """Several questions in one request: decoded results, or legitimate answers, in order."""
        return await self.many(calls)
