"""Translations. The path names the locale, the query the namespace."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import structs

from addressee.api.call import Call
from addressee.api.requests.bodies import typed_body
from addressee.api.routes import Routes
from addressee.dialects.management.routes.resources import MAX_BYTES
from addressee.dialects.management.shapes import translations as shapes
from addressee.dialects.management.wire.errors import missing, problems_refused
from addressee.dialects.management.wire.keys import SERVICE
from addressee.dialects.management.wire.pages import page_info
from addressee.dialects.management.wire.query import ENVIRONMENT, PAGING, PUSHING, READING, Query
from addressee.directory.documents import check_text
from addressee.messaging.definitions.model import KEY
from addressee.messaging.workflows.commits.model import Authorship, Document, ResourceKey, ResourceKind
from addressee.messaging.workflows.commits.resources import StoredResource
from addressee.messaging.workflows.commits.store import ResourceFilter
from addressee.messaging.workflows.translations.formats import Format, read_texts, written
from addressee.messaging.workflows.translations.model import TranslationKey

routes = Routes(keys=SERVICE, max_body_bytes=MAX_BYTES)

TRANSLATIONS = "/v1/translations"
TRANSLATION = f"{TRANSLATIONS}/{{locale_code}}"
FORMATS = tuple(Format)


@routes.get(
    TRANSLATIONS,
    "translations.list",
    query=(*READING, *PAGING, "format", "locale_code", "namespace"),
    response=shapes.Translations,
)
async def list_all(call: Call) -> shapes.Translations:
    """List translations by locale and namespace: drafts, or what is live."""
    query = Query(call.query_string)
    page = query.page(str)
    format = query.choice("format", FORMATS, Format.JSON)
    locale, namespace = query.text("locale_code"), query.text("namespace")
    query.flag("annotate")
    wanted = ResourceFilter(
        ResourceKind.TRANSLATION,
        not query.flag("hide_uncommitted_changes"),
        None if locale is None else TranslationKey(locale).canonical.locale,
        namespace,
    )
    shown = await call.services.messaging.resources.list(call.environment.id, wanted, page)
    # Whoever else this process serves goes on: finding the texts of a page of long files takes seconds.
    entries = await asyncio.to_thread(lambda: [rendered(each, format) for each in shown.entries])
    return shapes.Translations(entries=entries, page_info=page_info(shown))


@routes.get(
    TRANSLATION,
    "translations.get",
    query=(*READING, "format", "namespace"),
    response=shapes.ReadTranslation,
)
async def get(call: Call) -> shapes.ReadTranslation:
    """Get a translation, in its own format or the other one."""
    query = Query(call.query_string)
    format = query.choice("format", FORMATS, Format.JSON)
    query.flag("annotate")
    resource = resource_of(call, query)
    found = await call.services.messaging.resources.get(
        call.environment.id, resource, only_committed=query.flag("hide_uncommitted_changes")
    )
    if found is None:
        raise missing(f"The translation {resource.key!r}")
    translation = await asyncio.to_thread(rendered, found, format)
    return shapes.ReadTranslation(**structs.asdict(translation), translation=translation)


@routes.put(
    f"{TRANSLATION}/validate",
    "translations.validate",
    query=(*ENVIRONMENT, "namespace"),
    request=shapes.PushedTranslation,
    response=shapes.OneTranslation,
)
async def validate(call: Call) -> shapes.OneTranslation:
    """Check a translation, and store nothing."""
    resource, document = pushed(call, Query(call.query_string))
    with problems_refused(resource, f"The translation {resource.key!r}"):
        await call.services.publishing.check(call.environment.id, {resource: document})
    now = call.services.directory.clock.now()
    return shapes.OneTranslation(translation=rendered(StoredResource(resource, document, now, now), None))


@routes.put(
    TRANSLATION,
    "translations.put",
    query=(*PUSHING, "namespace"),
    request=shapes.PushedTranslation,
    response=shapes.OneTranslation,
)
async def put(call: Call) -> shapes.OneTranslation:
    """Store a draft of a translation, or with `commit` make it live."""
    query = Query(call.query_string)
    commit = query.flag("commit")
    query.flag("annotate")
    resource, document = pushed(call, query)
    before = await call.services.messaging.resources.get(call.environment.id, resource)
    now = call.services.directory.clock.now()
    stored = StoredResource(resource, document, now if before is None else before.created_at, now)
    answer = shapes.OneTranslation(translation=rendered(stored, None))
    receipt = call.receipt(lambda _: answer)
    with problems_refused(resource, f"The translation {resource.key!r}"):
        if commit:
            authorship = Authorship(call.caller.author, query.text("commit_message") or "")
            await call.services.publishing.publish(
                call.environment.id, {resource: document}, authorship, receipt=receipt
            )
        else:
            await call.services.publishing.save_drafts(
                call.environment.id, {resource: document}, call.caller.author, receipt=receipt
            )
    return answer


def resource_of(call: Call, query: Query) -> ResourceKey:
    key = TranslationKey(call.path["locale_code"], query.text("namespace") or "")
    return ResourceKey(ResourceKind.TRANSLATION, str(key.canonical))


def pushed(call: Call, query: Query) -> tuple[ResourceKey, Document]:
    """Returns the translation that a request holds. Raises ManagementError for a locale that none can have."""
    given = typed_body(call, shapes.PushedTranslation).translation
    locale, namespace = call.path["locale_code"], query.text("namespace") or ""
    if not KEY.fullmatch(locale):
        raise missing(f"The locale {locale!r}")
    check_text(given.content, "translation.content")
    document = {"locale_code": locale, "namespace": namespace, "format": given.format, "content": given.content}
    return resource_of(call, query), Document(msgspec.json.encode(document).decode())


def rendered(stored: StoredResource, format: Format | None) -> shapes.Translation:
    """Returns a translation in a format; None: in its own."""
    value = value_of(stored.document)
    locale, namespace = named(stored.document)
    own = Format(value.get("format", Format.JSON))
    content = value["content"]
    if format is not None and format is not own:
        read = read_texts(content, own, TranslationKey(locale, namespace).tag)
        content = written(read.texts, format, locale)
    return shapes.Translation(
        locale_code=locale,
        namespace=namespace,
        format=format or own,
        content=content,
        created_at=stored.created_at,
        inserted_at=stored.created_at,
        updated_at=stored.updated_at,
    )


def named(document: Document) -> tuple[str, str]:
    """Returns the locale and the namespace of a translation's document."""
    value = value_of(document)
    return value["locale_code"], value.get("namespace", "")


def value_of(document: Document) -> Mapping[str, Any]:
    return msgspec.json.decode(document.text, type=dict[str, Any])
