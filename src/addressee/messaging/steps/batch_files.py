"""Batch steps in files, with Knock's names (engine.md §4.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

import msgspec

from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.steps.batch import DEFAULT_RENDER_LIMIT, BatchStep, CloseBatchStep
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.keys import check_key

MAX_WINDOW = timedelta(days=365)


class Window(Definition, frozen=True):
    unit: Literal["seconds", "minutes", "hours", "days", "weeks"]
    value: Annotated[int, msgspec.Meta(ge=1, le=int(MAX_WINDOW.total_seconds()))]

    @property
    def duration(self) -> timedelta:
        return timedelta(**{self.unit: self.value})


class BatchSettings(Definition, frozen=True, kw_only=True):
    batch_key: str = ""
    batch_window: Window
    batch_window_type: Literal["fixed", "sliding"] = "fixed"
    batch_window_extension_limit: Window | None = None
    batch_items_max_limit: Annotated[int, msgspec.Meta(ge=2, le=1000)] | None = None
    batch_items_render_limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = DEFAULT_RENDER_LIMIT
    batch_order: Literal["asc", "desc"] = "asc"
    batch_execution_mode: Literal["accumulate", "flush_leading"] = "accumulate"
    batch_per_tenant: bool = False


class BatchStepFile(StepFile, frozen=True, kw_only=True):
    settings: BatchSettings

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        place = (*path, "settings")
        settings = self.settings
        check_key(compiler, (*place, "batch_key"), settings.batch_key)
        slides_until = self._extension(compiler, place)
        window = settings.batch_window.duration
        if window > MAX_WINDOW:
            compiler.problem((*place, "batch_window"), f"a batch is open for at most {MAX_WINDOW.days} days")
        step = BatchStep(
            ref=self.ref,
            key=settings.batch_key,
            window=window,
            slides_until=slides_until,
            max_items=settings.batch_items_max_limit,
            leads=settings.batch_execution_mode == "flush_leading",
            per_tenant=settings.batch_per_tenant,
        )
        compiler.add(self.made(step))
        compiler.add(
            CloseBatchStep(
                ref=self.ref,
                window=window,
                slides_until=slides_until,
                render_limit=settings.batch_items_render_limit,
                newest=settings.batch_order == "desc",
            )
        )

    def _extension(self, compiler: Compiler, place: FieldPath) -> timedelta | None:
        """Returns for how long the window slides, None if it is fixed."""
        settings = self.settings
        limit = settings.batch_window_extension_limit
        if settings.batch_window_type == "fixed":
            if limit is not None:
                message = "only a sliding window is extended: set batch_window_type to sliding, or leave this out"
                compiler.problem((*place, "batch_window_extension_limit"), message)
            return None
        if limit is None:
            message = "a sliding window needs a batch_window_extension_limit, by when it closes at the latest"
            compiler.problem((*place, "batch_window_type"), message)
            return None
        if limit.duration < settings.batch_window.duration or limit.duration > MAX_WINDOW:
            message = f"this is at least as long as the batch_window, and at most {MAX_WINDOW.days} days"
            compiler.problem((*place, "batch_window_extension_limit"), message)
        return limit.duration
