"""Templates of push notifications: what devices and browsers are shown, and what is left out or refused."""

from typing import Any

import msgspec
import pytest

from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType
from addressee.channels.push.notification import Push
from addressee.messaging.content.push import PushContent, PushTemplate
from addressee.messaging.content.templating.liquid import TemplateError
from tests.messaging.content.templating.test_hostile_values import channel_of
from tests.messaging.steps.test_machine import NOW

FCM = channel_of(ChannelType.PUSH, "fcm")
TOKENS = ("phone", "https://push.example.com/1")

TEMPLATE = PushTemplate(
    title="Order {{ data.order }}",
    body="It is on its way",
    action_url="https://shop.example/{{ data.order }}",
    data={"order": "{{ data.order }}"},
    image="https://shop.example/{{ data.order }}.png",
    badge="{{ data.open }}",
    sound="{{ data.sound }}.caf",
    time_to_live=3600,
    overrides={"aps": {"thread-id": "{{ data.order }}", "relevance-score": 0.5}},
)


def rendered(template: PushTemplate, **data: Any) -> PushContent:
    content = template.render({"data": data}, FCM, TOKENS).content
    assert isinstance(content, PushContent)
    return content


def test_everything_that_a_notification_can_show() -> None:
    content = rendered(TEMPLATE, order="17", open=3, sound="chime")
    assert content == PushContent(
        tokens=TOKENS,
        title="Order 17",
        body="It is on its way",
        data={"order": "17", "action_url": "https://shop.example/17"},
        image="https://shop.example/17.png",
        badge=3,
        sound="chime.caf",
        time_to_live=3600,
        overrides={"aps": {"thread-id": "17", "relevance-score": 0.5}},
    )
    assert content.to_payload("m", Destination.of("phone"), NOW) == Push(
        id="m",
        token="phone",
        title="Order 17",
        body="It is on its way",
        data={"order": "17", "action_url": "https://shop.example/17"},
        action_url="https://shop.example/17",
        image="https://shop.example/17.png",
        badge=3,
        sound="chime.caf",
        time_to_live=3600,
        overrides={"aps": {"thread-id": "17", "relevance-score": 0.5}},
    )
    assert content.silenced() == PushContent(tokens=TOKENS, title="", body="", data={})


def test_a_browser_is_known_by_its_endpoint_and_reached_by_its_subscription() -> None:
    subscription = {"endpoint": TOKENS[1], "keys": {"p256dh": "p", "auth": "a"}}
    push = rendered(PushTemplate("Hi", "Ada")).to_payload("m", Destination(TOKENS[1], subscription), NOW)
    assert push == Push(id="m", token=TOKENS[1], title="Hi", body="Ada", subscription=subscription)


@pytest.mark.parametrize(("badge", "shown"), [(0, 0), ("7", 7), (" {{ data.open }}\n", 12), ("{{ data.none }}", None)])
def test_a_badge_is_a_number_or_is_not_there(badge: str | int, shown: int | None) -> None:
    assert rendered(PushTemplate("Hi", "Ada", badge=badge), open=12).badge == shown


@pytest.mark.parametrize("badge", ["many", "-1", "1.5", "2147483648", "1" * 5000, "٣"])
def test_any_other_badge_is_refused(badge: str) -> None:
    with pytest.raises(TemplateError, match="the badge must be a whole number from 0 to 2,147,483,647"):
        rendered(PushTemplate("Hi", "Ada", badge="{{ data.open }}"), open=badge)


def test_an_image_that_nobody_can_fetch_is_left_out() -> None:
    result = PushTemplate("Hi", "Ada", image="data:image/png;base64,AA").render({"data": {}}, FCM, TOKENS)
    assert isinstance(result.content, PushContent)
    assert result.content.image is None
    assert result.refused == ("data: is no scheme that links of this channel may have",)
    assert rendered(PushTemplate("Hi", "Ada", image="{{ data.none }}", sound="{{ data.none }}")) == PushContent(
        tokens=TOKENS, title="Hi", body="Ada", data={}
    )


def test_a_content_that_was_stored_with_fewer_fields_is_read() -> None:
    stored = {"type": "push", "tokens": ["phone"], "title": "Hi", "body": "Ada", "data": {}}
    assert msgspec.convert(stored, PushContent) == PushContent(tokens=("phone",), title="Hi", body="Ada", data={})


@pytest.mark.parametrize("wrong", [{"badge": -1}, {"badge": 1.5}, {"time_to_live": -1}, {"time_to_live": 2_419_201}])
def test_numbers_of_a_template_have_limits(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"type": "push", "title": "Hi", "body": "Ada", **wrong}, PushTemplate)
