"""Numbers as people read them: exact where short, rounded where long, never a float."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, localcontext

_STEPS = (("T", 12), ("B", 9), ("M", 6), ("K", 3))
_PRECISION = 120


def short_usd(value: Decimal) -> str:
    """Three or four figures, rounded down: ``$1.25M``, ``$402``, ``$0.37``, ``<$0.01``."""
    if 0 < value < Decimal("0.01"):
        return "<$0.01"
    return f"${_short(value)}" if value < 10**16 else "over $10,000T"


def full_usd(value: Decimal) -> str:
    """Every dollar: ``$1,250,000``; cents below a hundred dollars."""
    with localcontext(prec=_PRECISION):
        step = Decimal("0.01") if value < 100 else Decimal(1)
        return f"${value.quantize(step, ROUND_DOWN):,}"


def quantity(amount: int, decimals: int) -> Decimal:
    """Base units as whole ones, exact; the sign is dropped."""
    with localcontext(prec=400):
        return Decimal(abs(amount)).scaleb(-decimals)


def short_quantity(value: Decimal) -> str:
    """What fits a title: ``1,250,000``, ``402.1``, ``0.000012``, ``1.2T``."""
    with localcontext(prec=400):
        if value >= 10**12:
            return _short(value) if value < 10**16 else "over 10,000T"
        if value >= 1_000:
            return f"{value.quantize(Decimal(1), ROUND_DOWN):,}"
        if value >= 1:
            return _trimmed(value.quantize(Decimal("0.01"), ROUND_DOWN))
        if value == 0:
            return "0"
        places = -value.adjusted() + 1
        if places > 12:
            return "<0.000000000001"
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
            return f"${value.quantize(Decimal(1), ROUND_DOWN):,}"
        if value >= Decimal("0.1"):
            return f"${value.quantize(Decimal('0.01'), ROUND_DOWN)}"
        if value < Decimal("0.000001"):
            return "<$0.000001" if value else "$0"
        places = -value.adjusted() + 1
        return f"${_trimmed(value.quantize(Decimal(1).scaleb(-places), ROUND_DOWN))}"


def _short(value: Decimal) -> str:
    with localcontext(prec=_PRECISION):
        for suffix, power in _STEPS:
            if value >= Decimal(10) ** power:
                scaled = value.scaleb(-power)
                places = Decimal("0.01") if scaled < 100 else Decimal("0.1")
                return _trimmed(scaled.quantize(places, ROUND_DOWN)) + suffix
        places = Decimal("0.01") if value < 100 else Decimal(1)
        return _trimmed(value.quantize(places, ROUND_DOWN))


def _trimmed(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
