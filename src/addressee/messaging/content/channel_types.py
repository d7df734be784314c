"""The types of channels that messages can be made for: each is a module beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from addressee.channels.provider import ChannelType
from addressee.messaging.content.chat import ChatContent, ChatTemplate
from addressee.messaging.content.emails.content import EmailContent
from addressee.messaging.content.emails.email import EmailTemplate
from addressee.messaging.content.http import WebhookContent, WebhookTemplate
from addressee.messaging.content.in_app import InAppContent, InAppTemplate
from addressee.messaging.content.push import PushContent, PushTemplate
from addressee.messaging.content.sms import SmsContent, SmsTemplate
from addressee.messaging.content.whatsapp import WhatsAppContent, WhatsAppTemplate

AnyTemplate = (
    EmailTemplate | InAppTemplate | PushTemplate | SmsTemplate | WhatsAppTemplate | ChatTemplate | WebhookTemplate
)
AnyContent = EmailContent | InAppContent | PushContent | SmsContent | WhatsAppContent | ChatContent | WebhookContent

TEMPLATES: Mapping[ChannelType, type[AnyTemplate]] = {
    ChannelType(template.__struct_config__.tag): template for template in get_args(AnyTemplate)
}
