"""The OpenAPI document as an HTML page that loads nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from addressee.api.dialect import Code, page_of

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 15%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1rem; }
h2 { margin-top: 3rem; }
details { border-top: 1px solid var(--line); padding: .6rem 0; }
summary { cursor: pointer; display: grid; grid-template-columns: 5rem 1fr; }
summary span { grid-column: 2; opacity: .7; }
b { font-variant: small-caps; letter-spacing: .05em; }
code, pre { font: 14px/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid var(--line); border-radius: .4rem; }
"""


def page(document: dict[str, Any], json: str, codes: Mapping[str, Code]) -> str:
    operations = "".join(
        operation(method, path, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    )
    explanations = "".join(explained(*code) for code in codes.items())
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        f"<title>{escape(document['info']['title'])} API</title><style>{STYLE}</style>"
        f"<h1>{escape(document['info']['title'])} API {escape(document['info']['version'])}</h1>"
        "<p>Send a key with every call: <code>Authorization: Bearer …</code>, or in the headers that a path names. "
        "The same as a machine reads it: <a href=/openapi.json>openapi.json</a>.</p>"
        f"{operations}<h2>Errors</h2><dl>{explanations}</dl><h2>Types</h2><pre>{escape(json)}</pre></html>"
    )


def explained(name: str, code: Code) -> str:
    return (
        f"<dt><a href={page_of(name)}><code>{escape(name)}</code></a> {int(code.status)}</dt>"
        f"<dd>{escape(code.meaning)}</dd>"
    )


def error_page(name: str, code: Code) -> str:
    """The page of one code."""
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        f"<title>{escape(name)}</title><style>{STYLE}</style><h1><code>{escape(name)}</code></h1>"
        f"<p>{escape(code.meaning)}</p><p>It comes with the status {int(code.status)} {escape(code.status.phrase)}. "
        "The <code>details</code> of the answer say more, and its <code>request_id</code> stands in the log. "
        "<a href=/docs>All paths and errors</a>.</p></html>"
    )


def operation(method: str, path: str, described: dict[str, Any]) -> str:
    parameters = "".join(
        f"<li><code>{escape(one['name'])}</code> in the {one['in']}</li>" for one in described["parameters"]
    )
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    takes = f"<p>Body: <code>{escape(body.get('$ref', '').rpartition('/')[2])}</code></p>" if body else ""
    return (
        f"<details><summary><b>{escape(method)}</b><code>{escape(path)}</code>"
        f"<span>{escape(described['summary'])}</span></summary>"
        f"<p>{escape(described['description'])}</p><ul>{parameters}</ul>{takes}</details>"
    )
