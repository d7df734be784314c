"""The providers that channels can have, by the type of channel and by name."""

from __future__ import annotations

from collections.abc import Mapping

from addressee.channels.apprise.apprise import APPRISE_CHAT, APPRISE_PUSH
from addressee.channels.chat.discord import DISCORD
from addressee.channels.chat.ms_teams import MS_TEAMS
from addressee.channels.chat.slack import SLACK
from addressee.channels.chat.telegram import TELEGRAM
from addressee.channels.email.mailgun import MAILGUN
from addressee.channels.email.outbox import OUTBOX
from addressee.channels.email.postmark import POSTMARK
from addressee.channels.email.resend import RESEND
from addressee.channels.email.sendgrid import SENDGRID
from addressee.channels.email.ses import SES
from addressee.channels.email.smtp.sender import SMTP
from addressee.channels.provider import ChannelType, Provider
from addressee.channels.push.apns import APNS
from addressee.channels.push.aws_sns import AWS_SNS as AWS_SNS_PUSH
from addressee.channels.push.expo import EXPO
from addressee.channels.push.fcm import FCM
from addressee.channels.push.one_signal import ONE_SIGNAL
from addressee.channels.push.web_push import WEB_PUSH
from addressee.channels.settings import LinkSettings
from addressee.channels.sms.aws_sns import AWS_SNS as AWS_SNS_SMS
from addressee.channels.sms.plivo import PLIVO
from addressee.channels.sms.telnyx import TELNYX
from addressee.channels.sms.twilio import TWILIO as TWILIO_SMS
from addressee.channels.sms.vonage import VONAGE
from addressee.channels.webhook.webhook import WEBHOOK
from addressee.channels.whatsapp.meta import META
from addressee.channels.whatsapp.twilio import TWILIO as TWILIO_WHATSAPP

FEED = Provider(ChannelType.IN_APP_FEED, "feed", LinkSettings, kind="in_app")

PROVIDERS: Mapping[tuple[ChannelType, str], Provider] = {
    (provider.channel_type, provider.name): provider
    for provider in (
        FEED,
        SMTP,
        OUTBOX,
        SES,
        SENDGRID,
        MAILGUN,
        POSTMARK,
        RESEND,
        FCM,
        APNS,
        EXPO,
        AWS_SNS_PUSH,
        ONE_SIGNAL,
        WEB_PUSH,
        SLACK,
        MS_TEAMS,
        DISCORD,
        TELEGRAM,
        TWILIO_SMS,
        VONAGE,
        TELNYX,
        PLIVO,
        AWS_SNS_SMS,
        META,
        TWILIO_WHATSAPP,
        WEBHOOK,
        APPRISE_CHAT,
        APPRISE_PUSH,
    )
}


def providers_of(type: ChannelType) -> list[Provider]:
    return [provider for provider in PROVIDERS.values() if provider.channel_type is type]
