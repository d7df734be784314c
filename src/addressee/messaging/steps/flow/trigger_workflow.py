"""Steps that trigger a workflow: for the run's recipient, or for others (engine.md §4.8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from addressee.directory.recipient import Document, Place, Recipient
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.definitions.model import Definition, FieldPath, Name
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.model import ContinueOrHalt, Request, Step, Taken
from addressee.messaging.steps.references import place_of, places_of
from addressee.messaging.steps.run import RecipientRun
from addressee.messaging.steps.texts import check_texts, document_of, valued


@dataclass(frozen=True, slots=True)
class TriggerRequest(Request):
    """A run of another workflow to start."""

    workflow: str
    recipients: Sequence[Place]
    data: Document
    actor: Place | None = None
    tenant: str | None = None
    cancellation_key: str | None = None


@dataclass(frozen=True, slots=True)
class Triggered:
    """The id of the run that was started, or the reason why none was, and the workflow that was asked for."""

    run_id: UUID | None = None
    refused: str | None = None
    workflow: str | None = None


class TriggerWorkflowStep(Step, frozen=True, tag="trigger_workflow", kw_only=True):
    """A step that triggers a workflow once for all of its recipients, and goes on without waiting for it.

    `workflow`, `recipients`, `actor`, `tenant` and `cancellation_key` are values or texts in Liquid. Without
    `recipients` it is the run's own, without `tenant` the run's.
    """

    workflow: Name
    recipients: Any = None
    data: str | dict[str, Any] = msgspec.field(default_factory=dict)
    append_data: bool = False
    actor: Any = None
    tenant: str | None = None
    cancellation_key: str | None = None
    on_error: ContinueOrHalt = ContinueOrHalt.CONTINUE

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        try:
            request = self._request(recipient, context)
        except TemplateError as error:
            return Taken(self._failed(run, context, f"template: {error}"))
        return Taken(run, request=request)

    def answered(self, run: RecipientRun, answer: Triggered, context: StepContext) -> RecipientRun:
        if answer.refused is not None:
            return self._failed(run, context, answer.refused)
        shown = {"workflow": answer.workflow or self.workflow, "run_id": str(answer.run_id)}
        return run.passed.with_result(self.ref, run_id=str(answer.run_id)).noted(
            context, "workflow_triggered", self, data=shown
        )

    def _request(self, recipient: Recipient, context: StepContext) -> TriggerRequest:
        scope, environment_id = context.scope, recipient.place.environment_id
        recipients = [recipient.place]
        if self.recipients is not None:
            recipients = list(places_of(valued(self.recipients, scope), environment_id))
        if not recipients:
            raise TemplateError("there are no recipients", None)
        actor = None if self.actor is None else valued(self.actor, scope)
        data = {} if self.data == "" else document_of(self.data, scope)
        workflow = text_in(self.workflow, scope)
        if workflow is None:
            raise TemplateError("workflow_key names no workflow", None)
        return TriggerRequest(
            workflow,
            recipients,
            {**scope["data"], **data} if self.append_data else data,
            None if is_blank(actor) else place_of(actor, environment_id),
            context.tenant_id if self.tenant is None else text_in(self.tenant, scope),
            None if self.cancellation_key is None else text_in(self.cancellation_key, scope),
        )

    def _failed(self, run: RecipientRun, context: StepContext, reason: str) -> RecipientRun:
        run = run.passed.noted(context, "error", self, status="error", data={"reason": reason})
        return run if self.on_error is ContinueOrHalt.CONTINUE else run.completed(context)


def text_in(written: str, scope: Scope) -> str | None:
    """Returns the text that a setting renders to, None for an empty one. Raises TemplateError."""
    return liquid.render(written, scope).strip() or None


def is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def expression_of(compiler: Compiler, written: Any) -> Any:
    """Returns a setting whose value is a path, like `data.reviewers`, as an expression; others as they are."""
    return f"{{{{ {written} }}}}" if isinstance(written, str) and compiler.names.is_path(written) else written


class TriggerWorkflowSettings(Definition, frozen=True, kw_only=True):
    workflow_key: Name
    recipients: str | list[Any] | dict[str, Any] | None = None
    data: str | dict[str, Any] = msgspec.field(default_factory=dict)
    append_current_run_data: bool = False
    actor: str | dict[str, Any] | None = None
    tenant: str | None = None
    cancellation_key: str | None = None
    on_error: ContinueOrHalt = ContinueOrHalt.CONTINUE


class TriggerWorkflowFile(StepFile, frozen=True, kw_only=True):
    settings: TriggerWorkflowSettings

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        settings = self.settings
        for name in ("workflow_key", "recipients", "data", "actor", "tenant", "cancellation_key"):
            check_texts(compiler, (*path, "settings", name), getattr(settings, name))
        step = TriggerWorkflowStep(
            ref=self.ref,
            workflow=settings.workflow_key,
            recipients=None if settings.recipients == "" else expression_of(compiler, settings.recipients),
            data=settings.data,
            append_data=settings.append_current_run_data,
            actor=expression_of(compiler, settings.actor),
            tenant=settings.tenant,
            cancellation_key=settings.cancellation_key,
            on_error=settings.on_error,
        )
        compiler.add(self.made(step))
