"""What is said beside an alert that is not to be believed at sight, as HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from data.imitation import borrowed
from data.model import Mark, NoiseRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from data.model import Alert, Chain, Movement

_LOOK_ALIKE = (
    "⚠️ Look-alike: made to be mistaken for an address that you watch or that this one has dealt"
    " with. Never copy an address from here"
)
_SENT_TO_LOOK_ALIKE = (
    "⚠️ <b>Sent to a look-alike</b> of an address that you watch or that this one has dealt with:"
    " compare every digit"
)
_AIRDROP = "⚠️ Airdrop: one transaction gave this to a hundred addresses or more"
_LURE = "⚠️ Not to be trusted: the token passes itself off as another one, or its name is a lure"


def warnings(alert: Alert, told: Sequence[Movement], chain: Chain | None) -> Iterable[str]:
    """A line for each reason not to believe what the alert tells."""
    if not told:
        return
    first, marks = told[0], told[0].marks
    if NoiseRule.LOOKALIKE in alert.noise:
        own = first.signed and Mark.ZERO_VALUE not in marks
        yield _SENT_TO_LOOK_ALIKE if own else _LOOK_ALIKE
    if Mark.IMITATION in marks:
        yield _imitation(first, chain)
    if Mark.AIRDROP in marks:
        yield _AIRDROP


def brief_warnings(alert: Alert, told: Sequence[Movement]) -> list[str]:
    """The same where there is a line for each alert: ``⚠️ imitation``."""
    marks = told[0].marks if told else frozenset()
    found = {
        "look-alike": NoiseRule.LOOKALIKE in alert.noise,
        "imitation": Mark.IMITATION in marks,
        "airdrop": Mark.AIRDROP in marks,
    }
    return [f"⚠️ {name}" for name, holds in found.items() if holds]


def _imitation(movement: Movement, chain: Chain | None) -> str:
    if chain is not None:
        for leg in movement.legs:
            real = borrowed(chain, leg.token, leg.symbol)
            if real is not None:
                return f"⚠️ Not {escape(real)}: another token that calls itself so"
    return _LURE
