"""How values are stored, so that both databases give back, order and compare the same.

PostgreSQL has the right types. SQLite's numbers end at 2⁶³, so amounts and dollars are
zero-padded text there, whose order is the order of the numbers, and times are microseconds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, DateTime, LargeBinary, Numeric, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import literal_column
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Dialect
    from sqlalchemy.sql.compiler import SQLCompiler

MAX_AMOUNT = 2**256 - 1
AMOUNT_DIGITS = 78
DOLLAR_DIGITS = 96
DOLLAR_PLACES = 6
_MOST_DOLLARS = Decimal("9" * (DOLLAR_DIGITS - DOLLAR_PLACES) + "." + "9" * DOLLAR_PLACES)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Amount(TypeDecorator[int]):
    """An amount in base units, 0 to 2²⁵⁶−1."""

    impl = Numeric(AMOUNT_DIGITS, 0)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text of fixed length on SQLite."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(AMOUNT_DIGITS))
        return dialect.type_descriptor(Numeric(AMOUNT_DIGITS, 0))

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        """Raise ValueError for what no token can hold."""
        if value is None:
            return None
        if not 0 <= value <= MAX_AMOUNT:
            msg = f"an amount lies between 0 and 2^256-1, not {value}"
            raise ValueError(msg)
        return str(value).zfill(AMOUNT_DIGITS) if dialect.name == "sqlite" else Decimal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Exact: neither text nor Decimal ever passes through a float."""
        return None if value is None else int(value)


class Dollars(TypeDecorator[Decimal]):
    """US dollars to six places, never negative.

    What is beyond the column is stored as the most it holds: a lying token times a lying price
    must not stop a chain.
    """

    impl = Numeric(DOLLAR_DIGITS, DOLLAR_PLACES)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text of fixed length, in millionths, on SQLite."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(DOLLAR_DIGITS))
        return dialect.type_descriptor(Numeric(DOLLAR_DIGITS, DOLLAR_PLACES))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Raise ValueError for a negative or infinite value."""
        if value is None:
            return None
        if not value.is_finite() or value < 0:
            msg = f"a value in dollars is a number from 0, not {value}"
            raise ValueError(msg)
        with localcontext() as context:
            context.prec = DOLLAR_DIGITS + DOLLAR_PLACES
            millionths = int(min(value, _MOST_DOLLARS).scaleb(DOLLAR_PLACES))
            if dialect.name == "sqlite":
                return str(millionths).zfill(DOLLAR_DIGITS)
            return Decimal(millionths).scaleb(-DOLLAR_PLACES)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """The value to its six places."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            with localcontext() as context:
                context.prec = DOLLAR_DIGITS + DOLLAR_PLACES
                return Decimal(int(value)).scaleb(-DOLLAR_PLACES)
        return Decimal(value)


class UtcTime(TypeDecorator[datetime]):
    """An aware time in UTC, to the microsecond."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Microseconds since 1970 on SQLite."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Raise ValueError for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a time needs its zone: {value}"
            raise ValueError(msg)
        value = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return (value - _EPOCH) // timedelta(microseconds=1)
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return _EPOCH + timedelta(microseconds=value)
        return value.astimezone(UTC)  # type: ignore[no-any-return] # asyncpg hands out datetimes


class Bytes(TypeDecorator[bytes]):
    """Addresses (20 bytes) and hashes (32), as they are."""

    impl = LargeBinary
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Plain bytes, whatever buffer the driver hands out."""
        return None if value is None else bytes(value)


class DatabaseNow(FunctionElement[datetime]):
    """The database's own clock, plus an offset: leases must not depend on any process's clock."""

    inherit_cache = True
    type = UtcTime()

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.microseconds = offset // timedelta(microseconds=1)
        # an argument, so that statements with it are compiled once for each offset
        super().__init__(literal_column(str(self.microseconds)))


@compiles(DatabaseNow, "postgresql")
def _now_on_postgresql(element: DatabaseNow, _compiler: SQLCompiler, **_: Any) -> str:
    return f"(clock_timestamp() + interval '{element.microseconds} microseconds')"


@compiles(DatabaseNow, "sqlite")
def _now_on_sqlite(element: DatabaseNow, _compiler: SQLCompiler, **_: Any) -> str:
    # julianday is good to a millisecond; 2440587.5 is the first of January 1970 in it
    now = "CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000"
    return f"({now} + {element.microseconds})"


class Sooner(FunctionElement[datetime]):
    """A time, so many seconds earlier."""

    inherit_cache = True
    type = UtcTime()

    def __init__(self, time: ColumnElement[datetime], seconds: ColumnElement[int]) -> None:
        super().__init__(time, seconds)


@compiles(Sooner, "postgresql")
def _sooner_on_postgresql(element: Sooner, compiler: SQLCompiler, **options: Any) -> str:
    time, seconds = (compiler.process(one, **options) for one in element.clauses)
    return f"({time} - make_interval(secs => {seconds}))"


@compiles(Sooner, "sqlite")
def _sooner_on_sqlite(element: Sooner, compiler: SQLCompiler, **options: Any) -> str:
    time, seconds = (compiler.process(one, **options) for one in element.clauses)
    return f"({time} - {seconds} * 1000000)"
