"""Take the two stills of the README anew: a number with its words, and a switch.

    .venv/bin/python tests/stills.py

Run it after a change of the page. It needs Chromium; fonts and edges differ between machines, so
no check compares the pictures.
"""

from pathlib import Path

from browser import CHROMIUM, QUIET
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "reports" / "imataka-2014" / "index.html"
WINDOW = {"width": 1280, "height": 720}


def main() -> None:
    """Open the page, point at a number, answer a question the other way."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = browser.new_page(viewport=WINDOW)
        page.goto(PAGE.as_uri())
        page.click('main p a[href="#v-ivig.dose_total"]:visible')
        page.wait_for_timeout(500)
        page.screenshot(path=ROOT / "docs" / "number.png")
        page.click("#close")
        page.click('.ask button[data-option="per-course"]')
        page.wait_for_timeout(500)
        page.screenshot(path=ROOT / "docs" / "switch.png")
        browser.close()


if __name__ == "__main__":
    main()
