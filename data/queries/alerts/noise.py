"""What becomes of an alert that rules took for noise: dropped as it is written, unless its chat has
switched every one of these rules off.

A chat's switches are read by the statement that writes, so that one a second ago counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, literal, not_, null, or_

from data.columns import Bytes  # noqa: F401
from data.model import AlertState, NoiseRule
from data.tables import chats

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement

_LET_IN = {
    NoiseRule.LOOKALIKE: chats.c.lookalikes_let_in,
    NoiseRule.IMITATION: chats.c.imitations_let_in,
    NoiseRule.AIRDROP: chats.c.airdrops_let_in,
}
_DROPPED_AS_NOISE = "noise: "
