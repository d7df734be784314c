"""Addresses that templates name: in place of the recipient's own, and beside them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from addressee.channels.email.headers import mailbox_text
from addressee.channels.email.mailbox import AddressError, Mailbox, read_mailbox
from addressee.messaging.content.scope import Scope
from addressee.messaging.content.templating import liquid

# The most addresses that one field names: providers take 50 for an e-mail.
MAX_ADDRESSES = 20

# A list of mailboxes is separated by commas, or by semicolons as some write it; a name in quotes may hold these. Quotes
# that nothing closes hold the rest: to look for their end again behind each of them would take long.
ONE_OF_LIST = re.compile(r'(?:"(?:[^"\\]|\\.)*+"?|[^,;"])+')


def mailboxes_in(name: str, written: str | None, scope: Scope) -> tuple[Mailbox, ...]:
    """Returns the mailboxes that a field renders to, each address once. Raises TemplateError for what is none.

    The error does not repeat the value: it is somebody's address.
    """
    if written is None:
        return ()
    texts = [each.strip() for each in ONE_OF_LIST.findall(liquid.render(written, scope)) if each.strip()]
    found: Mapping[str, Mailbox] = {each.address: each for each in (mailbox_in(name, text) for text in texts)}
    if len(found) > MAX_ADDRESSES:
        raise liquid.TemplateError(f"{name} has more than {MAX_ADDRESSES} addresses", None)
    return tuple(found.values())


def mailbox_in(name: str, text: str) -> Mailbox:
    try:
        mailbox = read_mailbox(text)
    except AddressError:
        mailbox = None
    # An address that must be quoted is hardly used, and not read back.
    if mailbox is None or mailbox.address != f"{mailbox.local}@{mailbox.domain}":
        raise liquid.TemplateError(f"{name} has something that is no e-mail address", None)
    return mailbox


def one_mailbox_in(name: str, written: str | None, scope: Scope) -> Mailbox | None:
    """Returns the mailbox that a field renders to, None for an empty text. Raises TemplateError for several."""
    found = mailboxes_in(name, written, scope)
    if len(found) > 1:
        raise liquid.TemplateError(f"{name} has more than one address", None)
    return found[0] if found else None


def written_mailboxes(mailboxes: tuple[Mailbox, ...]) -> tuple[str, ...]:
    """Returns mailboxes as `read_mailbox` reads them."""
    return tuple(map(mailbox_text, mailboxes))
