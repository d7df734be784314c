"""Names of files that are fetched for e-mails and have none of their own. Pure."""

from __future__ import annotations

import unicodedata
from email.message import Message
from email.utils import collapse_rfc2231_value
from urllib.parse import unquote, urlsplit

from addressee.channels.email.files.file_types import KNOWN

UNNAMED = "attachment"

MAX_LENGTH = 150


def name_of(url: str, content_disposition: str, type: str) -> str:
    """Returns the name that a server gives to a file, or else the last part of its URL.

    It ends as names of its type do: mail programs open a file by the ending of its name.
    """
    name = clean(named_in(content_disposition)) or clean(unquote(urlsplit(url).path)) or UNNAMED
    endings = KNOWN[type].endings if type in KNOWN else ()
    return name if not endings or name.lower().endswith(endings) else f"{name}{endings[0]}"


def named_in(content_disposition: str) -> str:
    """Returns the name in a header `Content-Disposition`, in any form of RFC 6266; empty for none."""
    message = Message()
    try:
        message["content-disposition"] = content_disposition
        parameters = message.get_params([], "content-disposition")
        found = [value for name, value in parameters if name == "filename"]
        # An encoded one, which is a tuple, goes before the other one, which is for old programs.
        encoded = [each for each in found if isinstance(each, tuple)]
        return collapse_rfc2231_value([*encoded, *found, ""][0])
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""


def clean(path: str) -> str:
    """Returns the last part of a path in one line, without what is not seen and dots around it."""
    last = path.replace("\\", "/").rstrip("/").rpartition("/")[2]
    # Other than control characters, those that turn the direction of a text, and make `exe.pdf` of `fdp.exe`.
    seen = "".join(each for each in last if unicodedata.category(each)[0] not in {"C", "Z"} or each == " ")
    stem, dot, ending = " ".join(seen.split()).strip(". ").rpartition(".")
    return f"{stem[: MAX_LENGTH - len(dot + ending)]}{dot}{ending}"[:MAX_LENGTH]
