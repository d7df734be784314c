"""Steps that update a user, a tenant or an object in the directory (engine.md §4.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from msgspec import structs

from addressee.directory import attributes
from addressee.directory.documents import Merge
from addressee.directory.edits.context import Revives
from addressee.directory.edits.recipients import Identify
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import TENANTS, USERS, Document, Place, Recipient
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.data.updates import Person, UpdateStep, people_of
from addressee.messaging.steps.model import ContinueOrHalt, Request
from addressee.messaging.steps.references import GLOBAL_ID, place_of
from addressee.messaging.steps.texts import check_texts, document_of
from addressee.preferences.sets import DEFAULT, check_set

# What a recipient has besides properties, attributes and preferences, and what is derived.
NOT_UPDATED = frozenset({"id", "collection", "created_at", "channel_data", "settings"})
PREFERENCES = "preferences"


@dataclass(frozen=True, slots=True)
class RecipientUpdate(Request):
    """Lays values over a recipient. One who does not exist is created if the update `creates`."""

    place: Place
    edit: Identify
    creates: bool


class UpdateRecipientStep(UpdateStep, frozen=True, kw_only=True):
    """A step that lays properties over those of a recipient, at every depth; `name`, `email` and the like are among
    them. Without an `id` it is the run's own recipient or tenant.
    """

    COLLECTION: ClassVar[str] = ""

    properties: str | dict[str, Any]
    collection: str | None = None
    id: str | None = None
    upsert: bool = True

    def request(self, recipient: Recipient, context: StepContext) -> RecipientUpdate:
        place = self._place(recipient, context)
        given = document_of(self.properties, context.scope)
        if refused := sorted(given.keys() & NOT_UPDATED):
            raise TemplateError(f"{refused[0]} cannot be updated by a step", None)
        is_own = self.id is None
        preferences = preferences_in(given.pop(PREFERENCES, {}))
        edit = Identify(
            attributes={name: value for name, value in given.items() if name in attributes.NAMES},
            properties={name: value for name, value in given.items() if name not in attributes.NAMES},
            merge=Merge.DEEP,
            preferences=preferences,
            revives=Revives.NOBODY if is_own else Revives.ERASED,
        )
        return RecipientUpdate(place, edit, self.upsert and not is_own)

    def _place(self, recipient: Recipient, context: StepContext) -> Place:
        environment_id = recipient.place.environment_id
        if self.id is None:
            return self._own(recipient, context)
        collection = self.COLLECTION or liquid.render(self.collection or "", context.scope).strip()
        id = liquid.render(self.id, context.scope).strip()
        place = place_of(id, environment_id, collection)
        if self.COLLECTION not in {"", place.collection}:
            raise TemplateError(f"{id} is not in {self.COLLECTION}", None)
        return place

    def _own(self, recipient: Recipient, context: StepContext) -> Place:
        raise TemplateError("this says nobody to update", None)


def preferences_in(given: Any) -> Mapping[str, Document]:
    """Returns the preference sets that a step gives: the default one, in the form of `preferences.yaml`."""
    if not isinstance(given, dict) or given.keys() - {DEFAULT}:
        raise TemplateError(f"preferences hold the set {DEFAULT!r}, and no others", None)
    for id, preferences in given.items():
        if not isinstance(preferences, dict):
            raise TemplateError(f"preferences.{id} must be an object", None)
        try:
            check_set(preferences, f"preferences.{id}")
        except RefusedError as refusal:
            raise TemplateError(refusal.message, None) from None
    return given


class UpdateUserStep(UpdateRecipientStep, frozen=True, tag="update_user", kw_only=True):
    COLLECTION = USERS

    selected: Person = "recipient"

    def _own(self, recipient: Recipient, context: StepContext) -> Place:
        (place,) = people_of((self.selected,), None, recipient, context)
        if place.collection != USERS:
            raise TemplateError(f"the {self.selected} of the run is no user", None)
        return place


class UpdateTenantStep(UpdateRecipientStep, frozen=True, tag="update_tenant", kw_only=True):
    COLLECTION = TENANTS

    def _own(self, recipient: Recipient, context: StepContext) -> Place:
        if context.tenant_id is None:
            raise TemplateError("the run has no tenant", None)
        return Place(recipient.place.environment_id, TENANTS, context.tenant_id)


class UpdateObjectStep(UpdateRecipientStep, frozen=True, tag="update_object", kw_only=True):
    """A step that updates an object, which it names by its collection and id."""


STEPS: Mapping[str, type[UpdateRecipientStep]] = {
    "update_user": UpdateUserStep,
    "userupdate": UpdateUserStep,
    "update_tenant": UpdateTenantStep,
    "update_object": UpdateObjectStep,
}


class UpdateRecipientSettings(Definition, frozen=True, kw_only=True):
    """The settings of these steps in a file. Knock names another recipient by `recipient_gid`, its global id, or by
    `recipient_reference`.
    """

    update_properties: str | dict[str, Any] | None = None
    properties: str | dict[str, Any] | None = None
    recipient_mode: Literal["current", "reference"] | None = None
    recipient_gid: str | None = None
    recipient_reference: str | None = None
    user_id: str | None = None
    user_selection: Person = "recipient"
    tenant_id: str | None = None
    collection: str | None = None
    object_id: str | None = None
    upsert: bool = True
    on_error: ContinueOrHalt = ContinueOrHalt.CONTINUE


class UpdateRecipientStepFile(StepFile, frozen=True, kw_only=True):
    settings: UpdateRecipientSettings

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        settings, path = self.settings, (*path, "settings")
        kind = STEPS[self.type or ""]
        for name in settings.__struct_fields__:
            if isinstance(value := getattr(settings, name), str | dict):
                check_texts(compiler, (*path, name), value)
        properties = settings.update_properties if settings.properties is None else settings.properties
        if not properties:
            compiler.problem(path, "'update_properties' is missing")
            return
        if isinstance(properties, dict) and (refused := sorted(properties.keys() & NOT_UPDATED)):
            compiler.problem(path, f"{refused[0]} cannot be updated by a step")
        named = settings.recipient_gid or settings.recipient_reference
        id = None if settings.recipient_mode == "current" else named or self._id(kind)
        if settings.recipient_mode == "reference" and id is None:
            compiler.problem(path, "'recipient_gid' is missing")
        if kind is UpdateObjectStep and (id is None or not (settings.collection or named or id.startswith(GLOBAL_ID))):
            compiler.problem(path, "an object is named by 'collection' and 'object_id'")
            return
        step = kind(
            ref=self.ref,
            properties=properties,
            collection=settings.collection,
            id=id,
            upsert=settings.upsert,
            on_error=settings.on_error,
        )
        if isinstance(step, UpdateUserStep):
            step = structs.replace(step, selected=settings.user_selection)
        compiler.add(self.made(step))

    def _id(self, kind: type[UpdateRecipientStep]) -> str | None:
        """Returns the id in the field that is for this kind of recipient."""
        if kind is UpdateUserStep:
            return self.settings.user_id
        return self.settings.tenant_id if kind is UpdateTenantStep else self.settings.object_id
