"""The sandbox from another process: the same verbs, over HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
import msgspec

from sandbox.telegram.callbacks import Callback
from sandbox.telegram.calls import Call
from sandbox.telegram.chats import Chat, MemberStatus, Topic
from sandbox.telegram.commands import BotCommand
from sandbox.telegram.errors import NotSeen, SandboxError
from sandbox.telegram.faults import ANY
from sandbox.telegram.inline import InlineQuery
from sandbox.telegram.messages import Message
from sandbox.telegram.users import User

T = TypeVar("T")
_SLACK = 15.0


class TelegramClient:
    """Verbs as on `TelegramSandbox`, all of them awaited; `base_url` is the sandbox's `url`.

    Raises SandboxError where a verb makes no sense, NotSeen where a wait was in vain.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def verb(self, name: str, kind: type[T], /, **arguments: Any) -> T:
        """Any verb by its name, its result brought to `kind`."""
        timeout = float(arguments.get("timeout", 10.0)) + _SLACK
        async with self._open().post(
            f"{self.base_url}/sandbox/{name}",
            data=msgspec.json.encode(arguments),
            headers={"Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=timeout),
        ) as response:
            body = await response.read()
        if response.status == 408:
            raise NotSeen(msgspec.json.decode(body)["error"])
        if response.status != 200:
            raise SandboxError(msgspec.json.decode(body)["error"])
        result: T = msgspec.convert(msgspec.json.decode(body)["result"], kind, strict=False)
        return result

    async def create_user(
        self, first_name: str, last_name: str | None = None, username: str | None = None,
        language_code: str = "en", user_id: int | None = None,
    ) -> User:  # fmt: skip
        return await self.verb(
            "create_user", User, first_name=first_name, last_name=last_name, username=username,
            language_code=language_code, user_id=user_id,
        )  # fmt: skip

    async def create_private_chat(self, user_id: int) -> Chat:
        return await self.verb("create_private_chat", Chat, user_id=user_id)

    async def create_group(
        self, title: str, members: tuple[int, ...] = (), bot_status: MemberStatus = "member"
    ) -> Chat:
        return await self.verb(
            "create_group", Chat, title=title, members=members, bot_status=bot_status
        )

    async def create_supergroup(
        self, title: str, members: tuple[int, ...] = (), bot_status: MemberStatus = "member",
        is_forum: bool = False, topics: tuple[str, ...] = (), username: str | None = None,
    ) -> Chat:  # fmt: skip
        return await self.verb(
            "create_supergroup", Chat, title=title, members=members, bot_status=bot_status,
            is_forum=is_forum, topics=topics, username=username,
        )  # fmt: skip

    async def create_channel(
        self, title: str, username: str | None = None, members: tuple[int, ...] = (),
        bot_status: MemberStatus = "administrator",
    ) -> Chat:  # fmt: skip
        return await self.verb(
            "create_channel", Chat, title=title, username=username, members=members,
            bot_status=bot_status,
        )  # fmt: skip

    async def send_text(
        self, chat_id: int, text: str, user_id: int | None = None, topic_id: int | None = None,
        date: float | None = None, reply_to: int | None = None,
    ) -> Message:  # fmt: skip
        return await self.verb(
            "send_text", Message, chat_id=chat_id, text=text, user_id=user_id, topic_id=topic_id,
            date=date, reply_to=reply_to,
        )  # fmt: skip

    async def send_document(
        self, chat_id: int, name: str, content: bytes, caption: str = "",
        user_id: int | None = None, topic_id: int | None = None, reply_to: int | None = None,
    ) -> Message:  # fmt: skip
        return await self.verb(
            "send_document", Message, chat_id=chat_id, name=name, content=content, caption=caption,
            user_id=user_id, topic_id=topic_id, reply_to=reply_to,
        )  # fmt: skip

    async def tap(
        self, chat_id: int, message_id: int, button: int | None = None, data: str | None = None,
        text: str | None = None, user_id: int | None = None,
    ) -> Callback:  # fmt: skip
        return await self.verb(
            "tap", Callback, chat_id=chat_id, message_id=message_id, button=button, data=data,
            text=text, user_id=user_id,
        )  # fmt: skip

    async def ask_inline(
        self, user_id: int, query: str, offset: str = "", chat_type: str | None = "sender"
    ) -> InlineQuery:
        return await self.verb(
            "ask_inline", InlineQuery, user_id=user_id, query=query, offset=offset,
            chat_type=chat_type,
        )  # fmt: skip

    async def send_inline_result(self, query_id: str, result_id: str, chat_id: int) -> Message:
        return await self.verb(
            "send_inline_result", Message, query_id=query_id, result_id=result_id, chat_id=chat_id
        )

    async def wait_for_inline_answer(self, query_id: str, timeout: float = 10.0) -> InlineQuery:
        return await self.verb(
            "wait_for_inline_answer", InlineQuery, query_id=query_id, timeout=timeout
        )

    async def block_bot(self, user_id: int) -> Chat:
        return await self.verb("block_bot", Chat, user_id=user_id)

    async def unblock_bot(self, user_id: int) -> Chat:
        return await self.verb("unblock_bot", Chat, user_id=user_id)

    async def deactivate_user(self, user_id: int) -> User:
        return await self.verb("deactivate_user", User, user_id=user_id)

    async def set_bot_status(self, chat_id: int, status: MemberStatus) -> Chat:
        return await self.verb("set_bot_status", Chat, chat_id=chat_id, status=status)

    async def add_bot(self, chat_id: int, as_administrator: bool = False) -> Chat:
        return await self.verb("add_bot", Chat, chat_id=chat_id, as_administrator=as_administrator)

    async def kick_bot(self, chat_id: int) -> Chat:
        return await self.verb("kick_bot", Chat, chat_id=chat_id)

    async def set_member_status(self, chat_id: int, user_id: int, status: MemberStatus) -> Chat:
        return await self.verb(
            "set_member_status", Chat, chat_id=chat_id, user_id=user_id, status=status
        )

    async def migrate(self, chat_id: int) -> Chat:
        return await self.verb("migrate", Chat, chat_id=chat_id)

    async def create_topic(self, chat_id: int, name: str) -> Topic:
        return await self.verb("create_topic", Topic, chat_id=chat_id, name=name)

    async def close_topic(self, chat_id: int, topic_id: int) -> Topic:
        return await self.verb("close_topic", Topic, chat_id=chat_id, topic_id=topic_id)

    async def reopen_topic(self, chat_id: int, topic_id: int) -> Topic:
        return await self.verb("reopen_topic", Topic, chat_id=chat_id, topic_id=topic_id)

    async def delete_topic(self, chat_id: int, topic_id: int) -> Topic:
        return await self.verb("delete_topic", Topic, chat_id=chat_id, topic_id=topic_id)

    async def fail(
        self, method: str = ANY, times: int | None = 1, code: int = 500,
        description: str | None = None, retry_after: int | None = None,
    ) -> None:  # fmt: skip
        await self.verb(
            "fail", object, method=method, times=times, code=code, description=description,
            retry_after=retry_after,
        )  # fmt: skip

    async def delay(self, seconds: float, method: str = ANY, times: int | None = None) -> None:
        await self.verb("delay", object, seconds=seconds, method=method, times=times)

    async def cut_before(self, method: str = ANY, times: int | None = 1) -> None:
        await self.verb("cut_before", object, method=method, times=times)

    async def cut_after(self, method: str = ANY, times: int | None = 1) -> None:
        await self.verb("cut_after", object, method=method, times=times)

    async def hold(self, method: str = ANY, times: int | None = None) -> None:
        await self.verb("hold", object, method=method, times=times)

    async def release(self, accept: bool = True) -> int:
        return await self.verb("release", int, accept=accept)

    async def go_down(self) -> None:
        await self.verb("go_down", object)

    async def come_up(self) -> None:
        await self.verb("come_up", object)

    async def clear_faults(self) -> None:
        await self.verb("clear_faults", object)

    async def revoke_token(self) -> None:
        await self.verb("revoke_token", object)

    async def chats(self) -> list[Chat]:
        return await self.verb("chats", list[Chat])

    async def users(self) -> list[User]:
        return await self.verb("users", list[User])

    async def messages(
        self, chat_id: int, topic_id: int | None = None, with_deleted: bool = True
    ) -> list[Message]:
        return await self.verb(
            "messages", list[Message], chat_id=chat_id, topic_id=topic_id, with_deleted=with_deleted
        )

    async def bot_messages(self, chat_id: int) -> list[Message]:
        return await self.verb("bot_messages", list[Message], chat_id=chat_id)

    async def calls(self, method: str | None = None, after: int = 0) -> list[Call]:
        return await self.verb("calls", list[Call], method=method, after=after)

    async def counts(self) -> dict[str, int]:
        return await self.verb("counts", dict[str, int])

    async def callback(self, callback_id: str) -> Callback | None:
        found = await self.verb("callback", object, callback_id=callback_id)
        return None if found is None else msgspec.convert(found, Callback)

    async def unanswered_callbacks(self) -> list[Callback]:
        return await self.verb("unanswered_callbacks", list[Callback])

    async def offered_commands(self, chat_id: int, user_id: int | None = None) -> list[BotCommand]:
        return await self.verb(
            "offered_commands", list[BotCommand], chat_id=chat_id, user_id=user_id
        )

    async def wait_for_messages(
        self, chat_id: int, count: int = 1, timeout: float = 10.0, containing: str | None = None,
        after: int = 0, predicate: Callable[[Message], bool] | None = None,
    ) -> list[Message]:  # fmt: skip
        """As on the sandbox; a predicate is tried here, each time something happened there."""
        if predicate is None:
            return await self.verb(
                "wait_for_messages", list[Message], chat_id=chat_id, count=count, timeout=timeout,
                containing=containing, after=after,
            )  # fmt: skip
        end = time.monotonic() + timeout
        while True:
            seq = (await self.counts())["events"]
            there = [m for m in await self.bot_messages(chat_id) if m.message_id > after]
            fitting = [m for m in there if (containing or "") in m.text and predicate(m)]
            left = end - time.monotonic()
            if len(fitting) >= count:
                return fitting
            if left <= 0:
                raise NotSeen(
                    f"{count} messages were awaited in chat {chat_id}, {len(fitting)} fit. "
                    f"The bot said: {[m.text[:120] for m in there[-5:]]}."
                )
            await self.verb("wait_for_event", int, after=seq, timeout=left)

    async def wait_for_answer(self, callback_id: str, timeout: float = 10.0) -> Callback:
        return await self.verb(
            "wait_for_answer", Callback, callback_id=callback_id, timeout=timeout
        )

    async def wait_for_calls(
        self, method: str, count: int = 1, timeout: float = 10.0, after: int = 0
    ) -> list[Call]:
        return await self.verb(
            "wait_for_calls", list[Call], method=method, count=count, timeout=timeout, after=after
        )

    async def wait_for_held(self, count: int = 1, timeout: float = 10.0) -> int:
        return await self.verb("wait_for_held", int, count=count, timeout=timeout)

    async def wait_for_polling(self, timeout: float = 10.0) -> None:
        await self.verb("wait_for_polling", object, timeout=timeout)

    async def stream(
        self, chat_id: int | None = None, from_start: bool = False, edits: bool = True
    ) -> AsyncIterator[Message]:
        """The bot's messages as they come, for ever; edited ones again where `edits` is set.

        `from_start` begins with what was said before. A lost connection is taken up where it broke.
        """
        after = 0 if from_start else (await self.counts())["events"]
        while True:
            try:
                async for seq, kind, body in self._events(after):
                    after = seq
                    if kind != "message":
                        continue
                    message = msgspec.convert(body, Message, strict=False)
                    wanted = chat_id is None or message.chat_id == chat_id
                    if wanted and _is_news(message, edits=edits):
                        yield message
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
                await asyncio.sleep(0.2)

    async def _events(self, after: int) -> AsyncIterator[tuple[int, str, Any]]:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10.0)
        async with self._open().get(
            f"{self.base_url}/sandbox/events", params={"after": str(after)}, timeout=timeout
        ) as response:
            async for line in _lines(response.content):
                if line.startswith(b"data: "):
                    event = msgspec.json.decode(line.removeprefix(b"data: "))
                    yield event["seq"], event["kind"], event["body"]


async def _lines(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Lines of any length, which the reader's own iteration does not give."""
    rest = b""
    async for chunk in content.iter_any():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line


def _is_news(message: Message, *, edits: bool) -> bool:
    return message.from_bot and not message.deleted and (edits or not message.edited)
