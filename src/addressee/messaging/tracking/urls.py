"""The URLs that tracking puts into messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from addressee.directory.access.signed_texts import TextKey
from addressee.messaging.tracking.rewriting import rewritten
from addressee.messaging.tracking.tokens import CLICK_PATH, OPEN_PATH, PICTURE, Tracked, token_of

# Mail programs and gateways cut longer ones. A link whose URL would be longer stays as it is.
MAX_URL = 2_000

WEB = re.compile(r"https?://[^/?#\\]", re.IGNORECASE | re.ASCII)

# Characters that browsers drop around and within a URL (WHATWG URL, section 4.4).
AROUND = "".join(map(chr, range(0x21)))
WITHIN = str.maketrans("", "", "\t\n\r")

# What may stand in a URL as it is; browsers escape the rest when they follow it.
SAFE = "!#$%&'()*+,/:;=?@[]~\\^`{|}"


@dataclass(frozen=True, slots=True)
class Tracking:
    """The tracking of one message, and the URL below which its links stand.

    Links below `own_url`, those of the service itself, stay as they are: they are signed, and tell who clicked anyway.
    """

    key: TextKey
    base_url: str
    own_url: str | None
    environment_id: int
    message_id: str
    opens: bool
    links: bool

    def applied(self, html: str) -> str:
        """Returns the HTML with what is tracked in it."""
        return rewritten(html, self.click_url if self.links else None, self.open_url if self.opens else None)

    @property
    def open_url(self) -> str:
        return f"{self.base_url}{OPEN_PATH}/{self._token(None)}{PICTURE}"

    def click_url(self, url: str) -> str | None:
        """Returns the URL that leads on to another one, None for what is not tracked."""
        target = target_of(url)
        if target is None or self._is_own(target):
            return None
        made = f"{self.base_url}{CLICK_PATH}/{self._token(target)}"
        return made if len(made) <= MAX_URL else None

    def _is_own(self, target: str) -> bool:
        return any(target == own or target.startswith(f"{own}/") for own in (self.base_url, self.own_url) if own)

    def _token(self, target: str | None) -> str:
        return token_of(Tracked(self.environment_id, self.message_id, target), self.key)


def target_of(url: str) -> str | None:
    """Returns the URL that browsers go to by a link to the web, in ASCII as a header needs it; None for other links.

    Hosts that are written in other letters stay untracked: what they are called in ASCII is for browsers to say.
    """
    url = url.strip(AROUND).translate(WITHIN)
    if not WEB.match(url):
        return None
    try:
        is_reachable = urlsplit(url).netloc.isascii()
        return quote(url, safe=SAFE) if is_reachable else None
    except ValueError:
        return None


def shown_url(url: str) -> str | None:
    """Returns a link without its query and fragment, which may hold secrets; None for one that cannot be read."""
    try:
        parts = urlsplit(url.replace("\0", ""))
    except ValueError:
        return None
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
