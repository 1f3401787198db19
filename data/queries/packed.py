"""Many addresses or hashes as one parameter: end to end, to be cut apart by the database.

Thousands of them are looked for in every step. To write each as a value of its own costs this
process more than it costs the database to find them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Integer, LargeBinary, any_, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from data.columns import Bytes

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement

ADDRESS, HASH = 20, 32


def pack(values: Collection[bytes], size: int) -> bytes:
    """What is sent for values of that many bytes. Raises ValueError if one has another size."""
    if set(map(len, values)) - {size}:
        msg = f"values of {size} bytes are looked for, and one has another size"
        raise ValueError(msg)
    return b"".join(values)


def among_packed(
    dialect: str, column: ColumnElement[bytes], name: str, size: int
) -> ColumnElement[bool]:
    """That a column holds one of the values of that size in the parameter of that name.

    The statement is the same however many they are. It uses the column's index, for each of them:
    PostgreSQL, which cannot know how many will come, plans for a few.
    """
    packed = bindparam(name, type_=LargeBinary)
    one, each = literal_column("1", Integer), literal_column(str(size), Integer)
    if dialect == "postgresql":
        last = func.octet_length(packed, type_=Integer) // each - one
        at = func.generate_series(literal_column("0"), last).column_valued("at")
        values = select(func.substr(packed, at * each + one, each, type_=Bytes()))
        return column == any_(func.array(values.scalar_subquery(), type_=ARRAY(Bytes())))
    last = func.length(packed, type_=Integer) // each - one
    first = select(literal_column("0", Integer).label("at")).cte("places", recursive=True)
    places = first.union_all(select(first.c.at + one).where(first.c.at < last))
    return column.in_(select(func.substr(packed, places.c.at * each + one, each, type_=Bytes())))
