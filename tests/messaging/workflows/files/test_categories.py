"""Preference categories in a file."""

from pathlib import Path

import pytest

from addressee.messaging.workflows.configuration import read_configuration
from addressee.preferences.categories import Category, Section, Wording
from tests.messaging.office import FILES, write_files
from tests.messaging.workflows.test_files import mistakes

CATEGORIES = """
sections:
  - name: Shop
    slug: shop
    tags: [shop]
    categories:
      - key: orders
        name: Orders
        description: Where your orders are
        opt_in: [email, push]
        tags: [sales]
        translations:
          es: {name: Pedidos}
      - key: news
        name: News
        default: opt_out
        root: promotional
  - categories:
      - {key: security, name: Security, default: cant_unsubscribe, mandatory: [email, push, ios_push], root: system}
"""


def test_categories_are_read_with_groups_of_kinds_spelled_out(tmp_path: Path) -> None:
    read = read_configuration(write_files(tmp_path, {"categories.yaml": CATEGORIES}), {})
    assert read.sections == (
        Section(
            name="Shop",
            slug="shop",
            tags=("shop",),
            categories=(
                Category(
                    key="orders",
                    name="Orders",
                    description="Where your orders are",
                    opt_in=("email", "android_push", "ios_push", "web_push"),
                    tags=("sales",),
                    translations={"es": Wording("Pedidos")},
                ),
                Category(key="news", name="News", default="opt_out", root="promotional"),
            ),
        ),
        Section(
            categories=(
                Category(
                    key="security",
                    name="Security",
                    default="cant_unsubscribe",
                    mandatory=("email", "android_push", "ios_push", "web_push"),
                    root="system",
                ),
            )
        ),
    )
    assert read_configuration(write_files(tmp_path / "without", FILES), {}).sections is None


@pytest.mark.parametrize(
    ("categories", "found"),
    [
        ("- a", ["1: this must be a mapping"]),
        ("sections: {}", ["1: this must be a list"]),
        ("other: []", ["1: 'sections' is missing", "1: there is no 'other' here; there are sections"]),
        (
            "sections:\n- categories:\n  - key: a\n  - name: b\n    key: b\n    default: never",
            ["3: 'name' is missing", "6: this must be cant_unsubscribe or opt_in or opt_out"],
        ),
        (
            "sections:\n- categories:\n  - key: a b\n    name: A\n  - key: c\n    name: C\n- categories:\n"
            "  - key: c\n    name: C",
            ["3: a key is made of letters, digits, - and _", "8: another category has the key 'c'"],
        ),
        (
            "sections:\n- categories:\n  - key: a\n    name: A\n    mandatory:\n    - email\n    - fax\n    opt_in: []",
            [
                "7: there is no kind 'fax'; there are email, sms, whatsapp, in_app, android_push, ios_push, web_push, "
                "slack, ms_teams, discord, webhook, push, chat",
                "8: this names no kind; leave it out for all kinds, or say default: opt_out",
            ],
        ),
        (
            "sections:\n- categories:\n  - key: a\n    name: A\n    default: opt_out\n    mandatory: [email]",
            ["6: this means nothing where the default is opt_out: then no kind is wanted"],
        ),
    ],
)
def test_categories_with_mistakes(tmp_path: Path, categories: str, found: list[str]) -> None:
    assert mistakes(tmp_path, {"categories.yaml": categories}) == [f"categories.yaml:{line}" for line in found]
