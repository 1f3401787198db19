"""What is said beside an alert that is not to be believed at sight, as HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.languages import N_, _
from data.imitation import borrowed
from data.model import Mark, NoiseRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from data.model import Alert, Chain, Movement

_LOOK_ALIKE = N_(
    "⚠️ Look-alike: made to be mistaken for an address that you watch or that this one has dealt"
    " with. Never copy an address from here"
)
_SENT_TO_LOOK_ALIKE = N_(
    "⚠️ <b>Sent to a look-alike</b> of an address that you watch or that this one has dealt with:"
    " compare every digit"
)
_AIRDROP = N_("⚠️ Airdrop: one transaction gave this to a hundred addresses or more")
_LURE = N_("⚠️ Not to be trusted: the token passes itself off as another one, or its name is a lure")


def warnings(alert: Alert, told: Sequence[Movement], chain: Chain | None) -> Iterable[str]:
    """A line for each reason not to believe what the alert tells."""
    if not told:
        return
    first, marks = told[0], told[0].marks
    if NoiseRule.LOOKALIKE in alert.noise:
        own = first.signed and Mark.ZERO_VALUE not in marks
        yield _(_SENT_TO_LOOK_ALIKE) if own else _(_LOOK_ALIKE)
    if Mark.IMITATION in marks:
        yield _imitation(first, chain)
    if Mark.AIRDROP in marks:
        yield _(_AIRDROP)


def brief_warnings(alert: Alert, told: Sequence[Movement]) -> list[str]:
    """The same where there is a line for each alert: ``⚠️ imitation``."""
    marks = told[0].marks if told else frozenset()
    found = {
        _("⚠️ look-alike"): NoiseRule.LOOKALIKE in alert.noise,
        _("⚠️ imitation"): Mark.IMITATION in marks,
        _("⚠️ airdrop"): Mark.AIRDROP in marks,
    }
    return [name for name, holds in found.items() if holds]


def _imitation(movement: Movement, chain: Chain | None) -> str:
    if chain is not None:
        for leg in movement.legs:
            real = borrowed(chain, leg.token, leg.symbol)
            if real is not None:
                said = _("⚠️ Not {symbol}: another token that calls itself so")
                return said.format(symbol=escape(real))
    return _(_LURE)
