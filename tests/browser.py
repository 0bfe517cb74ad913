"""A real browser for tests: Debian's Chromium, driven by playwright."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: The accessibility checker, where npm has put it.
AXE = Path(__file__).parents[1] / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"


def required() -> bool:
    """Whether a missing browser is a failure (make test-browser) or a reason to skip."""
    return os.environ.get("CASETRACE_BROWSER") == "required"


def unwanted() -> bool:
    """Whether the browser's tests are run on their own and not here (CI)."""
    return os.environ.get("CASETRACE_BROWSER") == "no"


def missing(what: str) -> None:
    """Skip, or fail where a browser is required."""
    (pytest.fail if required() else pytest.skip)(what)


@pytest.fixture(scope="session")
def browser():
    if unwanted():
        pytest.skip("CASETRACE_BROWSER=no: tried by make test-browser")
    if CHROMIUM is None:
        missing("no Chromium here: the page is not tried in a browser (apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield opened
        opened.close()
