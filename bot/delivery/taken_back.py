"""The answer to a message whose alerts a reorg took back, if they were large.

An edit rings no bell. Who was told of ten million dollars may have acted on it, so the chat is told
once, by an answer to the message; an answer for every small alert would be the noise that people
leave for. However many a reorg took, a chat gets one answer, to the message with the largest.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.delivery import outbox
from bot.delivery.amounts import value
from bot.delivery.claimed import Ours, claimed
from bot.delivery.clean import label_markup
from bot.delivery.events import DeliveryEvent, EventKind
from bot.delivery.headline import headline
from bot.delivery.outcomes import Gone, Outcome, Refused, Shown, TopicLost
from bot.delivery.parties import Names
from bot.delivery.render import POSSIBLE_REPEAT, Rendered, matched_watches, told_movements
from bot.delivery.revision import let_go
from bot.delivery.send import send
from bot.delivery.verdict import MUTED, refusal
from bot.languages import _, ngettext
from bot.numbers import grouped
from bot.texts.words import listed
from data.model import Priority, UsdThreshold
from data.queries import alerts
from data.queries.moving import GENERAL
from data.redis.claims import AlreadySent, HeldByOther, alert_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.delivery.means import Means
    from bot.delivery.outbox import Story
    from data.labels import Labels
    from data.model import Alert, Chain, Chat, Message, Movement

LARGE_USD = Decimal(1_000_000)
"""Large whatever the threshold: of so much people tell others."""
LARGE_TIMES = 10
"""Large is also what is so many times what the chat asked to hear of."""
PATIENCE = 0.25
_GO_ON = 0.0


@dataclass(frozen=True, slots=True)
class TakenBack:
    """``story`` holds all that was taken back, ``large`` the large ones of it, largest first."""

    story: Story
    large: Sequence[Alert]


async def answer(
    means: Means,
    chat: Chat,
    stale: Sequence[Message],
    within: float,
    lost_topics: set[int],
    *,
    silent: bool = False,
) -> Outcome | float | None:
    """Answer what was taken back of these messages' alerts. None when none of it was large; seconds
    after which to ask again, none of them when something was done; an outcome that is to be faced.

    ``lost_topics``, in which nothing can be said any more, grows: what belonged there is told in
    the general topic. ``silent``: without a sound.
    """
    async with means.database.read() as connection:
        found = await alerts.taken_back(connection, [message.id for message in stale])
        story = await outbox.read_alerts(connection, found)
    large = _large_first(story, chat, means.clock())
    if not large:
        return None
    wait = await means.limiter.acquire(chat.id, chat.kind, Priority.EDIT)
    if wait:
        return float(wait)
    keys = {alert.id: alert_key(alert, kind="answer") for alert in large}
    told = dict(zip(keys, await means.claims.claim(list(keys.values())), strict=True))
    ours = Ours.of(list(keys.values()), list(told.values()))
    if len(ours.fresh) + len(ours.doubtful) < len(keys):
        await means.claims.release(ours.fresh, ours.doubtful)
        await _note(means, [one for one, claim in told.items() if isinstance(claim, AlreadySent)])
        held = [one.left for one in told.values() if isinstance(one, HeldByOther)]
        return max(held).total_seconds() + PATIENCE if held else _GO_ON
    message = next(one for one in stale if one.id == large[0].message_id)
    rendered = answer_text(
        TakenBack(story, large), means.chains, means.labels, is_repeat=bool(ours.doubtful)
    )
    in_topic = message.topic_id not in lost_topics

    async def shown() -> Outcome:
        return await send(
            means.bot,
            chat,
            message.topic_id if in_topic else GENERAL,
            rendered,
            within,
            paid=means.paid,
            silent=silent,
            reply_to=message.telegram_id if in_topic else None,
        )

    outcome = await claimed(means.claims, ours, shown)
    if isinstance(outcome, Shown | Refused):
        await _note(means, [alert.id for alert in found])
        means.forget_failures(chat.id)
        means.tell(_told_of(outcome, chat))
        return _GO_ON
    if isinstance(outcome, Gone):
        await let_go(means, message, outcome)
        return _GO_ON
    if isinstance(outcome, TopicLost) and in_topic and message.topic_id != GENERAL:
        lost_topics.add(message.topic_id)
        return _GO_ON
    return outcome


def _told_of(outcome: Shown | Refused, chat: Chat) -> DeliveryEvent:
    if isinstance(outcome, Refused):
        return DeliveryEvent(EventKind.FAILED, chat.id, 0, outcome.reason)
    return DeliveryEvent(EventKind.ANSWERED, chat.id)


async def _note(means: Means, ids: Sequence[int]) -> None:
    async with means.database.write() as connection:
        await alerts.answered(connection, ids, means.clock())


def _large_first(story: Story, chat: Chat, now: datetime) -> list[Alert]:
    """Those that an answer is due for; where alerts are muted, the edit has to do."""
    large = [
        alert
        for alert in story.alerts
        if is_large(alert, story, chat) and refusal(alert, chat, story.watches, now) != MUTED
    ]
    return sorted(large, key=lambda alert: _usd(alert, story.movements), reverse=True)


def is_large(alert: Alert, story: Story, chat: Chat) -> bool:
    """Whether an answer tells that it was taken back: by its value, or by what one of its watches
    asked for."""
    if _usd(alert, story.movements) >= LARGE_USD:
        return True
    return any(
        _is_many_times_the_threshold(watch_id, movement_id, alert, story, chat)
        for watch_id, movement_id in ((alert.watch_id, alert.movement_id), *alert.others)
    )


def _is_many_times_the_threshold(
    watch_id: int, movement_id: int, alert: Alert, story: Story, chat: Chat
) -> bool:
    watch, movement = story.watches.get(watch_id), story.movements.get(movement_id)
    if watch is None or movement is None:
        return False
    threshold = watch.threshold or UsdThreshold(chat.default_threshold_usd)
    if isinstance(threshold, UsdThreshold):
        usd = movement.usd
        return usd is not None and usd > 0 and usd >= LARGE_TIMES * threshold.usd
    asked = ((threshold.needed(alert.chain, leg), leg) for leg in movement.legs)
    return any(needed and abs(leg.amount) >= LARGE_TIMES * needed for needed, leg in asked)


def _usd(alert: Alert, movements: Mapping[int, Movement]) -> Decimal:
    movement = movements.get(alert.movement_id)
    return Decimal(0) if movement is None or movement.usd is None else movement.usd


def answer_text(
    taken: TakenBack, chains: Mapping[str, Chain], labels: Labels, *, is_repeat: bool = False
) -> Rendered:
    """What the answer says: how many, where, and the largest of them."""
    story = taken.story
    largest = taken.large[0]
    chain = chains.get(largest.chain)
    matched = matched_watches(largest, story.watches)
    names = Names.of(largest.chain, chain, matched, labels.for_chat(story.names))
    by_chain: defaultdict[str, int] = defaultdict(int)
    for alert in story.alerts:
        by_chain[alert.chain] += 1
    where = listed(
        [label_markup(chains[one].title if one in chains else one) for one in sorted(by_chain)]
    )
    movements = told_movements(largest, story.movements)
    if movements:
        for_feed = bool(matched) and matched[0].is_feed
        what = f"{headline(movements[0], chain, for_feed=for_feed)} · {value(movements[0])}"
    else:
        what = names.transaction(largest.tx_hash, _("a transaction"))
    number = len(story.alerts)
    if number == 1:
        said = _(
            "↩️ <b>Taken back</b>: {what}\n"
            "A reorganisation of {chains} removed its block, and it has not come back. If it does,"
            " the message above is restored."
        )
    else:
        said = ngettext(
            "↩️ <b>{count} alert taken back</b>, the largest: {what}\n"
            "A reorganisation of {chains} removed their blocks, and they have not come back. Their"
            " messages are struck through; what does come back is restored.",
            "↩️ <b>{count} alerts taken back</b>, the largest: {what}\n"
            "A reorganisation of {chains} removed their blocks, and they have not come back. Their"
            " messages are struck through; what does come back is restored.",
            number,
        )
    lines = [said.format(count=grouped(number), what=what, chains=where)]
    if is_repeat:
        lines.append(_(POSSIBLE_REPEAT))
    return Rendered("\n".join(lines), "answer")
