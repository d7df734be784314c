"""Pages of layouts and partials: all of an environment with who names them, and one with what it says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from addressee.api.answers import Answer
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.messaging.content.templating.shared_templates import LAYOUT, PARTIAL, Layout, Partial, TemplateKey
from addressee.messaging.workflows.listing import WorkflowOverview
from addressee.messaging.workflows.shared_templates.listing import ListedTemplate, named_by, partial_keys

routes = Routes("templates")

TEMPLATES = f"{ENVIRONMENT}/templates"

# The segments of a template's URL, after those of all.
SEGMENTS = {LAYOUT: "layouts", PARTIAL: "partials"}
KINDS = {segment: kind for kind, segment in SEGMENTS.items()}

# Of a text, on a page.
SHOWN_CHARACTERS = 20_000


class Namer(NamedTuple):
    """A workflow or a template that names another template."""

    name: str
    url: str


class ShownText(NamedTuple):
    name: str
    text: str
    cut: bool


@routes.get(TEMPLATES, VIEWER)
async def list_templates(visit: EnvironmentVisit) -> Answer:
    services, environment_id = visit.services.messaging, visit.environment.id
    templates = await services.shared_templates.list(environment_id)
    namers = namers_of(visit, templates, await services.workflows.overviews(environment_id))
    return page(visit, "workflows/templates.html", templates=templates, namers=namers, segments=SEGMENTS)


@routes.get(f"{TEMPLATES}/{{kind}}/{{key}}", VIEWER)
async def show_template(visit: EnvironmentVisit) -> Answer:
    """Raises PageMissingError."""
    services, environment_id = visit.services.messaging, visit.environment.id
    key = TemplateKey(KINDS.get(visit.path["kind"], ""), visit.path["key"])
    found = await services.shared_templates.find(environment_id, key)
    if found is None:
        raise PageMissingError("There is no such layout or partial in this environment.")
    templates = await services.shared_templates.list(environment_id)
    namers = namers_of(visit, templates, await services.workflows.overviews(environment_id))
    texts = list(texts_of(found.template))
    return page(visit, "workflows/template.html", found=found, texts=texts, namers=namers.get(key, ()))


def namers_of(
    visit: EnvironmentVisit, templates: Sequence[ListedTemplate], workflows: Sequence[WorkflowOverview]
) -> Mapping[TemplateKey, Sequence[Namer]]:
    """Returns who names each template itself: workflows, then other templates."""
    found: dict[TemplateKey, list[Namer]] = defaultdict(list)
    for workflow in workflows:
        for key in named_by(workflow.workflow):
            found[key].append(Namer(workflow.workflow.name, visit.url("workflows", workflow.key)))
    for template in templates:
        kind, key_of_template = template.key
        for key in partial_keys(template.partials):
            found[key].append(
                Namer(f"{kind} {key_of_template}", visit.url("templates", SEGMENTS[kind], key_of_template))
            )
    return found


def texts_of(template: Layout | Partial) -> Iterator[ShownText]:
    parts = (
        {"HTML": template.html_layout, "Text": template.text_layout}
        if isinstance(template, Layout)
        else {"Content": template.content}
    )
    for name, text in parts.items():
        if text is not None:
            yield ShownText(name, text[:SHOWN_CHARACTERS], len(text) > SHOWN_CHARACTERS)
