from datetime import UTC, datetime, timedelta

from data.health import Verdict, check_alone, check_pauses
from data.redis.published import BotStatus

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
STATUS = {"written_at": NOW, "username": "spyhop_bot", "polling_since": NOW}


def test_pauses_of_seconds_are_nobodys_business() -> None:
    soon = NOW + timedelta(seconds=30)
    status = BotStatus(**STATUS, paused_until=soon, paused_chats=3, chats_paused_until=soon)

    assert check_pauses(status, NOW) == []
    assert check_pauses(BotStatus(**STATUS), NOW) == []


def test_hours_of_pause_are_told_with_their_end() -> None:
    until = NOW + timedelta(hours=2)
    status = BotStatus(**STATUS, paused_until=until, paused_chats=1, chats_paused_until=until)

    bot, chat = check_pauses(status, NOW)

    assert (bot.verdict, chat.verdict) == (Verdict.WARN, Verdict.WARN)
    assert "14:00 UTC" in bot.detail
    assert "1 chat," in chat.detail


def test_without_redis_it_is_told_who_goes_on() -> None:
    assert "1/2 of the bot's rate" in check_alone(2).detail
    assert check_alone(1).verdict is Verdict.WARN
    assert check_alone(0).verdict is Verdict.FAIL
