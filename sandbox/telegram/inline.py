"""Inline queries: `@bot …` typed into any chat, and what the bot offers for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.telegram.callbacks import TOO_OLD
from sandbox.telegram.errors import BadRequest, SandboxError
from sandbox.telegram.text.entity import FormattedText


@dataclass(frozen=True, slots=True)
class InlineResult:
    """One of the results: an article, and the text that is sent when it is chosen."""

    id: str
    title: str
    description: str | None
    said: FormattedText
    reply_markup: dict[str, Any] | None = None
    link_preview_options: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class InlineQuery:
    """What a person typed. `answered_at` is None while nothing is offered yet."""

    id: str
    user_id: int
    query: str
    offset: str
    date: float
    answered_at: float | None = None
    results: tuple[InlineResult, ...] = ()
    cache_time: int = 300
    is_personal: bool = False
    next_offset: str = ""
    button: dict[str, Any] | None = None


@dataclass(slots=True)
class InlineQueries:
    """All of them by id. `lifetime` in seconds: a later answer is refused."""

    lifetime: float
    by_id: dict[str, InlineQuery] = field(default_factory=dict)

    def put(self, query: InlineQuery) -> InlineQuery:
        self.by_id[query.id] = query
        return query

    def answer(self, query_id: str, now: float, **offered: Any) -> InlineQuery:
        """Raises BadRequest for an id that is unknown, answered already or too old."""
        query = self.by_id.get(query_id)
        if query is None or query.answered_at is not None or now - query.date > self.lifetime:
            raise BadRequest(TOO_OLD)
        return self.put(replace(query, answered_at=now, **offered))

    def result(self, query_id: str, result_id: str) -> InlineResult:
        query = self.by_id.get(query_id)
        found = next((one for one in query.results if one.id == result_id), None) if query else None
        if found is None:
            raise SandboxError(f"Query {query_id} offers no result {result_id!r}.")
        return found
