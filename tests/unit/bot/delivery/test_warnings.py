"""What is said beside an alert that is not to be believed at sight."""

from __future__ import annotations

from dataclasses import replace

from bot.delivery.warnings import brief_warnings, warnings
from data.chains import known_chains
from data.model import Alert, AlertState, Mark, Movement, MovementKind, NoiseRule, Priority
from tests.contract.samples import NOW, movement, number

CHAIN = known_chains()["ethereum"]
STRANGE = b"\x5f" * 20


def an_alert(*rules: NoiseRule) -> Alert:
    return Alert(
        1, "ethereum", number(1, 32), 1, 0, 1, 1, (), Priority.WATCH, AlertState.PENDING, None,
        None, NOW, frozenset(rules),
    )  # fmt: skip


def moved(*marks: Mark, symbol: str = "USDC") -> Movement:
    base = movement(1)
    legs = (replace(base.legs[0], token=STRANGE, symbol=symbol),)
    return replace(base, legs=legs, marks=frozenset(marks))


def lines(alert: Alert, told: Movement) -> str:
    return "\n".join(warnings(alert, [told], CHAIN))


def test_what_is_clean_gets_no_warning() -> None:
    assert lines(an_alert(), movement(1)) == ""
    assert list(warnings(an_alert(NoiseRule.LOOKALIKE), [], CHAIN)) == []


def test_an_imitation_is_told_apart_from_what_it_imitates() -> None:
    assert "Not USDC: another token" in lines(an_alert(), moved(Mark.IMITATION))
    assert "its name is a lure" in lines(an_alert(), moved(Mark.IMITATION, symbol="<b>X"))
    assert "<b>X" not in lines(an_alert(), moved(Mark.IMITATION, symbol="<b>X"))


def test_who_paid_a_look_alike_is_told_so() -> None:
    sent = replace(movement(1), signed=True, kind=MovementKind.SEND)
    alert = an_alert(NoiseRule.LOOKALIKE)
    assert "Sent to a look-alike" in lines(alert, sent)
    poison = replace(sent, marks=frozenset({Mark.ZERO_VALUE}), signed=False)
    assert "Never copy an address from here" in lines(alert, poison)


def test_in_a_list_a_word_is_enough() -> None:
    told = [moved(Mark.IMITATION, Mark.AIRDROP)]
    assert brief_warnings(an_alert(NoiseRule.LOOKALIKE), told) == [
        "⚠️ look-alike", "⚠️ imitation", "⚠️ airdrop",
    ]  # fmt: skip
    assert brief_warnings(an_alert(), [movement(1)]) == []
