from bot.delivery.backoff import Backoff


def test_it_doubles_to_the_longest_and_starts_again_after_a_success():
    backoff = Backoff(1, 8)
    assert [backoff.failed(7) for _ in range(5)] == [1, 2, 4, 8, 8]
    backoff.succeeded(7)
    assert backoff.failed(7) == 1


def test_one_keys_failures_are_not_anothers():
    backoff = Backoff(1, 8)
    backoff.failed(7)
    assert backoff.failed(None) == 1
