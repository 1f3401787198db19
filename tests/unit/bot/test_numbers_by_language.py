"""Whatever the language, a number that is shown means what it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, localcontext

import pytest
from babel.numbers import get_decimal_symbol, get_group_symbol
from hypothesis import example, given
from hypothesis import strategies as st

from bot.languages import LOCALES, speaking
from bot.numbers import (
    NOTATIONS,
    full_quantity,
    full_usd,
    grouped,
    gwei,
    short_quantity,
    short_usd,
    small_usd,
)
from data.model import Language

LANGUAGES = st.sampled_from(list(Language))
AMOUNTS = st.decimals(
    min_value=Decimal("1e-30"), max_value=Decimal("9.99e15"), allow_nan=False, places=30
)
STEPS = {
    Language.ENGLISH: {"K": 3, "M": 6, "B": 9, "T": 12},
    Language.RUSSIAN: {"тыс.": 3, "млн": 6, "млрд": 9, "трлн": 12},
    Language.CHINESE: {"万": 4, "亿": 8, "万亿": 12},
    Language.SPANISH: {"mil": 3, "M": 6},
}
"""What a reader of the language understands: 万 is ten thousand, and an M in Spain a million."""


def read(text: str, language: Language) -> Decimal:
    """A shown number as a person reads it."""
    notation = NOTATIONS[language]
    text = text.replace("US$", "").replace("$", "").strip("\xa0")
    match = re.fullmatch(r"(?P<figures>[0-9,.\xa0]*[0-9])\xa0?(?P<step>\D*)", text)
    assert match, text
    figures = match["figures"].replace(notation.group, "").replace(notation.point, ".")
    with localcontext(prec=400):
        return Decimal(figures).scaleb(STEPS[language][match["step"]] if match["step"] else 0)


@pytest.mark.parametrize("show", [short_usd, short_quantity, small_usd])
@example(Decimal("1e-12"), Language.ENGLISH)
@given(AMOUNTS, LANGUAGES)
def test_a_rounded_number_is_never_more_and_never_of_another_magnitude(
    show: Callable[[Decimal], str], amount: Decimal, language: Language
) -> None:
    with speaking(language):
        text = show(amount)

    if text.startswith("<"):
        assert amount < read(text[1:], language) <= Decimal("0.01")
        return
    shown = read(text, language)
    assert shown <= amount
    # two figures at least, or a cent, or what a dollar is made of
    least = Decimal("0.01") if show is short_usd else Decimal(0)
    assert amount - shown <= max(amount / 10, least)


@given(st.integers(min_value=0, max_value=2**256), LANGUAGES)
def test_whole_numbers_are_exact(number: int, language: Language) -> None:
    with speaking(language):
        assert read(grouped(number), language) == number


@given(st.decimals(min_value=0, max_value=10**16, places=18), LANGUAGES)
def test_quantities_of_a_threshold_are_exact(quantity: Decimal, language: Language) -> None:
    with speaking(language):
        assert read(full_quantity(quantity), language) == quantity


@given(st.integers(min_value=100, max_value=10**13), LANGUAGES)
def test_whole_dollars_are_exact(dollars: int, language: Language) -> None:
    with speaking(language):
        assert read(full_usd(Decimal(dollars)), language) == dollars


@pytest.mark.parametrize("language", Language)
def test_notations_are_those_of_the_locale(language: Language) -> None:
    locale, notation = LOCALES[language], NOTATIONS[language]

    assert notation.point == get_decimal_symbol(locale)
    if language is not Language.SPANISH:  # whose dot is a point to half of those who read it
        assert notation.group == get_group_symbol(locale)
    for suffix, power in notation.steps:
        pattern = locale.compact_decimal_formats["short"]["other"][str(10**power)].pattern
        assert pattern.replace("'", "") == f"0{suffix}"


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        (Language.ENGLISH, ["$4.25M", "$1,250,000", "1,250.5", "over $10,000T", "12.4 gwei"]),
        (
            Language.RUSSIAN,
            ["4,25 млн $", "1 250 000 $", "1 250,5", "больше 10 000 трлн $", "12,4 gwei"],
        ),
        (
            Language.CHINESE,
            ["US$425万", "US$1,250,000", "1,250.5", "超过 US$10,000万亿", "12.4 gwei"],
        ),
        (
            Language.SPANISH,
            ["4,25 M US$", "1 250 000 US$", "1 250,5", "más de 10 000 000 000 M US$", "12,4 gwei"],
        ),
    ],
)
def test_each_language_has_its_own_way(language: Language, shown: list[str]) -> None:
    with speaking(language):
        told = [
            short_usd(Decimal(4_250_000)),
            full_usd(Decimal(1_250_000)),
            full_quantity(Decimal("1250.5")),
            short_usd(Decimal(10) ** 20),
            gwei(12_400_000_000),
        ]

    assert [text.replace("\xa0", " ") for text in told] == shown
