"""Reads the files of layouts and partials, and checks them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from addressee.messaging.content.blocks.inputs import AnyInput
from addressee.messaging.content.templating import liquid
from addressee.messaging.content.templating.known_texts import KnownTexts, warnings_of
from addressee.messaging.content.templating.partials import unknown
from addressee.messaging.content.templating.shared_templates import (
    LAYOUT,
    PARTIAL,
    Layout,
    Partial,
    SharedTemplates,
    TemplateKey,
)
from addressee.messaging.definitions.model import FieldPath
from addressee.messaging.definitions.reading import UNSTORABLE
from addressee.messaging.definitions.sources import Source
from addressee.messaging.steps.texts import ONLY_IN_FETCHES, SECRETS
from addressee.messaging.workflows.commits.documents import without_ignored
from addressee.messaging.workflows.files.chains import MAX_DEPTH, Chain, chains_without_end
from addressee.messaging.workflows.shared_templates.placing import placing_problems
from addressee.messaging.workflows.shared_templates.store import partials_in, texts_of

# The number of characters of a layout or a partial, and the number of either that an environment has.
MAX_LENGTH = 200_000
MAX_TEMPLATES = 500

# The fields of a layout that print what it is laid around.
FRAMES = (("html_layout",), ("text_layout",))


class LayoutFile(Layout, frozen=True, kw_only=True):
    """The form of a layout's file, as Knock has it."""

    key: str | None = None


class PartialFile(Partial, frozen=True, kw_only=True):
    """The form of a partial's file, as Knock has it."""

    key: str | None = None
    input_schema: tuple[AnyInput, ...] = ()


# The form of the file of each kind of template.
FORMS: Mapping[type[Layout | Partial], type[LayoutFile | PartialFile]] = {Layout: LayoutFile, Partial: PartialFile}


@dataclass(frozen=True, slots=True)
class TemplateDefinition:
    """A layout or a partial as its file defines it."""

    key: TemplateKey
    template: Layout | Partial
    source: Source = field(repr=False)


def read_template(kind: type[Layout | Partial], source: Source) -> TemplateDefinition | None:
    """Returns a layout or a partial of a file, None if that does not have the right form."""
    if not source.has_key or source.problems:
        return None
    value = without_ignored(source.value)
    if not source.fits((), value, FORMS[kind]):
        return None
    if value.get("key", source.key) not in (source.key, None):
        source.problem(("key",), f"the key is {source.key!r}, as the file or its folder is called; leave this out")
    template = msgspec.convert({name: part for name, part in value.items() if name != "key"}, kind)
    if isinstance(template, Layout) and template.is_mjml and not template.begins_as_mjml:
        source.problem(("is_mjml",), "MJML begins with <mjml>; 'html_layout' does not")
    return TemplateDefinition(TemplateKey.of(template, source.key), template, source)


def check_templates(defined: Sequence[TemplateDefinition], stored: SharedTemplates) -> None:
    """Tells the sources what is wrong with the texts of templates, and with which partials they render.

    `stored` are the templates that the environment has.
    """
    known = stored.with_all({each.key: each.template for each in defined})
    sound = [each for each in defined if are_texts_sound(each.source, each.template, known.partials)]
    for kind, keys in ((LAYOUT, known.layouts), (PARTIAL, known.partials)):
        of_kind = [each.source for each in defined if each.key.kind == kind]
        if of_kind and len(keys) > MAX_TEMPLATES:
            of_kind[-1].problem((), f"an environment has at most {MAX_TEMPLATES} {kind}s")
    check_chains([each for each in sound if each.key.kind == PARTIAL], stored)


def warn_of_texts(defined: Sequence[TemplateDefinition], known: KnownTexts) -> None:
    """Warns of texts that templates look up and no locale has; those with problems have none."""
    for each in defined:
        for path, text, environment in () if each.source.problems else texts_of(each.template):
            for line, warning in warnings_of(liquid.parse(text, environment).translations, known):
                each.source.warning_in_text(path, line, warning)


def check_chains(changed: Sequence[TemplateDefinition], stored: SharedTemplates) -> None:
    """Tells the sources of partials which of them would render partials without end, beside those that are stored."""
    partials = stored.with_all({each.key: each.template for each in changed}).partials
    sources = {each.key.key: each.source for each in changed}
    for chain in chains_without_end({key: partials_in(each) for key, each in partials.items()}):
        key = next((key for key in chain.keys if key in sources), None)
        if key is not None:
            sources[key].problem(("content",), problem_of(chain))


def problem_of(chain: Chain) -> str:
    if chain.is_circle:
        return f"a partial must not render itself: {chain}"
    return f"partials may render each other {MAX_DEPTH} deep: {chain}"


def are_texts_sound(source: Source, template: Layout | Partial, known: Collection[str]) -> bool:
    """Returns whether all texts are Liquid that can be stored; tells the source whatever is wrong with them."""
    checked = [check_text(source, path, text, environment, known) for path, text, environment in texts_of(template)]
    return all(checked)


def check_text(
    source: Source, path: FieldPath, text: str, environment: liquid.BoundedEnvironment, known: Collection[str]
) -> bool:
    if len(text) > MAX_LENGTH:
        source.problem(path, f"this has at most {MAX_LENGTH:,} characters")
        return False
    if UNSTORABLE.search(text):
        source.problem(path, "a text must not hold the character NUL")
        return False
    try:
        for line, problem in problems_in(path, text, environment, known):
            source.problem_in_text(path, line, problem)
    except liquid.TemplateError as error:
        source.problem_in_text(path, error.line or 1, f"this is not Liquid: {error.message}")
        return False
    return True


def problems_in(
    path: FieldPath, text: str, environment: liquid.BoundedEnvironment, known: Collection[str]
) -> Iterator[tuple[int, str]]:
    """Yields the lines and the problems of a text. Raises TemplateError."""
    yield from unknown(liquid.parse(text, environment).partials, known)
    for secret in liquid.uses_of(text, SECRETS, environment):
        yield secret.line, ONLY_IN_FETCHES
    if path in FRAMES:
        yield from placing_problems(text, environment)
