"""The end of what a link to unsubscribe is about: a page for people, and one click for mail programs (RFC 8058).

Those send a request by themselves, with no browser behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from functools import partial
from http import HTTPStatus

from addressee.api.answers import Answer
from addressee.api.errors import MalformedError
from addressee.directory.access.link_tokens import Purpose
from addressee.directory.access.links import LinkInvalidError
from addressee.directory.edits.recipients import ChangePreferenceSets
from addressee.directory.writing.writes import Write
from addressee.pages.preference_page import changed, read_matrix, render, subject_of
from addressee.pages.rendering import PRIVATE
from addressee.pages.visit import Page, Visit
from addressee.preferences.matrix import WORKFLOWS, CellId

FIELD, VALUE = "List-Unsubscribe", "One-Click"

# Mail programs send one field.
MAX_BODY_BYTES = 4_096

MAIL = "email"


async def show(visit: Visit) -> Answer:
    """Shows the preferences of a person who is about to unsubscribe from one thing. Nothing changes by looking."""
    matrix = await read_matrix(visit)
    subject = subject_of(visit)
    return render(visit, matrix, is_saved=False, focus=subject and matrix.row(*subject))


async def unsubscribe(visit: Visit) -> Answer:
    """Turns off the e-mails of what the link is about. Asked again, nothing more changes."""
    if not await asks_to_unsubscribe(visit):
        raise MalformedError("body", f"The body must be {FIELD}={VALUE}.")
    cells = cells_of(visit)
    matrix = await read_matrix(visit)
    subject = matrix.row(*cells[0][:2])
    if subject is not None and not any(cell.way == MAIL for cell in subject.free):
        return told(HTTPStatus.CONFLICT, "These e-mails cannot be refused.")
    edit = ChangePreferenceSets(partial(changed, matrix=matrix, changes={str(cell): False for cell in cells}))
    await visit.services.directory.write(Write(visit.recipient.place, (edit,), visit.origin))
    return told(HTTPStatus.OK, "You will not get these e-mails any more.")


UNSUBSCRIBE_PAGE = Page(
    "/pages/unsubscribe/{token}", "pages.unsubscribe", Purpose.UNSUBSCRIBE, {"GET": show, "POST": unsubscribe}
)


def cells_of(visit: Visit) -> list[CellId]:
    """Returns the cells to turn off: of the category, or of a workflow without one. Raises LinkInvalidError.

    Where the most specific setting decides, the workflow's own could let its e-mails through in spite of the category.
    """
    subject = subject_of(visit)
    if subject is None:
        raise LinkInvalidError
    cells = [CellId(*subject, MAIL)]
    workflow = visit.link.workflow
    if workflow is not None and visit.environment.settings.preference_rule == "most_specific":
        cells.append(CellId(WORKFLOWS, workflow, MAIL))
    return cells


async def asks_to_unsubscribe(visit: Visit) -> bool:
    """Returns whether the body is what RFC 8058 says, in either of its forms. Raises what reading a form does."""
    content_type, body = visit.asked.headers.get("content-type", ""), await visit.asked.body()
    if len(body) > MAX_BODY_BYTES:
        return False
    if content_type.lower().startswith("multipart/form-data"):
        return (FIELD, VALUE) in parts_of(content_type, body)
    return (await visit.form()).text(FIELD) == VALUE


def parts_of(content_type: str, body: bytes) -> Iterator[tuple[object, str]]:
    """Yields the names and the values of a form in parts."""
    parsed = BytesParser().parsebytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
    for part in parsed.get_payload() if parsed.is_multipart() else ():
        if isinstance(part, Message):
            yield part.get_param("name", header="content-disposition"), str(part.get_payload()).strip()


def told(status: HTTPStatus, text: str) -> Answer:
    return Answer(f"{text}\n".encode(), status, PRIVATE, content_type="text/plain; charset=utf-8")
