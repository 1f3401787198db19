"""The `reply_markup` of a call: checked as the real server does, and brought to one form."""

from __future__ import annotations

import json
from typing import Any

from sandbox.telegram.errors import BadRequest
from sandbox.telegram.text.clean import clean
from sandbox.telegram.text.entity import FormattedText
from sandbox.telegram.text.link import checked_link, mentioned_user

MOST_BUTTONS = 100
LONGEST_CALLBACK_DATA = 64
_OTHER_BUTTONS = (
    "callback_game", "pay", "switch_inline_query", "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat", "login_url", "web_app", "copy_text",
)  # fmt: skip


def parse_markup(source: str) -> dict[str, Any] | None:
    """None where there is none. Raises BadRequest with the real server's sentences."""
    if not source:
        return None
    try:
        markup = json.loads(source)
    except ValueError:
        raise BadRequest("Can't parse reply keyboard markup JSON object") from None
    if not isinstance(markup, dict):
        raise BadRequest("Object expected as reply markup")
    if "keyboard" in markup:
        rows = _rows(markup, "keyboard", "keyboard button")
        return {**markup, "keyboard": [[_keyboard_button(b) for b in row] for row in rows]}
    if "inline_keyboard" in markup:
        rows = _rows(markup, "inline_keyboard", "inline keyboard button")
        keyboard = [[_inline_button(b) for b in row] for row in rows if row]
        if sum(len(row) for row in keyboard) > MOST_BUTTONS:
            raise BadRequest("reply markup is too long")
        return {"inline_keyboard": keyboard} if keyboard else None
    if markup.get("remove_keyboard") is True or markup.get("force_reply") is True:
        return markup
    return None


def _rows(markup: dict[str, Any], field: str, what: str) -> list[list[Any]]:
    rows = markup[field]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise BadRequest(f'Field "{field}" must be an Array of Arrays')
    if not all(isinstance(button, dict | str) for row in rows for button in row):
        kind = "KeyboardButton must be a String or an Object"
        if field == "inline_keyboard":
            kind = "InlineKeyboardButton must be an Object"
        raise BadRequest(f"Can't parse {what}: {kind}")
    return rows


def _label(button: dict[str, Any], what: str) -> str:
    text = button.get("text")
    if not isinstance(text, str):
        raise BadRequest(f"Can't parse {what}: Can't find field \"text\"")
    text = clean(FormattedText(text)).text
    if not text:
        raise BadRequest(f"{what} text must be non-empty")
    return text


def _keyboard_button(button: dict[str, Any] | str) -> dict[str, Any]:
    if isinstance(button, str):
        button = {"text": button}
    return {**button, "text": _label(button, "keyboard button")}


def _inline_button(button: dict[str, Any] | str) -> dict[str, Any]:
    if isinstance(button, str):
        raise BadRequest(
            "Can't parse inline keyboard button: InlineKeyboardButton must be an Object"
        )
    text = _label(button, "inline keyboard button")
    url, data = button.get("url"), button.get("callback_data")
    if url:
        checked = _button_url(str(url))
        return {"text": text, "url": checked}
    if data:
        if not isinstance(data, str) or len(data.encode()) > LONGEST_CALLBACK_DATA:
            raise BadRequest("BUTTON_DATA_INVALID")
        return {"text": text, "callback_data": data}
    for name in _OTHER_BUTTONS:
        if name in button:
            return {"text": text, name: button[name]}
    raise BadRequest(
        "Can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
    )


def _button_url(url: str) -> str:
    if mentioned_user(url) is not None:
        return url
    checked = checked_link(url)
    if checked is None:
        raise BadRequest(f"Inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return checked
