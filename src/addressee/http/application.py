"""The ASGI application: Falcon routes the operations of the dialects, and this module runs them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import asyncpg
import falcon
import structlog
from falcon.asgi import App, Request, Response

from addressee.api.answers import Answer, answer_of
from addressee.api.call import Call, RequestInfo
from addressee.api.call import Request as Unauthenticated
from addressee.api.dialect import Dialect
from addressee.api.errors import UnknownPathError, WrongMethodError
from addressee.api.idempotency import idempotency_key
from addressee.api.operation import Operation
from addressee.api.services import Services
from addressee.database.pool import is_away
from addressee.directory.errors import UnavailableError
from addressee.directory.writing.receipts import ReceiptMismatchError, RepeatedError
from addressee.http import bodies, cors, metrics, public_url, requests
from addressee.http.paths import decode_path
from addressee.logs import RequestLine, code_lines, write_request

SERVER_ERROR = 500

# The operation in the metrics of all requests whose authentication failed.
UNAUTHENTICATED = "unauthenticated"

log = structlog.get_logger()

Responder: TypeAlias = Callable[..., Any]
ASGIApp: TypeAlias = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class RawPaths:
    """Passes the raw path to Falcon, so that `%2F` inside a segment does not split it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["http_version"] == "1":
            scope["http_version"] = "1.0"  # as Falcon spells what Granian calls 1
        if scope.get("method", "GET") not in falcon.HTTP_METHODS:
            scope["method"] = "TRACE"  # a method that HTTP does not have is refused like one that no path has
        scope["path"] = scope["raw_path"].decode("latin-1").partition("?")[0]
        await self._app(scope, receive, send)


class Resource:
    """The responders of one path, which Falcon finds by name."""


def build(
    dialects: Sequence[Dialect], services: Services, not_found: Responder, public_url: str | None
) -> App[Request, Response]:
    """Builds the application of these dialects. The caller adds other resources (health, metrics, …).

    `not_found` answers paths of no dialect. `public_url` is the URL of the service; None: that of each request.
    """
    app = App(middleware=[RequestMiddleware(public_url)])
    app.req_options.strip_url_path_trailing_slash = False
    app.add_sink(not_found, prefix="/")  # first, because Falcon asks the sink that was added last
    for dialect in dialects:
        by_path: dict[str, list[Operation]] = defaultdict(list)
        for operation in dialect.operations:
            by_path[operation.path].append(operation)
        for path, operations in by_path.items():
            for alias in dialect.path_aliases(path):
                app.add_route(alias, resource(dialect, operations, services))
        for prefix in dialect.prefixes:
            app.add_sink(dialect_sink(dialect), prefix=prefix)
    return app


def resource(dialect: Dialect, operations: Sequence[Operation], services: Services) -> Resource:
    made = Resource()
    allowed = [operation.method for operation in operations]
    for operation in operations:
        setattr(made, f"on_{operation.method.lower()}", responder(dialect, operation, services))
    for method in {*falcon.HTTP_METHODS, "OPTIONS"} - set(allowed):
        setattr(made, f"on_{method.lower()}", refusal(dialect, allowed))
    return made


def responder(dialect: Dialect, operation: Operation, services: Services) -> Responder:
    async def respond(req: Request, resp: Response, **path: str) -> None:
        req.context.dialect = dialect.name
        req.context.label = operation.name
        req.context.authenticated = False
        try:
            answer = await answer_to(dialect, operation, services, req, path)
        except Exception as error:
            answer = failure(dialect.error, error, req.context.info)
        write(resp, answer)

    return respond


async def answer_to(
    dialect: Dialect,
    operation: Operation,
    services: Services,
    req: Request,
    path: Mapping[str, str],
) -> Answer:
    headers = requests.headers(req)
    decoded = decode_path(dialect.rewrite_path(path, headers))
    body = bodies.Body(req, operation.max_body_bytes)
    request = Unauthenticated(services, operation, decoded, requests.target(req), req.query_string, headers, body.read)
    credential, caller = await dialect.authenticate(request)
    req.context.authenticated = True
    key = idempotency_key(operation, headers)
    call = Call(
        operation,
        services,
        credential,
        caller,
        decoded,
        req.query_string,
        headers,
        await body.read(),
        req.context.info,
        key,
    )
    try:
        return await carry_out(call)
    except RepeatedError as repeated:
        return dialect.replay(repeated.earlier)


async def carry_out(call: Call) -> Answer:
    """Runs a call. Raises RepeatedError or ReceiptMismatchError when its key was used before, or meanwhile.

    The handler may fail because of what the same call did meanwhile: a repetition, too.
    """
    await refuse_repetition(call)
    try:
        return answer_of(await call.operation.handler(call), call.operation.status)
    except (RepeatedError, ReceiptMismatchError):
        raise
    except Exception:
        await refuse_repetition(call)
        raise


async def refuse_repetition(call: Call) -> None:
    if call.idempotency_key is not None:
        await call.services.directory.refuse_repetition(call.environment.id, call.idempotency_key, call.fingerprint)


def failure(render: Callable[[Exception, RequestInfo], Answer], error: Exception, info: RequestInfo) -> Answer:
    """Returns the answer to an exception. Only an internal error is logged, and never its message."""
    if is_away(error):
        error = UnavailableError()
    if isinstance(error, asyncpg.TransactionRollbackError):  # a deadlock: nothing was kept, the same again succeeds
        error = UnavailableError("Other changes were in the way; try again in a moment.")
    answer = render(error, info)
    if answer.status == SERVER_ERROR:
        log.error("internal error", request_id=info.id, error=type(error).__name__, passed=code_lines(error))
    return answer


def refusal(dialect: Dialect, allowed: Sequence[str]) -> Responder:
    async def refuse(req: Request, resp: Response, **path: str) -> None:
        req.context.dialect = dialect.name
        write(resp, dialect.error(WrongMethodError(allowed), req.context.info))
        resp.set_header("allow", ", ".join(allowed))

    return refuse


def dialect_sink(dialect: Dialect) -> Responder:
    async def not_found(req: Request, resp: Response, **path: str) -> None:
        req.context.dialect = dialect.name
        write(resp, dialect.error(UnknownPathError(), req.context.info))

    return not_found


def write(resp: Response, answer: Answer) -> None:
    resp.status = answer.status
    if answer.stream is None:
        resp.data = answer.body
    else:
        resp.stream = answer.stream
    if answer.body or answer.stream is not None:
        resp.content_type = answer.content_type
    for name, value in answer.headers.items():
        resp.set_header(name, value)


class RequestMiddleware:
    """Adds to every request its id, the CORS headers, a log line and the metrics."""

    def __init__(self, url: str | None) -> None:
        self._public_url = url

    async def process_request(self, req: Request, resp: Response) -> None:
        req.context.started = time.perf_counter()
        req.context.dialect = "own"
        req.context.label = "unrouted"
        req.context.authenticated = True
        id = requests.request_id(req.get_header("x-request-id"))
        req.context.info = RequestInfo(id, self._public_url or public_url.url_of(req))
        if req.method == "OPTIONS":
            cors.answer_preflight(resp)

    async def process_response(self, req: Request, resp: Response, resource: object, succeeded: bool) -> None:
        resp.set_header("x-request-id", req.context.info.id)
        cors.allow(resp)
        seconds = time.perf_counter() - req.context.started
        counted_as = req.context.label if req.context.authenticated else UNAUTHENTICATED
        metrics.observe(req.context.dialect, counted_as, resp.status_code, seconds)
        write_request(
            RequestLine(
                request_id=req.context.info.id,
                method=req.method,
                operation=req.context.label,
                status=resp.status_code,
                milliseconds=round(seconds * 1000, 2),
                timestamp=datetime.now(UTC),
            )
        )
