"""Steps that subscribe recipients to an object or an audience, or end their subscriptions (engine.md §4.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from addressee.directory.documents import check_id
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Place, Recipient
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.data.update_list import selection
from addressee.messaging.steps.data.updates import Person, UpdateStep, people_of
from addressee.messaging.steps.model import ContinueOrHalt, Request
from addressee.messaging.steps.references import place_of
from addressee.messaging.steps.texts import check_texts, document_of
from addressee.preferences.audiences import AUDIENCES

SUBSCRIBES = {
    "subscribe": True,
    "add": True,
    "unsubscribe": False,
    "remove": False,
}
BY_TYPE = {"objectoperation_addsubscription": True, "objectoperation_removesubscription": False}


@dataclass(frozen=True, slots=True)
class SubscriptionUpdate(Request):
    """Subscribes recipients to an object, or ends their subscriptions. Properties of None keep those that are there."""

    object: Place
    subscribes: bool
    subscribers: tuple[Place, ...]
    properties: Mapping[str, Any] | None
    creates: bool


class UpdateSubscriptionStep(UpdateStep, frozen=True, tag="update_subscription", kw_only=True):
    """A step that subscribes recipients to an object: those that it names, else those that it selects."""

    collection: str
    id: str
    subscribes: bool
    selected: tuple[Person, ...] = ("recipient",)
    recipients: Any = None
    properties: str | dict[str, Any] | None = None
    creates: bool = False

    def request(self, recipient: Recipient, context: StepContext) -> SubscriptionUpdate:
        return SubscriptionUpdate(
            self._object(recipient.place.environment_id, context),
            self.subscribes,
            people_of(self.selected, self.recipients, recipient, context),
            None if self.properties is None else document_of(self.properties, context.scope),
            self.creates,
        )

    def _object(self, environment_id: int, context: StepContext) -> Place:
        id = liquid.render(self.id, context.scope).strip()
        if self.collection != AUDIENCES:
            return place_of(id, environment_id, liquid.render(self.collection, context.scope).strip())
        try:
            return Place(environment_id, AUDIENCES, check_id(id, "audience_key"))
        except RefusedError as refusal:
            raise TemplateError(refusal.message, None) from None


class SubscriptionSettings(Definition, frozen=True, kw_only=True):
    """The settings of these steps in a file. `object_type` is SuprSend's name of the collection."""

    collection: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    audience_key: str | None = None
    action: Literal["subscribe", "unsubscribe", "add", "remove"] | None = None
    user_selection: list[str] = msgspec.field(default_factory=lambda: ["recipient"])
    recipients: str | list[Any] | dict[str, Any] | None = None
    properties: str | dict[str, Any] | None = None
    create_object_if_missing: bool | None = None
    on_error: ContinueOrHalt = ContinueOrHalt.CONTINUE


class UpdateSubscriptionStepFile(StepFile, frozen=True, kw_only=True):
    """A step on subscriptions in a file. An audience is an object whose subscribers are its members."""

    settings: SubscriptionSettings

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        settings, path = self.settings, (*path, "settings")
        is_audience = self.type == "update_audience"
        for name in ("collection", "object_type", "object_id", "audience_key", "recipients", "properties"):
            check_texts(compiler, (*path, name), getattr(settings, name))
        subscribes = SUBSCRIBES.get(settings.action or "", BY_TYPE.get(self.type or ""))
        if subscribes is None:
            actions = "add or remove" if is_audience else "subscribe or unsubscribe"
            compiler.problem(path, f"'action' is missing: {actions}")
        collection = AUDIENCES if is_audience else settings.collection or settings.object_type
        id = settings.audience_key if is_audience else settings.object_id
        if collection is None or id is None:
            needed = (
                "an audience is named by 'audience_key'"
                if is_audience
                else "an object is named by 'collection' and 'object_id'"
            )
            compiler.problem(path, needed)
            return
        if is_audience and id in compiler.dynamic_audiences:
            message = f"the members of the audience {id!r} follow its conditions: this step will fail"
            compiler.source.warning((*path, "audience_key"), message)
        creates = settings.create_object_if_missing
        step = UpdateSubscriptionStep(
            ref=self.ref,
            collection=collection,
            id=id,
            subscribes=bool(subscribes),
            selected=selection(compiler, (*path, "user_selection"), settings.user_selection),
            recipients=settings.recipients,
            properties=settings.properties,
            creates=is_audience if creates is None else creates,
            on_error=settings.on_error,
        )
        compiler.add(self.made(step))
