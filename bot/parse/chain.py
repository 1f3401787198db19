"""Chains as people call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.parse.text import shown
from data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.model import Chain


def parse_chain(text: str, chains: Iterable[Chain]) -> Chain | None:
    """The chain of that name, title or alias; None stands for ``all`` of them.

    Raises InputError for anything else.
    """
    wanted = text.strip().casefold()
    known = list(chains)
    if wanted in {"all", "*"}:
        return None
    for chain in known:
        if wanted in {chain.name, chain.title.casefold(), *chain.aliases}:
            return chain
    names = ", ".join(chain.name for chain in known)
    if not wanted:
        raise InputError("Which chain? Write {names} or all.", names=names)
    raise InputError(
        "I follow no chain called “{text}”: write {names} or all.", text=shown(text), names=names
    )
