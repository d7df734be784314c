"""What an environment has comes back as the files that were pushed, or as Knock's command line would write it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from addressee.messaging.workflows.available import read_available
from addressee.messaging.workflows.commits.model import Authorship, Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.configuration import read_configuration
from addressee.messaging.workflows.configuration_sources import folder_sources
from addressee.messaging.workflows.deploying.deployment import deploy
from addressee.messaging.workflows.deploying.publishing import Publishing
from addressee.messaging.workflows.folders.differences import Things, differences
from addressee.messaging.workflows.folders.environment import read_stored, things_of
from addressee.messaging.workflows.folders.local import named_sources, things_in
from tests.messaging.office import IN_APP, SEALER, Office, write_files

CORPUS = Path(__file__).parents[3] / "corpus" / "knock" / "push"
HELLO = ResourceKey(ResourceKind.WORKFLOW, "hello")
ADA = Authorship("ada@example.com", "Hello")

PUSHED = {
    "channels/in-app.yaml": IN_APP,
    "workflows/hello.yaml": "# To everybody\r\nsteps:\r\n- {ref: feed, channel: in-app, template: {body: Hello}}\r\n",
    "layouts/main.liquid": "{{ content }}",
    "partials/footer/partial.json": '{"content@": "footer.md", "type": "markdown"}',
    "partials/footer/footer.md": "Bye",
    "channel_groups/feeds.yaml": "# One\nname: Feeds\nchannel_type: in_app_feed\nchannel_rules:\n"
    "- {channel_key: in-app, rule_type: always}\n",
    "audiences/beta/audience.yaml": "name: Beta\ntype: static\n",
    "variables.yaml": "plan: pro # for now\n",
    "public_variables.yaml": "app_url: !file url.txt\n",
    "url.txt": "https://app.example.com",
    "categories.yaml": "sections:\n- categories:\n  - {key: news, name: News}\n",
    "preferences.yaml": "kinds: {sms: false}\n",
}


async def there(office: Office, here: Path | None = None) -> Things:
    sources = {} if here is None else named_sources(folder_sources(here))
    return things_of(await read_stored(office.pool, SEALER, office.environment_id), sources)


def all_files(things: Things) -> dict[str, str]:
    return {path: text for files in things.values() for path, text in files.items()}


def document(body: str) -> Document:
    step = {"ref": "feed_1", "type": "channel", "channel_key": "in-app", "template": {"markdown_body": body}}
    return Document(msgspec.json.encode({"name": "Hello", "steps": [step]}).decode())


async def publish(office: Office, body: str) -> None:
    await Publishing(office.pool, SEALER, office.clock).publish(office.environment_id, {HELLO: document(body)}, ADA)


async def test_everything_that_was_pushed_comes_back_byte_for_byte(office: Office) -> None:
    folder = office.folder / "pushed"
    for path, text in PUSHED.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    await push(office, folder)
    assert all_files(await there(office)) == {**PUSHED, "channels/in-app.yaml": f"{IN_APP}\n"}
    assert all_files(await there(office, folder)) == PUSHED


async def push(office: Office, folder: Path) -> None:
    available = await read_available(office.pool, office.environment_id)
    configuration = read_configuration(folder, {"KNOCK_CORPUS_TWILIO_TOKEN": "t", **os.environ}, available)
    await deploy(office.pool, SEALER, office.environment_id, configuration, office.clock.now())


async def test_the_corpus_comes_back_byte_for_byte(office: Office) -> None:
    await push(office, CORPUS)
    pulled = await there(office)
    files = {
        file.relative_to(CORPUS).as_posix(): file.read_bytes().decode() for file in CORPUS.rglob("*") if file.is_file()
    }
    channels = {path for path in files if path.startswith("channels/")}
    assert {path: text for path, text in all_files(pulled).items() if path not in channels} == {
        path: text for path, text in files.items() if path not in channels
    }
    assert channels == {path for path in all_files(pulled) if path.startswith("channels/")}
    here = named_sources(folder_sources(CORPUS))
    assert not differences(things_in(here), await there(office, CORPUS))


async def test_documents_of_the_corpus_make_its_files(office: Office) -> None:
    """The corpus has the form in which the command line writes it, so documents alone make the same files."""
    await push(office, CORPUS)
    await office.pool.execute(
        "UPDATE addressee.commits SET files = NULL WHERE environment_id = $1", office.environment_id
    )
    alone = {
        path: text
        for path, text in all_files(await there(office)).items()
        if not path.startswith(("channels/", "workflows/own-paths/"))
    }
    assert {path: (CORPUS / path).read_text() for path in alone} == alone
    assert len(alone) > 50


async def test_what_came_as_a_document_is_written_as_the_command_line_does(office: Office) -> None:
    await office.push({"channels/in-app.yaml": IN_APP})
    await publish(office, "Hi")
    pulled = (await there(office))["workflow hello"]
    assert list(pulled) == ["workflows/hello/workflow.json", "workflows/hello/feed_1/markdown_body.md"]
    assert pulled["workflows/hello/feed_1/markdown_body.md"] == "Hi"
    assert msgspec.json.decode(pulled["workflows/hello/workflow.json"])["__readonly"] == {
        "key": "hello",
        "active": True,
        "valid": True,
    }
    await office.messaging.workflows.switch(office.environment_id, "hello", active=False)
    switched = (await there(office))["workflow hello"]["workflows/hello/workflow.json"]
    assert msgspec.json.decode(switched)["__readonly"]["active"] is False


LOCAL = """
name: Hello
steps:
- ref: feed_1
  type: channel
  channel_key: in-app
  template:
    markdown_body@: body.md
"""


async def test_a_folder_that_says_the_same_in_other_files_does_not_differ(office: Office, tmp_path: Path) -> None:
    await office.push({"channels/in-app.yaml": IN_APP})
    await publish(office, "Hi")
    files = {"workflows/hello/workflow.yaml": LOCAL, "workflows/hello/body.md": "Hi"}
    here = write_files(tmp_path / "here", files)
    assert (await there(office, here))["workflow hello"] == files


async def test_files_keep_the_names_that_the_folder_gives_them(office: Office, tmp_path: Path) -> None:
    await office.push({"channels/in-app.yaml": IN_APP})
    await publish(office, "Hi")
    step = {"ref": "feed_1", "type": "channel", "channel_key": "in-app", "template": {"markdown_body@": "texts/hi.md"}}
    files = {
        "workflows/hello/workflow.json": msgspec.json.encode({"name": "Hello", "steps": [step]}).decode(),
        "workflows/hello/texts/hi.md": "Hey",
    }
    here = write_files(tmp_path / "here", files)
    pulled = (await there(office, here))["workflow hello"]
    assert pulled["workflows/hello/texts/hi.md"] == "Hi"
    assert sorted(pulled) == sorted(files)


async def test_own_names_are_kept_at_any_depth(office: Office, tmp_path: Path) -> None:
    await push(office, CORPUS)
    await office.pool.execute(
        "UPDATE addressee.commits SET files = NULL WHERE environment_id = $1", office.environment_id
    )
    own = {
        path.relative_to(CORPUS).as_posix(): path.read_text()
        for path in (CORPUS / "workflows" / "own-paths").rglob("*")
        if path.is_file()
    }
    changed = {**own, "workflows/own-paths/mail/blocks/first.md": "Changed"}
    pulled = (await there(office, write_files(tmp_path / "here", changed)))["workflow own-paths"]
    assert pulled == own


async def test_what_other_files_have_changed_is_written_anew(office: Office) -> None:
    """A public variable takes the name of a private one, whose file says something else then."""
    await office.push({"variables.yaml": "# mine\nplan: pro\nseats: 5\n"})
    await office.push({"variables.yaml": "# mine\nplan: pro\nseats: 5\n"})
    (office.folder / "pushed" / "variables.yaml").unlink()
    await office.push({"public_variables.yaml": "plan: team\n"})
    assert (await there(office))["variables"] == {"variables.yaml": "seats: 5\n"}
    assert (await there(office))["public variables"] == {"public_variables.yaml": "plan: team\n"}


@pytest.mark.parametrize("name", ["variables", "public variables", "categories", "preferences", "channel group feeds"])
async def test_without_pushed_files_values_are_written(office: Office, tmp_path: Path, name: str) -> None:
    await office.push(PUSHED)
    await office.pool.execute("DELETE FROM addressee.pushed_files WHERE environment_id = $1", office.environment_id)
    written = (await there(office))[name]
    before = await read_stored(office.pool, SEALER, office.environment_id)
    for file in written:
        await push(office, write_files(tmp_path / "again", {file: written[file]}))
    after = await read_stored(office.pool, SEALER, office.environment_id)
    assert after.wholes == before.wholes


async def test_what_an_older_version_has_pushed_is_named(office: Office) -> None:
    await office.push({**PUSHED, "workflows/hello.yaml": PUSHED["workflows/hello.yaml"].replace("\r", "")})
    await office.pool.execute("DELETE FROM addressee.commits WHERE environment_id = $1", office.environment_id)
    stored = await read_stored(office.pool, SEALER, office.environment_id)
    assert list(stored.unknown) == ["workflow hello", "layout main", "partial footer"]


async def test_secrets_of_channels_are_variables(office: Office) -> None:
    smtp: dict[str, Any] = {"host": "mail.example.com", "from": "a@example.com", "password": "hunter2"}
    await office.push(
        {"channels/mail.yaml": msgspec.yaml.encode({"type": "email", "provider": "smtp", "settings": smtp}).decode()}
    )
    (text,) = (await there(office))["channel mail"].values()
    assert "hunter2" not in text
    assert "password: ${MAIL_PASSWORD}" in text
