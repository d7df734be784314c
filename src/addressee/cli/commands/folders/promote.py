"""The command `promote`: makes live in one environment what is live in another."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import click

from addressee.cli.commands.folders.push import show, shown_problems
from addressee.cli.errors import CommandError, refusals
from addressee.cli.options import InstallationOptions
from addressee.directory.access.environments import Environments
from addressee.messaging.definitions.sources import Problem
from addressee.messaging.workflows.commits.model import Authorship, Commit, ResourceKey, ResourceKind
from addressee.messaging.workflows.deploying.publishing import Publishing
from addressee.suggestions import instead_of


async def promote(
    options: InstallationOptions,
    source: str,
    target: str,
    only: Sequence[str],
    authorship: Authorship,
    *,
    agreed: bool,
) -> None:
    """Raises CommandError when what is promoted cannot be used in the target, or when nobody agrees."""
    if source == target:
        raise CommandError("An environment cannot be promoted to itself; name two.")
    wanted = [resource_named(each) for each in only]
    async with options.open() as (pool, sealer):
        with refusals():
            environments = Environments(pool)
            before, after = await environments.named(source), await environments.named(target)
        publishing = Publishing(pool, sealer)
        lacking = await publishing.unpromoted(before.id, after.id)
        commits = chosen(lacking, wanted, source, target)
        if not commits:
            print(f"{target} has everything that {source} has.")
            return
        ids = [commit.id for commit in commits.values()]
        with shown_problems(f"; nothing was promoted to {target}", in_documents):
            effects = await publishing.effects_of_promotion(before.id, after.id, ids)
            show(effects)
            if not agreed:
                agree(source, target)
            done = await publishing.promote(before.id, after.id, authorship, ids)
    if len(done) < len(ids):
        raise CommandError("Something was pushed meanwhile and was left out; promote again to see it.")
    print(f"Promoted to {target}: {len(done)}.")


def in_documents(problem: Problem) -> str:
    """Returns a problem with the path of its value: documents are no files with lines."""
    return f"{problem.file}: {problem.path}: {problem.message}"


def resource_named(named: str) -> ResourceKey:
    """Returns what `workflow/welcome` names. Raises CommandError."""
    kind, _, key = named.partition("/")
    kinds = [str(each) for each in ResourceKind]
    if kind not in kinds:
        raise CommandError(f"There is no kind {kind!r} in {named!r}; {instead_of(kind, kinds)}")
    if not key:
        raise CommandError(f"Say which {kind}: {kind}/KEY.")
    return ResourceKey(ResourceKind(kind), key)


def chosen(
    lacking: Mapping[ResourceKey, Commit], wanted: Sequence[ResourceKey], source: str, target: str
) -> Mapping[ResourceKey, Commit]:
    """Returns the commits to promote: those that are wanted, or all. Raises CommandError for one that is not there."""
    for each in wanted:
        if each not in lacking:
            raise CommandError(f"{source} has no {each}, or {target} has the same. Nothing was promoted.")
    return {each: lacking[each] for each in wanted} if wanted else lacking


def agree(source: str, target: str) -> None:
    """Asks whether to promote. Raises CommandError if not, or if nobody can be asked."""
    if not sys.stdin.isatty():
        raise CommandError("Give --yes to promote this. Nothing was promoted.")
    if not click.confirm(f"Promote this from {source} to {target}?", err=True):
        raise CommandError("Nothing was promoted.")
