"""All pages."""

from __future__ import annotations

from addressee.pages.inbox_page import INBOX_PAGE, INBOX_STREAM
from addressee.pages.preference_page import PREFERENCE_PAGE
from addressee.pages.unsubscribe_page import UNSUBSCRIBE_PAGE

PAGES = (PREFERENCE_PAGE, UNSUBSCRIBE_PAGE, INBOX_PAGE, INBOX_STREAM)
