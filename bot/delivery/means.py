"""What every turn of a chat works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.delivery.floods import Floods

if TYPE_CHECKING:
    from asyncio import Event
    from collections.abc import Callable, Mapping, Sequence

    from aiogram import Bot

    from bot.delivery.backoff import Backoff
    from bot.delivery.events import DeliveryEvent, Listener
    from bot.delivery.marks import Marks
    from bot.delivery.rate_limiter import RateLimiter
    from data.database import Database
    from data.labels import Labels
    from data.model import Chain


_ANSWER_WITHIN = 15.0


def utc_now() -> datetime:
    """The clock of mutes and of what the screen says."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Means:
    """Shared by all turns of one process; ``backoff`` knows chats by id, and Telegram as None.

    ``paid``: Telegram may charge for messages beyond the bot's free rate. ``crowded`` tells whether
    other chats may be waiting for a turn. Alerts of blocks older than ``digest_after`` are told in
    a digest.
    """

    bot: Bot
    database: Database
    limiter: RateLimiter
    claims: Marks
    backoff: Backoff
    chains: Mapping[str, Chain]
    labels: Labels
    lease_for: timedelta
    stopping: Event
    crowded: Callable[[], bool]
    paid: bool
    digest_after: timedelta
    listeners: Sequence[Listener]
    floods: Floods = field(default_factory=Floods)
    clock: Callable[[], datetime] = utc_now

    @property
    def answer_within(self) -> float:
        """Seconds for Telegram's answer, so that it comes while a lease still holds."""
        return min(_ANSWER_WITHIN, self.lease_for.total_seconds() / 2)

    def forget_failures(self, chat_id: int) -> None:
        """Telegram took something of the chat's."""
        self.backoff.succeeded(chat_id)
        self.backoff.succeeded(None)

    def tell(self, event: DeliveryEvent) -> None:
        """Let every listener know."""
        for listener in self.listeners:
            listener(event)
