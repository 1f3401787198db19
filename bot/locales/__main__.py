"""Brings the catalogs up to date with the code: new texts wait there untranslated, old ones go."""

from __future__ import annotations

import sys

from bot.languages import catalog_path
from bot.locales.extraction import PLURALS, extracted, is_translated, read_catalog, written


def main() -> int:
    """Write all catalogs; tell how much is left to translate."""
    texts = extracted()
    for language in PLURALS:
        catalog = read_catalog(language)
        catalog.update(texts, no_fuzzy_matching=True)
        path = catalog_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(catalog, language), encoding="utf-8")
        missing = [one for one in catalog if one.id and not is_translated(one)]
        sys.stdout.write(f"{path}: {len(catalog)} texts, {len(missing)} to translate\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
