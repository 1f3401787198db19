from bot.delivery.batch import next_batch
from bot.delivery.listing import MOST_LINES
from tests.unit.bot.delivery.alerts import alert


def test_what_the_rate_carries_goes_one_by_one_the_oldest_first():
    wanted = [alert(1), alert(2), alert(3)]
    assert next_batch(wanted, 3) == wanted[:1]


def test_more_than_that_goes_together():
    wanted = [alert(1), alert(2), alert(3)]
    assert next_batch(wanted, 2) == wanted


def test_a_message_stays_within_one_topic():
    wanted = [alert(1, topic_id=5), alert(2), alert(3, topic_id=5)]
    assert next_batch(wanted, 1) == [wanted[0], wanted[2]]


def test_a_single_alert_is_never_a_list():
    assert next_batch([alert(1)], 0) == [alert(1)]


def test_a_list_takes_no_more_than_it_can_show() -> None:
    wanted = [alert(number) for number in range(1, 100)]
    assert next_batch(wanted, 1) == wanted[:MOST_LINES]
