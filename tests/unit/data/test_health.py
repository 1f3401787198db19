from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data.chains import known_chains
from data.health import (
    Check,
    Verdict,
    check_bot,
    check_chain,
    check_coverage,
    check_delivery,
    check_lease,
    check_outbox,
    check_stamp,
    is_healthy,
    told,
    told_gap,
    told_size,
)
from data.model import CoverageGap
from data.redis.published import BotStatus, ChainStatus, DeliveryStatus, NodeStatus

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ETHEREUM = known_chains()["ethereum"]
BSC = known_chains()["bsc"]


def node(name: str = "one", state: str = "ready", **told: Any) -> NodeStatus:
    known: dict[str, Any] = {"head": 1_000, "latency_ms": 42, "calls": 10, "faults": 0}
    return NodeStatus(name=name, state=state, **(known | told))


def status(**told: Any) -> ChainStatus:
    known: dict[str, Any] = {
        "chain": "ethereum",
        "state": "following",
        "written_at": NOW,
        "head": 1_000,
        "cursor": 1_000,
        "cursor_time": NOW - timedelta(seconds=5),
        "nodes": (node("one"), node("two")),
    }
    return ChainStatus(**(known | told))


def verdicts(checks: list[Check]) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in checks}


def test_a_chain_that_is_followed_is_well() -> None:
    checks = check_chain(ETHEREUM, status(), NOW)

    assert set(verdicts(checks).values()) == {Verdict.OK}
    assert [check.name for check in checks] == [
        "ethereum", "ethereum fallback", "ethereum one", "ethereum two",
    ]  # fmt: skip
    assert checks[0].detail == "following: block 1,000, 0 behind the head"
    assert checks[2].detail == "ready, head 1,000, 42 ms"


def test_a_watcher_that_never_wrote_is_not_running() -> None:
    (check,) = check_chain(ETHEREUM, None, NOW)

    assert check.verdict is Verdict.FAIL
    assert "watcher not running" in check.detail


@pytest.mark.parametrize(
    ("age", "verdict"), [(59, Verdict.OK), (60, Verdict.OK), (61, Verdict.FAIL)]
)
def test_a_watcher_that_stands_still_is_seen_by_its_last_stamp(age: int, verdict: Verdict) -> None:
    stamped = status(written_at=NOW - timedelta(seconds=age), cursor_time=None)

    checks = check_chain(ETHEREUM, stamped, NOW)

    assert checks[0].verdict is verdict
    assert ("watcher not running: it last wrote 61 s ago" in checks[0].detail) == (age == 61)


def test_a_slow_chain_is_given_five_blocks() -> None:
    stamped = status(written_at=NOW - timedelta(seconds=80))

    assert check_chain(replace(ETHEREUM, block_time=20.0), stamped, NOW)[0].verdict is Verdict.OK


def test_a_stamp_from_the_future_is_no_progress() -> None:
    (check,) = check_chain(ETHEREUM, status(written_at=NOW + timedelta(hours=2)), NOW)

    assert check.verdict is Verdict.FAIL
    assert "clocks differ" in check.detail


@pytest.mark.parametrize(
    ("chain", "lag", "verdict"),
    [
        (ETHEREUM, 5, Verdict.OK),
        (ETHEREUM, 6, Verdict.WARN),
        (BSC, 133, Verdict.OK),
        (BSC, 134, Verdict.WARN),
    ],
)
def test_lag_is_measured_in_blocks(chain: Any, lag: int, verdict: Verdict) -> None:
    behind = status(state="catching up", cursor=1_000 - lag, cursor_time=None)

    check = check_chain(chain, behind, NOW)[0]

    assert check.verdict is verdict
    assert f"{lag} behind the head" in check.detail


def test_a_head_that_went_backwards_is_no_negative_lag() -> None:
    assert "0 behind" in check_chain(ETHEREUM, status(head=990), NOW)[0].detail


def test_nodes_that_all_stand_still_are_not_taken_for_a_quiet_chain() -> None:
    check = check_chain(ETHEREUM, status(cursor_time=NOW - timedelta(hours=64)), NOW)[0]

    assert check.verdict is Verdict.WARN
    assert "64 h old" in check.detail


@pytest.mark.parametrize("state", ["blind", "latched", "no database"])
def test_a_chain_that_is_not_followed_fails_and_says_why(state: str) -> None:
    why = check_chain(ETHEREUM, status(state=state, reason="no node answers"), NOW)[0]
    mute = check_chain(ETHEREUM, status(state=state), NOW)[0]

    assert (why.verdict, mute.verdict) == (Verdict.FAIL, Verdict.FAIL)
    assert why.detail.startswith(f"{state}: no node answers (block 1,000")
    assert "None" not in mute.detail


@pytest.mark.parametrize("missing", ["head", "cursor"])
def test_a_chain_without_a_block_fails(missing: str) -> None:
    check = check_chain(ETHEREUM, status(state="blind", **{missing: None}), NOW)[0]

    assert (check.verdict, check.detail) == (Verdict.FAIL, "blind, no block yet")


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        (["ready", "ready", "open"], Verdict.OK),
        (["ready", "open", "waiting"], Verdict.WARN),
        (["open", "probing", "quarantined"], Verdict.FAIL),
        ([], Verdict.FAIL),
    ],
)
def test_fallback_is_two_nodes_that_are_ready(states: list[str], verdict: Verdict) -> None:
    nodes = tuple(node(f"n{number}", state) for number, state in enumerate(states))

    found = verdicts(check_chain(ETHEREUM, status(nodes=nodes), NOW))

    assert found.pop("ethereum fallback") is verdict
    for number, state in enumerate(states):
        well = Verdict.OK if state == "ready" else Verdict.WARN
        assert found[f"ethereum n{number}"] is well


def test_a_chain_that_rests_needs_no_nodes() -> None:
    # an operator lets it rest, perhaps because they are all broken
    resting = status(state="paused", head=None, cursor=None, nodes=(node(state="open"),))

    checks = check_chain(ETHEREUM, resting, NOW)

    assert set(verdicts(checks).values()) == {Verdict.WARN}
    assert is_healthy(checks)


def test_a_node_tells_what_is_known_of_it() -> None:
    bad = node(
        "bad",
        "open",
        head=900,
        faults=1_234,
        calls=5_000,
        reason="timed out",
        bytes_per_day=42_000_000,
    )
    mute = node("mute", "probing", head=None, latency_ms=None)
    checks = check_chain(ETHEREUM, status(nodes=(bad, mute)), NOW)

    assert checks[2].detail == (
        "open, head 900 (100 behind), 42 ms, 1,234 faults in 5,000 calls, 42 MB a day, timed out"
    )
    assert checks[3].detail == "probing"


@pytest.mark.parametrize(
    ("waiting", "age", "to_leave", "verdict"),
    [
        (0, None, None, Verdict.OK),
        (5, timedelta(seconds=1), timedelta(seconds=1), Verdict.OK),
        (5, timedelta(minutes=5), timedelta(minutes=5), Verdict.OK),
        (1, timedelta(minutes=5, seconds=1), timedelta(minutes=5, seconds=1), Verdict.FAIL),
        # one chat that Telegram wants left alone for hours is no reason to restart everything
        (1, timedelta(hours=3), None, Verdict.WARN),
        (5, timedelta(hours=3), timedelta(seconds=1), Verdict.WARN),
        (5, timedelta(hours=3), timedelta(minutes=6), Verdict.FAIL),
    ],
)
def test_alerts_that_do_not_leave_fail(
    waiting: int, age: timedelta | None, to_leave: timedelta | None, verdict: Verdict
) -> None:
    oldest, may_leave = (None if one is None else NOW - one for one in (age, to_leave))

    check = check_outbox(waiting, oldest, may_leave, NOW)

    assert check.verdict is verdict
    assert ("empty" in check.detail) == (waiting == 0)


def test_what_is_kept_for_digests_is_told_and_fails_nothing() -> None:
    nothing_else = check_outbox(0, None, None, NOW, deferred=1_200)
    something = check_outbox(2, NOW - timedelta(seconds=4), None, NOW, deferred=3)

    assert (nothing_else.verdict, nothing_else.detail) == (
        Verdict.OK,
        "empty; 1,200 kept for digests",
    )
    assert something.detail == "2 waiting (3 more kept for digests), the oldest for 4 s"
    (stamp, *_) = check_delivery(delivery(deferred=3), NOW)
    assert stamp.verdict is Verdict.OK
    assert stamp.detail.endswith("0 alerts waiting in 0 chats; 3 kept for digests")


def test_a_loop_is_known_by_its_stamp() -> None:
    assert check_stamp("bot", NOW - timedelta(seconds=9), NOW) == Check(
        "bot", Verdict.OK, "wrote 9 s ago"
    )
    stale = check_stamp("bot", NOW - timedelta(hours=64), NOW)
    assert (stale.verdict, stale.detail) == (
        Verdict.FAIL,
        "bot not running: it last wrote 64 h ago",
    )
    assert check_stamp("bot", None, NOW).verdict is Verdict.FAIL


def test_only_a_failure_is_unhealthy() -> None:
    ok, warn, fail = (Check("x", verdict, "") for verdict in Verdict)

    assert is_healthy([])
    assert is_healthy([ok, warn])
    assert not is_healthy([ok, warn, fail])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"), (0, "0 s"), (119, "119 s"), (120, "2 min"), (7_199, "119 min"),
        (7_200, "2 h"), (64 * 3600, "64 h"), (345_600, "4 d"),
    ],
)  # fmt: skip
def test_ages_are_told_as_people_do(seconds: int, text: str) -> None:
    assert told(timedelta(seconds=seconds)) == text


def test_news_that_is_not_new_gets_a_date() -> None:
    fresh, *_ = check_chain(ETHEREUM, status(), NOW)
    older, *_ = check_chain(ETHEREUM, status(), NOW + timedelta(seconds=25))

    assert fresh.detail.endswith("0 behind the head")
    assert older.detail.endswith("0 behind the head 25 s ago")


def test_where_redis_is_away_the_lease_tells_whether_a_watcher_runs() -> None:
    assert check_lease(ETHEREUM, "host-1").verdict is Verdict.WARN
    gone = check_lease(ETHEREUM, None)
    assert gone.verdict is Verdict.FAIL
    assert "watcher not running" in gone.detail


def test_what_is_settled_and_what_it_costs_is_told_where_it_is_known() -> None:
    known = status(safe=936, finalized=None, bytes_per_day=1_234_567_890)
    checks = {check.name: check for check in check_chain(ETHEREUM, known, NOW)}

    assert checks["ethereum settled"].detail == "safe 936 (64 behind), 1.2 GB a day from all nodes"
    assert "ethereum settled" not in verdicts(check_chain(ETHEREUM, status(), NOW))


def test_a_latched_chain_says_what_to_do() -> None:
    latched = status(state="latched", reason="block 900 was final and is another one now")
    check = check_chain(ETHEREUM, latched, NOW)[0]

    assert check.verdict is Verdict.FAIL
    assert "block 900 was final" in check.detail
    assert "take the wrong ones out of ETHEREUM_RPC_URLS" in check.detail


@pytest.mark.parametrize(
    ("plans", "verdict", "detail"),
    [
        (["receipts", "logs", "filtered logs"], Verdict.OK, "available: 3 of 3 nodes are ready"),
        (["receipts", None], Verdict.OK, "available: 2 of 2 nodes are ready"),
        (
            ["receipts", "heads only", "heads only"],
            Verdict.WARN,
            "none: 1 of 1 nodes is ready; 2 more for heads only",
        ),
        (["heads only", "heads only"], Verdict.FAIL, "no node is capable"),
    ],
)
def test_a_node_for_heads_only_is_no_fallback(
    plans: list[str | None], verdict: Verdict, detail: str
) -> None:
    nodes = tuple(node(f"n{number}", plan=plan) for number, plan in enumerate(plans))
    checks = {check.name: check for check in check_chain(ETHEREUM, status(nodes=nodes), NOW)}

    assert checks["ethereum fallback"].verdict is verdict
    assert checks["ethereum fallback"].detail.startswith(detail)
    for number, plan in enumerate(plans):
        told = checks[f"ethereum n{number}"]
        assert told.verdict is (Verdict.WARN if plan == "heads only" else Verdict.OK)
        assert told.detail.startswith(f"ready ({plan}), " if plan else "ready, ")


def gap(first: int, last: int, **more: Any) -> CoverageGap:
    return CoverageGap("ethereum", first, last, "no node answered", NOW, **more)


@pytest.mark.parametrize(
    ("found", "detail"),
    [
        (gap(7, 7), "block 7 not seen since 12:00 UTC: no node answered"),
        (
            gap(100, 149, next=120),
            "50 blocks (100–149) not seen since 12:00 UTC, 20 filled so far: no node answered",
        ),
        (
            gap(7, 8, partial=True),
            "2 blocks (7–8) seen in part only since 12:00 UTC: no node answered",
        ),
        (
            gap(7, 8, next=9, closed_at=NOW + timedelta(days=1)),
            "2 blocks (7–8) not seen, 20 Nov, 12:00 UTC; filled 12:00 UTC",
        ),
    ],
)
def test_a_gap_tells_which_blocks_since_when_and_why(found: CoverageGap, detail: str) -> None:
    later = NOW if found.closed_at is None else NOW + timedelta(days=1)

    assert told_gap(found, later) == detail


def test_open_gaps_and_doubts_are_warnings_and_what_was_filled_is_none() -> None:
    open_ones = [gap(10 * number, 10 * number + 1) for number in range(5)]
    filled = gap(1, 2, next=3, closed_at=NOW)
    checks = check_coverage(ETHEREUM, [*open_ones, filled], 2, NOW)

    assert [(check.name, check.verdict) for check in checks] == [
        *[("ethereum gap", Verdict.WARN)] * 4,
        ("ethereum gap", Verdict.OK),
        ("ethereum unverified", Verdict.WARN),
    ]
    assert checks[3].detail == "and 2 more that are open"
    assert checks[5].detail.startswith("2 blocks in the last 24 h")
    assert check_coverage(ETHEREUM, [], 0, NOW) == []


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (9_949, "9.9 kB"), (9_950, "10 kB"),
        (999_499, "999 kB"), (999_500, "1.0 MB"), (1_234_567_890, "1.2 GB"),
        (5 * 10**15, "5000 TB"),
    ],
)  # fmt: skip
def test_sizes_are_told_as_people_do(size: int, text: str) -> None:
    assert told_size(size) == text


def delivery(**told: Any) -> DeliveryStatus:
    known: dict[str, Any] = {
        "written_at": NOW - timedelta(seconds=3),
        "pending": 0,
        "pending_since": None,
        "chats_waiting": 0,
        "chats": {"active": 40, "blocked": 3},
        "last_hour": {"sent": 1_200},
        "last_day": {"sent": 30_000, "dropped": 4, "dropped: muted": 4},
    }
    return DeliveryStatus(**(known | told))


def test_a_delivery_that_goes_round_is_well_and_tells_what_it_did() -> None:
    checks = check_delivery(delivery(pending=2, pending_since=NOW - timedelta(seconds=30)), NOW)

    assert set(verdicts(checks).values()) == {Verdict.OK}
    assert [check.detail for check in checks] == [
        "wrote 3 s ago; 2 alerts waiting in 0 chats, the oldest for 30 s",
        "1,200 alerts sent, 0 edits",
        "30,000 alerts sent, 0 edits, 4 alerts dropped",
        "dropped 4: muted",
        "40 active, 3 blocked",
    ]


def test_failures_of_the_last_hour_are_a_warning_and_those_before_are_history() -> None:
    lately = verdicts(check_delivery(delivery(last_hour={"unknown": 1}), NOW))
    before = verdicts(check_delivery(delivery(last_day={"unknown": 1}), NOW))

    assert lately["delivery last hour"] is Verdict.WARN
    assert before["delivery last day"] is Verdict.OK


def test_a_delivery_that_stands_still_is_not_well() -> None:
    assert check_delivery(None, NOW)[0].verdict is Verdict.FAIL
    still = check_delivery(delivery(written_at=NOW - timedelta(minutes=3)), NOW)
    assert still[0].verdict is Verdict.FAIL


def _bot(answered: timedelta, due: timedelta | None) -> BotStatus:
    return BotStatus(
        written_at=NOW - answered,
        username="spyhop_bot",
        polling_since=NOW - timedelta(days=1),
        trouble=None if due is None else "Telegram does not answer",
        tries_again_at=None if due is None else NOW - due,
    )


@pytest.mark.parametrize(
    ("answered", "due", "verdict", "words"),
    [
        (9, None, Verdict.OK, "wrote 9 s ago"),
        (40, -3, Verdict.WARN, "no answer from Telegram for 40 s: Telegram does not answer"),
        (3_600, -9_000, Verdict.FAIL, "no answer from Telegram for 60 min"),
        (3_600, 30, Verdict.FAIL, "no answer from Telegram for 60 min"),
        (3_600, 600, Verdict.FAIL, "bot not running: it last wrote 10 min ago"),
        (3_600, None, Verdict.FAIL, "bot not running: it last wrote 60 min ago"),
    ],
)
def test_a_telegram_that_is_away_is_told_from_a_bot_that_is(
    answered: int, due: int | None, verdict: Verdict, words: str
) -> None:
    ages = timedelta(seconds=answered), None if due is None else timedelta(seconds=due)
    check = check_bot(_bot(*ages), NOW)
    assert check.verdict is verdict
    assert check.detail.startswith(words)


def test_a_bot_that_never_wrote_does_not_run() -> None:
    assert check_bot(None, NOW).verdict is Verdict.FAIL
