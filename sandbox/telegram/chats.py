"""Chats of the four types, their topics, and who may do what in them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sandbox.telegram.errors import SandboxError

ChatType = Literal["private", "group", "supergroup", "channel"]
MemberStatus = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]
TopicState = Literal["open", "closed", "deleted"]

FIRST_GROUP_ID = -4_200_001
FIRST_SUPERGROUP_ID = -1_002_000_000_001


@dataclass(frozen=True, slots=True)
class Topic:
    """A forum topic; its id is the id of the message that created it."""

    id: int
    name: str
    state: TopicState = "open"


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat as the bot meets it.

    `bot_status` is the bot's own place in it; in a private chat `kicked` means that the person
    blocked the bot, as in `my_chat_member`. `members` maps user ids to their status.
    """

    id: int
    type: ChatType
    title: str | None = None
    username: str | None = None
    user_id: int | None = None
    is_forum: bool = False
    bot_status: MemberStatus = "member"
    members: dict[int, MemberStatus] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    migrated_to: int | None = None
    migrated_from: int | None = None

    @property
    def counts_per_minute(self) -> bool:
        """Whether the limit of groups and channels holds here, not that of private chats."""
        return self.type != "private"


@dataclass(slots=True)
class Chats:
    """All chats by id; a change replaces the whole chat."""

    by_id: dict[int, Chat] = field(default_factory=dict)

    def next_id(self, kind: ChatType) -> int:
        if kind == "private":
            raise SandboxError("A private chat has its person's id.")
        first = FIRST_GROUP_ID if kind == "group" else FIRST_SUPERGROUP_ID
        taken = [c.id for c in self.by_id.values() if (c.type == "group") == (kind == "group")]
        return min([first + 1, *(i for i in taken if i < 0)]) - 1

    def put(self, chat: Chat) -> Chat:
        self.by_id[chat.id] = chat
        return chat

    def get(self, chat_id: int) -> Chat:
        try:
            return self.by_id[chat_id]
        except KeyError:
            raise SandboxError(f"There is no chat {chat_id}.") from None

    def find(self, identifier: str) -> Chat | None:
        """By the `chat_id` of a call: a number, or `@name` of a public chat."""
        if identifier.startswith("@"):
            name = identifier[1:].lower()
            public = (c for c in self.by_id.values() if c.type in ("supergroup", "channel"))
            return next((c for c in public if (c.username or "").lower() == name), None)
        try:
            return self.by_id.get(int(identifier))
        except ValueError:
            return None

    def put_topic(self, chat_id: int, topic: Topic) -> Topic:
        chat = self.get(chat_id)
        self.put(replace(chat, topics={**chat.topics, topic.id: topic}))
        return topic

    def topic(self, chat_id: int, topic_id: int) -> Topic:
        try:
            return self.get(chat_id).topics[topic_id]
        except KeyError:
            raise SandboxError(f"There is no topic {topic_id} in chat {chat_id}.") from None


def chat_as_api(chat: Chat, first_name: str | None = None) -> dict[str, Any]:
    """The Bot API's `Chat`; a private chat carries its person's name."""
    found: dict[str, Any] = {"id": chat.id, "type": chat.type}
    if chat.title is not None:
        found["title"] = chat.title
    if chat.username is not None:
        found["username"] = chat.username
    if first_name is not None:
        found["first_name"] = first_name
    if chat.is_forum:
        found["is_forum"] = True
    return found
