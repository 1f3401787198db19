"""Which alerts tell of a movement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, select, tuple_

from data.queries import among_ids
from data.tables import alerts, movements

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

TELLS_OF = and_(
    alerts.c.movement_id == movements.c.id,
    alerts.c.chain == movements.c.chain,
    alerts.c.tx_hash == movements.c.tx_hash,
)
"""That an alert tells of a movement, of whichever of the two the query begins with: a movement's
alerts are found by its transaction."""


def about(dialect: str, name: str) -> ColumnElement[bool]:
    """That an alert tells of one of the movements whose ids are given under that name."""
    of_them = select(movements.c.chain, movements.c.tx_hash).where(
        among_ids(dialect, movements.c.id, name)
    )
    return and_(
        tuple_(alerts.c.chain, alerts.c.tx_hash).in_(of_them),
        among_ids(dialect, alerts.c.movement_id, name),
    )
