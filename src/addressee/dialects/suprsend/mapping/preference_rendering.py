"""Renders preferences of recipients (suprsend.md §5.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec import UNSET

from addressee.dialects.suprsend.shapes import preferences as shapes
from addressee.dialects.suprsend.wire.channel_names import KIND_OF
from addressee.dialects.suprsend.wire.query import Query
from addressee.dialects.suprsend.wire.tags import Filter, tag_filter
from addressee.directory.recipient import Document
from addressee.preferences.categories import Section, worded
from addressee.preferences.offers import Chosen, Offer
from addressee.preferences.policies import Policy

VIEW = ("tenant_id", "show_opt_out_channels", "locale")
FULL_VIEW = (*VIEW, "tags")


@dataclass(frozen=True, slots=True)
class View:
    """The part of an offer that a request asks for, and the language of its texts."""

    offer: Offer
    show_opt_out_channels: bool
    locale: str | None
    fits: Filter

    def sections(self) -> Iterator[tuple[Section, list[Policy]]]:
        """Yields the sections with categories that recipients can see and whose tags fit, and these categories."""
        for section in self.offer.defaults.sections:
            policies = [self.offer.policies[category.key] for category in section.categories]
            seen = [policy for policy in policies if policy.open and self.fits(section.tags_of(policy.category))]
            if seen:
                yield section, seen


def view_of(offer: Offer, query: Query) -> View:
    """Returns the view that a query asks for. Raises SuprSendError or ParameterError."""
    return View(
        offer,
        query.boolean("show_opt_out_channels") or False,
        query.text("locale"),
        tag_filter(query.text("tags")),
    )


def full(view: View, own: Mapping[str, Document]) -> shapes.FullPreference:
    """Returns all that a recipient can choose, and what it has chosen; `own` are its preference sets."""
    chosen = view.offer.chosen(own)
    sections = [
        shapes.Section(
            name=wording.name,
            slug=section.slug,
            description=wording.description,
            tags=list(section.tags) or None,
            subcategories=[rendered(view, chosen, section, policy) for policy in policies],
        )
        for section, policies in view.sections()
        for wording in [worded(section, view.locale)]
    ]
    quiet_hours = UNSET if chosen.quiet_hours is None else chosen.quiet_hours
    return shapes.FullPreference(sections, restrictions(chosen), quiet_hours)


def channels(view: View, own: Mapping[str, Document]) -> shapes.ChannelPreferences:
    return shapes.ChannelPreferences(restrictions(view.offer.chosen(own)))


def restrictions(chosen: Chosen) -> list[shapes.ChannelPreference]:
    return [shapes.ChannelPreference(name, chosen.restricted(kind)) for name, kind in KIND_OF.items()]


def categories(view: View, own: Mapping[str, Document]) -> list[shapes.Category]:
    chosen = view.offer.chosen(own)
    return [rendered(view, chosen, section, policy) for section, policies in view.sections() for policy in policies]


def category(view: View, policy: Policy, own: Mapping[str, Document]) -> shapes.Category:
    return rendered(view, view.offer.chosen(own), section_of(view.offer, policy), policy)


def section_of(offer: Offer, policy: Policy) -> Section:
    return next(section for section in offer.defaults.sections if policy.category in section.categories)


def rendered(view: View, chosen: Chosen, section: Section, policy: Policy) -> shapes.Category:
    wording = worded(policy.category, view.locale)
    wanted, remembered = chosen.wanted(policy), chosen.remembered(policy)
    return shapes.Category(
        name=wording.name or policy.category.name,
        category=policy.key,
        description=wording.description,
        original_preference=policy.preference,
        preference=opted(wanted),
        is_editable=policy.preference != "cant_unsubscribe",
        channels=channels_of(chosen, policy) if wanted or view.show_opt_out_channels else [],
        tags=list(policy.category.tags) or None,
        effective_tags=section.tags_of(policy.category) or None,
        digest_schedule=remembered.get("digest_schedule", UNSET),
        properties=remembered.get("properties", UNSET),
    )


def channels_of(chosen: Chosen, policy: Policy) -> list[shapes.CategoryChannel]:
    """The channels of a category, without those that the tenant blocks."""
    return [
        shapes.CategoryChannel(name, opted(chosen.wanted_on(policy, kind)), kind not in policy.mandatory)
        for name, kind in KIND_OF.items()
        if kind not in policy.blocked
    ]


def opted(wanted: bool) -> shapes.OptInOrOut:
    return "opt_in" if wanted else "opt_out"
