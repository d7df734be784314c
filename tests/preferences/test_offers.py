"""Offered categories, and that shown choices agree with what runs do."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addressee.database.pool import Pool
from addressee.directory.directory import Directory
from addressee.directory.edits.recipients import Delete, SetPreferences
from addressee.directory.errors import MissingError
from addressee.directory.kinds import KINDS
from addressee.directory.recipient import TENANTS, Place
from addressee.directory.writing.writes import Write
from addressee.preferences.categories import Category, Section, Wording, worded
from addressee.preferences.choices import Choice, with_choice
from addressee.preferences.defaults import EnvironmentDefaults, read_defaults, store_categories, store_default
from addressee.preferences.offers import Offer
from addressee.preferences.policies import POLICY
from addressee.preferences.preferences import Preferences
from addressee.preferences.sets import MEMBERS
from tests.conftest import Environment
from tests.preferences.test_policies import category, decided, policies, sets

ORDERS = Category(key="orders", name="Orders")
NEWS = Category(key="news", name="News", default="opt_out")
SECTIONS = (Section(name="Shop", tags=("shop",), categories=(ORDERS, NEWS)),)


def offer(set_id: str = "default", **of_tenant: Any) -> Offer:
    return Offer(
        set_id, {f"${name}": value for name, value in of_tenant.items()}, EnvironmentDefaults(sections=SECTIONS)
    )


def test_only_what_a_tenant_offers_and_shows_is_open() -> None:
    terms = {"categories": {"news": {"visible": False}}}
    assert (offer().open("orders") is not None, offer().open("x")) == (True, None)
    assert offer(policy=terms).open("news") is None
    assert [policy.key for policy in offer(policy=terms).policies.values()] == ["orders", "news"]


class TestTheSetThatIsChanged:
    OWN: dict[str, Any] = {"default": {"categories": {"orders": False}, "commercial": False}}  # noqa: RUF012

    def change(self, document: dict[str, Any]) -> dict[str, Any]:
        return with_choice(document, "news", Choice(True))

    def test_is_the_default_one(self) -> None:
        made = offer().changed(self.OWN, self.change)
        assert made == {"default": {"categories": {"orders": False, "news": True}, "commercial": False}}

    def test_is_a_tenants_which_starts_as_the_default_one(self) -> None:
        made = offer("acme").changed(self.OWN, self.change)
        assert made == {**self.OWN, "acme": {"categories": {"orders": False, "news": True}}}
        assert offer("acme").changed(made, self.change) == made

    def test_unless_the_tenants_own_counted_before(self) -> None:
        made = offer("acme", members={"enabled": True}).changed(self.OWN, self.change)
        assert made["acme"] == {"categories": {"news": True}}

    def test_comes_to_be_for_a_change_only(self) -> None:
        assert offer("acme").changed({}, lambda document: document) == {}


@pytest.mark.parametrize(
    ("locale", "name", "description"),
    [
        (None, "News", "What is new"),
        ("de", "Neues", "What is new"),
        ("de-AT", "Neues", "Was es Neues gibt"),
        ("de_AT", "Neues", "Was es Neues gibt"),
        ("fr", "News", "What is new"),
    ],
)
def test_a_category_is_worded_in_a_locale_else_its_language(locale: str | None, name: str, description: str) -> None:
    translations = {"de": Wording("Neues"), "de-AT": Wording(description="Was es Neues gibt")}
    news = Category(key="news", name="News", description="What is new", translations=translations)
    assert worded(news, locale) == Wording(name, description)


def test_a_category_goes_by_its_own_tags_and_its_sections() -> None:
    tagged = Category(key="a", name="A", tags=("x", "shop"))
    assert SECTIONS[0].tags_of(tagged) == ["x", "shop"]
    assert SECTIONS[0].tags_of(ORDERS) == ["shop"]


async def test_an_environment_keeps_its_categories(pool: Pool, environment: Environment) -> None:
    assert (await read_defaults(pool, environment.id)).sections == ()
    async with pool.acquire() as connection:
        await store_default(connection, environment.id, {"enabled": True})
        await store_categories(connection, environment.id, (Section(categories=()),))
        await store_categories(connection, environment.id, SECTIONS)
    assert await read_defaults(pool, environment.id) == EnvironmentDefaults("all_agree", {"enabled": True}, SECTIONS)
    assert (await read_defaults(pool, environment.id)).categories == {"orders": ORDERS, "news": NEWS}


async def test_an_offer_is_that_of_a_tenant_who_is_there(pool: Pool, environment: Environment) -> None:
    directory = Directory(pool)
    preferences = Preferences(pool, directory.reader)
    acme = Place(environment.id, TENANTS, "acme")
    assert (await preferences.offer(environment.id)).of_tenant == {}
    with pytest.raises(MissingError):
        await preferences.offer(environment.id, "acme")
    await directory.write(Write(acme, (SetPreferences(POLICY, {"blocked": ["sms"]}),)))
    found = await preferences.offer(environment.id, "acme")
    assert (found.set_id, found.of_tenant) == ("acme", {POLICY: {"blocked": ["sms"]}})
    await directory.write(Write(acme, (Delete(),)))
    with pytest.raises(MissingError):
        await preferences.offer(environment.id, "acme")


@given(
    own=st.dictionaries(st.sampled_from(["default", "t"]), sets),
    kept=st.fixed_dictionaries({}, optional={MEMBERS: sets, POLICY: policies}),
    defaults=sets,
    defined=category("a"),
)
def test_what_is_shown_of_a_category_is_what_a_run_does(
    own: dict[str, Any], kept: dict[str, Any], defaults: dict[str, Any], defined: Category
) -> None:
    """As far as nothing but the category and the restrictions of channels speaks."""
    own = {id: only_the_category(each) for id, each in own.items()}
    kept = {id: each if id == POLICY else only_the_category(each) for id, each in kept.items()}
    defaults = only_the_category(defaults)
    offer = Offer("t", kept, EnvironmentDefaults(default=defaults, sections=(Section(categories=(defined,)),)))
    policy, chosen = offer.policies["a"], offer.chosen(own)
    for kind in KINDS:
        shown = policy.open and kind not in policy.blocked and chosen.wanted_on(policy, kind)
        free = kind in policy.mandatory or not chosen.restricted(kind)
        sent = decided([defined], kind, own, tenant="t", of_tenant=kept, defaults=defaults) is None
        assert sent is (shown and free)
    if not chosen.wanted(policy):
        assert not any(chosen.wanted_on(policy, kind) for kind in KINDS if kind not in policy.mandatory)


def only_the_category(document: dict[str, Any]) -> dict[str, Any]:
    scopes = {key: scope for key, scope in document.get("categories", {}).items() if key == "a"}
    return {**({"kinds": document["kinds"]} if "kinds" in document else {}), "categories": scopes}
