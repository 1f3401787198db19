"""A message shown anew: an edit to what its alerts, and their certainty, are now.

Doing it twice does no harm, so it needs no claim; the chat's lease keeps an older edit from coming
after a newer one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.delivery import outbox
from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.listing import render_message
from bot.delivery.outcomes import Gone, Outcome, Refused, Shown, TopicLost
from bot.delivery.parties import Names
from bot.delivery.render import Rendered
from bot.delivery.send import edit
from bot.languages import _
from data.queries import certainty, cursors, messages

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from bot.delivery.means import Means
    from bot.delivery.outbox import Story
    from data.model import Certainty, Chat, Message, Priority

log = structlog.get_logger(__name__)

_MOST_BARE = 20
_NO_TEXT = "there is no text in the message"
_NO_CAPTION = "there is no caption in the message"
_GO_ON = 0.0


async def show_anew(
    means: Means, chat: Chat, message: Message, priority: Priority, within: float
) -> Outcome | float:
    """Edit a message; the seconds to wait where the limits do not let it go now.

    What will never be otherwise (it is as wanted, deleted, refused, in a closed topic) comes back
    as Shown: there is nothing left to do about it.
    """
    async with means.database.read() as connection:
        story = await outbox.read_message(connection, message, means.digest_after)
        heights = await cursors.all_settled(connection)
        sure = await certainty.of_message(connection, message, heights)
    if story.alerts:
        wait = await means.limiter.acquire(chat.id, chat.kind, priority)
        if wait:
            return float(wait)
        rendered = rendered_story(means, chat, story, means.clock(), sure)
        outcome = await edit(
            means.bot, chat, message.telegram_id, rendered, within, pictured=message.pictured
        )
        if isinstance(outcome, Gone):
            await let_go(means, message, outcome)
            return Shown(message.telegram_id)
        if isinstance(outcome, Refused) and _is_mistaken(message, outcome):
            async with means.database.write() as connection:
                await messages.set_pictured(connection, message.id, pictured=not message.pictured)
            return _GO_ON
        if not isinstance(outcome, Shown | Refused | TopicLost):
            return outcome
        _tell_of(means, chat, outcome, rendered)
    async with means.database.write() as connection:
        await messages.shown(connection, message.id, message.revision, sure)
    means.forget_failures(chat.id)
    return Shown(message.telegram_id)


def _is_mistaken(message: Message, outcome: Refused) -> bool:
    """Whether it is a picture after all, or none: nobody saw what became of its sending."""
    wrong = _NO_CAPTION if message.pictured else _NO_TEXT
    return wrong in outcome.reason.lower()


async def let_go(means: Means, message: Message, outcome: Gone) -> None:
    """It was deleted in the chat; nobody edits or answers it any more."""
    async with means.database.write() as connection:
        await messages.gone(connection, message.id)
    means.tell(DeliveryEvent(EventKind.GONE, message.chat_id, reason=outcome.reason))
    means.forget_failures(message.chat_id)


def rendered_story(
    means: Means,
    chat: Chat,
    story: Story,
    now: datetime,
    sure: Certainty,
    repeats: Collection[int] = (),
) -> Rendered:
    """What a message shows of alerts, with the chat's own names.

    A fault of ours in the words must not keep the chat from what happened, nor from all that comes
    after it: then it is told by its links alone.
    """
    try:
        return render_message(
            story.alerts,
            story.movements,
            story.watches,
            chat,
            means.chains,
            means.labels.for_chat(story.names),
            now,
            repeats=repeats,
            summary=story.summary,
            page=story.page,
            is_digest=story.is_digest,
            occasion=story.occasion,
            pictured=story.pictured,
            certainty=sure,
        )
    except Exception:
        log.exception("an alert was not put into words", alerts=[one.id for one in story.alerts])
        return _bare(story, means)


def _bare(story: Story, means: Means) -> Rendered:
    lines = [_("🐋 <b>Something happened that I cannot put into words</b>")]
    for alert in story.alerts[:_MOST_BARE]:
        chain = means.chains.get(alert.chain)
        names = Names.of(alert.chain, chain, (), means.labels)
        lines.append(names.transaction(alert.tx_hash, _("transaction ↗")))
    return Rendered("\n".join(lines), "bare")


def _tell_of(
    means: Means, chat: Chat, outcome: Shown | Refused | TopicLost, rendered: Rendered
) -> None:
    if not isinstance(outcome, Shown):
        means.tell(DeliveryEvent(EventKind.FAILED, chat.id, 0, outcome.reason))
        return
    means.tell(DeliveryEvent(EventKind.EDITED, chat.id))
    if outcome.as_plain:
        means.tell(DeliveryEvent(EventKind.MALFORMED, chat.id, 0, rendered.template))
