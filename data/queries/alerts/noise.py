"""What becomes of an alert that rules took for noise: dropped as it is written, unless its chat has
switched every one of these rules off.

The chat's row is read by the statement that writes, so that a switch a second ago counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, literal, not_, null, or_

from data.model import AlertState, NoiseRule
from data.tables import chats

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement

NOISE = "noise: "
"""How the reason of an alert begins that was dropped as noise; the rules' names follow."""
_LET_IN = {
    NoiseRule.LOOKALIKE: chats.c.lookalikes_let_in,
    NoiseRule.IMITATION: chats.c.imitations_let_in,
    NoiseRule.AIRDROP: chats.c.airdrops_let_in,
}


def noise_columns(
    noise: Collection[NoiseRule],
    state: ColumnElement[str],
    held_until: ColumnElement[Any],
    *,
    is_warning: bool = False,
) -> dict[str, ColumnElement[Any]]:
    """The columns of an alert that depend on its noise, for a statement that reads its chat's row.

    ``state`` and ``held_until`` are what they would be without noise; they stay for a warning.
    """
    names = ",".join(sorted(noise))
    if not noise or is_warning:
        kept = literal(names) if noise else null()
        return {"state": state, "held_until": held_until, "reason": null(), "noise": kept}
    refused = or_(*[not_(_LET_IN[rule]) for rule in sorted(noise)])
    reason = NOISE + ", ".join(sorted(noise))
    return {
        "state": case((refused, AlertState.DROPPED.value), else_=state),
        "held_until": case((refused, null()), else_=held_until),
        "reason": case((refused, reason), else_=null()),
        "noise": literal(names),
    }
