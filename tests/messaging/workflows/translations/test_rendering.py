"""Translations of an environment in what people get: as they are when a message is rendered."""

from typing import Any
from unittest.mock import AsyncMock

import msgspec
import pytest

from addressee.directory.access.environments import Environments
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.templating.translations import NO_TRANSLATIONS, keys_of_name
from addressee.messaging.preview.model import PreviewedMessage
from addressee.messaging.preview.simulations import Simulation
from addressee.messaging.workflows.commits.model import NOBODY, Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.store import live_commits
from addressee.messaging.workflows.configuration import ConfigurationError
from addressee.messaging.workflows.deploying.publishing import Publishing
from addressee.messaging.workflows.translations import deploying
from addressee.messaging.workflows.translations.formats import Format
from addressee.messaging.workflows.translations.model import TranslationKey
from addressee.messaging.workflows.translations.store import read_texts
from tests.messaging.office import IN_APP, OUTBOX, SEALER, Office

FILES = {
    "channels/email.yaml": OUTBOX,
    "channels/in-app.yaml": IN_APP,
    "layouts/main.liquid": "{{ content }}<i>{{ 'shop:name' | t }}</i>",
    "partials/bye.liquid": "{{ 'bye' | t: name: who }}",
    "workflows/said.yaml": """
steps:
  - ref: feed
    in_app: {body: "{% render 'bye', who: recipient.name %}"}
  - ref: mail
    email:
      subject: "{{ 'hi' | t: name: recipient.name }}"
      html: "<p>{% t %}Your order, {{ data.order }}{% endt %}</p>"
      layout_key: main
""",
    "translations/en/en.json": '{"hi": "Hi {{ name }}", "bye": "Bye, **{{ name }}**"}',
    "translations/en/shop.en.json": '{"name": "Shop & Sons"}',
    "translations/nl/nl.json": '{"hi": "Dag {{ name }}"}',
    "translations/nl/system.nl.json": '{"Your order, {{ data.order }}": "Uw bestelling: {{ data.order }}"}',
    "translations/nl-BE/nl-BE.po": 'msgid "bye"\nmsgstr "Salut, **{{ name }}**"\n',
}


async def said(office: Office, to: str) -> tuple[str, str, str]:
    """Returns what the newest messages to somebody say: in the feed, as subject, and as HTML."""
    await office.trigger(to, workflow="said", data={"order": "<7>"})
    await office.work()
    rows = await office.pool.fetch(
        """
        SELECT DISTINCT ON (step_ref) step_ref, content
        FROM addressee.messages
        WHERE environment_id = $1
          AND recipient_id = $2
        ORDER BY step_ref, inserted_at DESC, id DESC
        """,
        office.environment_id,
        to,
    )
    found: dict[str, Any] = {row["step_ref"]: msgspec.json.decode(row["content"]) for row in rows}
    return found["feed"]["blocks"][0]["rendered"], found["mail"]["subject"], found["mail"]["html"]


ENGLISH = ("<p>Bye, <strong>Ada</strong></p>", "Hi Ada", "<p>Your order, &lt;7&gt;</p><i>Shop & Sons</i>")


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ({}, ENGLISH),
        ({"locale": "fr-FR"}, ENGLISH),
        (
            {"locale": "nl-BE"},
            (
                "<p>Salut, <strong>Ada</strong></p>",
                "Dag Ada",
                "<p>Uw bestelling: &lt;7&gt;</p><i>Shop & Sons</i>",
            ),
        ),
        (
            {"language": "nl"},
            ("<p>Bye, <strong>Ada</strong></p>", "Dag Ada", "<p>Uw bestelling: &lt;7&gt;</p><i>Shop & Sons</i>"),
        ),
    ],
)
async def test_everybody_reads_the_texts_of_the_own_locale(
    office: Office, attributes: dict[str, str], says: tuple[str, str, str]
) -> None:
    await office.push(FILES)
    await office.identify("ada", email="ada@example.com", **attributes)
    assert await said(office, "ada") == says


async def test_recipients_of_one_trigger_read_their_own(office: Office) -> None:
    await office.push(FILES)
    for id, locale in (("ada", "nl"), ("bob", "en"), ("cy", "nl")):
        await office.identify(id, email=f"{id}@example.com", locale=locale)
    await office.trigger("ada", "bob", "cy", workflow="said", data={"order": "7"})
    await office.work()
    rows = await office.pool.fetch(
        """
        SELECT content ->> 'subject' AS subject
        FROM addressee.messages
        WHERE environment_id = $1
          AND step_ref = 'mail'
        ORDER BY recipient_id
        """,
        office.environment_id,
    )
    assert [row["subject"] for row in rows] == ["Dag Ada", "Hi Bob", "Dag Cy"]


async def test_the_default_locale_is_the_environments(office: Office) -> None:
    await office.push(FILES)
    await office.identify("ada", email="ada@example.com")
    name = await office.pool.fetchval("SELECT name FROM addressee.environments WHERE id = $1", office.environment_id)
    await Environments(office.pool).change(name, {"locale": "nl"})
    try:
        assert (await said(office, "ada"))[1] == "Dag Ada"
    finally:
        await Environments(office.pool).change(name, {"locale": "en"})


async def test_what_a_translation_says_now_counts_from_the_next_rendering_on(office: Office) -> None:
    await office.push(FILES)
    await office.identify("ada", email="ada@example.com")
    before = await office.pool.fetch("SELECT id FROM addressee.workflow_versions ORDER BY id")
    done = await office.push({"translations/en/en.json": '{"hi": "Hello {{ name }}", "bye": "So long"}'})
    assert [(each.what, str(each.effect)) for each in done if each.effect != "unchanged"] == [
        ("translation en", "changed")
    ]
    assert (await said(office, "ada"))[:2] == ("<p>So long</p>", "Hello Ada")
    assert await office.pool.fetch("SELECT id FROM addressee.workflow_versions ORDER BY id") == before


async def test_a_push_tells_what_is_new_and_changes_nothing_twice(office: Office) -> None:
    told = [{each.what: str(each.effect) for each in await office.push(FILES)} for _ in range(2)]
    names = [f"translation {name}" for name in ("en", "shop.en", "nl", "system.nl", "nl-BE")]
    assert [{what: each[what] for what in names} for each in told] == [
        dict.fromkeys(names, "new"),
        dict.fromkeys(names, "unchanged"),
    ]


async def test_simulations_use_the_same(office: Office) -> None:
    await office.push(FILES)
    await office.identify("ada", email="ada@example.com", locale="nl")
    simulated = await office.messaging.simulations.simulate(Simulation(office.user("ada"), "said", [{"order": "7"}]))
    messages = {each.ref: each.content for each in simulated.happened if isinstance(each, PreviewedMessage)}
    mail = messages["mail"]
    assert isinstance(mail, EmailContent)
    assert mail.subject == "Dag Ada"


async def test_texts_that_a_workflow_does_not_name_are_not_read(office: Office) -> None:
    pool = AsyncMock()
    assert await read_texts(pool, office.environment_id, "en", ["nl"], []) is NO_TRANSLATIONS
    pool.fetch.assert_not_called()


async def test_only_the_named_namespaces_of_the_locales_are_read(office: Office) -> None:
    await office.push(FILES)
    read = await read_texts(office.pool, office.environment_id, "en", ["nl-BE"], ["shop"])
    assert {tag: list(texts) for tag, texts in read.texts.items()} == {"en": ["shop"]}
    read = await read_texts(office.pool, office.environment_id, "en", ["nl"], ["*"])
    assert {tag: sorted(texts) for tag, texts in read.texts.items()} == {"en": ["", "shop"], "nl": ["", "system"]}
    other = await read_texts(office.pool, office.environment_id + 1, "en", ["nl"], ["*"])
    assert other.of("nl").find(keys_of_name("hi")) is None


async def test_an_environment_has_a_limited_number(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploying, "MAX_TRANSLATIONS", 5)
    await office.push(FILES)
    await office.push(FILES)
    with pytest.raises(ConfigurationError, match=r"translations/fr/fr.json:1: an environment has at most 5 trans"):
        await office.push({"translations/fr/fr.json": "{}"})
    assert await office.messaging.translations.find(office.environment_id, TranslationKey("fr")) is None


async def test_translations_are_listed_and_found_as_they_were_pushed(office: Office) -> None:
    await office.push(FILES)
    now = office.clock.now()
    listed = await office.messaging.translations.list(office.environment_id)
    assert [(str(each.key), each.format, each.count, each.updated_at) for each in listed] == [
        ("en", Format.JSON, 2, now),
        ("shop.en", Format.JSON, 1, now),
        ("nl", Format.JSON, 1, now),
        ("system.nl", Format.JSON, 1, now),
        ("nl-BE", Format.PO, 1, now),
    ]
    found = await office.messaging.translations.find(office.environment_id, TranslationKey("nl_be"))
    assert found is not None
    assert found.content_in(Format.PO) == FILES["translations/nl-BE/nl-BE.po"]
    assert msgspec.json.decode(found.content_in(Format.JSON)) == {"bye": "Salut, **{{ name }}**"}
    assert await office.messaging.translations.find(office.environment_id + 1, TranslationKey("nl-BE")) is None


async def test_a_translation_may_come_as_a_document(office: Office) -> None:
    publishing = Publishing(office.pool, SEALER, office.clock)
    resource = ResourceKey(ResourceKind.TRANSLATION, "shop.nl-BE")
    content = '{"name": "Winkel"}'
    document = {"locale_code": "nl-BE", "namespace": "shop", "format": "json", "content": content}
    documents = {resource: Document(msgspec.json.encode(document).decode())}
    (done,) = await publishing.publish(office.environment_id, documents, NOBODY)
    assert (done.what, str(done.effect)) == (str(resource), "new")
    found = await office.messaging.translations.find(office.environment_id, TranslationKey("nl-BE", "shop"))
    assert found is not None
    assert (found.translation.content, found.translation.texts) == (content, {"name": "Winkel"})
    assert list(await live_commits(office.pool, office.environment_id)) == [resource]


@pytest.mark.parametrize(
    ("document", "path", "line"),
    [
        ({"locale_code": "nl", "format": "json", "content": '{\n"a": 1}'}, "content", 2),
        ({"locale_code": "nl", "format": "po", "content": "\nx"}, "content", 2),
        ({"locale_code": "dutch", "format": "json", "content": "{}"}, "locale_code", None),
        ({"locale_code": "nl", "namespace": "a.b", "content": "{}"}, "namespace", None),
        ({"locale_code": "nl", "format": "xml", "content": "{}"}, "format", None),
        ({"locale_code": "nl"}, "", None),
        ({"locale_code": "fr", "content": "{}"}, "", None),
        ({"locale_code": "nl", "namespace": "shop", "content": "{}"}, "", None),
    ],
)
async def test_a_problem_of_a_document_names_its_field(
    office: Office, document: dict[str, Any], path: str, line: int | None
) -> None:
    publishing = Publishing(office.pool, SEALER, office.clock)
    documents = {ResourceKey(ResourceKind.TRANSLATION, "nl"): Document(msgspec.json.encode(document).decode())}
    with pytest.raises(ConfigurationError) as error:
        await publishing.check(office.environment_id, documents)
    assert [(each.path, each.line_of_text) for each in error.value.problems] == [(path, line)]
