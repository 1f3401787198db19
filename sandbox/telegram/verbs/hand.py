"""What all verbs share."""

from __future__ import annotations

from typing import Any

from sandbox.telegram.chats import Chat
from sandbox.telegram.messages import Message, Revision
from sandbox.telegram.users import User
from sandbox.telegram.world import World


class Hand:
    """Reaches into one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def _service(
        self, chat: Chat, author: User | None, text: str, body: dict[str, Any],
        topic_id: int | None = None,
    ) -> Message:  # fmt: skip
        """A service message, shown in the chat and told to the bot where it may read."""
        now = self.world.clock()
        message = self.world.put_message(
            Message(
                chat_id=chat.id,
                message_id=self.world.messages.next_id(chat.id),
                date=now,
                sender_id=author.id if author else None,
                sender_name=author.full_name if author else (chat.title or ""),
                from_bot=False,
                revisions=(Revision(now, text),),
                topic_id=topic_id,
                service=body,
            )
        )
        if chat.bot_status not in ("left", "kicked"):
            kind = "channel_post" if chat.type == "channel" else "message"
            self.world.tell_bot(kind, self.world.message_as_api(message))
        return message
