"""Our own names for messages, which we give to providers with each of them, and which they repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from addressee.channels.callback import Callback
from addressee.channels.callbacks.mailgun import MAILGUN_CALLBACKS
from addressee.channels.callbacks.resend import RESEND_CALLBACKS
from addressee.channels.callbacks.sendgrid import SENDGRID_CALLBACKS
from addressee.channels.callbacks.ses import SES_CALLBACKS
from tests.channels.callbacks import (
    test_mailgun,
    test_meta,
    test_postmark,
    test_resend,
    test_sendgrid,
    test_ses,
    test_vonage,
)
from tests.channels.callbacks.requests import NOW

ID = "2xuDjZRydlnF6FxATblCuxGey9I"


def of_sendgrid(id: Any) -> Callback:
    call = test_sendgrid.signed(test_sendgrid.report("delivered") | {"id": id})
    return SENDGRID_CALLBACKS.read(call, test_sendgrid.SETTINGS, NOW)


def of_mailgun(id: Any) -> Callback:
    call = test_mailgun.signed("delivered", user_variables={"id": id})
    return MAILGUN_CALLBACKS.read(call, test_mailgun.KEY, NOW)


def of_postmark(id: Any) -> Callback:
    return Callback(test_postmark.read(RecordType="Delivery", Metadata={"id": id}))


def of_resend(id: Any) -> Callback:
    call = test_resend.signed(test_resend.report("email.delivered", tags={"id": id}))
    return RESEND_CALLBACKS.read(call, test_resend.SECRET, NOW)


def of_ses(id: Any) -> Callback:
    mail = {"messageId": "0100-1", "tags": {"id": [id], "ses:from-domain": ["example.com"]}}
    call = test_ses.signed(test_ses.report("Delivery", delivery={}, mail=mail))
    return SES_CALLBACKS.read(call, test_ses.NOTHING, NOW)


def of_vonage(id: Any) -> Callback:
    call = test_vonage.signed(test_vonage.status("delivered", client_ref=id))
    return test_vonage.VONAGE_CALLBACKS.read(call, test_vonage.SECRET, NOW)


def of_meta(id: Any) -> Callback:
    call = test_meta.signed({"statuses": [test_meta.status("delivered", biz_opaque_callback_data=id)]})
    return test_meta.META_CALLBACKS.read(call, test_meta.SECRETS, NOW)


@pytest.mark.parametrize("read", [of_sendgrid, of_mailgun, of_postmark, of_resend, of_ses, of_vonage, of_meta])
def test_a_provider_repeats_our_name(read: Callable[[Any], Callback]) -> None:
    (event,) = read(ID).events
    assert (event.kind, event.send_id) == ("delivered", ID)
    for other in (17, None, {"a": 1}):
        assert [event.send_id for event in read(other).events] == [None]
