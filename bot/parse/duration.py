"""Durations: ``30m``, ``2h``, ``1d``, ``1h30m``; ``2 hours`` as well."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.parse.text import shown
from data.errors import InputError

LONGEST = timedelta(days=365)
_SHAPE = re.compile(
    r"(?:(?P<weeks>[0-9]{1,6})w(?:eeks?)?)?(?:(?P<days>[0-9]{1,6})d(?:ays?)?)?"
    r"(?:(?P<hours>[0-9]{1,6})h(?:(?:ou)?rs?)?)?(?:(?P<minutes>[0-9]{1,6})m(?:in(?:ute)?s?)?)?"
)


def parse_duration(text: str) -> timedelta:
    """More than nothing and at most a year. Raises InputError for anything else."""
    squeezed = "".join(text.split()).casefold()
    match = _SHAPE.fullmatch(squeezed)
    if not squeezed or match is None:
        if not squeezed:
            raise InputError("A duration is written like 30m, 2h, 1d or 1h30m.")
        raise InputError(
            "I can't read “{text}” as a duration: write it like 30m, 2h, 1d or 1h30m.",
            text=shown(text),
        )
    duration = timedelta(**{unit: int(count) for unit, count in match.groupdict("0").items()})
    if not duration:
        raise InputError("That is no time at all: write something like 30m or 2h.")
    if duration > LONGEST:
        raise InputError("That is longer than a year: write at most 365d.")
    return duration
