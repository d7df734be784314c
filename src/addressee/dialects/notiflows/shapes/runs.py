"""Request and response of a run (notiflows.md §3.2)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from addressee.directory.documents import Id

MAX_RECIPIENTS = 1000

Named = (
    Annotated[Id, Meta(description="The external id of a user.")]
    | Annotated[dict[str, Any], Meta(description="A user with its `external_id`, and what is to be stored of it.")]
)


class Run(Struct, frozen=True, kw_only=True):
    """Either `recipients` or a `topic`."""

    recipients: Annotated[list[Named], Meta(min_length=1, max_length=MAX_RECIPIENTS)] | None = None
    topic: str | None = None
    actor: Named | None = None
    data: dict[str, Any] | None = None


class Started(Struct, frozen=True):
    notiflow_run_id: str
