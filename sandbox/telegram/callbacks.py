"""Callback queries: each tap waits for its answer, once, and not for ever."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sandbox.telegram.errors import BadRequest

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True, slots=True)
class Callback:
    """One tap. `answered_at` is None while the person's button still spins."""

    id: str
    chat_id: int
    message_id: int
    user_id: int
    data: str
    date: float
    answered_at: float | None = None
    answer_text: str | None = None
    show_alert: bool = False
    url: str | None = None


@dataclass(slots=True)
class Callbacks:
    """All taps by id. `lifetime` in seconds: a later answer is refused."""

    lifetime: float
    by_id: dict[str, Callback] = field(default_factory=dict)

    def put(self, callback: Callback) -> Callback:
        self.by_id[callback.id] = callback
        return callback

    def answer(
        self, callback_id: str, now: float, text: str | None, show_alert: bool, url: str | None
    ) -> Callback:
        """Raises BadRequest for an id that is unknown, answered already or too old."""
        callback = self.by_id.get(callback_id)
        if callback is None or callback.answered_at is not None:
            raise BadRequest(TOO_OLD)
        if now - callback.date > self.lifetime:
            raise BadRequest(TOO_OLD)
        return self.put(
            replace(callback, answered_at=now, answer_text=text, show_alert=show_alert, url=url)
        )

    def unanswered(self) -> list[Callback]:
        return [c for c in self.by_id.values() if c.answered_at is None]
