import asyncio

from bench.virtual import in_virtual_time
from bot.delivery.alarm import LATE_SECONDS, Alarm


def rung_at(*seconds: float) -> list[float]:
    """When it rings for these, in seconds since they were asked for."""

    async def main() -> list[float]:
        loop = asyncio.get_running_loop()
        began, rung = loop.time(), []
        alarm = Alarm(lambda: rung.append(loop.time() - began))
        for one in seconds:
            alarm.ring_in(one)
        await asyncio.sleep(max(seconds) + 1)
        return rung

    return in_virtual_time(main())


def test_it_rings_for_each_however_far_off_and_in_whatever_order() -> None:
    rung = rung_at(61.0, 0.5, 7200.0, 3.25)

    assert [round(one - LATE_SECONDS, 3) for one in rung] == [0.5, 3.25, 61.0, 7200.0]


def test_it_rings_once_for_what_comes_together() -> None:
    assert len(rung_at(2.0, 2.0, 1.0)) == 2


def test_a_stopped_one_never_rings() -> None:
    async def main() -> list[str]:
        rung: list[str] = []
        alarm = Alarm(lambda: rung.append("rung"))
        alarm.ring_in(1)
        alarm.stop()
        await asyncio.sleep(5)
        return rung

    assert in_virtual_time(main()) == []
