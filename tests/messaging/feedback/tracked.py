"""E-mails that are tracked, sent through a real mail server, and visits of their pixels and links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

import httpx

from addressee.database.jobs.queue import Wakeup
from addressee.http.application import Application
from addressee.http.resources.tracking_routes import TrackingRoutes, add_tracking
from addressee.messaging.feedback.engagements import Engagements
from tests.channels.mail_server import MailServer
from tests.messaging.office import Office

PUBLIC = "https://addressee.example.com"

BROWSER = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"

TRACKED = """
type: email
provider: smtp
settings:
  host: 127.0.0.1
  port: {port}
  security: none
  from: Example <hello@example.com>
  open_tracking: true
  link_tracking: true
"""

HTML = (
    '<p>Hello</p><a href="https://example.org/a?token=secret">A</a> <a href="https://example.org/b">B</a>'
    ' <a href="mailto:help@example.org">Help</a></body>'
)
MAIL = f"""
steps:
  - ref: mail
    channel: email
    template:
      subject: Hello
      html: '{HTML}'
      text: Hello https://example.org/a
"""


@dataclass(frozen=True)
class Arrived:
    """The HTML of an e-mail that arrived."""

    html: str

    @property
    def links(self) -> list[str]:
        return re.findall('href="([^"]*)"', self.html)

    @property
    def pixels(self) -> list[str]:
        return re.findall('<img src="([^"]*)"', self.html)


def arrived(server: MailServer, place: int = 0) -> Arrived:
    part = server.mails[place].get_body(("html",))
    assert part is not None
    return Arrived(part.get_content().rstrip("\r\n"))


class Reader:
    """Somebody who opens e-mails and follows links, with a browser or another program."""

    def __init__(self, office: Office, engagements: Engagements | None = None) -> None:
        self.engagements = engagements or Engagements(office.pool, Wakeup(office.pool))
        app = Application(None)
        add_tracking(app, TrackingRoutes(self.engagements, office.sealer))
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(cast(Any, app)))

    async def visit(self, url: str, method: str = "GET", agent: str = BROWSER, **headers: str) -> httpx.Response:
        return await self._client.request(method, url, headers={"user-agent": agent, **headers})


async def push(office: Office, server: MailServer, workflow: str = MAIL, settings: str = "", **files: str) -> None:
    """Pushes a workflow, by default of one e-mail, with a channel that tracks, and its further settings."""
    await office.push(
        {
            "channels/email.yaml": TRACKED.format(port=server.port) + settings,
            "channels/in-app.yaml": "type: in_app_feed",
            "workflows/mail.yaml": workflow,
            **{f"{name}.yaml": text for name, text in files.items()},
        }
    )


async def mailed(office: Office, server: MailServer, *ids: str) -> Arrived:
    """Returns the e-mail that the workflow sends to somebody, the first of several."""
    for id in ids or ("ada",):
        await office.identify(id, email=f"{id}@example.org")
    await office.trigger(*(ids or ("ada",)), workflow="mail")
    await office.work()
    return arrived(server)
