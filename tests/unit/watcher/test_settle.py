"""What nodes say is safe counts once our own branch is known to hold it."""

from data.model import Settled
from watcher.settle import Settling


def test_what_is_told_counts_with_the_second_step_after_it() -> None:
    settling = Settling(Settled(None, None))
    assert settling.ripe(100) is None
    settling.tell(Settled(94, 88))
    assert settling.ripe(101) is None
    assert settling.ripe(102) == Settled(94, 88)


def test_it_ripens_however_often_it_is_told_anew() -> None:
    settling = Settling(Settled(90, 80))
    for safe in (94, 95, 96):
        settling.tell(Settled(safe, 88))
    assert settling.ripe(101) is None
    settling.tell(Settled(97, 88))
    assert settling.ripe(102) == Settled(94, 88)


def test_nothing_is_safe_above_the_cursor() -> None:
    settling = Settling(Settled(None, None))
    settling.tell(Settled(500, 400))
    settling.ripe(50)
    assert settling.ripe(100) == Settled(100, 100)
    settling.written(Settled(100, 100))
    assert settling.ripe(150) == Settled(150, 150)


def test_what_is_known_is_not_written_again() -> None:
    settling = Settling(Settled(94, 88))
    settling.tell(Settled(94, None))
    settling.ripe(100)
    assert settling.ripe(101) is None


def test_neither_height_goes_back() -> None:
    settling = Settling(Settled(94, 88))
    settling.written(Settled(90, 89))
    assert settling.known == Settled(94, 89)
