"""sendMessage and its kin."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.telegram.access import charge, chat_of, check_posting
from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import BadRequest
from sandbox.telegram.markup import parse_markup
from sandbox.telegram.messages import Media, Message, Revision
from sandbox.telegram.parameters import Parameters, Upload
from sandbox.telegram.text.entity import FormattedText
from sandbox.telegram.text.formatted import finish, message_text, parse
from sandbox.telegram.world import World

ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
})  # fmt: skip


def text_of(call: Parameters) -> FormattedText:
    """The `text` without its markup. Raises BadRequest where it is empty or malformed."""
    if not call.text("text"):
        raise BadRequest("message text is empty")
    return parse(call.text("text"), call.text("parse_mode"), _entities(call, "entities"))


def caption_of(call: Parameters) -> FormattedText:
    given = _entities(call, "caption_entities")
    return parse(call.text("caption"), call.text("parse_mode"), given)


def _entities(call: Parameters, name: str) -> Any:
    return call.json(name, f"Can't parse {name} JSON object")


def preview_of(call: Parameters) -> dict[str, Any] | None:
    """The `link_preview_options`, or the older flag in their form."""
    found = call.json("link_preview_options", "Can't parse link preview options JSON object")
    if found is None:
        return {"is_disabled": True} if call.flag("disable_web_page_preview") else None
    if not isinstance(found, dict):
        raise BadRequest("Object expected as link preview options")
    names = ("is_disabled", "prefer_small_media", "prefer_large_media", "show_above_text")
    for name in names:
        if not isinstance(found.get(name, False), bool):
            raise BadRequest(f'Field "{name}" must be of type Boolean')
    return {name: value for name, value in found.items() if name in (*names, "url")}


def _reply_of(world: World, chat: Chat, call: Parameters) -> int | None:
    found = call.json("reply_parameters", "Can't parse reply parameters JSON object")
    if found is None:
        message_id, lenient = call.number("reply_to_message_id"), False
        lenient = call.flag("allow_sending_without_reply")
    elif isinstance(found, dict):
        message_id = found.get("message_id", 0)
        lenient = found.get("allow_sending_without_reply") is True
    else:
        raise BadRequest("Object expected as reply parameters")
    if not message_id:
        return None
    if not isinstance(message_id, int) or world.messages.find(chat.id, message_id) is None:
        if lenient:
            return None
        raise BadRequest("message to be replied not found")
    return message_id


def _post(
    world: World, chat: Chat, topic_id: int | None, call: Parameters, said: FormattedText,
    markup: dict[str, Any] | None, media: Media | None,
) -> dict[str, Any]:  # fmt: skip
    """The last step of every send: the limit is charged, the message exists."""
    reply_to = _reply_of(world, chat, call)
    preview = preview_of(call)
    charge(world, chat)
    now = world.clock()
    in_channel = chat.type == "channel"
    message = Message(
        chat_id=chat.id,
        message_id=world.messages.next_id(chat.id),
        date=now,
        sender_id=None if in_channel else world.bot.id,
        sender_name=(chat.title or "") if in_channel else world.bot.first_name,
        from_bot=True,
        revisions=(Revision(now, said.text, said.entities, markup),),
        topic_id=topic_id,
        reply_to=reply_to,
        media=media,
        link_preview_options=preview,
    )
    return world.message_as_api(world.put_message(message))


def send_message(world: World, call: Parameters) -> dict[str, Any]:
    parsed = text_of(call)
    markup = parse_markup(call.text("reply_markup"))
    chat = chat_of(world, call)
    topic_id = check_posting(world, chat, call.number("message_thread_id"))
    said = message_text(parsed, world.limits.longest_text)
    return _post(world, chat, topic_id, call, said, markup, None)


def _send_media(world: World, call: Parameters, kind: str) -> dict[str, Any]:
    upload = call.upload(kind)
    by_name = call.text(kind)
    if upload is None and (not by_name or by_name.startswith("attach://")):
        raise BadRequest(f"there is no {kind} in the request")
    if upload is not None and not upload.content:
        raise BadRequest("file must be non-empty")
    parsed = caption_of(call)
    markup = parse_markup(call.text("reply_markup"))
    chat = chat_of(world, call)
    topic_id = check_posting(world, chat, call.number("message_thread_id"))
    too_long = "message caption is too long"
    said = finish(parsed, world.limits.longest_caption, too_long)
    media = _keep(world, kind, upload, by_name)
    return _post(world, chat, topic_id, call, said, markup, media)


def _keep(world: World, kind: str, upload: Upload | None, by_name: str) -> Media:
    if upload is None:
        known = world.files.get(by_name)
        name, size = (known.name, len(known.content)) if known else (by_name, 0)
        return Media(kind, name, by_name, size)
    file_id = f"sandbox-{secrets.token_urlsafe(18)}"
    world.files[file_id] = upload
    return Media(kind, upload.name, file_id, len(upload.content))


def send_photo(world: World, call: Parameters) -> dict[str, Any]:
    return _send_media(world, call, "photo")


def send_document(world: World, call: Parameters) -> dict[str, Any]:
    return _send_media(world, call, "document")


def send_chat_action(world: World, call: Parameters) -> bool:
    action = call.text("action").lower()
    if action not in ACTIONS:
        raise BadRequest("Wrong parameter action in request")
    chat = chat_of(world, call)
    topic_id = check_posting(world, chat, call.number("message_thread_id"))
    world.events.emit("action", {"chat_id": chat.id, "topic_id": topic_id, "action": action})
    return True


METHODS = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendChatAction": send_chat_action,
}
