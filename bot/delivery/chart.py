"""Bars of what went in, upwards, and out, downwards, drawn as a PNG.

There are no words in it, so that it needs no translation, and of letters only those that Pillow's
own font has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from bot.languages import speaking
from bot.numbers import short_usd
from data.model import Language

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from data.queries.alerts.flows import Flow

_STEPS = [timedelta(minutes=5), timedelta(hours=1), *(timedelta(hours=h) for h in (2, 3, 6, 12))]
_MOST_BARS = 30
_DAY = timedelta(days=1)
WIDTH, HEIGHT = 900, 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 96, 876, 72, 420
_GROUND, _GRID, _INK, _FAINT = "#ffffff", "#e6e9ed", "#1f2933", "#7b8794"
_IN, _OUT = "#1a9c5b", "#d64545"
_FONT_SIZE, _LARGE = 20, 30
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Bar:
    """What moved from ``begin`` on, until the next bar; the time is the chat's."""

    begin: datetime
    usd_in: Decimal
    usd_out: Decimal


def bars_of(flows: Sequence[Flow], begin: datetime, end: datetime, zone: tzinfo) -> list[Bar]:
    """Bars from the one to the other, or from before where something happened earlier; each of the
    same length, at most thirty and never none."""
    begin = min([begin, *(flow.time for flow in flows)])
    end = max([end, *(flow.time + timedelta(microseconds=1) for flow in flows)])
    step = next((one for one in _STEPS if (end - begin) <= one * _MOST_BARS), None)
    if step is None:
        step = _DAY * -(-(end - begin) // (_DAY * _MOST_BARS))
    shown = begin.astimezone(zone)
    midnight = shown.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    # whole steps of real time, counted from a midnight: bars stay alike where clocks change
    first = midnight.astimezone(begin.tzinfo)
    first += (begin - first) // step * step
    number = max(1, -(-(end - first) // step))
    sums = [[_NOTHING, _NOTHING] for _ in range(number)]
    for flow in flows:
        both = sums[(flow.time - first) // step]
        both[0] += flow.usd if flow.into else _NOTHING
        both[1] += flow.usd if flow.out_of else _NOTHING
    return [
        Bar((first + position * step).astimezone(zone), *both) for position, both in enumerate(sums)
    ]


def draw(bars: Sequence[Bar]) -> bytes:
    """A PNG of one or more bars."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _GROUND)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(_FONT_SIZE)
    _totals(pen, bars)
    most_in = max(bar.usd_in for bar in bars)
    most_out = max(bar.usd_out for bar in bars)
    height = Decimal(_BOTTOM - _TOP)
    scale = height / ((most_in + most_out) or Decimal(1))
    zero = _TOP + int(most_in * scale) if most_in + most_out else (_TOP + _BOTTOM) // 2
    for worth, where in ((most_in, _TOP), (most_out, _BOTTOM)):
        if worth:
            pen.line([(_LEFT, where), (_RIGHT, where)], _GRID, 2)
            pen.text((_LEFT - 10, where), _usd(worth), _FAINT, font, anchor="rm")
    for position, bar in enumerate(bars):
        left, right = _sides(position, len(bars))
        _column(pen, left, right, zero, zero - int(bar.usd_in * scale), _IN, bar.usd_in)
        _column(pen, left, right, zero, zero + int(bar.usd_out * scale), _OUT, bar.usd_out)
    pen.line([(_LEFT, zero), (_RIGHT, zero)], _INK, 2)
    _hours(pen, bars, font)
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _totals(pen: ImageDraw.ImageDraw, bars: Sequence[Bar]) -> None:
    """What went in and out altogether, beside an arrow each."""
    font = ImageFont.load_default(_LARGE)
    x, middle = _LEFT, 34
    for colour, up, total in (
        (_IN, -1, sum((bar.usd_in for bar in bars), _NOTHING)),
        (_OUT, 1, sum((bar.usd_out for bar in bars), _NOTHING)),
    ):
        arrow = [(x, middle - up * 9), (x + 22, middle - up * 9), (x + 11, middle + up * 10)]
        pen.polygon(arrow, colour)
        words = _usd(total)
        pen.text((x + 32, middle), words, _INK, font, anchor="lm")
        x += 32 + int(pen.textlength(words, font)) + 48


def _sides(position: int, number: int) -> tuple[int, int]:
    left = _LEFT + (_RIGHT - _LEFT) * position // number
    right = _LEFT + (_RIGHT - _LEFT) * (position + 1) // number
    gap = max(1, (right - left) // 6)
    return left + gap, right - gap


def _column(
    pen: ImageDraw.ImageDraw,
    left: int,
    right: int,
    zero: int,
    end: int,
    colour: str,
    worth: Decimal,
) -> None:
    if not worth:
        return
    if end == zero:
        # too little for its scale, and still not nothing
        end += -2 if colour == _IN else 2
    pen.rectangle([(left, min(zero, end)), (right, max(zero, end))], colour)


def _hours(
    pen: ImageDraw.ImageDraw,
    bars: Sequence[Bar],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    """When the bars begin, as many of them as have room."""
    every = max(1, -(-len(bars) // 8))
    by_days = len(bars) > 1 and bars[1].begin - bars[0].begin >= timedelta(days=1)
    for position in range(0, len(bars), every):
        left, _right = _sides(position, len(bars))
        begin = bars[position].begin
        words = f"{begin.day}.{begin.month}." if by_days else f"{begin:%H:%M}"
        pen.line([(left, _BOTTOM + 8), (left, _BOTTOM + 14)], _FAINT, 2)
        pen.text((left, _BOTTOM + 20), words, _FAINT, font, anchor="la")


def _usd(value: Decimal) -> str:
    with speaking(Language.ENGLISH):
        return short_usd(value)
