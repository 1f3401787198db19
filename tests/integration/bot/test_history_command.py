"""/history: real updates in, pages out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from data.queries import alerts, messages
from data.tables import alerts as table
from data.tables import movements as movements_table
from tests.integration.bot.conversation import CHAT, Conversation
from tests.integration.bot.delivery.outbox import Outbox


@pytest.fixture
async def outbox(talk: Conversation) -> Outbox:
    outbox = Outbox(talk.context.database)
    await outbox.chat(CHAT)
    return outbox


async def written(outbox: Outbox, count: int, chat: int = CHAT) -> list[int]:
    watch = await outbox.watch(chat)
    return [(await outbox.alert(watch, 100 + n)).id for n in range(count)]


def captions(talk: Conversation) -> list[list[str]]:
    return [[button.text for button in row] for row in talk.keyboard().inline_keyboard]


async def test_before_the_first_alert_it_says_so(talk: Conversation) -> None:
    assert "Nothing yet" in await talk.say("/history")


async def test_it_is_paged_from_the_newest_to_the_oldest_and_back(
    talk: Conversation, outbox: Outbox
) -> None:
    await written(outbox, 14)
    # when
    first = await talk.say("/history")
    # then
    assert "Received 113 ETH" in first
    assert "Received 108 ETH" in first
    assert "Received 107 ETH" not in first
    assert captions(talk) == [["14", "13", "12"], ["11", "10", "9"], ["Older ›"]]
    second, _ = await talk.tap("Older ›")
    assert "Received 107 ETH" in second
    assert captions(talk)[-1] == ["‹ Newer", "Older ›"]
    third, _ = await talk.tap("Older ›")
    assert "Received 100 ETH" in third
    assert "kept for 90 days" in third
    assert captions(talk) == [["2", "1"], ["‹ Newer"]]
    assert (await talk.tap("‹ Newer"))[0] == second
    assert (await talk.tap("‹ Newer"))[0] == first


async def test_new_alerts_do_not_move_the_page_that_is_looked_at(
    talk: Conversation, outbox: Outbox
) -> None:
    await written(outbox, 12)
    await talk.say("/history")
    await written(outbox, 3)
    older, _ = await talk.tap("Older ›")
    assert "Received 105 ETH" in older
    assert "<b>7</b>" not in older


async def test_each_state_is_told_in_words(talk: Conversation, outbox: Outbox) -> None:
    # given
    ids = await written(outbox, 8)
    database = talk.context.database
    async with database.write() as connection:
        message = await messages.record(connection, CHAT, 0, 500, talk.now)
        await alerts.sent(connection, [ids[0], ids[1]], message)
        mine = await alerts.pending(connection, CHAT, 10)
        await alerts.drop(connection, [ids[2]], "muted")
        await alerts.drop(connection, [ids[3]], "watch removed")
        await alerts.drop(connection, [ids[4]], "Forbidden: bot was <blocked> by the user")
        await connection.execute(
            update(table)
            .where(table.c.id == ids[5])
            .values(state="dropped", reason="noise: airdrop", noise="airdrop")
        )
        await connection.execute(update(table).where(table.c.id == ids[6]).values(state="held"))
        lost = next(one for one in mine if one.id == ids[7])
        await connection.execute(
            update(movements_table)
            .where(movements_table.c.id == lost.movement_id)
            .values(orphaned_until=10**9)
        )
    await outbox.retract((await outbox.alerts(CHAT))[1])
    # when
    newest = await talk.say("/history")
    oldest, _ = await talk.tap("Older ›")
    # then
    assert "⏳ Waiting: a reorg took its block" in newest
    assert "🛡 Held until its block is safe" in newest
    assert "🔇 Filtered: airdrops" in newest
    assert "✖️ Not sent: Forbidden: bot was &lt;blocked&gt; by the user" in newest
    assert "✖️ Not sent: its watch was removed" in newest
    assert "🔕 Not sent: muted" in newest
    assert "↩️ Sent 12:00 UTC, then taken back by a reorg" in oldest
    assert oldest.count("<s>") == 1
    assert "✅ Sent 12:00 UTC" in oldest


async def test_a_number_shows_one_alert_in_full_and_the_way_back(
    talk: Conversation, outbox: Outbox
) -> None:
    await written(outbox, 9)
    # when
    said = await talk.say("/history #7")
    # then
    assert said.startswith("<b>Alert 7</b>")
    assert "Received 106 ETH" in said
    assert "👁 #1 Cold wallet" in said
    assert "⏳ Waiting to be sent" in said
    assert "<code>/why 0x" in said
    # when
    page, _ = await talk.tap("‹ History")
    # then
    assert captions(talk)[0] == ["7", "6", "5"]
    assert (await talk.tap("6"))[0].startswith("<b>Alert 6</b>")
    assert page != said


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("abc", "I can't read “abc” as the number of an alert"),
        ("-5", "I can't read “-5”"),
        ("1.5", "I can't read “1.5”"),
        ("１７", "I can't read “１７”"),
        ("7 8", "I can't read “7 8”"),
        ("<b>1", "I can't read “&lt;b&gt;1”"),
        ("9" * 200, "No alert has a number that large"),
        ("9223372036854775808", "No alert has a number that large"),
        ("0", "There is no alert 0 in this chat"),
        ("000123456789", "There is no alert 123,456,789 in this chat"),
        ("1,234", "There is no alert 1,234 in this chat"),
    ],
)
async def test_hostile_numbers_get_a_sentence(talk: Conversation, words: str, answer: str) -> None:
    assert answer in await talk.say(f"/history {words}")


async def test_another_chats_alerts_are_not_shown(talk: Conversation, outbox: Outbox) -> None:
    await outbox.chat(4711)
    (others,) = await written(outbox, 1, 4711)
    assert "There is no alert" in await talk.say(f"/history {others}")
    assert "There is no alert" in str((await talk.tap_data(f"h:o:{others}"))[1])
    assert "Nothing yet" in await talk.say("/history")


async def test_a_button_over_what_was_forgotten_shows_what_there_is(
    talk: Conversation, outbox: Outbox
) -> None:
    await written(outbox, 2)
    text, _ = await talk.tap_data("h:b:1")
    assert "Received 101 ETH" in text


async def test_an_alert_of_a_topic_says_which(talk: Conversation, outbox: Outbox) -> None:
    watch = await outbox.watch(CHAT, topic_id=31)
    alert = await outbox.alert(watch)
    talk.later(timedelta(days=1))
    assert "Topic 31" in await talk.say(f"/history {alert.id}")
