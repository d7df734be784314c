"""Downloads: files that are fetched from a URL, with bounds of time and of bytes.

The URL may be a signed one, which is a secret: what is told of a failure names the host only.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from addressee.channels.requests.exchange import TEMPORARY_STATUSES, UNAVAILABLE_STATUSES, pause_in, timeouts
from addressee.channels.requests.public_hosts import NotPublicError
from addressee.channels.requests.rules import url_problem
from addressee.channels.sender import Failed, Failure

if TYPE_CHECKING:
    import httpx2

# A file may be fetched from where its URL leads, over so many steps.
MAX_REDIRECTS = 3

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSING = TEMPORARY_STATUSES | UNAVAILABLE_STATUSES | {HTTPStatus.TOO_MANY_REQUESTS}

MEGABYTE = 1_000_000

# Tells zlib that a stream begins with the header of gzip.
GZIP = zlib.MAX_WBITS | 16


@dataclass(frozen=True, slots=True)
class Download:
    """A file as it was fetched. `url` is the one at which it was found at last."""

    url: str = field(repr=False)
    content: bytes = field(repr=False)
    content_type: str
    content_disposition: str


class DownloadError(Exception):
    """A file cannot be fetched. `failure` says whether that may pass, `pause` what the host asks for until then."""

    def __init__(self, failure: Failure, reason: str, pause: timedelta | None = None) -> None:
        super().__init__(reason)
        self.failure = failure
        self.pause = pause


async def download(client: httpx2.AsyncClient, url: str, max_bytes: int, seconds: float) -> Download | Failed:
    """Returns the file at a URL, or the failure, which is TEMPORARY or PERMANENT.

    Redirects are followed as far as each host may be connected to by the client, and never from https to http.
    """
    import httpx2  # here, as commands import senders to check settings only

    place = Place(url)
    try:
        async with asyncio.timeout(seconds):
            for _ in range(MAX_REDIRECTS + 1):
                async with client.stream("GET", place.url, timeout=timeouts(seconds)) as answer:
                    if answer.status_code not in REDIRECTS:
                        return await read(place, answer, max_bytes)
                    place = place.followed(answer.headers.get("location", ""))
    except DownloadError as error:
        return Failed(error.failure, f"{place.host} {error}", retry_after=error.pause)
    except NotPublicError as refused:
        return Failed(Failure.PERMANENT, str(refused))
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
        return Failed(Failure.PERMANENT, f"{place.host} cannot be asked by this URL")
    except TimeoutError:
        return Failed(Failure.TEMPORARY, f"{place.host} did not send the file within {seconds:g} seconds")
    except (httpx2.HTTPError, OSError) as error:
        return Failed(Failure.TEMPORARY, f"{place.host} did not send the file: {type(error).__name__}")
    return Failed(Failure.PERMANENT, f"{place.host} redirects too often")


@dataclass(frozen=True, slots=True)
class Place:
    """A URL from which a file is fetched."""

    url: str = field(repr=False)

    @property
    def host(self) -> str:
        """The host and port, without a user and a password."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def followed(self, location: str) -> Place:
        """Returns the place to which a redirect leads. Raises DownloadError for one that is not followed."""
        try:
            url = urljoin(self.url, location)
        except ValueError:
            url = ""
        if not location or url_problem(url) is not None:
            raise DownloadError(Failure.PERMANENT, "redirects to what is no URL")
        if urlsplit(self.url).scheme == "https" and urlsplit(url).scheme != "https":
            raise DownloadError(Failure.PERMANENT, "redirects from https to http; give the URL that it leads to")
        return Place(url)


async def read(place: Place, answer: httpx2.Response, max_bytes: int) -> Download:
    """Reads the file in an answer. Raises DownloadError."""
    if answer.status_code != HTTPStatus.OK:
        raise refusal(answer)
    length = answer.headers.get("content-length", "")
    if length.isdecimal() and int(length) > max_bytes:
        raise too_large(max_bytes)
    content = bytearray()
    async for part in decoded(answer, max_bytes):
        content += part
        if len(content) > max_bytes:
            raise too_large(max_bytes)
    return Download(
        place.url,
        bytes(content),
        answer.headers.get("content-type", ""),
        answer.headers.get("content-disposition", ""),
    )


def refusal(answer: httpx2.Response) -> DownloadError:
    """Returns what an answer without a file means."""
    status = answer.status_code
    if status in PASSING:
        return DownloadError(Failure.TEMPORARY, f"answered {status}", pause_in(answer.headers.get("retry-after")))
    return DownloadError(
        Failure.PERMANENT, f"answered {status}; check that the URL is right, needs no login and has not expired"
    )


def too_large(max_bytes: int) -> DownloadError:
    return DownloadError(
        Failure.PERMANENT, f"has a file of more than {max_bytes / MEGABYTE:g} MB; send a smaller one, or a link to it"
    )


async def decoded(answer: httpx2.Response, max_bytes: int) -> AsyncIterator[bytes]:
    """Yields the parts of a body. One in gzip, which nobody asked for, is expanded up to the limit.

    Raises DownloadError.
    """
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding == "identity":
        async for part in answer.aiter_raw():
            yield part
        return
    if encoding not in {"gzip", "x-gzip"}:
        raise DownloadError(Failure.PERMANENT, "sends the file encoded, although it was not asked to")
    expanding = zlib.decompressobj(GZIP)
    try:
        async for part in answer.aiter_raw():
            yield expanding.decompress(part, max_bytes + 1)
    except zlib.error:
        raise DownloadError(Failure.PERMANENT, "sends a file that is not in gzip as it says") from None
    if not expanding.eof:
        raise DownloadError(Failure.TEMPORARY, "sent a part of the file only")
