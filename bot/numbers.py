"""Numbers as people read them: exact where short, rounded where long, never a float.

In the notation of the current language. Babel would round to the nearest, and not where it is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal, localcontext

from bot.languages import _, current
from data.model import Language

_PRECISION = 120
_NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Notation:
    """How a language writes numbers; ``steps`` are the words for powers of ten, largest first."""

    group: str
    point: str
    steps: tuple[tuple[str, int], ...]
    usd: str


NOTATIONS = {
    Language.ENGLISH: Notation(",", ".", (("T", 12), ("B", 9), ("M", 6), ("K", 3)), "${}"),
    Language.RUSSIAN: Notation(
        _NBSP,
        ",",
        ((f"{_NBSP}трлн", 12), (f"{_NBSP}млрд", 9), (f"{_NBSP}млн", 6), (f"{_NBSP}тыс.", 3)),
        f"{{}}{_NBSP}$",
    ),
    Language.CHINESE: Notation(",", ".", (("万亿", 12), ("亿", 8), ("万", 4)), "US${}"),
    # a dot between thousands would be read as a point in Mexico, and by the commands; and what is
    # a B in Spain, 10^12, is 10^9 for everybody who trades
    Language.SPANISH: Notation(
        _NBSP, ",", ((f"{_NBSP}M", 6), (f"{_NBSP}mil", 3)), f"{{}}{_NBSP}US$"
    ),
}
"""As the CLDR has them, but where said."""


_ENDLESS = Decimal(10) ** 16
"""Where nobody has a word for it any more."""
_LEAST = Decimal("0.000000000001")


def short_usd(value: Decimal) -> str:
    """Three or four figures, rounded down: ``$1.25M``, ``$402``, ``$0.37``, ``<$0.01``."""
    if 0 < value < Decimal("0.01"):
        return f"<{_usd(_trimmed(Decimal('0.01')))}"
    return _usd(_short(value)) if value < _ENDLESS else _over(_usd(_short(_ENDLESS)))


def full_usd(value: Decimal) -> str:
    """Every dollar: ``$1,250,000``; cents below a hundred dollars."""
    with localcontext(prec=_PRECISION):
        step = Decimal("0.01") if value < 100 else Decimal(1)
        return _usd(_written(value.quantize(step, ROUND_DOWN)))


def grouped(count: int) -> str:
    """A whole number, exact: ``1,250``."""
    return _written(Decimal(count))


def full_quantity(value: Decimal) -> str:
    """Every digit, exact: ``1,250.50``."""
    return _written(value)


def quantity(amount: int, decimals: int) -> Decimal:
    """Base units as whole ones, exact; the sign is dropped."""
    with localcontext(prec=400):
        return Decimal(abs(amount)).scaleb(-decimals)


def short_quantity(value: Decimal) -> str:
    """What fits a title: ``1,250,000``, ``402.1``, ``0.000012``, ``1.2T``."""
    with localcontext(prec=400):
        if value >= 10**12:
            return _short(value) if value < _ENDLESS else _over(_short(_ENDLESS))
        if value >= 1_000:
            return _written(value.quantize(Decimal(1), ROUND_DOWN))
        if value >= 1:
            return _trimmed(value.quantize(Decimal("0.01"), ROUND_DOWN))
        if value == 0:
            return "0"
        if value < _LEAST:
            return f"<{_written(_LEAST)}"
        places = -value.adjusted() + 1
        return _trimmed(value.quantize(Decimal(1).scaleb(-places), ROUND_DOWN))


def gwei(wei: int) -> str:
    """A price of gas: ``12.4 gwei``, ``0.0051 gwei``."""
    with localcontext(prec=_PRECISION):
        price = Decimal(wei).scaleb(-9)
        if price >= 100:
            return f"{short_quantity(price.quantize(Decimal(1)))} gwei"
        return f"{short_quantity(price)} gwei"


def small_usd(value: Decimal) -> str:
    """What may be less than a cent: ``$12.40``, ``$0.37``, ``$0.0042``."""
    with localcontext(prec=_PRECISION):
        if value >= 1_000:
            return _usd(_written(value.quantize(Decimal(1), ROUND_DOWN)))
        if value >= Decimal("0.1"):
            return _usd(_written(value.quantize(Decimal("0.01"), ROUND_DOWN)))
        if value < Decimal("0.000001"):
            return f"<{_usd(_written(Decimal('0.000001')))}" if value else _usd("0")
        places = -value.adjusted() + 1
        return _usd(_trimmed(value.quantize(Decimal(1).scaleb(-places), ROUND_DOWN)))


def _short(value: Decimal) -> str:
    with localcontext(prec=_PRECISION):
        for suffix, power in NOTATIONS[current()].steps:
            if value >= Decimal(10) ** power:
                scaled = value.scaleb(-power)
                places = Decimal("0.01") if scaled < 100 else Decimal("0.1")
                return _trimmed(scaled.quantize(places, ROUND_DOWN)) + suffix
        places = Decimal("0.01") if value < 100 else Decimal(1)
        return _trimmed(value.quantize(places, ROUND_DOWN))


def _trimmed(value: Decimal) -> str:
    with localcontext(prec=400):
        return _written(value.normalize() if value else Decimal(0))


def _written(value: Decimal) -> str:
    notation = NOTATIONS[current()]
    return f"{value:,f}".translate({ord(","): notation.group, ord("."): notation.point})


def _over(amount: str) -> str:
    return _("over {amount}").format(amount=amount)


def _usd(number: str) -> str:
    return NOTATIONS[current()].usd.format(number)
