"""An alert from recent history: what somebody new is going to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.delivery.render import render
from bot.first.recorded import RECORDED
from data.model import Alert, AlertState, Priority
from data.queries import movements

if TYPE_CHECKING:
    from bot.context import Context
    from data.model import Chat


async def sample_alert(context: Context, chat: Chat) -> str:
    """The largest movement of the last hour or so as an alert, in HTML; a recorded one while there
    is none. Only what is kept of everybody: of the rest nobody need know."""
    kept_from = context.settings.keep_movements_from_usd
    chains = [chain.name for chain in context.chains]
    async with context.database.read() as connection:
        found = await movements.largest_lately(connection, chains, kept_from)
    shown, now = found or RECORDED, context.clock()
    alert = Alert(
        id=0,
        chain=shown.block.chain,
        tx_hash=shown.tx_hash,
        chat_id=chat.id,
        topic_id=0,
        movement_id=shown.id or 0,
        watch_id=0,
        others=(),
        priority=Priority.FEED,
        state=AlertState.SENT,
        reason=None,
        message_id=None,
        created_at=now,
    )
    known = context.settings.known_chains
    return render(alert, {shown.id or 0: shown}, {}, chat, known, context.labels, now).text
