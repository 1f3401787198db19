"""The texts that the code says, found in its source."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.languages import catalog_path
from data.model import Language

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "data")
KEYWORDS = {"_": None, "N_": None, "InputError": None, "ngettext": (1, 2)}
PLURALS = {
    Language.RUSSIAN: (
        "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 :"
        " n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
    ),
    Language.CHINESE: "nplurals=1; plural=0;",
    Language.SPANISH: "nplurals=2; plural=(n != 1);",
}
"""By language that has a catalog."""
_WIDTH = 100


def extracted() -> Catalog:
    """Every marked text, with the files that say it."""
    catalog = Catalog(fuzzy=False)
    for package in PACKAGES:
        found = extract_from_dir(
            ROOT / package, method_map=[("**.py", "python")], keywords=KEYWORDS
        )
        for name, line, message, comments, _context in found:
            place = (f"{package}/{name}", line)
            catalog.add(message, None, [place], auto_comments=comments)
    return catalog


def read_catalog(language: Language) -> Catalog:
    """A language's catalog as it is."""
    text = catalog_path(language).read_bytes() if catalog_path(language).exists() else b""
    if not text:
        text = _header(language).encode()
    return read_po(BytesIO(text), locale=language)


def written(catalog: Catalog, language: Language) -> str:
    """A catalog as the file that it is kept in: no dates and no line numbers, which only differ."""
    file = BytesIO()
    write_po(
        file,
        catalog,
        width=_WIDTH,
        include_lineno=False,
        omit_header=True,
        sort_by_file=True,
        ignore_obsolete=True,
    )
    return f"{_header(language)}\n{file.getvalue().decode()}"


def is_translated(message: Message) -> bool:
    """Whether every plural form of it is there."""
    string = message.string
    return bool(string if isinstance(string, str) else string and all(string))


def _header(language: Language) -> str:
    lines = [
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "MIME-Version: 1.0",
        f"Language: {language}",
        f"Plural-Forms: {PLURALS[language]}",
    ]
    return "\n".join(['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in lines), ""])
