"""What people do: write, tap, block."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from sandbox.telegram.callbacks import Callback
from sandbox.telegram.chats import Chat, MemberStatus
from sandbox.telegram.errors import SandboxError
from sandbox.telegram.inline import InlineQuery
from sandbox.telegram.messages import Media, Message, Revision
from sandbox.telegram.methods.chats import member_as_api
from sandbox.telegram.parameters import Upload
from sandbox.telegram.text.clean import clean
from sandbox.telegram.text.entity import FormattedText
from sandbox.telegram.text.found import with_found
from sandbox.telegram.text.html import parse_html
from sandbox.telegram.users import User
from sandbox.telegram.verbs.hand import Hand

LONGEST_QUERY = 256


class People(Hand):
    """Users and what they do."""

    def create_user(
        self, first_name: str, last_name: str | None = None, username: str | None = None,
        language_code: str = "en", user_id: int | None = None,
    ) -> User:  # fmt: skip
        """A new account that has not met the bot yet."""
        user = User(
            user_id if user_id is not None else self.world.users.next_id(),
            first_name, last_name, username, language_code,
        )  # fmt: skip
        self.world.users.add(user)
        self.world.events.emit("user", user)
        return user

    def create_private_chat(self, user_id: int) -> Chat:
        """The person opens the bot: from here on the bot may write to them."""
        user = self.world.users.get(user_id)
        if user_id in self.world.chats.by_id:
            return self.world.chats.get(user_id)
        return self.world.put_chat(
            Chat(user.id, "private", username=user.username, user_id=user.id)
        )

    def send_text(
        self, chat_id: int, text: str, user_id: int | None = None, topic_id: int | None = None,
        date: float | None = None, reply_to: int | None = None, as_chat: int | None = None,
        html: bool = False,
    ) -> Message:  # fmt: skip
        """A person writes. `date` (Unix seconds) may lie in the past; in a channel it is a post.

        With `html` the text is HTML, and tells how they format it.

        `as_chat` is the chat in whose name it is said: the group's own by an anonymous
        administrator, a channel's by its owner.

        In groups the bot learns of it as a real bot with privacy mode does: commands, mentions,
        answers to its messages, and everything only as an administrator.
        """
        chat = self.world.chats.get(chat_id)
        author = self._author(chat, user_id) if as_chat is None else None
        voice = chat if as_chat is None else self.world.chats.get(as_chat)
        if topic_id is not None and self.world.chats.topic(chat_id, topic_id).state != "open":
            raise SandboxError(f"Topic {topic_id} is not open.")
        said = parse_html(text) if html else FormattedText(text)
        if not clean(said).text:
            raise SandboxError("A message needs a text.")
        return self._say(chat, author, voice, said, None, topic_id, date, reply_to, as_chat)

    def send_document(
        self, chat_id: int, name: str, content: bytes, caption: str = "",
        user_id: int | None = None, topic_id: int | None = None, reply_to: int | None = None,
    ) -> Message:  # fmt: skip
        """A person sends a file, perhaps with a caption."""
        chat = self.world.chats.get(chat_id)
        author = self._author(chat, user_id)
        file_id = f"sandbox-{secrets.token_urlsafe(18)}"
        self.world.files[file_id] = Upload(name, content)
        media = Media("document", name, file_id, len(content))
        return self._say(
            chat, author, chat, FormattedText(caption), media, topic_id, None, reply_to, None
        )

    def _say(
        self, chat: Chat, author: User | None, voice: Chat, text: FormattedText,
        media: Media | None,
        topic_id: int | None, date: float | None, reply_to: int | None, as_chat: int | None,
    ) -> Message:  # fmt: skip
        said = with_found(clean(text))
        now = self.world.clock()
        message = self.world.put_message(
            Message(
                chat_id=chat.id,
                message_id=self.world.messages.next_id(chat.id),
                date=now if date is None else date,
                sender_id=author.id if author else None,
                sender_name=author.full_name if author else (voice.title or ""),
                from_bot=False,
                revisions=(Revision(now if date is None else date, said.text, said.entities),),
                topic_id=topic_id,
                reply_to=reply_to,
                media=media,
                said_as=as_chat,
            )
        )
        if self._reaches_bot(chat, message):
            kind = "channel_post" if chat.type == "channel" else "message"
            self.world.tell_bot(kind, self.world.message_as_api(message))
        return message

    def _author(self, chat: Chat, user_id: int | None) -> User | None:
        if chat.migrated_to is not None:
            raise SandboxError(f"Chat {chat.id} has moved to {chat.migrated_to}.")
        if chat.type == "channel":
            return None
        if chat.user_id is not None:
            if chat.bot_status == "kicked":
                raise SandboxError("The person blocked the bot; unblock it first.")
            return self.world.users.get(chat.user_id)
        if user_id is None:
            present = [i for i, s in chat.members.items() if s not in ("left", "kicked")]
            if not present:
                raise SandboxError(f"Nobody is in chat {chat.id}; say who writes.")
            user_id = present[0]
        if chat.members.get(user_id, "left") in ("left", "kicked"):
            raise SandboxError(f"User {user_id} is not in chat {chat.id}.")
        return self.world.users.get(user_id)

    def _reaches_bot(self, chat: Chat, message: Message) -> bool:
        if chat.bot_status in ("left", "kicked"):
            return False
        if chat.type in ("private", "channel") or chat.bot_status == "administrator":
            return True
        name = f"@{self.world.bot.username or ''}".lower()
        text = message.text.lower()
        if text.startswith("/"):
            command = text.split(maxsplit=1)[0]
            return "@" not in command or command.endswith(name)
        answered = self.world.messages.find(chat.id, message.reply_to or 0)
        return name in text.split() or (answered is not None and answered.from_bot)

    def tap(
        self, chat_id: int, message_id: int, button: int | None = None, data: str | None = None,
        text: str | None = None, user_id: int | None = None,
    ) -> Callback:  # fmt: skip
        """Taps an inline button, by its place (from 0, row after row), its data or its label."""
        chat = self.world.chats.get(chat_id)
        message = self.world.messages.get(chat_id, message_id)
        tapped = _button(message, button, data, text)
        if "callback_data" not in tapped:
            raise SandboxError(
                f"The button {tapped['text']!r} opens a link; the bot hears nothing."
            )
        user = self._author(chat, user_id) if chat.type != "channel" else None
        user = user or self.world.users.get(user_id or self._anybody())
        callback = self.world.callbacks.put(
            Callback(
                id=str(secrets.randbelow(9 * 10**17) + 10**17),
                chat_id=chat_id,
                message_id=message_id,
                user_id=user.id,
                data=tapped["callback_data"],
                date=self.world.clock(),
            )
        )
        self.world.events.emit("callback", callback)
        update: dict[str, Any] = {
            "id": callback.id,
            "from": user.as_api(),
            "message": self.world.message_as_api(message),
            "chat_instance": str(abs(hash(("instance", chat_id)))),
            "data": callback.data,
        }
        self.world.tell_bot("callback_query", update)
        return callback

    def ask_inline(
        self, user_id: int, query: str, offset: str = "", chat_type: str | None = "sender"
    ) -> InlineQuery:
        """Types `@bot query` into some chat, which the bot need not be in."""
        user = self.world.users.get(user_id)
        if len(query) > LONGEST_QUERY:
            raise SandboxError(f"An inline query has at most {LONGEST_QUERY} characters.")
        asked = self.world.inline_queries.put(
            InlineQuery(
                id=str(secrets.randbelow(9 * 10**17) + 10**17),
                user_id=user_id,
                query=query,
                offset=offset,
                date=self.world.clock(),
            )
        )
        self.world.events.emit("inline", asked)
        update = {"id": asked.id, "from": user.as_api(), "query": query, "offset": offset}
        self.world.tell_bot(
            "inline_query", update | ({"chat_type": chat_type} if chat_type else {})
        )
        return asked

    def send_inline_result(self, query_id: str, result_id: str, chat_id: int) -> Message:
        """The person chooses one of the results, and sends it into a chat."""
        chosen = self.world.inline_queries.result(query_id, result_id)
        asked = self.world.inline_queries.by_id[query_id]
        author = self.world.users.get(asked.user_id)
        now = self.world.clock()
        return self.world.put_message(
            Message(
                chat_id=chat_id,
                message_id=self.world.messages.next_id(chat_id),
                date=now,
                sender_id=author.id,
                sender_name=author.full_name,
                from_bot=False,
                revisions=(
                    Revision(now, chosen.said.text, chosen.said.entities, chosen.reply_markup),
                ),
                link_preview_options=chosen.link_preview_options,
            )
        )

    def _anybody(self) -> int:
        people = [u.id for u in self.world.users.by_id.values() if not u.is_bot]
        if not people:
            raise SandboxError("There is nobody who could tap.")
        return people[0]

    def block_bot(self, user_id: int) -> Chat:
        """The person blocks the bot: sends are 403, and the bot is told."""
        return self._private_status(user_id, "kicked")

    def unblock_bot(self, user_id: int) -> Chat:
        return self._private_status(user_id, "member")

    def deactivate_user(self, user_id: int) -> User:
        """The account is deleted; the bot is not told, only refused."""
        user = self.world.users.deactivate(user_id)
        self.world.events.emit("user", user)
        return user

    def _private_status(self, user_id: int, status: MemberStatus) -> Chat:
        chat = self.world.chats.get(user_id)
        if chat.bot_status == status:
            return chat
        changed = self.world.put_chat(replace(chat, bot_status=status))
        self._tell_own_place(chat, changed, self.world.users.get(user_id))
        return changed

    def _tell_own_place(self, before: Chat, after: Chat, by: User) -> None:
        self.world.tell_bot(
            "my_chat_member",
            {
                "chat": self.world.chat_as_api(after),
                "from": by.as_api(),
                "date": int(self.world.clock()),
                "old_chat_member": member_as_api(self.world.bot, before.bot_status),
                "new_chat_member": member_as_api(self.world.bot, after.bot_status),
            },
        )


def _button(
    message: Message, place: int | None, data: str | None, text: str | None
) -> dict[str, Any]:
    for index, button in enumerate(message.buttons):
        if place == index or (data is not None and button.get("callback_data") == data):
            return button
        if text is not None and button["text"] == text:
            return button
    labels = ", ".join(repr(b["text"]) for b in message.buttons) or "none"
    raise SandboxError(f"Message {message.message_id} has no such button; it has: {labels}.")
