"""Groups, channels and topics, and the bot's place in them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.telegram.chats import Chat, MemberStatus, Topic, TopicState
from sandbox.telegram.errors import SandboxError
from sandbox.telegram.users import User
from sandbox.telegram.verbs.people import People


class Places(People):
    """Chats of more than two."""

    def create_group(
        self, title: str, members: tuple[int, ...] = (), bot_status: MemberStatus = "member"
    ) -> Chat:
        """A basic group. Its first member owns it."""
        chat = Chat(self.world.chats.next_id("group"), "group", title, members=_roles(members))
        return self._found(chat, bot_status)

    def create_supergroup(
        self, title: str, members: tuple[int, ...] = (), bot_status: MemberStatus = "member",
        is_forum: bool = False, topics: tuple[str, ...] = (), username: str | None = None,
    ) -> Chat:  # fmt: skip
        """A supergroup; with `topics` (their names) it is a forum."""
        chat = Chat(
            self.world.chats.next_id("supergroup"), "supergroup", title, username,
            is_forum=is_forum or bool(topics), members=_roles(members),
        )  # fmt: skip
        self._found(chat, bot_status)
        for name in topics:
            self.create_topic(chat.id, name)
        return self.world.chats.get(chat.id)

    def create_channel(
        self, title: str, username: str | None = None, members: tuple[int, ...] = (),
        bot_status: MemberStatus = "administrator",
    ) -> Chat:  # fmt: skip
        chat = Chat(
            self.world.chats.next_id("channel"), "channel", title, username, members=_roles(members)
        )
        return self._found(chat, bot_status)

    def _found(self, chat: Chat, bot_status: MemberStatus) -> Chat:
        for user_id in chat.members:
            self.world.users.get(user_id)
        self.world.put_chat(replace(chat, bot_status="left"))
        return self.set_bot_status(chat.id, bot_status)

    def set_bot_status(
        self, chat_id: int, status: MemberStatus, by_user_id: int | None = None
    ) -> Chat:
        """Adds, promotes, restricts, removes (`left`) or kicks the bot, and tells it."""
        chat = self.world.chats.get(chat_id)
        if chat.type == "private":
            raise SandboxError("In a private chat the person blocks or unblocks the bot.")
        if chat.bot_status == status:
            return chat
        changed = self.world.put_chat(replace(chat, bot_status=status))
        self._tell_own_place(chat, changed, self._owner(chat, by_user_id))
        return changed

    def add_bot(self, chat_id: int, as_administrator: bool = False) -> Chat:
        return self.set_bot_status(chat_id, "administrator" if as_administrator else "member")

    def kick_bot(self, chat_id: int) -> Chat:
        return self.set_bot_status(chat_id, "kicked")

    def set_member_status(self, chat_id: int, user_id: int, status: MemberStatus) -> Chat:
        """Adds a person, makes them an administrator, lets them go."""
        chat = self.world.chats.get(chat_id)
        self.world.users.get(user_id)
        return self.world.put_chat(replace(chat, members={**chat.members, user_id: status}))

    def _owner(self, chat: Chat, user_id: int | None = None) -> User:
        if user_id is not None:
            return self.world.users.get(user_id)
        if chat.members:
            return self.world.users.get(next(iter(chat.members)))
        people = [u for u in self.world.users.by_id.values() if not u.is_bot]
        return people[0] if people else self.create_user("Somebody")

    def migrate(self, chat_id: int) -> Chat:
        """The group becomes a supergroup with another id; sends to the old one are a 400."""
        old = self.world.chats.get(chat_id)
        if old.type != "group" or old.migrated_to is not None:
            raise SandboxError("Only a basic group that has not moved yet can become a supergroup.")
        new = replace(
            old, id=self.world.chats.next_id("supergroup"), type="supergroup", migrated_from=old.id
        )
        self.world.put_chat(new)
        owner = self._owner(old)
        gone = {"migrate_to_chat_id": new.id}
        self._service(old, owner, "The group was upgraded to a supergroup", gone)
        self.world.put_chat(replace(self.world.chats.get(old.id), migrated_to=new.id))
        come = {"migrate_from_chat_id": old.id}
        self._service(new, owner, "The group was upgraded to a supergroup", come)
        return new

    def create_topic(self, chat_id: int, name: str) -> Topic:
        """A topic in a forum; its id is its `message_thread_id`."""
        chat = self.world.chats.get(chat_id)
        if not chat.is_forum:
            raise SandboxError(f"Chat {chat_id} is no forum.")
        body = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message = self._service(chat, self._owner(chat), f"The topic “{name}” was created", body)
        topic = Topic(message.message_id, name)
        self.world.messages.put(replace(message, topic_id=topic.id))
        return self._put_topic(chat_id, topic)

    def _put_topic(self, chat_id: int, topic: Topic) -> Topic:
        self.world.chats.put_topic(chat_id, topic)
        self.world.put_chat(self.world.chats.get(chat_id))
        return topic

    def _topic_state(self, chat_id: int, topic_id: int, state: TopicState) -> Topic:
        topic = replace(self.world.chats.topic(chat_id, topic_id), state=state)
        return self._put_topic(chat_id, topic)

    def close_topic(self, chat_id: int, topic_id: int) -> Topic:
        """Only administrators may write there from now on."""
        chat = self.world.chats.get(chat_id)
        topic = self._topic_state(chat_id, topic_id, "closed")
        body: dict[str, Any] = {"forum_topic_closed": {}}
        self._service(chat, self._owner(chat), "The topic was closed", body, topic_id)
        return topic

    def reopen_topic(self, chat_id: int, topic_id: int) -> Topic:
        chat = self.world.chats.get(chat_id)
        topic = self._topic_state(chat_id, topic_id, "open")
        body: dict[str, Any] = {"forum_topic_reopened": {}}
        self._service(chat, self._owner(chat), "The topic was reopened", body, topic_id)
        return topic

    def delete_topic(self, chat_id: int, topic_id: int) -> Topic:
        """The topic and what was said in it are gone; the bot is not told."""
        topic = self._topic_state(chat_id, topic_id, "deleted")
        now = self.world.clock()
        for message in self.world.messages.of_chat(chat_id):
            if message.topic_id == topic_id and not message.deleted:
                self.world.events.emit("message", self.world.messages.delete(message, now))
        return topic


def _roles(members: tuple[int, ...]) -> dict[int, MemberStatus]:
    return {user_id: "member" if place else "creator" for place, user_id in enumerate(members)}
