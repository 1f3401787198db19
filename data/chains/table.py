"""A TOML table read with suspicion: each value has its type and range, each mistake its sentence.

The sentences name the file and the key, such as ``feeds[2].proxy``, and never hold the value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from data.addresses import parse_address
from data.errors import ConfigurationError, InputError

if TYPE_CHECKING:
    from collections.abc import Collection

LONGEST_TEXT = 100


class Table:
    """One table of a file. Every reading method raises ConfigurationError for a wrong value."""

    def __init__(self, values: object, file: str, path: str = "") -> None:
        self._file = file
        self._path = path
        if not isinstance(values, dict):
            self.refuse("", "a table is wanted here")
        self._values: dict[str, Any] = values
        self._read: set[str] = set()

    def has(self, key: str) -> bool:
        """Whether there is such a key, which need not be there."""
        self._read.add(key)
        return key in self._values

    def refuse(self, key: str, why: str) -> NoReturn:
        """Raise the error that says what is wrong with a key."""
        name = f"{self._path}.{key}" if self._path and key else self._path or key
        raise ConfigurationError(f"{self._file}: {name}: {why}" if name else f"{self._file}: {why}")

    def nothing_else(self, *, but: Collection[str] = ("source",)) -> None:
        """What nobody read is a slip of the pen."""
        for key in self._values:
            if key not in self._read and key not in but:
                self.refuse(repr(key)[:50], "there is no such key: look for a slip of the pen")

    def text(self, key: str, *, pattern: str | None = None, like: str = "") -> str:
        """Printable text of one line; ``like`` describes what matches the pattern."""
        value = self._value(key)
        if (
            not isinstance(value, str)
            or not 0 < len(value) <= LONGEST_TEXT
            or not value.isprintable()
            or value.strip() != value
        ):
            self.refuse(key, f"text in quotes is wanted, of up to {LONGEST_TEXT} characters")
        if pattern is not None and not re.fullmatch(pattern, value):
            self.refuse(key, f"{like} is wanted")
        return value

    def texts(self, key: str, *, pattern: str, like: str) -> tuple[str, ...]:
        """A list of texts; none where the key is absent."""
        if not self.has(key):
            return ()
        values = self._list(key)
        if not all(isinstance(value, str) and re.fullmatch(pattern, value) for value in values):
            self.refuse(key, f"a list is wanted of which each part is {like}")
        return tuple(dict.fromkeys(values))

    def sourced(self, key: str) -> bool:
        """Whether something is so, by the source that says it; false where the key is absent."""
        if not self.has(key):
            return False
        value = self._values[key]
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, "text in quotes is wanted: the source that says so")
        return True

    def integer(self, key: str, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        value = self._value(key)
        if type(value) is not int or not low <= value <= high:
            self.refuse(key, f"a whole number from {low} to {high} is wanted")
        return value

    def integers(self, key: str, low: int, high: int) -> frozenset[int]:
        """A list of whole numbers; none where the key is absent."""
        values = self._list(key) if self.has(key) else []
        if not all(type(value) is int and low <= value <= high for value in values):
            self.refuse(key, f"a list of whole numbers from {low} to {high} is wanted")
        return frozenset(values)

    def seconds(self, key: str, low: float, high: float) -> float:
        """A number of seconds."""
        value = self._value(key)
        if type(value) not in (int, float) or not low <= value <= high:
            self.refuse(key, f"a number of seconds from {low:g} to {high:g} is wanted")
        return float(value)

    def yes(self, key: str) -> bool:
        """True or false; false where the key is absent."""
        value = self._values[key] if self.has(key) else False
        if not isinstance(value, bool):
            self.refuse(key, "true or false is wanted")
        return value

    def address(self, key: str) -> bytes:
        """Twenty bytes; mixed case has to fit its checksum."""
        return self._address(key, self._value(key))

    def addresses(self, key: str) -> tuple[bytes, ...]:
        """A list of addresses; none where the key is absent."""
        values = self._list(key) if self.has(key) else []
        return tuple(self._address(key, value) for value in values)

    def url(self, key: str, *schemes: str) -> str:
        """A URL of one of the schemes that names a host."""
        value = self._value(key)
        try:
            parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
            good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good or any(character.isspace() for character in value):
            self.refuse(key, f"a URL is wanted that starts with {' or '.join(schemes)}://")
        return str(value)

    def template(self, key: str, place: str) -> str:
        """A URL with ``{place}`` in it once, and no other brace."""
        value = self.url(key, "https", "http")
        before, _, after = value.partition(f"{{{place}}}")
        if len(before) == len(value) or "{" in before + after or "}" in before + after:
            self.refuse(key, f"a URL is wanted with {{{place}}} where that belongs")
        return value

    def table(self, key: str) -> Table:
        """The table of that name."""
        return Table(self._value(key), self._file, self._name(key))

    def rows(self, key: str, *, at_least: int = 0) -> list[Table]:
        """An array of tables; empty where the key is absent."""
        rows = self._list(key) if self.has(key) else []
        if len(rows) < at_least:
            self.refuse(key, "at least one [[row]] of it is wanted")
        return [
            Table(row, self._file, f"{self._name(key)}[{place}]") for place, row in enumerate(rows)
        ]

    def _address(self, key: str, value: object) -> bytes:
        try:
            return parse_address(value if isinstance(value, str) else "")
        except InputError:
            self.refuse(key, "an address is wanted: 0x and 40 digits, capitals as its checksum has")

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _value(self, key: str) -> Any:
        if not self.has(key):
            self.refuse(key, "it is missing")
        return self._values[key]

    def _list(self, key: str) -> list[Any]:
        value = self._values[key]
        if not isinstance(value, list):
            self.refuse(key, "a list is wanted")
        return value
