"""Templates of WhatsApp messages: a text, or a template that WhatsApp has approved with what fills it."""

from typing import Any

import pytest

from addressee.channels.destination import Destination
from addressee.channels.provider import ChannelType
from addressee.channels.whatsapp.message import ApprovedTemplate, WhatsAppMessage
from addressee.channels.whatsapp.meta import META
from addressee.messaging.content.templating.liquid import TemplateError
from addressee.messaging.content.whatsapp import WhatsAppContent, WhatsAppTemplate
from tests.messaging.content.templating.test_hostile_values import channel_of
from tests.messaging.steps.test_machine import NOW

CHANNEL = channel_of(ChannelType.WHATSAPP, "meta")
ADA = "+491701234567"
BUTTON = {"type": "button", "sub_type": "url", "index": "0"}


def rendered(template: WhatsAppTemplate, **data: Any) -> WhatsAppContent:
    content = template.render({"data": data}, CHANNEL, [ADA]).content
    assert isinstance(content, WhatsAppContent)
    return content


def sent(content: WhatsAppContent) -> WhatsAppMessage:
    return content.to_payload("m", Destination.of(ADA), NOW)


def test_a_text_is_sent_as_it_is_rendered() -> None:
    content = rendered(WhatsAppTemplate(body="Hi\n{{ data.name }}", overrides={"a": "{{ data.name }}"}), name="Ada")
    assert content == WhatsAppContent(numbers=(ADA,), body="Hi\nAda", overrides={"a": "Ada"})
    assert sent(content) == WhatsAppMessage("m", ADA, "Hi\nAda", {"a": "Ada"})


@pytest.mark.parametrize(
    ("parameters", "filled"),
    [
        (["{{ data.name }}", "No {{ data.order }}"], ["Ada Lovelace", "No 17"]),
        ({"who": "{{ data.name }}", "order": "{{ data.order }}"}, {"who": "Ada Lovelace", "order": "17"}),
    ],
)
def test_an_approved_template_is_filled_in_one_line_each(parameters: Any, filled: Any) -> None:
    template = WhatsAppTemplate(
        name="shipped",
        language="{{ data.locale }}",
        parameters=parameters,
        components=[{**BUTTON, "parameters": [{"type": "text", "text": "{{ data.order }}"}]}],
    )
    content = rendered(template, name=" Ada\n\tLovelace  ", order=17, locale="de")
    components = [{**BUTTON, "parameters": [{"type": "text", "text": "17"}]}]
    assert sent(content).content == ApprovedTemplate("shipped", "de", filled, components)
    assert content.silenced() == WhatsAppContent(numbers=(ADA,))


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (WhatsAppTemplate(body="{{ data.x }}"), "the text of a WhatsApp message must not be empty"),
        (WhatsAppTemplate(name="{{ data.x }}"), "the template's name of a WhatsApp message must not be empty"),
        (
            WhatsAppTemplate(name="x", parameters=["a", "{{ data.x }}"]),
            "the parameter 2 of a WhatsApp message must not be empty",
        ),
        (
            WhatsAppTemplate(name="x", parameters={"who": "{{ data.x }}"}),
            "the parameter who of a WhatsApp message must not be empty",
        ),
    ],
)
def test_what_whatsapp_would_refuse_as_empty_is_not_sent(template: WhatsAppTemplate, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        rendered(template)


@pytest.mark.parametrize(
    ("template", "problems"),
    [
        (WhatsAppTemplate(body="x"), []),
        (WhatsAppTemplate(name="x", parameters=["y"]), []),
        (
            WhatsAppTemplate(),
            [((), "a WhatsApp message needs either a text in 'body' or the 'name' of an approved template")],
        ),
        (
            WhatsAppTemplate(body="x", name="x"),
            [((), "a WhatsApp message needs either a text in 'body' or the 'name' of an approved template")],
        ),
        (
            WhatsAppTemplate(body="x", parameters=["y"], components=[BUTTON]),
            [
                (("parameters",), "only an approved template has parameters; give its 'name'"),
                (("components",), "only an approved template has components; give its 'name'"),
            ],
        ),
    ],
)
def test_a_template_says_what_it_sends(template: WhatsAppTemplate, problems: list[Any]) -> None:
    assert list(template.problems(META)) == problems
