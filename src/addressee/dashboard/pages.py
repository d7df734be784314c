"""All routes of the dashboard."""

from __future__ import annotations

from collections.abc import Sequence

from addressee.dashboard.access.account import routes as account
from addressee.dashboard.access.activity import routes as activity
from addressee.dashboard.access.invitations import routes as invitations
from addressee.dashboard.access.one_time_passwords import routes as one_time_passwords
from addressee.dashboard.access.openid import routes as openid
from addressee.dashboard.access.operators import routes as operators
from addressee.dashboard.access.sign_in import routes as sign_in
from addressee.dashboard.home import routes as home
from addressee.dashboard.messages.message import routes as message
from addressee.dashboard.messages.message_list import routes as message_list
from addressee.dashboard.messages.resend import routes as resend
from addressee.dashboard.messages.run import routes as run
from addressee.dashboard.messages.run_list import routes as run_list
from addressee.dashboard.operations.bulk import routes as bulk
from addressee.dashboard.operations.channel_groups import routes as channel_groups
from addressee.dashboard.operations.channels import routes as channels
from addressee.dashboard.operations.home import routes as environment_home
from addressee.dashboard.operations.jobs import routes as jobs
from addressee.dashboard.operations.suppressions import routes as suppressions
from addressee.dashboard.people.audiences import routes as audiences
from addressee.dashboard.people.collections import routes as collections
from addressee.dashboard.people.lists import routes as lists
from addressee.dashboard.people.search import routes as search
from addressee.dashboard.people.subscribers import routes as subscribers
from addressee.dashboard.people.topics import routes as topics
from addressee.dashboard.person.explaining.pages import routes as explaining
from addressee.dashboard.person.merging.merges import routes as merges
from addressee.dashboard.person.merging.pages import routes as merging
from addressee.dashboard.person.profile import routes as profile
from addressee.dashboard.person.timeline.pages import routes as timeline
from addressee.dashboard.routes import Route, Routes
from addressee.dashboard.settings.keys import routes as keys
from addressee.dashboard.settings.settings import routes as settings
from addressee.dashboard.webhooks.deliveries import routes as webhook_deliveries
from addressee.dashboard.webhooks.editing import routes as webhook_editing
from addressee.dashboard.webhooks.listing import routes as webhooks
from addressee.dashboard.webhooks.secrets import routes as webhook_secrets
from addressee.dashboard.webhooks.switching import routes as webhook_switching
from addressee.dashboard.workflows.shared_templates import routes as shared_templates
from addressee.dashboard.workflows.translations import routes as translations
from addressee.dashboard.workflows.trials.pages import routes as trials
from addressee.dashboard.workflows.versions import routes as versions
from addressee.dashboard.workflows.workflows import routes as workflows

PARTS: Sequence[Routes] = (
    sign_in,
    activity,
    openid,
    invitations,
    operators,
    one_time_passwords,
    account,
    home,
    message,
    message_list,
    resend,
    run,
    run_list,
    environment_home,
    profile,
    timeline,
    explaining,
    merging,
    merges,
    collections,
    channels,
    channel_groups,
    suppressions,
    jobs,
    bulk,
    keys,
    search,
    workflows,
    shared_templates,
    translations,
    trials,
    versions,
    lists,
    topics,
    audiences,
    subscribers,
    settings,
    webhook_deliveries,
    webhook_editing,
    webhooks,
    webhook_secrets,
    webhook_switching,
)

ROUTES: Sequence[Route] = [route for part in PARTS for route in part.all()]
