"""What can be done about an alert: the buttons under it, as things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.buttons.alert import AlertAct
from bot.delivery.markup import plain_text
from bot.keyboards import alert as keyboards
from bot.texts.words import is_muted
from data.model import AlertState, ChatKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aiogram.types import InlineKeyboardMarkup

    from bot.delivery.parties import Names
    from data.model import Alert, Chat, Movement, Watch

_NOBODY = bytes(20)


def under_alert(
    alert: Alert,
    told: Sequence[Movement],
    matched: Sequence[Watch],
    names: Names,
    chat: Chat,
    now: datetime,
) -> InlineKeyboardMarkup | None:
    """The keyboard; in a channel, where nobody may tap the others, the way to the explorer."""
    url = None
    if names.chain is not None:
        url = names.chain.explorer.tx.format(hash=f"0x{alert.tx_hash.hex()}")
    if chat.kind is ChatKind.CHANNEL:
        return keyboards.link_only(url)
    parties = sides(alert, told, matched)
    captions = {act: plain_text(names.party(address)) for act, address in parties.items()}
    muted = bool(matched) and all(is_muted(watch.muted_until, now) for watch in matched)
    return keyboards.actions(alert.id, url, captions, watched=bool(matched), muted=muted)


def sides(
    alert: Alert, told: Sequence[Movement], matched: Sequence[Watch]
) -> dict[AlertAct, bytes]:
    """Whom the alert offers to watch: who had to do with it and is not watched by what told of it.

    Nobody of what is not to be believed, or of what a reorg took back.
    """
    if not told or alert.noise or told[0].marks or alert.state is AlertState.RETRACTED:
        return {}
    first = told[0]
    watched = {_NOBODY, *(watch.address for watch in matched)}
    found = {AlertAct.WATCH_OWN: first.address}
    if first.counterparty is not None and first.counterparty != first.address:
        found[AlertAct.WATCH_OTHER] = first.counterparty
    return {act: address for act, address in found.items() if address not in watched}
