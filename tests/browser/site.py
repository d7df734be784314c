"""The pages of the tests: `pages/*.jsx` and the examples of docs/inbox.md, on an origin that is not the service's."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.browser.documented import write_examples
from tests.browser.prerequisites import HERE, packages

PAGES = HERE / "pages"

HTML = """<!doctype html>
<html lang="en">
<title>{name}</title>
<link rel="icon" href="data:,">
{styles}
<main id="root"></main>
<script type="module" src="{name}.js"></script>
</html>
"""


class Site:
    """Where the pages are."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def page(self, name: str, /, **settings: str) -> str:
        """Returns the address of `pages/{name}.jsx`, or of `plain`, the example in HTML.

        A page finds its settings in the query.
        """
        return f"{self.origin}/{name}.html?{urlencode(settings)}"


def build(folder: Path) -> None:
    """Bundles every page into a folder, with a document that loads it."""
    node_modules = packages()
    sources = sorted(PAGES.glob("*.jsx"))
    write_examples(folder)
    subprocess.run(
        [
            node_modules / ".bin" / "esbuild",
            *sources,
            "--bundle",
            f"--outdir={folder}",
            "--format=esm",
            "--jsx=automatic",
            "--log-level=warning",
            f"--alias:docs/inbox={folder}",
            '--define:process.env.NODE_ENV="development"',
            "--define:global=window",
        ],
        check=True,
        env={**os.environ, "NODE_PATH": str(node_modules)},
    )
    shutil.copy(PAGES / "serviceworker.js", folder)
    shutil.copy(node_modules / "@suprsend/web-sdk/public/serviceworker.js", folder / "suprsend-serviceworker.js")
    for source in sources:
        name = source.stem
        styles = f'<link rel="stylesheet" href="{name}.css">' if (folder / f"{name}.css").exists() else ""
        (folder / f"{name}.html").write_text(HTML.format(name=name, styles=styles))


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """Serves a folder until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Site(f"http://localhost:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass
