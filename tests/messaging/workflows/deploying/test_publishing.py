"""Documents become drafts, drafts commits, and commits of one environment those of another."""

from uuid import UUID

import msgspec
import pytest

from addressee.database.paging import PageRequest
from addressee.messaging.content.in_app import InAppTemplate
from addressee.messaging.steps.channels.channel import ChannelStep
from addressee.messaging.workflows.commits.model import (
    Authorship,
    Commit,
    Document,
    ListedCommit,
    ResourceKey,
    ResourceKind,
)
from addressee.messaging.workflows.commits.store import (
    CommitFilter,
    commits_like,
    find_commit,
    live_commits,
    read_drafts,
)
from addressee.messaging.workflows.configuration import ConfigurationError
from addressee.messaging.workflows.deploying.publishing import Publishing
from tests.messaging.office import IN_APP, SEALER, Office

WELCOME = ResourceKey(ResourceKind.WORKFLOW, "welcome")
FOOTER = ResourceKey(ResourceKind.PARTIAL, "footer")
ADA = Authorship("ada@example.com", "Shorter")

CHANNEL = {"channels/in-app.yaml": IN_APP}
FILE = """\
# Said to everybody.
steps:
  - ref: feed
    type: channel
    channel_key: in-app
    template: {markdown_body@: body.md}
name: Welcome
"""
FILES = {**CHANNEL, "workflows/welcome/workflow.yaml": FILE, "workflows/welcome/body.md": "Hello\r\n"}


def workflow(body: str, **more: object) -> Document:
    step = {"ref": "feed", "type": "channel", "channel_key": "in-app", "template": {"markdown_body": body}}
    return Document(msgspec.json.encode({"steps": [step], "name": "Welcome", **more}).decode())


def partial(content: str) -> Document:
    return Document(msgspec.json.encode({"type": "text", "content": content}).decode())


@pytest.fixture
def publishing(office: Office) -> Publishing:
    return Publishing(office.pool, SEALER, office.clock)


async def live(office: Office) -> dict[ResourceKey, Commit]:
    return await live_commits(office.pool, office.environment_id)


async def body(office: Office) -> str:
    overview = await office.messaging.workflows.overview(office.environment_id, "welcome")
    (step,) = overview.workflow.steps
    assert isinstance(step, ChannelStep)
    assert isinstance(step.template, InAppTemplate)
    return step.template.body


async def test_a_push_commits_its_files_as_they_are(office: Office) -> None:
    await office.push(FILES)
    commit = (await live(office))[WELCOME]
    assert commit.document.files == {path: text for path, text in FILES.items() if path.startswith("workflows/")}
    assert msgspec.json.decode(commit.document.text) == {
        "steps": [
            {"ref": "feed", "type": "channel", "channel_key": "in-app", "template": {"markdown_body": "Hello\n"}}
        ],
        "name": "Welcome",
    }
    assert (commit.author, commit.message, commit.created_at) == ("", "", office.clock.now())


async def test_pushing_the_same_again_commits_nothing(office: Office) -> None:
    await office.push(FILES)
    before = await live(office)
    await office.push(FILES)
    assert await live(office) == before


async def test_what_is_pushed_last_is_live_also_after_a_push_from_a_clock_that_is_ahead(
    office: Office, publishing: Publishing
) -> None:
    await publishing.publish(office.environment_id, {FOOTER: partial("1")}, ADA)
    ahead = UUID("ffffffff-ffff-7000-8000-000000000000")
    await office.pool.execute(
        "UPDATE addressee.commits SET id = $2 WHERE environment_id = $1", office.environment_id, ahead
    )
    await publishing.publish(office.environment_id, {FOOTER: partial("2")}, ADA)
    commit = (await live(office))[FOOTER]
    assert (commit.id, commit.document) == (UUID("ffffffff-ffff-7000-8000-000000000001"), partial("2"))


async def test_a_changed_comment_is_a_commit_and_no_new_version(office: Office) -> None:
    await office.push(FILES)
    done = await office.push({**FILES, "workflows/welcome/workflow.yaml": FILE.replace("everybody", "all")})
    assert [str(each.effect) for each in done] == ["unchanged", "unchanged"]
    page = await commits_like(office.pool, office.environment_id, CommitFilter(), PageRequest(10))
    assert [commit.resource for commit in page.entries] == [WELCOME, WELCOME]
    assert {type(commit) for commit in page.entries} == {ListedCommit}


async def test_a_draft_is_not_live(office: Office, publishing: Publishing) -> None:
    await office.push(FILES)
    await publishing.save_drafts(office.environment_id, {WELCOME: workflow("Good day")}, "ada")
    assert await body(office) == "Hello\n"
    draft = (await read_drafts(office.pool, office.environment_id))[WELCOME]
    assert (draft.document, draft.author) == (workflow("Good day"), "ada")


async def test_one_resource_is_read_without_the_others(office: Office, publishing: Publishing) -> None:
    await publishing.publish(office.environment_id, {FOOTER: partial("1")}, ADA)
    header = ResourceKey(ResourceKind.PARTIAL, "header")
    await publishing.save_drafts(office.environment_id, {FOOTER: partial("2"), header: partial("3")}, "ada")
    assert (await read_drafts(office.pool, office.environment_id, [FOOTER])).keys() == {FOOTER}
    resources = office.messaging.resources
    drafted = await resources.get(office.environment_id, FOOTER)
    committed = await resources.get(office.environment_id, FOOTER, only_committed=True)
    assert drafted is not None
    assert committed is not None
    assert (drafted.document, committed.document) == (partial("2"), partial("1"))
    assert await resources.get(office.environment_id, header, only_committed=True) is None


async def test_committing_drafts_makes_them_live(office: Office, publishing: Publishing) -> None:
    await office.push(FILES)
    await publishing.save_drafts(office.environment_id, {WELCOME: workflow("Good day")}, "ada")
    done = await publishing.commit_drafts(office.environment_id, ADA)
    assert [(each.what, str(each.effect)) for each in done] == [("workflow welcome", "changed")]
    assert await body(office) == "Good day"
    assert await read_drafts(office.pool, office.environment_id) == {}
    commit = (await live(office))[WELCOME]
    assert (commit.author, commit.message) == ("ada@example.com", "Shorter")
    assert await find_commit(office.pool, office.environment_id, commit.id) == commit
    assert await find_commit(office.pool, office.environment_id + 1, commit.id) is None


async def test_a_push_drops_drafts_that_are_older(office: Office, publishing: Publishing) -> None:
    await office.push(CHANNEL)
    await publishing.save_drafts(office.environment_id, {WELCOME: workflow("Good day")}, "ada")
    await office.push(FILES)
    assert await read_drafts(office.pool, office.environment_id) == {}


async def test_only_some_drafts_are_committed(office: Office, publishing: Publishing) -> None:
    await office.push(CHANNEL)
    drafts = {WELCOME: workflow("Hi"), FOOTER: partial("Bye")}
    await publishing.save_drafts(office.environment_id, drafts, "ada")
    await publishing.commit_drafts(office.environment_id, ADA, [FOOTER])
    assert list(await live(office)) == [FOOTER]
    assert list(await read_drafts(office.pool, office.environment_id)) == [WELCOME]


async def test_a_draft_may_render_a_draft_and_cannot_go_live_without_it(office: Office, publishing: Publishing) -> None:
    await office.push(CHANNEL)
    await publishing.save_drafts(office.environment_id, {FOOTER: partial("Bye")}, "ada")
    using = workflow("Hi {% render 'footer' %}")
    await publishing.save_drafts(office.environment_id, {WELCOME: using}, "ada")
    with pytest.raises(ConfigurationError):
        await publishing.commit_drafts(office.environment_id, ADA, [WELCOME])
    assert await live(office) == {}
    done = await publishing.commit_drafts(office.environment_id, ADA)
    assert [each.what for each in done] == ["partial footer", "workflow welcome"]


async def test_problems_have_paths(office: Office, publishing: Publishing) -> None:
    await office.push(CHANNEL)
    wrong = workflow("one\n{% if %}", colour="red")
    with pytest.raises(ConfigurationError) as raised:
        await publishing.check(office.environment_id, {WELCOME: wrong})
    found = {problem.path: problem.line_of_text for problem in raised.value.problems}
    assert found == {"colour": None, "steps[0].template.markdown_body": 2}


async def test_a_workflow_without_steps_is_a_draft_at_most(office: Office, publishing: Publishing) -> None:
    await office.push(CHANNEL)
    empty = Document(msgspec.json.encode({"name": "Welcome", "steps": []}).decode())
    await publishing.save_drafts(office.environment_id, {WELCOME: empty, FOOTER: partial("Bye")}, "ada")
    with pytest.raises(ConfigurationError) as raised:
        await publishing.commit_drafts(office.environment_id, ADA)
    assert [(problem.file, problem.path, problem.message) for problem in raised.value.problems] == [
        ("workflow welcome", "steps", "a workflow that is to be live has at least one step")
    ]
    assert (await read_drafts(office.pool, office.environment_id)).keys() == {WELCOME, FOOTER}


async def test_promoting_repeats_commits_elsewhere(office: Office, other: Office, publishing: Publishing) -> None:
    await office.push(FILES)
    await other.push(CHANNEL)
    commit = (await live(office))[WELCOME]
    assert await publishing.unpromoted(office.environment_id, other.environment_id) == {WELCOME: commit}
    done = await publishing.promote(office.environment_id, other.environment_id, ADA)
    assert [(each.what, str(each.effect)) for each in done] == [("workflow welcome", "new")]
    promoted = (await live(other))[WELCOME]
    assert (promoted.promoted_from, promoted.document) == (commit.id, commit.document)
    assert await body(other) == "Hello\n"
    assert await publishing.unpromoted(office.environment_id, other.environment_id) == {}


async def test_what_the_other_environment_lacks_is_told(office: Office, other: Office, publishing: Publishing) -> None:
    await office.push(FILES)
    with pytest.raises(ConfigurationError, match="in-app"):
        await publishing.promote(office.environment_id, other.environment_id, ADA)
    assert await live(other) == {}


async def test_only_some_commits_are_promoted(office: Office, other: Office, publishing: Publishing) -> None:
    await office.push({**FILES, "partials/footer.liquid": "Bye"})
    await other.push(CHANNEL)
    commits = await live(office)
    await publishing.promote(office.environment_id, other.environment_id, ADA, [commits[FOOTER].id])
    assert list(await live(other)) == [FOOTER]
