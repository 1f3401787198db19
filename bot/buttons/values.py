"""What a button may carry."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Id = Annotated[int, Field(ge=0, lt=2**63)]


Small = Annotated[int, Field(ge=0, le=10**12)]
