"""Pages of test runs: what a workflow would send to somebody now, as it would look, and a button that really sends."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from addressee.api.answers import Answer
from addressee.api.requests.forms import Form
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.rendering import framed_html, page, see_other
from addressee.dashboard.routes import EDITOR, Routes
from addressee.dashboard.visits import EnvironmentVisit
from addressee.dashboard.workflows.trials.example_data import example_data
from addressee.dashboard.workflows.trials.rendered import html_of, obstacle_words, shown
from addressee.dashboard.workflows.trials.run_form import RunForm, read_form
from addressee.dashboard.workflows.trials.template_hints import Hint, hints
from addressee.dashboard.workflows.versions import number_in
from addressee.dashboard.workflows.views import pretty
from addressee.dashboard.workflows.workflows import WORKFLOW
from addressee.directory.recipient import TENANTS, USERS, Recipient
from addressee.messaging.errors import DataInvalidError, MessagingError
from addressee.messaging.preview.model import PreviewedMessage
from addressee.messaging.preview.simulations import Simulated
from addressee.messaging.steps.waiting.wait import WaitStep
from addressee.messaging.triggers.trigger import Trigger
from addressee.messaging.workflows.listing import WorkflowOverview, WorkflowVersion
from addressee.messaging.workflows.outline import every_node, outline

routes = Routes("trials")

# Of the widths in which an e-mail is shown, in CSS pixels.
PHONE, DESKTOP = "phone", "desktop"

MAX_HINTS = 20


@routes.get(f"{WORKFLOW}/test", EDITOR)
async def show_test(visit: EnvironmentVisit) -> Answer:
    """Shows the form, and the run if it names somebody. Raises WorkflowMissingError."""
    found = await visit.services.messaging.workflows.overview(visit.environment.id, visit.path["key"])
    return await trial_page(visit, found, read_form(visit.query))


@routes.get(f"{WORKFLOW}/test/frame", EDITOR)
async def show_frame(visit: EnvironmentVisit) -> Answer:
    """Shows the HTML of one of the messages of a run, which is simulated again: nothing of it is stored.

    Raises WorkflowMissingError or PageMissingError.
    """
    found = await visit.services.messaging.workflows.overview(visit.environment.id, visit.path["key"])
    form, version = await checked(visit, found, read_form(visit.query))
    number = number_in(visit.query.text("message") or "")
    if not form.person or form.errors or number is None:
        raise PageMissingError
    simulated = await simulate(visit, found, form, version)
    message = simulated.happened[number] if number < len(simulated.happened) else None
    html = html_of(message.content) if isinstance(message, PreviewedMessage) else None
    if html is None:
        raise PageMissingError
    return framed_html(html)


@routes.post(f"{WORKFLOW}/test/send", EDITOR)
async def really_send(visit: EnvironmentVisit, sent: Form) -> Answer:
    """Triggers the current version for one person. Raises WorkflowMissingError."""
    found = await visit.services.messaging.workflows.overview(visit.environment.id, visit.path["key"])
    form, _ = await checked(visit, found, read_form(sent))
    if not form.person and "person" not in form.errors:
        form = form.with_error("person", "Say who gets it: the id of a person.")
    if form.errors:
        return await trial_page(visit, found, form)
    wanted = form.simulation(visit.environment.id, found.key)
    trigger = Trigger(found.key, [wanted.recipient], dict(form.data), actor=wanted.actor, tenant=wanted.tenant)
    await visit.record("workflows.trigger", USERS, form.person, workflow=found.key, version=found.version.number)
    try:
        run_id: UUID = await visit.services.messaging.triggers.accept(visit.environment.id, trigger)
    except MessagingError as error:
        return await trial_page(visit, found, form, str(error))
    return see_other(visit.url("runs", run_id, notice="run-started"))


async def checked(visit: EnvironmentVisit, found: WorkflowOverview, form: RunForm) -> tuple[RunForm, WorkflowVersion]:
    """Returns a form with what is wrong with whom and what it names, and the version to try."""
    places = {
        "person": visit.place(USERS, form.person),
        "tenant": visit.place(TENANTS, form.tenant or ""),
        "actor": visit.place(USERS, form.actor or ""),
    }
    named = {name: place for name, place in places.items() if place.id}
    known = await visit.services.directory.reader.read_all(list(named.values()))
    for name, place in named.items():
        if place not in known:
            whom = "tenant" if name == "tenant" else "person"
            form = form.with_error(name, f"There is no {whom} with the id {place.id!r} in this environment.")
    if form.version is None or form.version == found.version.number:
        return form, found.current
    version = await visit.services.messaging.workflows.version(visit.environment.id, found.key, form.version)
    if version is None:
        return form.with_error("version", f"There is no version {form.version} of this workflow."), found.current
    return form, version


async def simulate(
    visit: EnvironmentVisit, found: WorkflowOverview, form: RunForm, version: WorkflowVersion
) -> Simulated:
    """Raises DataInvalidError."""
    return await visit.services.messaging.simulations.simulate(
        form.simulation(visit.environment.id, found.key, version.version.id)
    )


async def trial_page(visit: EnvironmentVisit, found: WorkflowOverview, form: RunForm, refused: str = "") -> Answer:
    form, version = await checked(visit, found, form)
    simulated: Simulated | None = None
    hinted: Sequence[Hint] = ()
    person: Recipient | None = None
    if form.person and not form.errors:
        try:
            simulated = await simulate(visit, found, form, version)
            person = await visit.require(visit.place(USERS, form.person))
            hinted = list(hints(version.workflow, form.data, person))[:MAX_HINTS]
        except DataInvalidError as error:
            unfit = "; ".join(f"{each.field}: {each.message}" for each in error.failures)
            form = form.with_error("data", f"The workflow's schema does not allow this data. {unfit}")
    return page(
        visit,
        "workflows/test.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or refused else HTTPStatus.OK,
        found=found,
        form=form,
        refused=refused,
        example=pretty(example_data(version.workflow)),
        version=version.version,
        waits=[n.ref for n in every_node(outline(version.workflow.steps)) if isinstance(n.first, WaitStep)],
        person=person,
        obstacle=None if simulated is None or simulated.obstacle is None else obstacle_words(simulated.obstacle),
        happened=None if simulated is None else shown(simulated.happened),
        hints=hinted,
        widths=(PHONE, DESKTOP),
    )
