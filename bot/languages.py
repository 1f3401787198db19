"""What the bot says, in the language of whoever reads it.

Texts stand in the code in English and go through ``_`` or ``ngettext`` where they are said; what is
said elsewhere is marked with ``N_`` first. The catalogs are ``locales/<language>/LC_MESSAGES``. The
language is one of the context (English where nobody set it), so that what renders need not be told.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from data.model import Language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.errors import InputError

CATALOGS = Path(__file__).with_name("locales")
NAMES = {
    Language.ENGLISH: "English",
    Language.RUSSIAN: "Русский",
    Language.CHINESE: "简体中文",
    Language.SPANISH: "Español",
}
"""Each by its own name."""
LOCALES = {
    # the world's English: 21 Nov rather than Nov 21, and no comma before the last of a list
    Language.ENGLISH: Locale("en", "001"),
    Language.RUSSIAN: Locale("ru"),
    Language.CHINESE: Locale("zh", "CN", "Hans"),
    Language.SPANISH: Locale("es"),
}
_current: ContextVar[Language] = ContextVar("language", default=Language.ENGLISH)
_catalogs: dict[Language, NullTranslations] = {Language.ENGLISH: NullTranslations()}


def current() -> Language:
    """The language that texts come in now."""
    return _current.get()


def speak(language: Language) -> None:
    """Say everything in this language from here on, in this task."""
    _current.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Say what is said inside in this language."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def _(text: str) -> str:
    """The text in the current language; fields in braces are filled afterwards."""
    return _catalog(current()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of the text for so many; the count itself is a field of it like any other."""
    return _catalog(current()).ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """Only marks a text for the catalogs: it is said elsewhere, through ``_``."""
    return text


def sentence(error: InputError) -> str:
    """What an error says to a person; plain text."""
    text = _(error.message)
    return text.format(**error.fields) if error.fields else text


def load_catalogs() -> None:
    """Read all catalogs now rather than at the first word."""
    for language in Language:
        _catalog(language)


def catalog_path(language: Language) -> Path:
    """Where a language's translations are."""
    return CATALOGS / language / "LC_MESSAGES" / "spyhop.po"


def _catalog(language: Language) -> NullTranslations:
    found = _catalogs.get(language)
    if found is None:
        compiled = BytesIO()
        with catalog_path(language).open("rb") as file:
            write_mo(compiled, read_po(file, locale=language))
        compiled.seek(0)
        found = _catalogs[language] = GNUTranslations(compiled)
    return found
