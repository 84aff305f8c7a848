"""The table that says what another system's status values mean to a resident."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Status(BaseModel):
    """What one value means."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True, use_attribute_docstrings=True)

    status: Literal["open", "closed"]
    """Open311's status."""

    word: str = ""
    """What residents read beside it, where the city's own word says more."""


def _short(value: Any) -> Any:
    return {"status": value} if isinstance(value, str) else value


Statuses = dict[str, Annotated[Status, BeforeValidator(_short)]]
"""Statuses by the other system's value; ``"5" = "closed"`` is short for ``"5" = { status = "closed" }``."""
