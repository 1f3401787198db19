"""The picture of a digest: what its bars add up to, and that it is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.delivery.chart import HEIGHT, WIDTH, bars_of, draw
from data.queries.alerts.flows import Flow

END = datetime(2026, 10, 25, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def flow(ago: timedelta, usd: object = 1_000_000, *, into: bool = True, out_of: bool = False):
    return Flow(END - ago, Decimal(str(usd)), into, out_of)


def test_a_day_has_a_bar_for_each_hour_also_where_the_clocks_are_changed() -> None:
    bars = bars_of([flow(timedelta(hours=1))], END - DAY, END, BERLIN)

    assert len(bars) == 24
    assert f"{bars[0].begin:%H:%M}" == "09:00"
    assert [bar.usd_in for bar in bars if bar.usd_in] == [Decimal(1_000_000)]


def test_an_hour_has_a_bar_for_every_five_minutes() -> None:
    bars = bars_of([flow(timedelta(minutes=1))], END - timedelta(hours=1), END, UTC)

    assert len(bars) == 12
    assert bars[-1].usd_in == 1_000_000


def test_what_happened_before_the_period_is_in_it_all_the_same() -> None:
    bars = bars_of([flow(timedelta(days=40)), flow(timedelta(minutes=1))], END - DAY, END, UTC)

    assert sum(bar.usd_in for bar in bars) == 2_000_000
    assert len(bars) <= 31


@given(
    st.lists(
        st.tuples(st.integers(0, 10**7), st.decimals(0, Decimal(10) ** 90, places=2)), min_size=1
    ),
    st.sampled_from([BERLIN, UTC, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/Havana")]),
)
@settings(max_examples=25, deadline=None)
def test_nothing_is_lost_in_it_and_it_can_be_drawn_however_large_it_is(found, zone) -> None:
    flows = [
        flow(timedelta(seconds=ago), usd, into=ago % 2 == 0, out_of=ago % 3 == 0)
        for ago, usd in found
    ]
    bars = bars_of(flows, END - DAY, END, zone)

    assert 1 <= len(bars) <= 32
    picture = Image.open(BytesIO(draw(bars[:2])))
    assert picture.size == (WIDTH, HEIGHT)
    assert picture.format == "PNG"


def test_in_goes_up_in_green_and_out_goes_down_in_red() -> None:
    flows = [flow(timedelta(hours=2)), flow(timedelta(hours=20), 500_000, into=False, out_of=True)]
    picture = Image.open(BytesIO(draw(bars_of(flows, END - DAY, END, UTC)))).convert("RGB")
    colours = {picture.getpixel((x, y)) for x in range(100, WIDTH, 3) for y in range(100, 400, 7)}

    assert (26, 156, 91) in colours
    assert (214, 69, 69) in colours
