"""Fetch steps: each makes a request to a URL, and lays its answer over the run's data (engine.md §4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, get_args

import msgspec

from addressee.channels.requests.rules import Method, header_problems, url_problem
from addressee.directory.recipient import Recipient
from addressee.messaging.definitions.model import Definition, FieldPath
from addressee.messaging.steps.compiler import Compiler, StepFile
from addressee.messaging.steps.context import StepContext
from addressee.messaging.steps.keys import is_liquid
from addressee.messaging.steps.model import ContinueOrHalt, Request, Step, Taken
from addressee.messaging.steps.run import END, RecipientRun
from addressee.messaging.steps.texts import check_texts

MAX_SECONDS = 30
PAUSES = (timedelta(seconds=30), timedelta(seconds=60))

METHODS: tuple[Method, ...] = get_args(Method)

Pairs = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Call(Request):
    """Asks for the request of a fetch step to be made."""


@dataclass(frozen=True, slots=True)
class Calling:
    """The request will be made: the run waits for its outcome."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The answer to a request: values for the run's data, and what its journal tells of the exchange."""

    values: Mapping[str, Any]
    shown: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """A request without a usable answer. One that `passes` may succeed when it is made again."""

    reason: str
    shown: Mapping[str, Any]
    passes: bool = False


class FetchStep(Step, frozen=True, tag="http_fetch", kw_only=True):
    """A step that makes a request. Headers and query parameters are pairs, or a text that renders to a JSON object.

    `response_path` picks a part of the answer, `output_key` is where it goes in the data. A step that does not need an
    answer passes over one that it cannot use. Secrets may stand in all texts.
    """

    url: str
    method: Method = "GET"
    headers: Pairs | str = ()
    query_params: Pairs | str = ()
    body: Any = None
    response_path: str | None = None
    output_key: str | None = None
    needs_answer: bool = True
    timeout: float = 15
    on_error: ContinueOrHalt = ContinueOrHalt.HALT
    signing_secret: str | None = None
    signature: Literal["standard", "knock"] = "standard"

    @property
    def texts(self) -> dict[str, Any]:
        """The fields that hold Liquid."""
        names = ("url", "headers", "query_params", "body", "signing_secret")
        return {name: getattr(self, name) for name in names}

    def take(self, run: RecipientRun, recipient: Recipient, context: StepContext) -> Taken:
        if self.attempts_of(run) == 0:
            run = run.noted(context, "step_started", self)
        return Taken(run, request=Call())

    def answered(
        self, run: RecipientRun, answer: Calling | Fetched | FetchFailed, context: StepContext
    ) -> RecipientRun:
        if isinstance(answer, Calling):
            return run.paused(None)
        attempts = self.attempts_of(run) + 1
        run = run.with_result(self.ref, attempts=attempts, status=answer.shown.get("status"))
        if isinstance(answer, Fetched):
            run = run.with_data(answer.values) if answer.values else run
            return run.passed.noted(context, "step_completed", self, data=answer.shown)
        shown = {"reason": answer.reason, **answer.shown}
        if answer.passes and attempts <= len(PAUSES):
            due_at = context.now + PAUSES[attempts - 1]
            return run.paused(due_at).noted(context, "step_retried", self, data={**shown, "due_at": due_at})
        run = run.noted(context, "error", self, status="error", data=shown)
        return run.passed if self.on_error is ContinueOrHalt.CONTINUE else run.at(END)

    def attempts_of(self, run: RecipientRun) -> int:
        """Returns how many requests this step has made."""
        attempts: int = run.refs.get(self.ref, {}).get("attempts", 0)
        return attempts


class FetchSettings(Definition, frozen=True, kw_only=True):
    """The settings of a fetch step in a file. `http_method` and `params` are SuprSend's names."""

    url: str
    method: str | None = None
    http_method: str | None = None
    headers: dict[str, Any] | list[Any] | str = msgspec.field(default_factory=dict)
    query_params: dict[str, Any] | list[Any] | str = msgspec.field(default_factory=dict)
    params: dict[str, Any] | list[Any] | str = msgspec.field(default_factory=dict)
    body: Any = None
    response_path: str | None = None
    output_key: str | None = None
    timeout: Annotated[float, msgspec.Meta(gt=0, le=MAX_SECONDS)] = 15
    on_error: ContinueOrHalt = ContinueOrHalt.HALT
    signing_secret: str | None = None
    signature: Literal["standard", "knock"] = "standard"


class FetchStepFile(StepFile, frozen=True, kw_only=True):
    """A fetch step in a file. One that is a webhook posts, and needs no answer."""

    settings: FetchSettings

    def compile(self, compiler: Compiler, path: FieldPath) -> None:
        settings, path = self.settings, (*path, "settings")
        is_webhook = "webhook" in (self.type or "")
        method = method_named(settings.method or settings.http_method or ("POST" if is_webhook else "GET"))
        if method is None:
            compiler.problem((*path, "method"), f"this must be one of {', '.join(METHODS)}")
            return
        step = FetchStep(
            ref=self.ref,
            url=settings.url,
            method=method,
            headers=pairs(compiler, (*path, "headers"), settings.headers),
            query_params=pairs(compiler, (*path, "query_params"), settings.query_params or settings.params),
            body=settings.body,
            response_path=settings.response_path,
            output_key=settings.output_key,
            needs_answer=not is_webhook,
            timeout=settings.timeout,
            on_error=settings.on_error,
            signing_secret=settings.signing_secret,
            signature=settings.signature,
        )
        check(compiler, path, settings)
        compiler.add(self.made(step))


def check(compiler: Compiler, path: FieldPath, settings: FetchSettings) -> None:
    """Tells the source of settings with which no request could be made."""
    for name in ("url", "headers", "query_params", "params", "body", "signing_secret"):
        check_texts(compiler, (*path, name), getattr(settings, name), with_secrets=True)
    if not is_liquid(settings.url) and (problem := url_problem(settings.url)) is not None:
        compiler.problem((*path, "url"), f"this {problem}")
    if isinstance(settings.headers, dict):
        for name, problem in header_problems(dict.fromkeys(settings.headers, "")):
            compiler.problem((*path, "headers", name), problem)
    secret = settings.signing_secret
    if secret is not None and not is_liquid(secret):
        compiler.problem((*path, "signing_secret"), "this must be a secret of the environment: {{ secrets.name }}")


def method_named(name: str) -> Method | None:
    """Returns a method by its name in small or capital letters, None for an unknown one."""
    return next((method for method in METHODS if method == name.upper()), None)


def pairs(compiler: Compiler, path: FieldPath, written: dict[str, Any] | list[Any] | str) -> Pairs | str:
    """Returns names with their values, which a file has as a mapping or as a list of `{key, value}`."""
    if isinstance(written, str):
        return written
    if isinstance(written, dict):
        return tuple(written.items())
    for index, each in enumerate(written):
        if not isinstance(each, dict) or not isinstance(each.get("key"), str) or each.keys() - {"key", "value"}:
            compiler.problem((*path, index), "this must be a mapping with key and value")
            return ()
    return tuple((each["key"], each.get("value", "")) for each in written)
