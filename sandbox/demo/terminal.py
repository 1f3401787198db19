"""The chat's messages, printed as they arrive: the demo's story where there is no browser."""

from __future__ import annotations

import sys
import textwrap
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.telegram.messages import Message

WIDTH = 96
_DIM, _BOLD, _RESET = "\x1b[2m", "\x1b[1m", "\x1b[0m"


def say(line: str = "") -> None:
    """One line of the demo's own."""
    print(line, flush=True)


def show(message: Message) -> None:
    """One message of the chat, its first line in bold."""
    who = "Spyhop" if message.from_bot else "Ada"
    when = datetime.fromtimestamp(message.date).astimezone().strftime("%H:%M:%S")
    mark = " (edited)" if message.edited else ""
    say(_styled(f"{when}  {who}{mark}", _DIM))
    struck = {
        position
        for entity in message.entities
        if entity.type == "strikethrough"
        for position in range(entity.offset, entity.offset + entity.length)
    }
    text = _with_strokes(message.text, struck)
    for number, line in enumerate(text.splitlines()):
        for part in textwrap.wrap(line, WIDTH) or [""]:
            say("    " + (_styled(part, _BOLD) if number == 0 and message.from_bot else part))
    labels = [f"[{button['text']}]" for button in message.buttons]
    if labels:
        say("    " + _styled(" ".join(labels), _DIM))
    say()


def _with_strokes(text: str, struck: set[int]) -> str:
    """Strike characters through; entities count in UTF-16 units."""
    shown, unit = [], 0
    for character in text:
        stroke = unit in struck and character != "\n"
        shown.append(character + "\u0336" if stroke else character)
        unit += 2 if ord(character) > 0xFFFF else 1
    return "".join(shown)


def _styled(text: str, style: str) -> str:
    return f"{style}{text}{_RESET}" if sys.stdout.isatty() else text
