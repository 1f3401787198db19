"""The tree of errors that stop a process or answer a person.

SpyhopError
├── ConfigurationError     a setting is wrong: the process ends with status 78
├── SchemaTooNew           the database was migrated by a newer version
├── InputError             what a person typed cannot be understood
└── FencedOut              another watcher has taken the chain over
"""

from __future__ import annotations

EX_CONFIG = 78
"""Exit status of a process whose configuration is wrong (sysexits.h): restarting does not help."""


class SpyhopError(Exception):
    """Root of the tree. The text is one sentence that a person may read."""


class ConfigurationError(SpyhopError):
    """A setting is missing or wrong; the text names it and says what to write."""


class SchemaTooNew(ConfigurationError):
    """The database was migrated by a newer Spyhop than this one."""


class InputError(SpyhopError):
    """A person's input cannot be understood; the text says what to type instead.

    ``message`` is the English sentence, as the catalogs of translations have it, and ``fields``
    are what stands in its braces: the log has it in English, and the person in their language.
    """

    def __init__(self, message: str, **fields: object) -> None:
        super().__init__(message.format(**fields) if fields else message)
        self.message = message
        self.fields = fields


class FencedOut(SpyhopError):
    """Another watcher follows the chain now; what this one was about to write is void."""
