"""Changing and deleting what was said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.telegram.access import charge, chat_of, check_presence
from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import BadRequest
from sandbox.telegram.markup import parse_markup
from sandbox.telegram.messages import Message, Revision
from sandbox.telegram.methods.sending import caption_of, preview_of, text_of
from sandbox.telegram.parameters import Parameters
from sandbox.telegram.text.formatted import finish, message_text
from sandbox.telegram.world import World

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
DELETABLE_SECONDS = 48 * 3600


def _target(world: World, call: Parameters) -> tuple[Chat, Message]:
    """The bot's own message that is to be edited."""
    chat = chat_of(world, call)
    if not call.number("message_id"):
        raise BadRequest("message identifier is not specified")
    check_presence(world, chat)
    message = world.messages.find(chat.id, call.number("message_id"))
    if message is None:
        raise BadRequest("message to edit not found")
    if not message.from_bot or message.service is not None:
        raise BadRequest("message can't be edited")
    return chat, message


def _revise(world: World, chat: Chat, message: Message, revision: Revision) -> dict[str, Any]:
    same = (revision.text, revision.entities, revision.reply_markup) == (
        message.text, message.entities, message.reply_markup,
    )  # fmt: skip
    if same:
        raise BadRequest(NOT_MODIFIED)
    charge(world, chat)
    revised = world.messages.revise(message, revision)
    world.events.emit("message", revised)
    return world.message_as_api(revised)


def _inline_markup(call: Parameters) -> dict[str, Any] | None:
    """An edit takes inline keyboards only; what is left out is taken off."""
    markup = parse_markup(call.text("reply_markup"))
    if markup is not None and "inline_keyboard" not in markup:
        raise BadRequest("inline keyboard expected")
    return markup


def edit_message_text(world: World, call: Parameters) -> dict[str, Any]:
    parsed = text_of(call)
    markup = _inline_markup(call)
    chat, message = _target(world, call)
    if message.media is not None:
        raise BadRequest("there is no text in the message to edit")
    said = message_text(parsed, world.limits.longest_text)
    preview = preview_of(call)
    revised = replace(message, link_preview_options=preview)
    now = world.clock()
    return _revise(world, chat, revised, Revision(now, said.text, said.entities, markup))


def edit_message_caption(world: World, call: Parameters) -> dict[str, Any]:
    parsed = caption_of(call)
    markup = _inline_markup(call)
    chat, message = _target(world, call)
    if message.media is None:
        raise BadRequest("there is no caption in the message to edit")
    said = finish(parsed, world.limits.longest_caption, "message caption is too long")
    now = world.clock()
    return _revise(world, chat, message, Revision(now, said.text, said.entities, markup))


def edit_message_reply_markup(world: World, call: Parameters) -> dict[str, Any]:
    markup = _inline_markup(call)
    chat, message = _target(world, call)
    now = world.clock()
    return _revise(world, chat, message, Revision(now, message.text, message.entities, markup))


def _check_deletable(world: World, chat: Chat, message: Message) -> None:
    if world.clock() - message.date > DELETABLE_SECONDS and chat.type != "channel":
        raise BadRequest("message can't be deleted")
    if message.from_bot or chat.type == "private" or chat.bot_status == "administrator":
        return
    raise BadRequest("message can't be deleted")


def _delete(world: World, message: Message) -> None:
    world.events.emit("message", world.messages.delete(message, world.clock()))


def delete_message(world: World, call: Parameters) -> bool:
    chat = chat_of(world, call)
    check_presence(world, chat)
    message = world.messages.find(chat.id, call.number("message_id"))
    if message is None:
        raise BadRequest("message to delete not found")
    _check_deletable(world, chat, message)
    _delete(world, message)
    return True


def delete_messages(world: World, call: Parameters) -> bool:
    """Those that are gone already are skipped, as the real server does."""
    chat = chat_of(world, call)
    check_presence(world, chat)
    ids = call.json("message_ids", "Can't parse message_ids JSON object")
    if not isinstance(ids, list) or not all(isinstance(i, int) for i in ids):
        raise BadRequest("Expected an Array of message identifiers")
    if len(ids) > 100:
        raise BadRequest("Too many message identifiers specified")
    found = [m for m in (world.messages.find(chat.id, i) for i in ids) if m is not None]
    for message in found:
        _check_deletable(world, chat, message)
    for message in found:
        _delete(world, message)
    return True


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}
