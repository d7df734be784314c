"""Channel steps in files: which channel they name, in which way, and their template."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import structs

from addressee.channels.links import scheme_of
from addressee.channels.provider import ChannelType, Provider
from addressee.messaging.content.aliases import Aliases, canonical, with_aliases
from addressee.messaging.content.channel_types import TEMPLATES, AnyTemplate
from addressee.messaging.content.templating import liquid
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.definitions.sources import Source, schema_of
from addressee.messaging.definitions.times import read_windows
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.steps.channels.channel_cap import channel_cap
from addressee.messaging.steps.compiler import Compiler, StepFile, UsableChannel
from addressee.messaging.steps.flow.throttle import ThrottleSettings
from addressee.messaging.steps.flow.unsupported import UnsupportedStep
from addressee.messaging.steps.texts import ONLY_IN_FETCHES, SECRETS
from addressee.suggestions import instead_of
from addressee.timing.window_forms import WindowsForm
from addressee.timing.windows import Windows

# A template under one of these names is for the only channel of the type, or the one that has this name.
SHORT_NAMES: Mapping[str, ChannelType] = {
    **{each.value: each for each in ChannelType},
    "in_app": ChannelType.IN_APP_FEED,
    "webhook": ChannelType.HTTP,
}


# A type of channel at Knock whose messages are guides in an app.
GUIDE = "in_app_guide"


class Place(NamedTuple):
    """The channel that a step names, and the fields that name it and hold its template."""

    key: str
    channel: UsableChannel
    named_by: str
    template: str


class ChannelStepFile(StepFile, frozen=True, kw_only=True):
    """A channel step in a file: `channel_key` or `channel` with a `template`, or a template under a type's name.

    `throttle` caps the messages to a recipient.
    """

    channel: str | None = None
    channel_key: str | None = None
    channel_group_key: str | None = None
    channel_type: str | None = None
    template: dict[str, Any] | None = None
    channel_overrides: dict[str, Any] | None = None
    email: dict[str, Any] | None = None
    in_app: dict[str, Any] | None = None
    in_app_feed: dict[str, Any] | None = None
    sms: dict[str, Any] | None = None
    push: dict[str, Any] | None = None
    chat: dict[str, Any] | None = None
    whatsapp: dict[str, Any] | None = None
    http: dict[str, Any] | None = None
    webhook: dict[str, Any] | None = None
    send_windows: WindowsForm | Literal["always"] | None = None
    throttle: ThrottleSettings | None = None

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        if self.channel_type == GUIDE:
            compiler.source.warning(path, "there are no in-app guides here: this step is skipped")
            compiler.add(self.made(UnsupportedStep(ref=self.ref, of=GUIDE, halts=False)))
            return
        place = self._place(compiler, path)
        if place is None or place.channel.provider is None:
            return
        self._check_type(compiler, path, place.channel.provider.channel_type)
        if place.channel.lacks:
            lacking = ", ".join(place.channel.lacks)
            message = f"the channel {place.key!r} was stored without {lacking}; give it a file"
            compiler.problem((*path, place.named_by), message)
            return
        if getattr(self, place.template) is None and place.channel.provider.channel_type is not ChannelType.HTTP:
            compiler.problem(path, f"{place.template!r} is missing")
            return
        template = self._template(compiler, path, place, place.channel.provider)
        if template is None:
            return
        self._check_layout(compiler, (*path, place.template), template)
        for below, message in template.partial_problems(compiler.shared.partials):
            compiler.problem((*path, place.template, *below), message)
        for where, link in template.links():
            scheme = scheme_of(link.partition("{")[0])
            allowed = place.channel.link_schemes
            if scheme is not None and allowed is not None and scheme not in allowed:
                message = f"links of the channel {place.key!r} do not have the scheme {scheme}; see its link_schemes"
                compiler.problem((*path, place.template, *where), message)
        windows = self._windows(compiler, path)
        if self.throttle is not None:
            type = place.channel.provider.channel_type
            cap = channel_cap(compiler, (*path, "throttle"), self.throttle, self.ref, place.key, type)
            found = {"redirected": template.is_redirected, "by_email": template.finds_by_email}
            compiler.add(self.made(structs.replace(cap, **found)))
        compiler.add(self.made(ChannelStep(ref=self.ref, channel=place.key, template=template, windows=windows)))

    def _check_layout(self, compiler: Compiler, path: FieldPath, template: AnyTemplate) -> None:
        known, key = compiler.shared.layouts, template.layout
        if key is None:
            return
        if key not in known:
            compiler.problem((*path, "layout_key"), f"there is no layout {key!r}; {instead_of(key, known)}")
            return
        for below, message in template.layout_problems(known[key]):
            compiler.problem((*path, *below), message)

    def _windows(self, compiler: Compiler, path: FieldPath) -> Windows | None:
        """Returns the step's own windows, else those of the workflow."""
        if self.send_windows is None:
            return compiler.windows
        if isinstance(self.send_windows, str):
            return None
        return read_windows(compiler.source, (*path, "send_windows"), self.send_windows)

    def _place(self, compiler: Compiler, path: FieldPath) -> Place | None:
        """Returns the channel that the step names in one of the ways that there are."""
        given = [name for name in ("channel", "channel_key", *SHORT_NAMES) if getattr(self, name) is not None]
        if not given:
            compiler.problem(path, "'channel_key' is missing")
            return None
        if len(given) > 1:
            message = f"{given[0]!r} and {given[1]!r} both say where this goes; keep one of them"
            compiler.problem((*path, given[1]), message)
            return None
        named_by = given[0]
        if named_by in SHORT_NAMES:
            return self._only_one(compiler, path, named_by)
        key = getattr(self, named_by)
        channel = compiler.channels.get(key)
        if channel is None:
            known = instead_of(key, list(compiler.channels))
            compiler.problem((*path, named_by), f"there is no channel {key!r}; {known}")
            return None
        return Place(key, channel, named_by, "template")

    def _only_one(self, compiler: Compiler, path: FieldPath, name: str) -> Place | None:
        """Returns the only channel of the type that a field names; of several, the one with the same name."""
        type = SHORT_NAMES[name]
        found = [
            key
            for key, channel in compiler.channels.items()
            if channel.provider is not None and channel.provider.channel_type is type
        ]
        if len(found) > 1:
            found = [key for key in found if key.replace("-", "_") == name] or found
        if self.template is not None:
            compiler.problem((*path, "template"), f"{name!r} is the template; keep one of them")
            return None
        if len(found) != 1:
            there_are = f"there are several channels of type {type}: {', '.join(found)}"
            message = there_are if found else f"there is no channel of type {type}"
            compiler.problem((*path, name), f"{message}; name one with 'channel_key' and give a 'template'")
            return None
        return Place(found[0], compiler.channels[found[0]], name, name)

    def _check_type(self, compiler: Compiler, path: FieldPath, type: ChannelType) -> None:
        if self.channel_type is not None and self.channel_type != type:
            compiler.problem((*path, "channel_type"), f"the channel is of type {type}")

    def _template(self, compiler: Compiler, path: FieldPath, place: Place, provider: Provider) -> AnyTemplate | None:
        source = compiler.source
        form = TEMPLATES[provider.channel_type]
        values = named_like_ours(
            source,
            (*path, place.template),
            getattr(self, place.template) or {},
            template_schema(form),
            form.aliases(provider),
        )
        overrides: Mapping[str, Any] | None = {}
        if self.channel_overrides is not None:
            where = (*path, "channel_overrides")
            overrides = named_like_ours(source, where, self.channel_overrides, overrides_schema(form), form.OVERRIDES)
        if values is None or overrides is None:
            return None
        for name in values.keys() & overrides.keys():
            source.problem((*path, "channel_overrides"), f"the template has {name!r} too; keep one of them")
        where = (*path, place.template)
        if not source.fits(where, {**values, **overrides}, form):
            return None
        template = msgspec.convert({**values, **overrides}, form)
        for below, message in template.problems(provider):
            source.problem((*self._where(path, place, overrides, below), *below), message)
        for below, message in template.warnings(provider):
            source.warning((*self._where(path, place, overrides, below), *below), message)
        for below, text, environment in template.texts():
            at = (*self._where(path, place, overrides, below), *below)
            try:
                uses = liquid.uses_of(text, SECRETS, environment)
                compiler.note_partials(at, text, environment)
            except liquid.TemplateError as error:
                source.problem_in_text(at, error.line or 1, f"this is not Liquid: {error.message}")
                continue
            for use in uses:
                source.problem_in_text(at, use.line, ONLY_IN_FETCHES)
        return template

    def _where(self, path: FieldPath, place: Place, overrides: Mapping[str, Any], below: FieldPath) -> FieldPath:
        """Returns the path of what holds a field of the template: the overrides, or the template itself."""
        return (*path, "channel_overrides" if below[:1] and below[0] in overrides else place.template)


def named_like_ours(
    source: Source, path: FieldPath, given: Mapping[str, Any], schema: Mapping[str, Any], aliases: Aliases
) -> Mapping[str, Any] | None:
    """Returns a template's fields under our names, None if there are problems with them."""
    if not source.check(path, given, schema):
        return None
    found = canonical(given, aliases)
    for below, message in found.problems:
        source.problem((*path, *below), message)
    for name, ours in found.renamed:
        source.renamed(path, name, (ours,))
    return None if found.problems else found.values


@cache
def template_schema(form: type[AnyTemplate]) -> Mapping[str, Any]:
    """Returns the JSON schema of a template in a file, with all names that its fields may have; callers share it."""
    schema = deepcopy(dict(schema_of(form)))
    with_aliases(schema["$defs"][form.__name__], form.ALIASES)
    return schema


@cache
def overrides_schema(form: type[AnyTemplate]) -> Mapping[str, Any]:
    """Returns the JSON schema of the `channel_overrides` beside a template; callers share it."""
    schema: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
    with_aliases(schema, form.OVERRIDES, template_schema(form)["$defs"][form.__name__]["properties"])
    return schema
