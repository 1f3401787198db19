"""Updates are handled chat by chat: in order within a chat, side by side across chats."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from aiogram.types import Update


def chat_of(update: Update) -> int:
    """The chat whose order an update belongs to; 0 for those of no chat. What is asked inline keeps
    its order by who asks: their private chat's."""
    if update.inline_query is not None:
        return update.inline_query.from_user.id
    query = update.callback_query
    for event in (update.message, update.my_chat_member, query.message if query else None):
        if event is not None:
            return event.chat.id
    return 0


class Lanes:
    """One queue for each chat that has something to handle. ``handle`` must not raise."""

    def __init__(
        self, group: asyncio.TaskGroup, handle: Callable[[Update], Awaitable[object]]
    ) -> None:
        self._group = group
        self._handle = handle
        self._waiting: dict[int, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, updates: Sequence[Update]) -> None:
        """Queue updates behind those of their chats."""
        for update in updates:
            chat = chat_of(update)
            if chat in self._waiting:
                self._waiting[chat].append(update)
                continue
            self._waiting[chat] = deque([update])
            task = self._group.create_task(self._run(chat))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def drained(self, timeout: float) -> bool:
        """Whether everything is handled, after waiting for it that many seconds at most."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout)
        return not self._tasks

    def cancel(self) -> None:
        """Give up what is under way."""
        for task in self._tasks:
            task.cancel()

    async def _run(self, chat: int) -> None:
        queue = self._waiting[chat]
        try:
            while queue:
                await self._handle(queue.popleft())
        finally:
            del self._waiting[chat]
