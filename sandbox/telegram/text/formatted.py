"""A call's text, parse_mode and entities become a `FormattedText`, or the real refusal."""

from __future__ import annotations

from typing import Any

from sandbox.telegram.errors import BadRequest
from sandbox.telegram.text.clean import clean, says_nothing
from sandbox.telegram.text.entity import Entity, FormattedText, in_order, utf16_length
from sandbox.telegram.text.found import with_found
from sandbox.telegram.text.html import link_entity, parse_html
from sandbox.telegram.text.markdown import parse_markdown

LONGEST_SOURCE = 1 << 15
_GIVEN = {
    "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "blockquote",
    "expandable_blockquote", "text_link", "text_mention", "custom_emoji",
}  # fmt: skip


def parse(source: str, parse_mode: str, given: Any = None) -> FormattedText:
    """Takes markup out. `given`: the call's `entities`, JSON already read, used without a mode."""
    if len(source.encode()) > LONGEST_SOURCE:
        raise BadRequest("Text is too long")
    mode = parse_mode.lower()
    if source and mode and mode != "none":
        if mode == "html":
            return parse_html(source)
        if mode == "markdownv2":
            return parse_markdown(source)
        raise BadRequest("Unsupported parse_mode")
    return FormattedText(source, _entities(given, utf16_length(source)))


def _entities(given: Any, end: int) -> tuple[Entity, ...]:
    if not isinstance(given, list):
        return ()
    entities: list[Entity] = []
    for one in given:
        if not isinstance(one, dict):
            raise BadRequest("Can't parse MessageEntity: expected an Object")
        offset, length = one.get("offset"), one.get("length")
        if not isinstance(offset, int) or not isinstance(length, int):
            raise BadRequest("Can't parse MessageEntity: Can't find field \"offset\"")
        if one.get("type") not in _GIVEN:
            continue
        if offset < 0 or length <= 0 or offset + length > end:
            raise BadRequest("ENTITY_BOUNDS_INVALID")
        entity = _given(one, offset, length)
        if entity:
            entities.append(entity)
    return in_order(entities)


def _given(one: dict[str, Any], offset: int, length: int) -> Entity | None:
    kind = str(one["type"])
    if kind == "text_link":
        return link_entity(str(one.get("url", "")), offset, length)
    if kind == "text_mention":
        user = one.get("user")
        user_id = user.get("id") if isinstance(user, dict) else None
        return Entity(kind, offset, length, user_id=user_id) if isinstance(user_id, int) else None
    language, emoji = one.get("language"), one.get("custom_emoji_id")
    return Entity(
        kind,
        offset,
        length,
        language=str(language) if language and kind == "pre" else None,
        custom_emoji_id=str(emoji) if emoji and kind == "custom_emoji" else None,
    )


def finish(formatted: FormattedText, longest: int, too_long: str) -> FormattedText:
    """Cleans, measures in UTF-16 units, and marks what Telegram finds by itself."""
    cleaned = clean(formatted)
    if utf16_length(cleaned.text) > longest:
        raise BadRequest(too_long)
    return with_found(cleaned)


def message_text(formatted: FormattedText, longest: int) -> FormattedText:
    """A message's text: never empty, at most `longest` UTF-16 units after parsing."""
    finished = finish(formatted, longest, "message is too long")
    if says_nothing(finished.text):
        raise BadRequest("text must be non-empty")
    return finished
