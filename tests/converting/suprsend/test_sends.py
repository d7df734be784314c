"""SuprSend's nodes that send, and the contents of its templates."""

from pathlib import Path
from typing import Any

from tests.converting.converted import Converted, convert
from tests.converting.suprsend.files import EMAIL, INBOX, expression, node, template, variant, workflow

DATA = {"name": "<Ada>", "html": "<b>!</b>", "id": "7"}


def converted(folder: Path, *nodes: dict[str, Any], **files: Any) -> Converted:
    return convert("suprsend", folder, {"workflow/hello.json": workflow(*nodes), **files})


def said(folder: Path, kind: str, channel: str, content: dict[str, Any], told: list[str] | None = None) -> Any:
    made = converted(folder, node(kind, "it", template="x"), **template("x", channel, content))
    assert made.told == (told or [])
    ((_, message),) = made.messages("hello", DATA)
    return message


def test_an_email_with_files_beside_it(tmp_path: Path) -> None:
    made = converted(tmp_path, node("send_email", "mail", template="hi"), **EMAIL)
    assert made.told == []
    assert made.messages("hello", DATA) == [
        ("mail", {"subject": "Hello <Ada>", "html": "<p>Hello &lt;Ada&gt; &amp; <b>!</b></p>\n", "text": "Hi <Ada>"})
    ]
    assert (made.folder / "workflows/hello/mail/html.html").read_text() == (
        "<p>Hello {{ data.name }} &amp; {{ data.html | safe }}</p>\n"
    )


def test_items_of_the_inbox(tmp_path: Path) -> None:
    content = {
        "header": "New",
        "body": "Hi *{{name}}*",
        "action_url": "https://example.com/{{id}}",
        "buttons": [{"text": "Go"}],
    }
    told = ["variant.json:11: send_inbox it: variant default: buttons of the template has no equivalent; leave it out"]
    assert said(tmp_path, "send_inbox", "inbox", content, told) == {
        "body": "<p><strong>New</strong></p>\n<p>Hi <em>&lt;Ada&gt;</em></p>",
        "action_url": "https://example.com/7",
    }


def test_an_sms(tmp_path: Path) -> None:
    assert said(tmp_path, "send_sms", "sms", {"type": "basic", "body": "Code {{id}}"}) == {"body": "Code 7"}


def test_push_messages(tmp_path: Path) -> None:
    content = {
        "header": "Hi {{name}}",
        "body": "News",
        "action_url": "https://example.com/{{id}}",
        "image_url": "https://example.com/a.png",
        "extra_payload": {"order": "{{id}}"},
    }
    assert said(tmp_path, "send_mobile_push", "androidpush", content) == {
        "title": "Hi <Ada>",
        "body": "News",
        "data": {"order": "7", "action_url": "https://example.com/7"},
        "image": "https://example.com/a.png",
    }


def test_messages_to_slack(tmp_path: Path) -> None:
    assert said(tmp_path / "text", "send_slack", "slack", {"body_type": "text", "body_text": "Hi {{id}}"}) == {
        "text": "Hi 7"
    }
    blocks = '{"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Hi \\"{{id}}\\""}}]}'
    assert said(tmp_path / "blocks", "send_slack", "slack", {"body_type": "block", "body_block": blocks}) == {
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": 'Hi "7"'}}]
    }


def test_jsonnet_is_told_of_and_the_message_held(tmp_path: Path) -> None:
    content = {"templating_language": "jsonnet", "body_type": "block", "body_block": "{blocks: []}"}
    made = converted(tmp_path, node("send_slack", "it", template="x"), **template("x", "slack", content))
    assert made.told == [
        "variant.json:8: send_slack it: variant default: templating_language of the template has no equivalent; "
        "Jsonnet is not converted: write the message in Liquid (held)"
    ]
    assert made.messages("hello", DATA) == []


def test_several_channels_at_once(tmp_path: Path) -> None:
    made = converted(
        tmp_path, node("send_multi_channel", "all", template="hi", channels=["email", "inbox"]), **EMAIL, **INBOX
    )
    assert made.told == []
    (step,) = made.steps("hello")
    assert (step["mode"], step["channels"]) == ("all", ["email", "in-app"])
    assert [ref for ref, _ in made.messages("hello", DATA)] == ["all-email", "all-in-app"]


def test_one_channel_after_the_other(tmp_path: Path) -> None:
    sms = template("hi", "sms", {"type": "basic", "body": "Hi"})
    given = node(
        "send_smart_channel_routing",
        "reach",
        template="hi",
        success="interaction",
        ttl_value="1h",
        mandatory_channels=["sms"],
        channels=["email", "sms", "inbox"],
    )
    made = converted(tmp_path, given, **EMAIL, **INBOX, **sms)
    assert made.told == []
    (step,) = made.steps("hello")
    assert {name: step[name] for name in ("mode", "success", "within", "channels", "mandatory")} == {
        "mode": "first_success",
        "success": "interacted",
        "within": "1h",
        "channels": ["email", "sms", "in-app"],
        "mandatory": ["sms"],
    }


def test_an_order_by_cost_needs_a_hand(tmp_path: Path) -> None:
    sms = template("hi", "sms", {"type": "basic", "body": "Hi"})
    made = converted(
        tmp_path, node("send_smart_channel_routing", "reach", template="hi", success="paid"), **EMAIL, **sms
    )
    assert made.told == [
        "hello.json:8: send_smart_channel_routing reach: SuprSend begins with the channel that costs least; "
        "put `channels` in this order",
        "hello.json:8: send_smart_channel_routing reach: ttl_value is not given; "
        "say `within` which time all channels are tried",
    ]
    (step,) = made.steps("hello")
    assert step["success"] == {"event": "paid"}


def test_a_template_that_is_not_given_holds_its_step(tmp_path: Path) -> None:
    made = converted(tmp_path, node("send_email", "mail", template="gone"))
    assert made.told == [
        "hello.json:12: send_email mail: the template 'gone' is not among the files; "
        "give its files too, or write it (held)"
    ]
    assert made.messages("hello", DATA) == []


def test_variants_for_some_are_told_of(tmp_path: Path) -> None:
    made = converted(
        tmp_path,
        node("send_sms", "it", template="x"),
        **{
            "templates/x.json": {
                "slug": "x",
                "variants": [
                    variant("sms", {"type": "basic", "body": "Hola"}, id="es", locale="es"),
                    variant("sms", {"type": "basic", "body": "Acme"}, id="acme", tenant_id="acme"),
                    variant("sms", {"type": "basic", "body": "Pro"}, id="pro", conditions=expression()),
                    variant("sms", {"type": "basic", "body": "Hi"}, id="en"),
                ],
            }
        },
    )
    assert made.told == [
        f"x.json:{line}: send_sms it: the variant {name!r} of sms is for some; "
        "write a branch for it, or texts by language"
        for line, name in ((4, "es"), (15, "acme"), (26, "pro"))
    ]
    assert made.messages("hello", DATA) == [("it", {"body": "Hi"})]


def test_a_part_of_a_template_without_equivalent_holds_its_message(tmp_path: Path) -> None:
    content = {"type": "basic", "body": "Hi\n{{t 'code'}}"}
    made = converted(tmp_path, node("send_sms", "it", template="x"), **template("x", "sms", content))
    assert made.told == [
        "variant.json:9: send_sms it: variant default: body line 2: {{t 'code'}}: the helper 't' has no exact "
        "equivalent; write the text, or look it up in a translation (held)"
    ]
    (step,) = made.steps("hello")
    assert step["template"] == {"body": "Hi\n{% comment %}{{t 'code'}}{% endcomment %}"}
    assert made.messages("hello", DATA) == []
