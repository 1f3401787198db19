from datetime import timedelta

from data.database import Database
from data.model import Priority
from data.queries import alerts, messages
from data.queries.alerts.repointing import repoint
from tests.contract.samples import NOW, a_chat, alerted, key, movement, stored


async def test_a_message_is_noted_once_however_often_telegram_says_so(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        await a_chat(connection, 2)
        first = await messages.record(connection, 1, 0, 2**40, NOW)
        again = await messages.record(connection, 1, 0, 2**40, NOW + timedelta(hours=1))
        elsewhere = await messages.record(connection, 2, 0, 2**40, NOW)

        assert first == again != elsewhere
        assert await messages.count(connection) == 2


async def test_a_message_is_to_be_edited_until_its_latest_revision_is_shown(
    database: Database,
) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        moved = await stored(connection, movement(1), movement(2))
        ours = []
        for telegram_id, one in enumerate(moved, start=10):
            await alerted(connection, 1, one)
            pending = await alerts.pending(connection, 1, 10)
            ours.append(await messages.record(connection, 1, 4, telegram_id, NOW))
            await alerts.sent(connection, [alert.id for alert in pending], ours[-1])
        assert await messages.to_edit(connection, 1) == []

        await alerts.retract(connection, [key(one) for one in moved])
        stale = await messages.to_edit(connection, 1)
        assert [message.id for message in stale] == ours
        assert (stale[0].topic_id, stale[0].telegram_id, stale[0].sent_at) == (4, 10, NOW)
        assert (stale[0].revision, stale[0].shown_revision) == (2, 1)
        assert await messages.to_edit(connection, 2) == []

        await alerts.bring_back(connection, [key(moved[0])])
        await messages.shown(connection, ours[0], 2)  # the edit of revision 2 arrives late
        assert [message.revision for message in await messages.to_edit(connection, 1)] == [3, 2]

        await messages.shown(connection, ours[0], 3)
        await messages.shown(connection, ours[0], 2)  # never backwards
        await messages.shown(connection, ours[1], 2)
        assert await messages.to_edit(connection, 1) == []


async def test_a_deleted_message_is_never_to_be_edited_again(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection)
        (moved,) = await stored(connection, movement(1))
        await alerted(connection, 1, moved)
        (alert,) = await alerts.pending(connection, 1, 10)
        ours = await messages.record(connection, 1, 0, 10, NOW)
        await alerts.sent(connection, [alert.id], ours)
        await alerts.retract(connection, [key(moved)])
        # when it turns out to be deleted
        await messages.gone(connection, ours)
        assert await messages.to_edit(connection, 1) == []
        # then whatever becomes of its transaction
        assert not await alerts.bring_back(connection, [key(moved)])
        assert await messages.to_edit(connection, 1) == []


async def test_a_deleted_message_stays_shown_when_its_alert_tells_of_another_match(
    database: Database,
) -> None:
    # given
    async with database.write() as connection:
        await a_chat(connection, 1)
        lost, other = await stored(connection, movement(1), movement(1, of=2))
        await alerted(connection, 1, lost)
        (alert,) = await alerts.pending(connection, 1, 10)
        ours = await messages.record(connection, 1, 0, 10, NOW)
        await alerts.sent(connection, [alert.id], ours)
        await messages.gone(connection, ours)
        # when
        match = alerts.NewAlert(1, 0, other, 9, (), Priority.WATCH)
        await repoint(connection, [lost], [match], [], NOW)
        # then
        told = await alerts.of_message(connection, ours)
        shown = await messages.get(connection, ours)
    assert [one.movement_id for one in told] == [key(other)]
    assert shown is not None
    assert shown.revision == shown.shown_revision


async def test_only_the_latest_messages_of_a_chat_are_read(database: Database) -> None:
    async with database.write() as connection:
        await a_chat(connection, 1)
        for number in range(5):
            await messages.record(connection, 1, 0, number, NOW + timedelta(seconds=number))
        some = await messages.sent_after(connection, 1, NOW, 3)
        late = await messages.sent_after(connection, 1, NOW + timedelta(seconds=3), 3)
    assert some == [NOW + timedelta(seconds=number) for number in (4, 3, 2)]
    assert late == [NOW + timedelta(seconds=4)]
