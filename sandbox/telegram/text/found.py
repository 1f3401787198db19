"""What Telegram marks by itself in any text: links, mail, @names, #tags, $TAGS, /commands."""

from __future__ import annotations

import re

from sandbox.telegram.text.entity import Entity, FormattedText, in_order, utf16_length

_PATTERNS = (
    ("url", re.compile(r"(?<![\w@])(?:https?|tg)://[^\s<>\"]+[^\s<>\".,;:!?)\]}'»]")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")),
    ("url", re.compile(
        r"(?<![\w@./:-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|me|info|xyz|app|dev|eth\.limo)"
        r"(?:/[^\s<>\"]*[^\s<>\".,;:!?)\]}'»])?(?![\w.-]*\w)", re.IGNORECASE)),
    ("bot_command", re.compile(
        r"(?<![\w/<>.:])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<![\w@/.])@[A-Za-z][A-Za-z0-9_]{2,31}(?![\w@])")),
    ("hashtag", re.compile(r"(?<![\w#&/])#(?=\w*[^\W\d_])\w{1,256}(?![\w#])")),
    ("cashtag", re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?![\w$])")),
)  # fmt: skip
_ATOMS = ("code", "pre", "text_link", "text_mention", "custom_emoji")


def with_found(formatted: FormattedText) -> FormattedText:
    """Adds what is found; nothing is looked for in code and links."""
    atoms = [e for e in formatted.entities if e.type in _ATOMS]
    found: list[Entity] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(formatted.text):
            offset = utf16_length(formatted.text[: match.start()])
            entity = Entity(kind, offset, utf16_length(match[0]))
            taken = (*atoms, *found)
            if not any(e.offset < entity.end and entity.offset < e.end for e in taken):
                found.append(entity)
    return FormattedText(formatted.text, in_order([*formatted.entities, *found]))
