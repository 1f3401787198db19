"""Whether the bot may do what it asks in a chat; each state of a chat has its own refusal."""

from __future__ import annotations

from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import BadRequest, Forbidden, TooManyRequests
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.world import World


def chat_of(world: World, call: Parameters) -> Chat:
    """The chat that the call names. Raises BadRequest where the bot never met it."""
    identifier = call.text("chat_id").strip()
    if not identifier:
        raise BadRequest("chat_id is empty")
    chat = world.chats.find(identifier)
    if chat is None:
        raise BadRequest("chat not found")
    return chat


def check_presence(world: World, chat: Chat) -> None:
    """Raises Forbidden where the bot is no longer, BadRequest where the chat has moved."""
    if chat.migrated_to is not None:
        raise BadRequest(
            "group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": chat.migrated_to},
        )
    if chat.type == "private" and chat.user_id is not None:
        if world.users.get(chat.user_id).deactivated:
            raise Forbidden("user is deactivated")
        if chat.bot_status == "kicked":
            raise Forbidden("bot was blocked by the user")
        if chat.bot_status == "left":
            raise Forbidden("bot can't initiate conversation with a user")
    elif chat.bot_status == "kicked":
        raise Forbidden(f"bot was kicked from the {chat.type} chat")
    elif chat.bot_status == "left":
        raise Forbidden(f"bot is not a member of the {chat.type} chat")


def check_posting(world: World, chat: Chat, topic_id: int) -> int | None:
    """The topic to post into. Raises BadRequest where the right or the topic is missing."""
    check_presence(world, chat)
    if chat.type == "channel" and chat.bot_status != "administrator":
        raise BadRequest("need administrator rights in the channel chat")
    if chat.bot_status == "restricted":
        raise BadRequest("not enough rights to send text messages to the chat")
    if not topic_id or chat.type in ("group", "channel"):
        return None
    if chat.type == "supergroup" and not chat.is_forum:
        return None
    topic = chat.topics.get(topic_id)
    if topic is None or topic.state == "deleted":
        raise BadRequest("message thread not found")
    if topic.state == "closed" and chat.bot_status != "administrator":
        raise BadRequest("TOPIC_CLOSED")
    return topic.id


def charge(world: World, chat: Chat) -> None:
    """Counts a send or an edit. Raises TooManyRequests where chat or bot are over their limit."""
    retry_after = world.limiter.charge(chat, world.clock())
    if retry_after is not None:
        raise TooManyRequests(retry_after)
