"""Steps that add users to a list, or remove them (engine.md §4.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from addressee.directory.documents import check_id
from addressee.directory.edits.lists import LISTS
from addressee.directory.errors import RefusedError
from addressee.directory.recipient import Place, Recipient
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.data.updates import Person, UpdateStep, only_users, people_of
from addressee.messaging.steps.model import ContinueOrHalt, Request
from addressee.messaging.steps.texts import check_texts

# The actions by the types of step whose names say them.
ACTIONS = {"subscriberlistoperation_adduser": "add", "subscriberlistoperation_removeuser": "remove"}


@dataclass(frozen=True, slots=True)
class ListUpdate(Request):
    """Adds users to a list or removes them. With a `title`, a list that does not exist is created."""

    list: Place
    adds: bool
    users: tuple[str, ...]
    title: str | None


class UpdateListStep(UpdateStep, frozen=True, tag="update_list", kw_only=True):
    """A step that adds users to a list or removes them: `users` that it names, else those that it selects."""

    list_id: str
    adds: bool
    selected: tuple[Person, ...] = ("recipient",)
    users: Any = None
    creates: bool = False
    list_name: str | None = None

    def request(self, recipient: Recipient, context: StepContext) -> ListUpdate:
        id = liquid.render(self.list_id, context.scope).strip()
        try:
            place = Place(recipient.place.environment_id, LISTS, check_id(id, "list_id"))
        except RefusedError as refusal:
            raise TemplateError(refusal.message, None) from None
        users = only_users(people_of(self.selected, self.users, recipient, context))
        title = liquid.render(self.list_name or "", context.scope).strip() or id
        return ListUpdate(place, self.adds, users, title if self.creates else None)


class UpdateListSettings(Definition, frozen=True, kw_only=True):
    list_id: str
    action: Literal["add", "remove"] | None = None
    user_selection: list[str] = msgspec.field(default_factory=lambda: ["recipient"])
    users: str | list[Any] | None = None
    create_list_if_missing: bool = False
    list_name: str | None = None
    on_error: ContinueOrHalt = ContinueOrHalt.CONTINUE


class UpdateListStepFile(StepFile, frozen=True, kw_only=True):
    settings: UpdateListSettings

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        settings, path = self.settings, (*path, "settings")
        for name in ("list_id", "users", "list_name"):
            check_texts(compiler, (*path, name), getattr(settings, name))
        action = settings.action or ACTIONS.get(self.type or "")
        if action is None:
            compiler.problem(path, "'action' is missing: add or remove")
        step = UpdateListStep(
            ref=self.ref,
            list_id=settings.list_id,
            adds=action == "add",
            selected=selection(compiler, (*path, "user_selection"), settings.user_selection),
            users=settings.users,
            creates=settings.create_list_if_missing,
            list_name=settings.list_name,
            on_error=settings.on_error,
        )
        compiler.add(self.made(step))


def selection(compiler: Compiler, path: FieldPath, written: list[str]) -> tuple[Person, ...]:
    """Returns whom a step selects."""
    selected: list[Person] = []
    for each in written:
        if each == "recipient":
            selected.append("recipient")
        elif each == "actor":
            selected.append("actor")
        else:
            compiler.problem(path, f"{each!r} is neither recipient nor actor")
    return tuple(selected)
