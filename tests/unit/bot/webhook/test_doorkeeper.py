"""Who may call the webhook, and whose word on who called is believed."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.webhook.doorkeeper import Doorkeeper, caller, derived_secret
from data.settings import TELEGRAMS_NETWORKS

PROXIES = (ip_network("10.0.0.0/8"), ip_network("::1"))
TELEGRAM, STRANGER = "149.154.167.220", "203.0.113.9"
SECRET = "s" * 32


def doorkeeper(per_second: float = 100) -> Doorkeeper:
    return Doorkeeper(SECRET, TELEGRAMS_NETWORKS, PROXIES, per_second=per_second)


@pytest.mark.parametrize(
    ("peer", "forwarded", "refusal"),
    [
        (TELEGRAM, None, None),
        ("91.108.7.255", None, None),
        ("91.108.8.0", None, 403),
        ("149.154.176.0", None, 403),
        (f"::ffff:{TELEGRAM}", None, None),
        (STRANGER, None, 403),
        (STRANGER, TELEGRAM, 403),  # nobody's proxy: its word is nothing
        ("10.0.0.1", TELEGRAM, None),
        ("::1", TELEGRAM, None),
        ("10.0.0.1", STRANGER, 403),
        ("10.0.0.1", f"{TELEGRAM}, {STRANGER}", 403),  # written by the stranger itself
        ("10.0.0.1", f"{STRANGER}, {TELEGRAM}", None),
        ("10.0.0.1", f"{TELEGRAM}, 10.0.0.2", None),
        ("10.0.0.1", f"{TELEGRAM}:443", None),
        ("10.0.0.1", "unknown", 403),
        ("10.0.0.1", f"{TELEGRAM}, rubbish", 403),
        ("10.0.0.1", f"{TELEGRAM}," * 500, 403),
        ("10.0.0.1", None, 403),
        (None, TELEGRAM, 403),
        ("", "", 403),
    ],
)
def test_only_telegram_comes_in(
    peer: str | None, forwarded: str | None, refusal: int | None
) -> None:
    assert doorkeeper().refusal(peer, forwarded, SECRET, 0) == refusal


@pytest.mark.parametrize(
    "secret", [None, "", "S" * 32, SECRET[:-1], SECRET + "s", "ß" * 32, "\udcff"]
)
def test_not_without_the_secret(secret: str | None) -> None:
    assert doorkeeper().refusal(TELEGRAM, None, secret, 0) == 401


def test_each_address_has_its_own_rate() -> None:
    door = doorkeeper(per_second=2)
    calls = [door.refusal(TELEGRAM, None, SECRET, now) for now in (0, 0, 0, 0.4, 0.6)]

    assert calls == [None, None, 429, 429, None]
    assert door.refusal("91.108.4.1", None, SECRET, 0.6) is None


def test_guessing_the_secret_is_counted_too() -> None:
    door = doorkeeper(per_second=2)

    assert [door.refusal(TELEGRAM, None, "guess", 0) for _again in range(3)] == [401, 401, 429]


def test_very_many_addresses_are_not_remembered_for_ever() -> None:
    door = Doorkeeper(SECRET, [ip_network("0.0.0.0/0")], (), per_second=1)

    for number in range(5_000):
        door.refusal(str(ip_address(number)), None, SECRET, 0)

    assert len(door._buckets) <= 1_024


@given(st.text(max_size=60), st.text(max_size=120))
def test_whatever_is_written_there_nothing_breaks(peer: str, forwarded: str) -> None:
    found = caller(peer, forwarded, PROXIES)

    assert found is None or found.version in {4, 6}


@given(st.lists(st.ip_addresses(v=4), max_size=4))
def test_what_a_caller_writes_before_its_own_address_changes_nothing(before: list[object]) -> None:
    forwarded = ",".join([*map(str, before), STRANGER])

    assert caller("10.0.0.1", forwarded, PROXIES) == ip_address(STRANGER)


def test_a_secret_is_made_of_the_token_without_telling_it() -> None:
    one, other = derived_secret("1:" + "a" * 35), derived_secret("1:" + "b" * 35)

    assert one != other
    assert len(one) == 64
    assert "aaa" not in one
