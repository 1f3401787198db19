"""Looking, and waiting for what is to come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.telegram.callbacks import Callback
from sandbox.telegram.calls import Call
from sandbox.telegram.chats import Chat
from sandbox.telegram.commands import BotCommand
from sandbox.telegram.errors import NotSeen
from sandbox.telegram.inline import InlineQuery
from sandbox.telegram.messages import Message
from sandbox.telegram.users import User
from sandbox.telegram.verbs.trouble import Trouble

SHOWN_IN_A_REFUSAL = 5


class Watch(Trouble):
    """Everything that can be read off the world."""

    def chats(self) -> list[Chat]:
        return list(self.world.chats.by_id.values())

    def users(self) -> list[User]:
        return list(self.world.users.by_id.values())

    def messages(
        self, chat_id: int, topic_id: int | None = None, with_deleted: bool = True
    ) -> list[Message]:
        """A chat's messages with all their revisions, oldest first."""
        return [
            m
            for m in self.world.messages.of_chat(chat_id)
            if (topic_id is None or m.topic_id == topic_id) and (with_deleted or not m.deleted)
        ]

    def bot_messages(self, chat_id: int) -> list[Message]:
        """What the bot said and did not take away again."""
        return [m for m in self.world.messages.of_chat(chat_id) if m.from_bot and not m.deleted]

    def calls(self, method: str | None = None, after: int = 0) -> list[Call]:
        """Bot API calls that are over, oldest first; `after` is the `seq` of one already seen."""
        return [c for c in self.world.calls.of(method) if c.seq > after]

    def counts(self) -> dict[str, int]:
        """429s so far, unanswered taps, held calls, waiting updates, whether somebody polls."""
        return {
            "calls": len(self.world.calls.log),
            "too_many_requests": self.world.calls.refused_for_rate(),
            "unanswered_callbacks": len(self.world.callbacks.unanswered()),
            "held_calls": len(self.world.faults.held),
            "pending_updates": len(self.world.updates.queue),
            "polling": int(self.world.updates.being_polled),
            "events": self.world.events.seq,
        }

    def callback(self, callback_id: str) -> Callback | None:
        return self.world.callbacks.by_id.get(callback_id)

    def unanswered_callbacks(self) -> list[Callback]:
        return self.world.callbacks.unanswered()

    def offered_commands(self, chat_id: int, user_id: int | None = None) -> list[BotCommand]:
        """What a person is offered after `/` in that chat."""
        chat = self.world.chats.get(chat_id)
        user = self.world.users.by_id.get(chat.user_id or user_id or 0)
        status = chat.members.get(user.id, "left") if user else "left"
        return list(
            self.world.commands.offered(
                chat,
                user.id if user else 0,
                user.language_code if user else "",
                is_admin=status in ("creator", "administrator"),
            )
        )

    def state(self) -> dict[str, Any]:
        """What the chat page needs to start: everything, and the event it is up to date with."""
        return {
            "bot": self.world.bot,
            "users": [u for u in self.users() if not u.is_bot],
            "chats": self.chats(),
            "messages": [m for chat in self.chats() for m in self.messages(chat.id)],
            "about": self.world.profile.descriptions.get("", ""),
            "seq": self.world.events.seq,
        }

    async def wait_for_messages(
        self, chat_id: int, count: int = 1, timeout: float = 10.0, containing: str | None = None,
        after: int = 0, predicate: Callable[[Message], bool] | None = None,
    ) -> list[Message]:  # fmt: skip
        """The bot's messages in a chat, once there are `count` that fit; edits are looked at too.

        `after` leaves out messages up to that id. Raises NotSeen after `timeout` seconds.
        """

        def fitting() -> list[Message]:
            return [
                m
                for m in self.bot_messages(chat_id)
                if m.message_id > after
                and (containing is None or containing in m.text)
                and (predicate is None or predicate(m))
            ]

        if not await self.world.events.until(lambda: len(fitting()) >= count, timeout):
            raise NotSeen(not_seen(chat_id, count, len(fitting()), self.bot_messages(chat_id)))
        return fitting()

    async def wait_for_answer(self, callback_id: str, timeout: float = 10.0) -> Callback:
        """The tap, once the bot answered it. Raises NotSeen after `timeout` seconds."""

        def answered() -> bool:
            callback = self.callback(callback_id)
            return callback is not None and callback.answered_at is not None

        found = await self.world.events.until(answered, timeout)
        callback = self.callback(callback_id)
        if not found or callback is None:
            raise NotSeen(f"The tap {callback_id} was not answered within {timeout:g} s.")
        return callback

    async def wait_for_inline_answer(self, query_id: str, timeout: float = 10.0) -> InlineQuery:
        """The query, once the bot answered it. Raises NotSeen after `timeout` seconds."""
        queries = self.world.inline_queries.by_id

        def answered() -> bool:
            return query_id in queries and queries[query_id].answered_at is not None

        if not await self.world.events.until(answered, timeout):
            raise NotSeen(f"The query {query_id} was not answered within {timeout:g} s.")
        return queries[query_id]

    async def wait_for_calls(
        self, method: str, count: int = 1, timeout: float = 10.0, after: int = 0
    ) -> list[Call]:
        """Calls of a method that are over. Raises NotSeen after `timeout` seconds."""
        if not await self.world.events.until(
            lambda: len(self.calls(method, after)) >= count, timeout
        ):
            seen = len(self.calls(method, after))
            raise NotSeen(f"{count} calls of {method} were awaited, {seen} came.")
        return self.calls(method, after)

    async def wait_for_held(self, count: int = 1, timeout: float = 10.0) -> int:
        """Waits until that many calls are held. Raises NotSeen after `timeout` seconds."""
        held = self.world.faults.held
        if not await self.world.events.until(lambda: len(self.world.faults.held) >= count, timeout):
            raise NotSeen(f"{count} held calls were awaited, {len(held)} are held.")
        return len(self.world.faults.held)

    async def wait_for_polling(self, timeout: float = 10.0) -> None:
        """Waits until a bot polls. Raises NotSeen after `timeout` seconds."""
        if not await self.world.events.until(lambda: self.world.updates.being_polled, timeout):
            raise NotSeen(f"No bot polled within {timeout:g} s.")

    async def wait_for_event(self, after: int, timeout: float = 10.0) -> int:
        """Waits until something happened after that event; returns the newest one's number."""
        await self.world.events.until(lambda: self.world.events.seq > after, timeout)
        return self.world.events.seq


def not_seen(chat_id: int, wanted: int, found: int, there: list[Message]) -> str:
    """A sentence for a wait that failed, with the last messages that were there."""
    last = "; ".join(repr(m.text[:120]) for m in there[-SHOWN_IN_A_REFUSAL:]) or "nothing"
    return f"{wanted} messages were awaited in chat {chat_id}, {found} fit. The bot said: {last}."
