"""Take the README's picture: ``python tests/browser/screenshot_readme.py URL docs/page.png`` against a running page."""

from __future__ import annotations

import sys

from playwright.sync_api import sync_playwright

QUESTION = "Who would engage with a Nike ad?"


def main(url: str, out: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(url)
        page.get_by_role("textbox").first.fill(QUESTION)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Audience for Nike").wait_for(timeout=60_000)
        page.wait_for_timeout(1500)
        page.screenshot(path=out)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
