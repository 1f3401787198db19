"""Messages with everything they ever said: an edit adds a revision, a deletion a time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.telegram.errors import SandboxError
from sandbox.telegram.text.entity import Entity


@dataclass(frozen=True, slots=True)
class Revision:
    """What a message said from `date` (Unix seconds) on."""

    date: float
    text: str
    entities: tuple[Entity, ...] = ()
    reply_markup: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """A photo or document that came with a message; its bytes are kept under `file_id`."""

    kind: str
    name: str
    file_id: str
    size: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `revisions` is never empty, the last one is what the chat shows now.

    `sender_id` is None for a post of the channel itself, and for what is said in the name of a
    chat, `said_as` then: by an anonymous administrator, or by a channel. `service` names a service
    message (`forum_topic_created`, …) and then the text says for people what happened.
    """

    chat_id: int
    message_id: int
    date: float
    sender_id: int | None
    sender_name: str
    from_bot: bool
    revisions: tuple[Revision, ...]
    topic_id: int | None = None
    reply_to: int | None = None
    media: Media | None = None
    service: dict[str, Any] | None = None
    link_preview_options: dict[str, Any] | None = None
    deleted_at: float | None = None
    text_edited_at: float | None = None
    said_as: int | None = None

    @property
    def text(self) -> str:
        return self.revisions[-1].text

    @property
    def entities(self) -> tuple[Entity, ...]:
        return self.revisions[-1].entities

    @property
    def reply_markup(self) -> dict[str, Any] | None:
        return self.revisions[-1].reply_markup

    @property
    def edited(self) -> bool:
        return len(self.revisions) > 1

    @property
    def deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """The inline buttons, row after row."""
        markup = self.reply_markup or {}
        return [button for row in markup.get("inline_keyboard", []) for button in row]


@dataclass(slots=True)
class Messages:
    """All messages, chat by chat, in the order in which they came.

    As in Telegram, private chats and basic groups share one counter of ids, while each
    supergroup and channel counts for itself: an id means nothing without its chat.
    """

    by_chat: dict[int, dict[int, Message]] = field(default_factory=dict)
    counters: dict[int, int] = field(default_factory=dict)

    def next_id(self, chat_id: int) -> int:
        counter = chat_id if chat_id < -1_000_000_000_000 else 0
        before = 1 if counter else 0  # the general topic of a forum is 1, so no message has that id
        self.counters[counter] = self.counters.get(counter, before) + 1
        return self.counters[counter]

    def put(self, message: Message) -> Message:
        self.by_chat.setdefault(message.chat_id, {})[message.message_id] = message
        return message

    def find(self, chat_id: int, message_id: int) -> Message | None:
        """A message that is there, not one that was deleted."""
        message = self.by_chat.get(chat_id, {}).get(message_id)
        return None if message is None or message.deleted else message

    def get(self, chat_id: int, message_id: int) -> Message:
        message = self.find(chat_id, message_id)
        if message is None:
            raise SandboxError(f"There is no message {message_id} in chat {chat_id}.")
        return message

    def of_chat(self, chat_id: int) -> list[Message]:
        """Deleted ones too."""
        return list(self.by_chat.get(chat_id, {}).values())

    def revise(self, message: Message, revision: Revision) -> Message:
        spoken = (revision.text, revision.entities) != (message.text, message.entities)
        return self.put(
            replace(
                message,
                revisions=(*message.revisions, revision),
                text_edited_at=revision.date if spoken else message.text_edited_at,
            )
        )

    def delete(self, message: Message, at: float) -> Message:
        return self.put(replace(message, deleted_at=at))
