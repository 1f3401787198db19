"""A message shown anew: an edit to what its alerts, and their certainty, are now.

Doing it twice does no harm, so it needs no claim; the chat's lease keeps an older edit from coming
after a newer one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.delivery import outbox
from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.listing import render_message
from bot.delivery.outcomes import Gone, Outcome, Refused, Shown, TopicLost
from bot.delivery.send import edit
from data.queries import certainty, cursors, messages

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from bot.delivery.means import Means
    from bot.delivery.outbox import Story
    from bot.delivery.render import Rendered
    from data.model import Certainty, Chat, Message, Priority


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
        outcome = await edit(means.bot, chat, message.telegram_id, rendered, within)
        if isinstance(outcome, Gone):
            await let_go(means, message, outcome)
            return Shown(message.telegram_id)
        if not isinstance(outcome, Shown | Refused | TopicLost):
            return outcome
        _tell_of(means, chat, outcome, rendered)
    async with means.database.write() as connection:
        await messages.shown(connection, message.id, message.revision, sure)
    means.forget_failures(chat.id)
    return Shown(message.telegram_id)


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
    """What a message shows of alerts, with the chat's own names."""
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
        certainty=sure,
    )


def _tell_of(
    means: Means, chat: Chat, outcome: Shown | Refused | TopicLost, rendered: Rendered
) -> None:
    if not isinstance(outcome, Shown):
        means.tell(DeliveryEvent(EventKind.FAILED, chat.id, 0, outcome.reason))
        return
    means.tell(DeliveryEvent(EventKind.EDITED, chat.id))
    if outcome.as_plain:
        means.tell(DeliveryEvent(EventKind.MALFORMED, chat.id, 0, rendered.template))
