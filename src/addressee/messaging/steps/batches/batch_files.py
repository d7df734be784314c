"""Batch and digest steps in files, with Knock's names (engine.md §4.2, §4.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

import msgspec

from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.steps.batches.batch import DEFAULT_RENDER_LIMIT, BatchStep, CloseBatchStep
from addressee.messaging.steps.batches.digest import CloseDigestStep, DigestStep
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.keys import check_key
from addressee.timing.durations import DurationForm, duration
from addressee.timing.errors import TimingError
from addressee.timing.rule_forms import RuleForm, recurrence

MAX_WINDOW = timedelta(days=365)
MAX_LOOK_BACK = timedelta(days=30)


class CollectingSettings(Definition, frozen=True, kw_only=True):
    """The settings that batches and digests share."""

    batch_key: str = ""
    batch_items_render_limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = DEFAULT_RENDER_LIMIT
    batch_order: Literal["asc", "desc"] = "asc"
    batch_per_tenant: bool = False
    workflow_version_mode: Literal["latest", "pinned"] = "pinned"
    on_invalid: Literal["skip", "halt"] | None = None


class BatchSettings(CollectingSettings, frozen=True, kw_only=True):
    batch_window: DurationForm | None = None
    batch_until_field_path: str = ""
    batch_window_type: Literal["fixed", "sliding"] = "fixed"
    batch_window_extension_limit: DurationForm | None = None
    batch_items_max_limit: Annotated[int, msgspec.Meta(ge=2, le=1000)] | None = None
    batch_execution_mode: Literal["accumulate", "flush_leading"] = "accumulate"


class BatchStepFile(StepFile, frozen=True, kw_only=True):
    refuses_conditions_elsewhere: ClassVar[bool] = True
    collects: ClassVar[bool] = True

    settings: BatchSettings

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        place = (*path, "settings")
        settings = self.settings
        check_key(compiler, (*place, "batch_key"), settings.batch_key)
        window = self._window(compiler, place)
        slides_until = self._extension(compiler, place, window)
        step = BatchStep(
            ref=self.ref,
            key=settings.batch_key,
            pinned=settings.workflow_version_mode == "pinned",
            per_tenant=settings.batch_per_tenant,
            halts=settings.on_invalid == "halt",
            window=window,
            until=settings.batch_until_field_path,
            slides_until=slides_until,
            max_items=settings.batch_items_max_limit,
            leads=settings.batch_execution_mode == "flush_leading",
        )
        compiler.add(self.made(step))
        compiler.add(
            CloseBatchStep(
                ref=self.ref,
                render_limit=settings.batch_items_render_limit,
                newest=settings.batch_order == "desc",
                latest=settings.workflow_version_mode == "latest",
                window=window,
                slides_until=slides_until,
            )
        )

    def _window(self, compiler: Compiler, place: FieldPath) -> timedelta | None:
        settings = self.settings
        if settings.batch_window is None:
            if not settings.batch_until_field_path:
                message = "a batch needs a batch_window, or a batch_until_field_path that names when it closes"
                compiler.problem((*place, "batch_window"), message)
            return None
        signed = bool(settings.batch_until_field_path)
        return checked_duration(compiler, (*place, "batch_window"), settings.batch_window, signed=signed)

    def _extension(self, compiler: Compiler, place: FieldPath, window: timedelta | None) -> timedelta | None:
        """Returns for how long the window slides, None if it is fixed."""
        settings = self.settings
        limit = settings.batch_window_extension_limit
        if settings.batch_window_type == "fixed":
            if limit is not None:
                message = "only a sliding window is extended: a fixed one closes when it says"
                compiler.source.warning((*place, "batch_window_extension_limit"), message)
            return None
        if settings.batch_until_field_path:
            message = "only a window of a given length slides, not one that closes at a time in the data"
            compiler.problem((*place, "batch_window_type"), message)
            return None
        if limit is None:
            message = "a sliding window needs a batch_window_extension_limit, by when it closes at the latest"
            compiler.problem((*place, "batch_window_type"), message)
            return None
        found = checked_duration(compiler, (*place, "batch_window_extension_limit"), limit)
        if found is not None and window is not None and found < window:
            compiler.problem((*place, "batch_window_extension_limit"), "this is at least as long as the batch_window")
        return found


class DigestSettings(CollectingSettings, frozen=True, kw_only=True):
    schedule: RuleForm | None = None
    schedule_path: str = ""
    min_count: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    below_min: Literal["discard", "keep"] = "discard"
    look_back: DurationForm | None = None


class DigestStepFile(StepFile, frozen=True, kw_only=True):
    collects: ClassVar[bool] = True

    settings: DigestSettings

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        place = (*path, "settings")
        settings = self.settings
        check_key(compiler, (*place, "batch_key"), settings.batch_key)
        self._check_schedule(compiler, place)
        look_back = None
        if settings.look_back is not None:
            look_back = checked_duration(compiler, (*place, "look_back"), settings.look_back, most=MAX_LOOK_BACK)
        keeps = settings.below_min == "keep"
        step = DigestStep(
            ref=self.ref,
            key=settings.batch_key,
            pinned=settings.workflow_version_mode == "pinned",
            per_tenant=settings.batch_per_tenant,
            halts=settings.on_invalid != "skip",
            schedule=settings.schedule,
            schedule_path=settings.schedule_path,
            keeps_below=settings.min_count if keeps else 0,
            look_back=look_back,
        )
        compiler.add(self.made(step))
        compiler.add(
            CloseDigestStep(
                ref=self.ref,
                render_limit=settings.batch_items_render_limit,
                newest=settings.batch_order == "desc",
                latest=settings.workflow_version_mode == "latest",
                min_items=settings.min_count,
                schedule=settings.schedule,
                schedule_path=settings.schedule_path,
                keeps=keeps,
            )
        )

    def _check_schedule(self, compiler: Compiler, place: FieldPath) -> None:
        settings = self.settings
        if settings.schedule is None:
            if not settings.schedule_path:
                message = "a digest needs a schedule, or a schedule_path that names the recipient's own"
                compiler.problem((*place, "schedule"), message)
            return
        try:
            recurrence(settings.schedule)
        except TimingError as error:
            compiler.problem((*place, "schedule"), str(error))


def checked_duration(
    compiler: Compiler, path: FieldPath, written: DurationForm, *, signed: bool = False, most: timedelta = MAX_WINDOW
) -> timedelta | None:
    """Returns a duration; None where it is none, which is a problem."""
    try:
        found = duration(written, signed=signed)
    except TimingError as error:
        compiler.problem(path, str(error))
        return None
    if abs(found) > most or (found < timedelta(seconds=1) and not signed):
        compiler.problem(path, f"this is a second at least, and {most.days} days at most")
    return found
