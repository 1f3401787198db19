"""Everything the server knows, and the two ways out: to the bot (updates), to the page (events)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.callbacks import Callbacks
from sandbox.telegram.calls import Calls
from sandbox.telegram.chats import Chat, Chats, chat_as_api
from sandbox.telegram.clock import Clock
from sandbox.telegram.commands import Commands
from sandbox.telegram.events import Events
from sandbox.telegram.faults import Faults
from sandbox.telegram.inline import InlineQueries
from sandbox.telegram.limits import Limits, RateLimiter
from sandbox.telegram.messages import Message, Messages
from sandbox.telegram.parameters import Upload
from sandbox.telegram.updates import Updates
from sandbox.telegram.users import User, Users

_ANONYMOUS = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
"""Who administrators are that speak in their group's name."""
_CHANNEL_BOT = {
    "id": 136817688,
    "is_bot": True,
    "first_name": "Channel",
    "username": "Channel_Bot",
}
"""Who speaks in another chat's name."""


@dataclass(slots=True)
class Profile:
    """What the bot says about itself, by language code ("" for everybody)."""

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Webhook:
    """Where updates are brought to; empty while they are polled for."""

    url: str = ""
    max_connections: int = 40
    ip_address: str = ""
    secret_token: str = ""
    last_error_date: float | None = None
    last_error_message: str = ""


@dataclass(slots=True)
class World:
    """One bot's Telegram."""

    token: str
    bot: User
    clock: Clock
    limits: Limits
    users: Users = field(default_factory=Users)
    chats: Chats = field(default_factory=Chats)
    messages: Messages = field(default_factory=Messages)
    updates: Updates = field(default_factory=Updates)
    commands: Commands = field(default_factory=Commands)
    profile: Profile = field(default_factory=Profile)
    webhook: Webhook = field(default_factory=Webhook)
    files: dict[str, Upload] = field(default_factory=dict)
    calls: Calls = field(default_factory=Calls)
    faults: Faults = field(default_factory=Faults)
    events: Events = field(default_factory=Events)
    token_revoked: bool = False
    callbacks: Callbacks = field(init=False)
    inline_queries: InlineQueries = field(init=False)
    limiter: RateLimiter = field(init=False)

    def __post_init__(self) -> None:
        self.callbacks = Callbacks(self.limits.callback_lifetime)
        self.inline_queries = InlineQueries(self.limits.callback_lifetime)
        self.limiter = RateLimiter(self.limits)
        self.users.add(self.bot)

    def tell_bot(self, kind: str, payload: dict[str, Any]) -> None:
        self.updates.put(kind, payload, self.clock())

    def put_chat(self, chat: Chat) -> Chat:
        self.chats.put(chat)
        self.events.emit("chat", chat)
        return chat

    def put_message(self, message: Message) -> Message:
        self.messages.put(message)
        self.events.emit("message", message)
        return message

    def chat_as_api(self, chat: Chat) -> dict[str, Any]:
        if chat.user_id is None:
            return chat_as_api(chat)
        return chat_as_api(chat, self.users.get(chat.user_id).first_name)

    def message_as_api(self, message: Message, *, with_reply: bool = True) -> dict[str, Any]:
        """The Bot API's `Message`, as it is now."""
        chat = self.chats.get(message.chat_id)
        found: dict[str, Any] = {"message_id": message.message_id, "date": int(message.date)}
        if message.sender_id is not None:
            found["from"] = self.users.get(message.sender_id).as_api()
        else:
            spoke = chat if message.said_as is None else self.chats.get(message.said_as)
            found["sender_chat"] = self.chat_as_api(spoke)
            if message.said_as is not None:
                found["from"] = _ANONYMOUS if spoke.id == chat.id else _CHANNEL_BOT
        found["chat"] = self.chat_as_api(chat)
        if message.topic_id is not None:
            found |= {"message_thread_id": message.topic_id, "is_topic_message": True}
        if message.text_edited_at is not None:
            found["edit_date"] = int(message.text_edited_at)
        if message.reply_to is not None and with_reply:
            original = self.messages.find(chat.id, message.reply_to)
            if original is not None:
                found["reply_to_message"] = self.message_as_api(original, with_reply=False)
        if message.service is not None:
            return found | message.service
        found |= self._content(message)
        if message.reply_markup and "inline_keyboard" in message.reply_markup:
            found["reply_markup"] = message.reply_markup
        if message.link_preview_options:
            found["link_preview_options"] = message.link_preview_options
        return found

    def _content(self, message: Message) -> dict[str, Any]:
        entities = []
        for entity in message.entities:
            one = entity.as_api()
            if entity.user_id is not None and entity.user_id in self.users.by_id:
                one["user"] = self.users.get(entity.user_id).as_api()
            entities.append(one)
        media = message.media
        text, marks = ("text", "entities") if media is None else ("caption", "caption_entities")
        content: dict[str, Any] = {text: message.text} if message.text else {}
        if entities:
            content[marks] = entities
        if media is not None:
            file = {
                "file_id": media.file_id,
                "file_unique_id": media.file_id[-12:],
                "file_size": media.size,
            }
            if media.kind == "photo":
                content["photo"] = [{**file, "width": 800, "height": 450}]
            else:
                content[media.kind] = {**file, "file_name": media.name}
        return content
