"""From a trigger to what arrives: runs, messages, events and e-mails."""

from email import policy
from email.parser import BytesParser

from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.in_app import InAppContent
from addressee.messaging.messages.status import Status
from tests.messaging.office import Office


async def test_a_trigger_becomes_a_feed_item_and_an_email(office: Office) -> None:
    await office.push()
    await office.identify("ada", email="ada@example.com")
    run_id = await office.trigger("ada", data={"plan": "pro", "deep": {"a": 1}})
    await office.work()

    email, in_app = sorted(await office.messages("ada"), key=lambda message: message.step_ref)
    assert (in_app.step_ref, in_app.status, in_app.run_id) == ("in-app", Status.DELIVERED, run_id)
    assert (email.step_ref, email.status, email.categories) == ("email", Status.SENT, ("onboarding",))
    assert email.data == {"plan": "pro", "deep": {"a": 1}}
    assert len(email.id) == 27
    assert [event for event, _ in await office.events(in_app)] == ["created", "delivered"]
    assert [event for event, _ in await office.events(email)] == ["created", "queued", "sent"]

    said, mailed = await office.messaging.messages.contents(office.environment_id, [in_app.id, email.id])
    assert isinstance(said.content, InAppContent)
    assert [(block.name, block.rendered) for block in said.content.blocks] == [
        ("body", "<p><strong>Welcome, Ada!</strong></p>"),
        ("action_url", "https://app.example/start"),
    ]
    assert mailed.content == EmailContent(
        sender="Example <hello@example.com>",
        to="ada@example.com",
        subject="Welcome, Ada!",
        html="<p>Hello Ada</p>",
        text="Hello Ada",
        reply_to=None,
    )

    (file,) = office.emails()
    parsed = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
    assert (parsed["from"], parsed["to"], parsed["subject"]) == (
        "Example <hello@example.com>",
        "ada@example.com",
        "Welcome, Ada!",
    )
    assert parsed["message-id"] == f"<{file.stem}@example.com>"
    assert await office.counts() == {
        "workflow_runs": 1,
        "recipient_runs": 1,
        "messages": 2,
        "events_of_messages": 5,
        "sends": 1,
    }
