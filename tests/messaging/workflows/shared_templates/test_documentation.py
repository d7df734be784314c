"""The page on layouts and partials shows its example as it is pushed, and mistakes as a push tells them."""

import re
from pathlib import Path

import pytest

from addressee.messaging.workflows.configuration import ConfigurationError, read_configuration
from tests.messaging.office import write_files

PAGE = Path(__file__).parents[4] / "docs" / "workflows" / "layouts.md"
EXAMPLE = PAGE.parent / "examples" / "layouts" / "push"
SHOWN = dict(re.findall(r"`((?:layouts|partials|workflows)/[^`]+)`\n\n```\w+\n(.*?)```", PAGE.read_text(), re.DOTALL))


def files() -> dict[str, str]:
    return {path.relative_to(EXAMPLE).as_posix(): path.read_text() for path in EXAMPLE.rglob("*.*") if path.is_file()}


def test_the_example_is_shown_as_it_is_pushed() -> None:
    pushed = {name: text for name, text in files().items() if not name.startswith(("channels", "variables"))}
    assert {name: text.rstrip("\n") for name, text in SHOWN.items()} == {
        name: text.rstrip("\n") for name, text in pushed.items()
    }


def test_mistakes_are_shown_as_they_are_told(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```\n(layouts/.*?)```", PAGE.read_text(), re.DOTALL)
    wrong = files()
    content = "{{ content }}{% render 'lnk' %}"
    wrong["layouts/main.liquid"] = wrong["layouts/main.liquid"].replace("{{ content }}", content)
    wrong["layouts/main.text.liquid"] = "{{ vars.company }}"
    wrong["partials/link.liquid"] += "{% render 'order' %}"
    wrong["partials/order.liquid"] += "{% render 'link' %}"
    wrong["workflows/shipped.yaml"] = wrong["workflows/shipped.yaml"].replace("layout_key: main", "layout_key: mian")
    with pytest.raises(ConfigurationError) as error:
        read_configuration(write_files(tmp_path, wrong), {})
    told = list(map(str, error.value.problems))
    told.remove("partials/order.liquid:1: a partial must not render itself: order → link → order")
    assert told == shown.splitlines()
