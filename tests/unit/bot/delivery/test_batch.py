from datetime import timedelta

from bot.delivery.batch import digest_wait, next_batch
from data.queries.alerts.listed import Gist
from tests.unit.bot.delivery.alerts import NOW, alert

LONG_AGO = NOW - timedelta(hours=9)
OLD_BEFORE = NOW - timedelta(hours=6)


def batch(wanted, one_by_one, old=()):
    gists = {one.id: Gist(None, LONG_AGO if one.id in old else NOW) for one in wanted}
    return next_batch(wanted, gists, one_by_one, OLD_BEFORE)


def test_what_the_rate_carries_goes_one_by_one_the_oldest_first():
    wanted = [alert(1), alert(2), alert(3)]
    assert batch(wanted, 3) == wanted[:1]


def test_more_than_that_goes_together():
    wanted = [alert(1), alert(2), alert(3)]
    assert batch(wanted, 2) == wanted


def test_a_message_stays_within_one_topic():
    wanted = [alert(1, topic_id=5), alert(2), alert(3, topic_id=5)]
    assert batch(wanted, 1) == [wanted[0], wanted[2]]


def test_a_single_alert_is_never_a_list():
    assert batch([alert(1)], 0) == [alert(1)]


def test_a_list_takes_all_there_are() -> None:
    wanted = [alert(number) for number in range(1, 1_000)]
    assert batch(wanted, 1) == wanted


def test_what_is_old_waits_for_what_is_fresh():
    wanted = [alert(1), alert(2), alert(3)]
    assert batch(wanted, 5, old={1, 2}) == [wanted[2]]
    assert batch(wanted, 0, old={1}) == wanted[1:]


def test_what_is_old_goes_together_a_topic_at_a_time_even_where_the_rate_has_room():
    wanted = [alert(1, topic_id=5), alert(2), alert(3, topic_id=5)]
    assert batch(wanted, 100, old={1, 2, 3}) == [wanted[0], wanted[2]]


def waits(*ages: int) -> timedelta:
    written = [alert(n, created_at=NOW - timedelta(seconds=age)) for n, age in enumerate(ages, 1)]
    return digest_wait(written, NOW)


def test_a_digest_waits_while_more_of_it_comes_but_not_for_a_minute():
    assert waits(3_600) == timedelta()
    assert timedelta() < waits(20, 1) < timedelta(seconds=5)
    assert waits(20, 11) == timedelta()
    assert waits(51, 1) == timedelta()


def test_a_clock_that_is_ahead_holds_no_digest_back_for_long():
    assert waits(-3_600) == timedelta()
