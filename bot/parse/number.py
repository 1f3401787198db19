"""Numbers as people write them: ``250000``, ``1_000_000``, ``1,250.5``, with k, m, b behind."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from bot.parse.text import shown
from data.errors import InputError

_NUMBER = re.compile(
    r"(?P<whole>[0-9]{1,40}|[0-9]{1,3}(?:[,_][0-9]{3}){1,12})?(?P<places>\.[0-9]{1,40})?"
)
STEPS = {"": 0, "k": 3, "m": 6, "mn": 6, "mio": 6, "b": 9, "bn": 9, "t": 12}
_LOOKS_NUMERIC = re.compile(r"[+\-]?(?:nan|inf(?:inity)?)|[$+\-.,]*[0-9].*|\$.*", re.IGNORECASE)
OTHER_DASHES = "\u2212\u2013\u2014\uff0d"
_SPLIT = re.compile(r"(?P<figures>[0-9.,_]*)(?P<rest>[^0-9].*)?", re.DOTALL)


def looks_numeric(word: str) -> bool:
    """Whether a word was meant as a number, however wrong it is: ``−5``, ``€5m`` and ``٣`` too."""
    if word.isascii():
        return _LOOKS_NUMERIC.fullmatch(word) is not None
    # keyboards write other dashes, and other coins than the dollar's
    bare = word.lstrip("+-" + OTHER_DASHES)
    bare = bare[1:] if bare and unicodedata.category(bare[0]) == "Sc" else bare
    return bare[:1].isdigit() or bare[:1] == "∞"


def parse_number(text: str) -> Decimal:
    """A positive number with an optional step (k, m, b, t) behind it, exact.

    Raises InputError for anything else.
    """
    match = _SPLIT.fullmatch(text)
    figures, step = (match["figures"], (match["rest"] or "").casefold()) if match else ("", "")
    number = _NUMBER.fullmatch(figures)
    if match is None or number is None or not figures or step not in STEPS:
        if not shown(text):
            raise InputError("There is no amount behind the $: write it like $250k or $1.5m.")
        raise InputError(
            "I can't read “{text}” as an amount: write it like 250000, 1,250,000, 0.5 or 1.5m.",
            text=shown(text),
        )
    whole = (number["whole"] or "0").replace(",", "").replace("_", "")
    sign, digits, exponent = Decimal(whole + (number["places"] or "")).as_tuple()
    value = Decimal((sign, digits, int(exponent) + STEPS[step]))
    if value == 0:
        raise InputError("Zero would alert on every movement: write an amount above it.")
    return value


def places_of(value: Decimal) -> int:
    """How many decimal places the value needs."""
    digits, exponent = value.as_tuple().digits, int(value.as_tuple().exponent)
    while exponent < 0 and digits and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    return max(0, -exponent)
