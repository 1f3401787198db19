"""A send under its claims: whatever comes of it, they are settled."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from bot.delivery.outcomes import Shown, Unknown
from data.errors import ConfigurationError
from data.redis.away import RedisAway

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.delivery.outcomes import Outcome
    from data.redis.claims import Claims


async def claimed(
    claims: Claims,
    fresh: Sequence[str],
    doubtful: Sequence[str],
    send: Callable[[], Awaitable[Outcome]],
) -> Outcome:
    """Send what was claimed under these keys; ``doubtful`` ones were tried before.

    Raises ConfigurationError as ``send`` does.
    """
    try:
        outcome = await send()
    except ConfigurationError:
        with suppress(RedisAway):
            await claims.release(fresh, doubtful)
        raise
    # without Redis the database remembers alone what was sent; the rest runs out by itself, and is
    # uncertain then
    with suppress(RedisAway):
        if isinstance(outcome, Shown):
            await claims.sent([*fresh, *doubtful], outcome.message_id)
        elif isinstance(outcome, Unknown):
            await claims.doubt([*fresh, *doubtful])
        else:
            await claims.release(fresh, doubtful)
    return outcome
