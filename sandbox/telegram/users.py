"""People, and the bot itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.telegram.errors import SandboxError

FIRST_USER_ID = 5_100_001


@dataclass(frozen=True, slots=True)
class User:
    """One account. `deactivated`: it was deleted, and every send to it is a 403."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str = "en"
    is_bot: bool = False
    deactivated: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name

    def as_api(self) -> dict[str, Any]:
        """The Bot API's `User`."""
        user: dict[str, Any] = {
            "id": self.id,
            "is_bot": self.is_bot,
            "first_name": self.first_name,
        }
        if self.last_name:
            user["last_name"] = self.last_name
        if self.username:
            user["username"] = self.username
        if not self.is_bot:
            user["language_code"] = self.language_code
        return user


@dataclass(slots=True)
class Users:
    """All accounts by id."""

    by_id: dict[int, User] = field(default_factory=dict)

    def next_id(self) -> int:
        return max([FIRST_USER_ID - 1, *(u.id for u in self.by_id.values() if not u.is_bot)]) + 1

    def add(self, user: User) -> User:
        if user.id in self.by_id:
            raise SandboxError(f"There is already a user {user.id}.")
        self.by_id[user.id] = user
        return user

    def get(self, user_id: int) -> User:
        try:
            return self.by_id[user_id]
        except KeyError:
            raise SandboxError(f"There is no user {user_id}.") from None

    def deactivate(self, user_id: int) -> User:
        self.by_id[user_id] = replace(self.get(user_id), deactivated=True)
        return self.by_id[user_id]
