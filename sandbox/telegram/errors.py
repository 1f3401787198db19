"""What the server answers when it refuses, and what a verb says when it is misused.

Exception
├── ApiError                 ok: false, with the real server's code and words
│   ├── BadRequest           400
│   ├── Unauthorized         401
│   ├── Forbidden            403
│   ├── NotFound             404
│   ├── Conflict             409
│   └── TooManyRequests      429, parameters.retry_after
└── SandboxError             a verb that makes no sense (no such user, no such button)
    └── NotSeen              what was waited for did not come
"""

from __future__ import annotations


class ApiError(Exception):
    """An answer with `ok: false`; `description` is word for word what the client reads."""

    code = 400
    prefix = ""

    def __init__(self, description: str, parameters: dict[str, int] | None = None) -> None:
        self.description = f"{self.prefix}{description}"
        self.parameters = parameters
        super().__init__(self.description)


class BadRequest(ApiError):
    """400. The first letter is lowered, as the real server does, unless it is a CONSTANT."""

    prefix = "Bad Request: "

    def __init__(self, description: str, parameters: dict[str, int] | None = None) -> None:
        if not description[1:2].isupper() and description[1:2] != "_":
            description = description[:1].lower() + description[1:]
        super().__init__(description, parameters)


class Unauthorized(ApiError):
    """401: the token is wrong, or was revoked."""

    code = 401


class Forbidden(ApiError):
    """403: blocked, kicked, deactivated."""

    code = 403
    prefix = "Forbidden: "


class NotFound(ApiError):
    """404: no such method, no such path."""

    code = 404


class Conflict(ApiError):
    """409: two pollers, or a poller beside a webhook."""

    code = 409
    prefix = "Conflict: "


class TooManyRequests(ApiError):
    """429 with the whole seconds to wait."""

    code = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after}
        )


class SandboxError(Exception):
    """A verb was asked for something that cannot be; the sentence says what."""


class NotSeen(SandboxError):
    """What a verb waited for did not come in time; the sentence says what there was instead."""
