"""A send under its claims, those of them that are ours: whatever comes of it, they are settled."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bot.delivery.outcomes import Shown, Unknown
from data.errors import ConfigurationError
from data.redis.claims import Claimed, Uncertain

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.delivery.marks import Marks
    from bot.delivery.outcomes import Outcome
    from data.redis.claims import Answer


@dataclass(frozen=True, slots=True)
class Ours:
    """The keys that were ours to claim: those that nobody ever tried, and ``doubtful`` ones that
    were tried before."""

    fresh: Sequence[str]
    doubtful: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.fresh or self.doubtful)

    @classmethod
    def of(cls, keys: Sequence[str], answers: Sequence[Answer]) -> Self:
        """Those of the keys whose claims were answered so."""
        both = list(zip(keys, answers, strict=True))
        return cls(
            [key for key, answer in both if isinstance(answer, Claimed)],
            [key for key, answer in both if isinstance(answer, Uncertain)],
        )


async def claimed(
    claims: Marks,
    ours: Ours,
    send: Callable[[], Awaitable[Outcome]],
) -> Outcome:
    """Send what was claimed under these keys.

    Raises ConfigurationError as ``send`` does.
    """
    try:
        outcome = await send()
    except ConfigurationError:
        await claims.release(ours.fresh, ours.doubtful)
        raise
    except asyncio.CancelledError:
        # whoever comes next need not wait until the claims run out
        await claims.doubt([*ours.fresh, *ours.doubtful])
        raise
    if isinstance(outcome, Shown):
        await claims.sent([*ours.fresh, *ours.doubtful], outcome.message_id)
    elif isinstance(outcome, Unknown):
        await claims.doubt([*ours.fresh, *ours.doubtful])
    else:
        await claims.release(ours.fresh, ours.doubtful)
    return outcome
