"""SuprSend's bell and inbox in a real browser: live, in tabs, stores and tenants (realtime-suprsend.md §3 to §4)."""

from __future__ import annotations

import httpx

from addressee.database.installation import Installation
from tests.browser.suprsend.conftest import Open, Tell
from tests.support.api import running_api_at
from tests.support.service import free_port

# Clients wait ever longer between their tries to connect again.
RECONNECTION_MS = 60_000


async def test_the_bell_counts_without_a_reload(open_inbox: Open, tell: Tell) -> None:
    inbox = await open_inbox()
    await inbox.counts(0)
    for count, item in enumerate(("a hat", "a scarf"), start=1):
        tell(item)
        await inbox.counts(count)
    await inbox.open()
    await inbox.shows("Ada left a scarf", "Ada left a hat")
    await inbox.counts(0)


async def test_what_was_there_before_is_counted(open_inbox: Open, tell: Tell) -> None:
    tell("a hat", "a scarf")
    inbox = await open_inbox()
    await inbox.counts(2)
    await inbox.open()
    await inbox.shows("Ada left a scarf", "Ada left a hat")
    await inbox.tab_counts(All=2, Unread=2, Archived=0)


async def test_two_tabs_agree(open_inbox: Open, tell: Tell) -> None:
    tell("a hat", "a scarf", "a coat")
    one, other = await open_inbox(), await open_inbox()
    for inbox in (one, other):
        await inbox.counts(3)
    await one.open()
    for inbox in (one, other):
        await inbox.counts(0)
    await other.open()
    await other.choose("Unread")
    await other.shows("Ada left a coat", "Ada left a scarf", "Ada left a hat")
    await one.read("a scarf")
    await other.shows("Ada left a coat", "Ada left a hat")
    for inbox in (one, other):
        await inbox.tab_counts(All=2, Unread=2, Archived=0)
    tell("a glove")
    await other.shows("Ada left a glove", "Ada left a coat", "Ada left a hat")
    for inbox in (one, other):
        await inbox.counts(1)
        await inbox.tab_counts(All=3, Unread=3, Archived=0)


async def test_all_are_marked_as_read_everywhere(open_inbox: Open, tell: Tell) -> None:
    tell("a hat", "a scarf")
    one, other = await open_inbox(), await open_inbox()
    await other.counts(2)
    await one.open()
    await one.mark_all_as_read()
    for inbox in (one, other):
        await inbox.counts(0)
        await inbox.tab_counts(All=0, Unread=0, Archived=0)
    await one.choose("Unread")
    await one.shows()
    await one.choose("All")
    await one.shows("Ada left a scarf", "Ada left a hat")


async def test_what_is_archived_moves_to_its_tab(open_inbox: Open, tell: Tell) -> None:
    tell("a hat", "a scarf")
    one, other = await open_inbox(), await open_inbox()
    for inbox in (one, other):
        await inbox.open()
        await inbox.shows("Ada left a scarf", "Ada left a hat")
    await one.archive("a hat")
    for inbox in (one, other):
        await inbox.shows("Ada left a scarf")
    await other.choose("Archived")
    await other.shows("Ada left a hat")


async def test_each_tenant_has_an_inbox_of_its_own(open_inbox: Open, tell: Tell, rest: httpx.Client) -> None:
    rest.post("/v1/tenant/acme/", json={"tenant_name": "Acme"}).raise_for_status()
    own, acme = await open_inbox(), await open_inbox(tenant="acme")
    tell("a hat")
    await own.counts(1)
    tell("a scarf", tenant_id="acme")
    await acme.counts(1)
    await own.counts(1)
    await acme.open()
    await acme.shows("Ada left a scarf")
    await own.open()
    await own.shows("Ada left a hat")


async def test_the_bell_counts_on_after_a_restart_of_the_api(
    open_inbox: Open, tell: Tell, installation: Installation
) -> None:
    port = free_port()
    with running_api_at(port, installation) as host:
        inbox = await open_inbox(host=host)
        tell("a hat")
        await inbox.counts(1)
    with running_api_at(port, installation):
        await inbox.page.wait_for_function(
            "window.client.feeds.feedInstances[0].socket.connected", timeout=RECONNECTION_MS
        )
        tell("a scarf")
        await inbox.counts(2)
        await inbox.open()
        await inbox.shows("Ada left a scarf", "Ada left a hat")
