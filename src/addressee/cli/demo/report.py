"""The report of the demo: examples of its results, counts and the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, RenderableType
from rich.json import JSON
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from addressee.cli.demo.checks import Check, part, recipient_of, rendered
from addressee.cli.demo.overnight import Night
from addressee.cli.demo.people import ADDRESSEE, FEED_OWNER, USER, People
from addressee.cli.demo.scenario import Results

LONGEST_VALUE = 600
LONGEST_ADDRESS = 24
MOST_WARNINGS = 5

# What the run of the digest says in its journal, as it is told here.
TOLD = {
    "batch_opened": "the first comment opens a digest; {batched} more join it",
    "batch_closed": "the digest closes, and its run goes on for all",
    "branch_taken": "there are many: an e-mail, and no message in the app",
    "step_held": "it is too early for e-mails",
    "message_enqueued": "the e-mail is made, and leaves",
}

HEADERS = ("From", "To", "Subject", "Date", "Message-ID")


def show(console: Console, people: People, results: Results, night: Night, checks: Sequence[Check]) -> None:
    headline(console, "A user as returned", f"GET /v1/users/{USER}")
    console.print(indented(JSON.from_data(results.user)))

    headline(console, "A feed", f"GET /v1/users/{FEED_OWNER}/feeds/…")
    console.print(indented(feed(results)))

    headline(console, "An e-mail as it left", "outbox/development/….eml, decoded")
    console.print(indented(email(people, results)))

    headline(console, "Without an e-mail address", "skipped at the e-mail step, reached in the app")
    console.print(indented(skipped(people, results)))

    headline(console, "One person, one trigger, every channel", "added by SuprSend's SDK")
    console.print(indented(everywhere(results)))

    headline(console, "Ten comments, one e-mail", "a digest, a branch and a window, overnight")
    console.print(indented(overnight(night)))

    headline(console, "Counts", "")
    console.print(indented(counts(checks)))


def headline(console: Console, title: str, remark: str) -> None:
    console.print(f"\n  [bold]{title}[/]  [dim]{remark}[/]\n", highlight=False)


def indented(shown: RenderableType) -> Padding:
    return Padding(shown, (0, 0, 0, 4), expand=False)


def feed(results: Results) -> Text:
    text = Text()
    for item in results.feeds[FEED_OWNER]:
        text.append(f"{rendered(item)}\n")
        link = ", ".join(block.rendered for block in item.blocks if block.name == "action_url" and block.type == "text")
        text.append(f"{link}\n", style="cyan")
        state = "read" if item.read_at else "unread"
        text.append(f"{item.source.key} · {item.inserted_at} · {state}", style="dim")
    return text


def email(people: People, results: Results) -> Text:
    text = Text()
    address = people.person(ADDRESSEE).email
    for message in results.emails:
        if recipient_of(message) == address:
            for name in HEADERS:
                text.append(f"{name:<12}", style="dim")
                text.append(f"{message[name]}\n")
            text.append(f"\n{part(message, 'plain').strip()}\n\n")
            text.append(part(message, "html").strip(), style="dim")
    return text


def skipped(people: People, results: Results) -> Table:
    table = Table.grid(padding=(0, 3))
    for id, skip in results.skipped.items():
        table.add_row(id, Text(skip.reason, style="yellow"), people.person(id).name)
    return table


def everywhere(results: Results) -> Table:
    table = plain_table("channel", "vendor", "to", "arrived")
    for each in results.arrivals:
        table.add_row(each.channel, each.vendor, Text(shortened(each.to), style="cyan"), each.text)
    return table


def overnight(night: Night) -> Table:
    table = plain_table("", "step", "what happened")
    batched = sum(entry.event == "batched" for entry in night.entries)
    for entry in night.entries:
        if entry.event in TOLD:
            table.add_row(f"{entry.at:%a %H:%M}", entry.step or "", Text(TOLD[entry.event].format(batched=batched)))
    for email in night.emails[-1]:
        table.add_row("", "", Text(str(email["Subject"]), style="cyan"))
    return table


def plain_table(*headers: str) -> Table:
    return Table(*headers, box=None, pad_edge=False, header_style="dim", padding=(0, 3, 0, 0))


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST_ADDRESS else f"{text[: LONGEST_ADDRESS - 1]}…"


def counts(checks: Sequence[Check]) -> Table:
    table = plain_table("", "expected", "found")
    for check in checks:
        if check.counted:
            style = "green" if check.passed else "bold red"
            table.add_row(check.name, str(check.expected), Text(str(check.found), style=style))
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def show_verdict(console: Console, checks: Sequence[Check], warnings: Sequence[str], seconds: float) -> None:
    """Prints the last lines: failures and warnings of the service's log, or what to try next."""
    failures = [check for check in checks if not check.passed]
    for check in failures:
        console.print(f"\n  [bold red]✗ {check.name}[/]", highlight=False)
        console.print(indented(Text(f"expected  {brief(check.expected)}")))
        console.print(indented(Text(f"found     {brief(check.found)}")))
    if failures:
        for warning in warnings[-MOST_WARNINGS:]:
            console.print(indented(Text(warning, style="dim")))
        console.print(f"\n  [bold red]{len(failures)} of {len(checks)} checks failed.[/]\n", highlight=False)
    else:
        console.print(f"\n  [green]✓[/] All {len(checks)} checks passed in {seconds:.0f} s.", highlight=False)
        console.print("  Next: `make serve`, then the first ten minutes of README.md.\n", highlight=False)


def show_dashboard(console: Console, url: str, email: str, password: str) -> None:
    """Prints how to look at what the demo has made."""
    console.print("  The service goes on, until you press Ctrl-C:\n", highlight=False)
    table = Table.grid(padding=(0, 3))
    table.add_row("Dashboard", Text(url, style="cyan"))
    table.add_row("E-mail address", email)
    table.add_row("Password", password)
    console.print(indented(table))
    console.print()


def brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
