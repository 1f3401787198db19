"""The catalogs of translations: complete, up to date, and true to the English."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from babel.messages import Catalog, Message

from bot.languages import catalog_path, ngettext, speaking
from bot.locales.extraction import PLURALS, extracted, is_translated, read_catalog, written
from data.model import Language

LANGUAGES = sorted(PLURALS)
_TAG = re.compile(r"</?[a-z]+[^>]*>")


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return extracted()


def forms(strings: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [strings] if isinstance(strings, str) else list(strings or ())


def told(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def fields(text: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(text) if name is not None}


def tags(text: str) -> list[str]:
    return sorted(_TAG.findall(text))


def test_every_language_but_english_has_a_catalog() -> None:
    assert set(PLURALS) == set(Language) - {Language.ENGLISH}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_has_the_texts_of_the_code_and_no_others(
    language: Language, texts: Catalog
) -> None:
    kept = read_catalog(language)

    assert {str(one.id) for one in told(kept)} == {str(one.id) for one in told(texts)}
    assert not kept.obsolete
    assert not [one.id for one in told(kept) if one.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: Language) -> None:
    assert [one.id for one in told(read_catalog(language)) if not is_translated(one)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalog_is_kept_as_make_locales_writes_it(language: Language, texts: Catalog) -> None:
    kept = read_catalog(language)
    kept.update(texts, no_fuzzy_matching=True)

    assert written(kept, language) == catalog_path(language).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_fields_and_tags_of_the_english(language: Language) -> None:
    for message in told(read_catalog(language)):
        english = forms(message.id)[-1]
        for text in forms(message.string):
            assert fields(text) == fields(english), text
            assert tags(text) == tags(english), text
            assert text.count("\n") == english.count("\n"), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_plural_forms_are_there(language: Language) -> None:
    kept = read_catalog(language)
    for message in told(kept):
        if isinstance(message.id, tuple | list):
            assert len(forms(message.string)) == kept.num_plurals, message.id


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.ENGLISH, "1 block behind|2 blocks behind|5 blocks behind|21 blocks behind"),
        (
            Language.RUSSIAN,
            "отставание 1 блок|отставание 2 блока|отставание 5 блоков|отставание 21 блок",
        ),
        (Language.CHINESE, "落后 1 个区块|落后 2 个区块|落后 5 个区块|落后 21 个区块"),
        (
            Language.SPANISH,
            "1 bloque por detrás|2 bloques por detrás|5 bloques por detrás|21 bloques por detrás",
        ),
    ],
)
def test_numbers_choose_their_plural_form(language: Language, said: str) -> None:
    with speaking(language):
        told = [
            ngettext("{count} block behind", "{count} blocks behind", count).format(count=count)
            for count in (1, 2, 5, 21)
        ]

    assert "|".join(told) == said
