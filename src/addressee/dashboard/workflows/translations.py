"""Pages of translations: all of an environment, and one with what it says."""

from __future__ import annotations

from addressee.api.answers import Answer
from addressee.dashboard.errors import PageMissingError
from addressee.dashboard.rendering import page
from addressee.dashboard.routes import VIEWER, Routes
from addressee.dashboard.urls import ENVIRONMENT
from addressee.dashboard.visits import EnvironmentVisit
from addressee.dashboard.workflows.shared_templates import SHOWN_CHARACTERS
from addressee.messaging.workflows.translations.model import TranslationKey

routes = Routes("translations")

TRANSLATIONS = f"{ENVIRONMENT}/translations"


@routes.get(TRANSLATIONS, VIEWER)
async def list_translations(visit: EnvironmentVisit) -> Answer:
    translations = await visit.services.messaging.translations.list(visit.environment.id)
    default = visit.environment.settings.locale
    return page(visit, "workflows/translations.html", translations=translations, default=default)


@routes.get(f"{TRANSLATIONS}/{{name}}", VIEWER)
async def show_translation(visit: EnvironmentVisit) -> Answer:
    """Raises PageMissingError."""
    namespace, _, locale = visit.path["name"].rpartition(".")
    key = TranslationKey(locale, namespace)
    found = await visit.services.messaging.translations.find(visit.environment.id, key)
    if found is None:
        raise PageMissingError("There is no such translation in this environment.")
    content = found.translation.content
    return page(
        visit,
        "workflows/translation.html",
        found=found,
        text=content[:SHOWN_CHARACTERS],
        cut=len(content) > SHOWN_CHARACTERS,
    )
