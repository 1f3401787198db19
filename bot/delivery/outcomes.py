"""What became of a send or an edit, told apart by what must be done next.

- ``Shown``        Telegram has it (a send's message id; an edit that changes nothing counts too)
- ``Gone``         not shown; the message to be edited or answered was deleted
- ``Flooded``      not sent; wait as long as Telegram says
- ``Unreachable``  not sent; the chat has a new state
- ``Moved``        not sent; the chat has another id now
- ``TopicLost``    not sent; the chat is there, the topic in it is closed or deleted
- ``Refused``      not sent, and never will be: this message, not this chat, is the trouble
- ``Failed``       not sent; try again later
- ``Unknown``      nobody knows
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.model import ChatState


@dataclass(frozen=True, slots=True)
class Shown:
    """``message_id`` is Telegram's. ``as_plain`` when the markup could not be read."""

    message_id: int
    as_plain: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The message to be edited or answered is no more, or can no longer be edited; ``reason`` is
    what Telegram said."""

    reason: str


@dataclass(frozen=True, slots=True)
class Flooded:
    """``retry_after`` in seconds; it can be hours."""

    retry_after: float


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The bot may not speak there any more; ``reason`` is what Telegram said."""

    state: ChatState
    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """``chat_id`` is the supergroup's that the group became."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class TopicLost:
    """``reason`` is what Telegram said."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """``reason`` is what Telegram said."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Certainly not sent. ``everywhere`` when no chat would fare better: no connection at all."""

    reason: str
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request was under way when the connection broke or time ran out."""

    reason: str


Outcome = Shown | Gone | Flooded | Unreachable | Moved | TopicLost | Refused | Failed | Unknown
