"""For which chat a keyboard was made, stamped behind what each of its buttons carries.

Groups and channels are set up from private chats, so one of these may hold keyboards of several
chats, tapped weeks later and in any order. Who taps means the chat of the message above the button,
whatever chat they set up by then. An ``@`` alone stands for the chat in which the keyboard is.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

from aiogram.types import InlineKeyboardMarkup

if TYPE_CHECKING:
    from aiogram.types import InlineKeyboardButton

HERE = 0
"""The chat in which the keyboard stands."""
_MOST_BYTES = 64
_NO_BYTES = 1
"""By what base 64 is never longer than whole fours."""
_LOWEST = -(2**63)
"""What a database takes for an id."""
_STAMPED = re.compile(r"(?P<data>.*)@(?P<chat>(?:[A-Za-z0-9_-]{2,11})?)", re.DOTALL)


def stamped(keyboard: InlineKeyboardMarkup, chat_id: int) -> InlineKeyboardMarkup:
    """The keyboard of that group or channel, or of ``HERE``. A button that has no room for that
    stays as it is: what is written above it has to say it."""
    stamp = f"@{_packed(chat_id)}"
    rows = [[_with(stamp, button) for button in row] for row in keyboard.inline_keyboard]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def unstamped(data: str) -> tuple[str, int | None]:
    """What a button carries, and for which chat it was made; None where it does not say, also where
    somebody made up what no button of ours has."""
    found = _STAMPED.fullmatch(data)
    if found is None:
        return data, None
    packed = found["chat"]
    if not packed:
        return found["data"], HERE
    if len(packed) % 4 == _NO_BYTES:
        return data, None
    chat_id = -int.from_bytes(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    if chat_id < _LOWEST or _packed(chat_id) != packed:
        return data, None
    return found["data"], chat_id


def _packed(chat_id: int) -> str:
    """Groups and channels have negative ids; the usual ones take seven characters."""
    if chat_id == HERE:
        return ""
    number = -chat_id
    packed = urlsafe_b64encode(number.to_bytes(-(-number.bit_length() // 8)))
    return packed.decode().rstrip("=")


def _with(stamp: str, button: InlineKeyboardButton) -> InlineKeyboardButton:
    data = button.callback_data
    if not data or len((data + stamp).encode()) > _MOST_BYTES:
        return button
    return button.model_copy(update={"callback_data": data + stamp})
