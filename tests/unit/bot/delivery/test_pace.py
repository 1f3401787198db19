"""How a group's minute is spent, whenever alerts come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pace import leaves_room, pace_of

WINDOW, MOST = 61.0, 20


def test_an_idle_group_is_told_one_by_one_at_once() -> None:
    pace = pace_of(0, WINDOW, MOST, WINDOW)
    assert (pace.one_by_one, pace.wait) == (12, 0)


def test_a_busy_group_is_told_at_even_distances() -> None:
    just_now, later = pace_of(12, 0, MOST, WINDOW), pace_of(12, 5, MOST, WINDOW)
    assert just_now.one_by_one == later.one_by_one == 1
    assert just_now.wait - later.wait == 5
    assert just_now.wait == WINDOW / 8
    assert pace_of(19, 8, MOST, WINDOW).wait == 0


def test_pages_are_turned_while_there_is_room_for_alerts() -> None:
    assert leaves_room(15, MOST)
    assert not leaves_room(16, MOST)
    assert not leaves_room(0, 1)


@given(
    st.lists(st.floats(0, 20, allow_nan=False), min_size=1, max_size=120),
    st.sampled_from([2, 5, 20, 60]),
)
def test_whoever_waits_for_the_pace_never_waits_for_the_limit(gaps: list[float], most: int) -> None:
    sent: list[float] = []
    comes = 0.0
    for gap in gaps:
        comes += gap
        now = max(comes, sent[-1] if sent else 0.0)
        window = [at for at in sent if at + WINDOW >= now]
        wait = pace_of(len(window), now - sent[-1] if sent else WINDOW, most, WINDOW).wait
        now += wait + 1e-6
        # what is told now has waited for its own pace alone: the limit has room
        assert len([at for at in sent if at + WINDOW >= now]) < most
        assert wait <= WINDOW / (most - int(most * 0.6))
        sent.append(now)
