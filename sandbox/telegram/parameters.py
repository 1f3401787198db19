"""A call's parameters as one flat text map, however sent: query, form, multipart, JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from sandbox.telegram.errors import BadRequest

BIGGEST_FILE = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart call."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was sent; everything is text, as the real server reads it."""

    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    @classmethod
    def of(cls, given: dict[str, Any]) -> Parameters:
        """Those of an object inside a call, in the form of a call's own."""
        return cls(_flat(given))

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def number(self, name: str, default: int = 0) -> int:
        """What is no integer counts as the default."""
        try:
            return int(self.values[name])
        except (KeyError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in ("true", "yes", "1")

    def json(self, name: str, refusal: str) -> Any:
        """None where it is absent; `refusal` is the 400 where it is no JSON."""
        source = self.text(name)
        if not source:
            return None
        try:
            return json.loads(source)
        except ValueError:
            raise BadRequest(refusal) from None

    def upload(self, name: str) -> Upload | None:
        """The file itself, or the one that `attach://…` points to."""
        value = self.text(name)
        if value.startswith("attach://"):
            return self.files.get(value.removeprefix("attach://"))
        return self.files.get(name)

    def shown(self) -> dict[str, str]:
        """For the log of calls: files by name."""
        named = {name: f"<{f.name}, {len(f.content)} bytes>" for name, f in self.files.items()}
        return {**self.values, **named}


async def read_parameters(request: web.Request) -> Parameters:
    """Raises BadRequest for a body that cannot be read."""
    values: dict[str, str] = dict(request.query)
    files: dict[str, Upload] = {}
    try:
        if request.content_type == "application/json":
            values.update(_of_json(await request.text()))
        elif request.content_type == "multipart/form-data":
            await _read_multipart(request, values, files)
        elif request.content_type == "application/x-www-form-urlencoded":
            form = await request.post()
            values.update({name: str(value) for name, value in form.items()})
    except ValueError as error:
        raise BadRequest("Can't parse the request body") from error
    return Parameters(values, files)


def _of_json(body: str) -> dict[str, str]:
    if not body.strip():
        return {}
    try:
        found = json.loads(body)
    except ValueError:
        raise BadRequest("Can't parse JSON encoded arguments") from None
    if not isinstance(found, dict):
        raise BadRequest("Can't parse JSON encoded arguments")
    return _flat(found)


def _flat(found: dict[str, Any]) -> dict[str, str]:
    return {
        str(name): value if isinstance(value, str) else json.dumps(value)
        for name, value in found.items()
        if value is not None
    }


async def _read_multipart(
    request: web.Request, values: dict[str, str], files: dict[str, Upload]
) -> None:
    reader = await request.multipart()
    async for part in reader:
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        content = bytes(await part.read(decode=True))
        if len(content) > BIGGEST_FILE:
            raise BadRequest("file is too big")
        if part.filename is not None:
            files[part.name] = Upload(part.filename, content)
        else:
            values[part.name] = content.decode()
