from datetime import timedelta

from bot.delivery.verdict import refusal
from tests.unit.bot.delivery.alerts import NOW, alert, chat, watch

LATER = NOW + timedelta(hours=1)


def test_an_alert_whose_watch_stands_is_wanted():
    assert refusal(alert(), chat(), {1: watch()}, NOW) is None


def test_a_muted_chat_wants_nothing_until_the_mute_is_over():
    muted = chat(muted_until=LATER)
    assert refusal(alert(), muted, {1: watch()}, NOW) == "muted"
    assert refusal(alert(), muted, {1: watch()}, LATER) is None


def test_an_alert_without_any_watch_left_is_not_wanted():
    assert refusal(alert(others=((2, 2),)), chat(), {}, NOW) == "watch removed"


def test_one_of_its_watches_is_enough():
    both = alert(others=((2, 2),))
    assert refusal(both, chat(), {2: watch(2)}, NOW) is None
    muted = watch(1, muted_until=LATER)
    assert refusal(both, chat(), {1: muted, 2: watch(2)}, NOW) is None
    assert refusal(both, chat(), {1: muted}, NOW) == "muted"
