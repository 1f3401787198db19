"""A send under its claims: whatever comes of it, they are settled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.delivery.outcomes import Shown, Unknown
from data.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.delivery.marks import Marks
    from bot.delivery.outcomes import Outcome


async def claimed(
    claims: Marks,
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
        await claims.release(fresh, doubtful)
        raise
    except asyncio.CancelledError:
        # whoever comes next need not wait until the claims run out
        await claims.doubt([*fresh, *doubtful])
        raise
    if isinstance(outcome, Shown):
        await claims.sent([*fresh, *doubtful], outcome.message_id)
    elif isinstance(outcome, Unknown):
        await claims.doubt([*fresh, *doubtful])
    else:
        await claims.release(fresh, doubtful)
    return outcome
