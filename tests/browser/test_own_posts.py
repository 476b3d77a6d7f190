"""Posts that a visitor brings, and the choice among indexes, in a real browser with the real pipeline."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.page.build import build_page
from agent.page.opening import Opening
from agent.page.uploads.catalogue import OWN, IndexCatalogue
from agent.page.uploads.session import LARGEST
from index.manifest import read_manifest, write_manifest
from tests.browser.conftest import CHROMIUM, LONG_WORD, SCREENSHOTS, SIZES, analyst_of, ask, serve
from tests.browser.test_accessibility import faults
from tests.conftest import small_rows
from tests.fake_analyst import NASTY
from tools.library import Library

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")
SAID = {"gus": "The Dyson hoover is brilliant", "hal": "My Dyson broke again and is terrible", "ivy": "Soup for tea"}
CSV = "when,who,said,where,number\n" + "".join(
    f"2024-0{month}-0{day},{who},{said},kitchen,{day}\n"
    for month, (who, said) in enumerate(SAID.items(), start=1)
    for day in range(1, 5)
)


@pytest.fixture(scope="module")
def folder(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two indexes side by side; the second says that it has one post more."""
    folder = tmp_path_factory.mktemp("shelf")
    for name in ("served", "brands"):
        shutil.copytree(library.path, folder / name)
    manifest = read_manifest(folder / "brands")
    write_manifest(folder / "brands", replace(manifest, posts=manifest.posts + 1))
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    opening = Opening(lambda: analyst_of(Library.open(folder / "served")))
    catalogue = IndexCatalogue(
        opening,
        served=folder / "served",
        folder=folder,
        open_beside=lambda path, first: analyst_of(Library.open(path)),
    )
    page = build_page(opening, catalogue)
    yield serve(page)
    page.close(verbose=False)


@pytest.fixture
def page(address: str, browser: Any, folder: Path) -> Iterator[Any]:
    shutil.rmtree(folder / OWN, ignore_errors=True)
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(address)
    yield opened
    assert errors == [] and opened.title() == "Audience Analyst"
    context.close()


def bring(page: Any, path: Path) -> None:
    """Drop a file, and wait until it was looked through or refused."""
    from playwright.sync_api import expect

    expect(page.locator("#examples button").first).to_be_visible()
    page.click("#bring")
    page.locator("#drop input[type=file]").set_input_files(path)
    expect(page.locator("#discard").or_(page.locator("#own-state [role=alert]")).first).to_be_visible()


def choose(page: Any, field: str, column: str) -> None:
    from playwright.sync_api import expect

    page.get_by_label(field, exact=True).click()
    page.get_by_role("option", name=column, exact=True).click()
    expect(page.get_by_role("option")).to_have_count(page.locator("#indexes option").count())  # the list has closed


def kept(folder: Path) -> list[str]:
    """Files of visitors that are on the disk."""
    return [path.name for path in (folder / OWN).rglob("*") if path.is_file()]


def test_a_csv_of_ones_own_is_mapped_read_and_asked_about(
    page: Any, browser: Any, address: str, folder: Path, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    (tmp_path / "my export.csv").write_text(CSV + "2024-05-01,jon,,kitchen,2\n2024-05-02,kim,late,kitchen,soon\n")
    bring(page, tmp_path / "my export.csv")
    state, sample = page.locator("#own-state"), page.locator("#sample")
    expect(state).to_contain_text("No column could be told for: who wrote it and text of the post")
    expect(sample).to_contain_text("The Dyson hoover is brilliant")
    expect(page.locator("#make")).to_be_hidden()
    choose(page, "Text of the post", "said")
    expect(sample).to_contain_text("said → text of the post")
    choose(page, "Who wrote it", "who")
    expect(page.locator("#make")).to_be_visible()
    choose(page, "Likes", "number")
    expect(state).to_contain_text("1 row rejected: 1 × no text")
    expect(state).to_contain_text("Emptied or mended: likes of 1 post")
    choose(page, "When", "when")
    choose(page, "Community or channel", "where")
    expect(state).to_contain_text("2024-01-01 to 2024-05-02")
    expect(state.get_by_text("13", exact=True).first).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "own-columns.png")
    assert faults(page) == []

    page.click("#make")
    expect(page.get_by_role("progressbar", name="Reading the posts")).to_be_visible()
    expect(page.locator("#halt")).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "own-reading.png")
    expect(page.locator("#head")).to_contain_text("13 posts of my export.csv are ready, 1 row rejected")
    expect(page.locator("#about")).to_contain_text("13 posts by 4 people, 2024-01-01 to 2024-05-02")
    expect(page.locator("#data")).to_contain_text("kitchen")
    expect(page.locator("#indexes select option:checked")).to_have_text("my export.csv · 13 posts")
    ask(page, "search_posts query=Dyson")
    page.get_by_role("tab", name="Posts", exact=True).click()
    said = page.locator("#posts p").filter(has_text="hoover is brilliant").first
    # As it is seen: a name that is marked has its kind and its tone beside it for who listens.
    shown = said.evaluate("e => { const all = e.cloneNode(true); all.querySelectorAll('mark *').forEach((x) => "
                          "x.remove()); return all.textContent; }")  # fmt: skip
    assert "The Dyson hoover is brilliant" in shown
    page.screenshot(path=SCREENSHOTS / "own-asked.png")
    assert not [name for name in kept(folder) if name.endswith(".csv")]  # what was read stays, the file does not

    stranger = browser.new_context().new_page()
    stranger.goto(address)
    expect(stranger.locator("#examples button").first).to_be_visible()
    expect(stranger.locator("#indexes option")).to_have_text(["served · 13 posts", "brands · 14 posts"])
    stranger.context.close()

    page.reload()  # the conversation and its posts are found again
    expect(page.locator("#indexes select option:checked")).to_have_text("my export.csv · 13 posts")
    page.get_by_role("tab", name="Upload").click()
    page.get_by_role("button", name="Delete the posts of my export.csv").click()
    expect(page.locator("#indexes select option:checked")).to_have_text("served · 13 posts")
    expect(page.locator("#about")).to_contain_text("13 posts by 7 people")
    assert kept(folder) == []


def test_what_would_be_read_of_an_archive_is_told_and_can_be_corrected(page: Any, tmp_path: Path) -> None:
    import zipfile

    from playwright.sync_api import expect

    tweet = {"id_str": "1", "full_text": "the Nike shoes are great", "favorite_count": "11"}
    tweet["created_at"] = "Wed Jan 03 09:00:00 +0000 2024"
    passed_on = {**tweet, "id_str": "2", "full_text": "RT @bo: Ich hasse diese Schuhe wirklich sehr"}
    tweets = [{"tweet": tweet}, {"tweet": passed_on}]
    path = tmp_path / "twitter-2024.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/tweets.js", "window.YTD.tweets.part0 = " + json.dumps(tweets))
        archive.writestr("data/like.js", 'window.YTD.like.part0 = [{"like": {"tweetId": "9", "fullText": "theirs"}}]')
    bring(page, path)
    state, sample = page.locator("#own-state"), page.locator("#sample")
    for said in (
        "Read as X archive (ZIP, UTF-8)",
        "Which column became what",
        "1 post passes on others' words",
        "1 in English and 1 in German",
        "The export does not name whose it is",
        "liked posts of others",
    ):
        expect(state).to_contain_text(said)
    expect(sample).to_contain_text("the Nike shoes are great")
    page.screenshot(path=SCREENSHOTS / "own-archive.png", full_page=True)
    page.get_by_role("button", name="Correct what was found").click()
    page.get_by_label("Who wrote what names nobody").fill("kelda")
    page.keyboard.press("Enter")
    expect(sample).to_contain_text("kelda")
    expect(state).not_to_contain_text("does not name whose it is")
    choose(page, "Likes", "none")
    expect(sample).not_to_contain_text("11")
    assert faults(page) == []


@pytest.mark.parametrize("size", SIZES)
def test_what_a_listening_tool_exported_is_told_column_by_column(page: Any, tmp_path: Path, size: str) -> None:
    from playwright.sync_api import expect

    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    head = "Date\tHeadline\tOpening Text\tHit Sentence\tSource\tInfluencer\tLanguage\tReach\tTweet Id\n"
    rows = "".join(
        f"{day:02}-Jan-2024 09:00AM\t\t\tShoe number {day} fits me well\tX\t@ana\tEnglish\t1,240\t17{day}\n"
        for day in range(1, 4)
    )
    (tmp_path / "mentions.csv").write_bytes((head + rows).encode("utf-16"))
    bring(page, tmp_path / "mentions.csv")
    state, sample = page.locator("#own-state"), page.locator("#sample")
    for said in (
        "Read as Meltwater mentions (tabs, UTF-16)",
        "2024-01-01 to 2024-01-03",
        "Which column became what",
        "Influencer",
        "The file has no likes, shares and replies; answers cannot draw on them",
        "Not used",
        "Reach",
    ):
        expect(state).to_contain_text(said)
    expect(sample).to_contain_text("Shoe number 1 fits me well")
    page.screenshot(path=SCREENSHOTS / f"own-meltwater-{size}.png", full_page=True)
    page.get_by_role("button", name="Correct what was found").click()
    choose(page, "Likes", "Reach")
    expect(sample).to_contain_text("1240")
    assert faults(page) == []


def test_what_is_cancelled_leaves_nothing(page: Any, folder: Path, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    path = tmp_path / "posts.jsonl"
    rows = [{**row, "id": f"{copy}-{row['id']}"} for copy in range(200) for row in small_rows()]  # not read in a moment
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    bring(page, path)
    expect(page.locator("#own-state")).to_contain_text("2,200")
    page.click("#make")
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.click("#halt")
    expect(page.locator("#own-state")).to_contain_text("Stopped; nothing was kept.")
    expect(page.locator("#drop")).to_be_visible()
    assert kept(folder) == []
    expect(page.locator("#indexes option")).to_have_count(2)


def test_bad_files_are_told_in_a_sentence(page: Any, folder: Path, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    for name, content, sentence in [
        ("posts.parquet", b"PAR1 and no more", "The Parquet file cannot be read."),
        ("posts.csv", b"\x00\x01\x02\x00binary", "The file is not text."),
    ]:
        (tmp_path / name).write_bytes(content)
        bring(page, tmp_path / name)
        expect(page.locator("#own-state").get_by_role("alert")).to_contain_text(sentence)
        expect(page.locator("#drop")).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "own-error.png")
    assert "/" not in page.locator("#own-state [role=alert]").inner_text() and kept(folder) == []


@pytest.mark.parametrize("size", SIZES)
def test_a_hostile_file_harms_nothing(address: str, browser: Any, tmp_path: Path, size: str) -> None:
    from playwright.sync_api import expect

    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark")
    page = context.new_page()
    page.goto(address)
    path = tmp_path / "<img src=x onerror=document.title=1>.jsonl"
    rows = [{"id": n, "author": NASTY, "text": f"{NASTY} {LONG_WORD}", NASTY: NASTY} for n in range(3)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + f"{NASTY}\n")
    bring(page, path)
    state = page.locator("#own-state")
    expect(state).to_contain_text('<script>document.title="hacked"</script>')
    expect(page.locator("#sample")).to_contain_text("<script>")
    assert page.locator("#see").locator("script, img, a").count() == 0 and page.title() == "Audience Analyst"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=SCREENSHOTS / f"own-hostile-{size}-dark.png")
    page.click("#discard")
    expect(page.locator("#drop")).to_be_visible()
    context.close()


def test_a_file_that_is_too_large_is_not_even_taken(address: str) -> None:
    import httpx

    pieces = (b"x" * (1 << 20) for _ in range((LARGEST >> 20) + 1))
    body = (b'--b\r\nContent-Disposition: form-data; name="files"; filename="x.csv"\r\n\r\n', *pieces, b"\r\n--b--\r\n")
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = httpx.post(f"{address}gradio_api/upload", content=iter(body), headers=headers, timeout=120)
    assert answer.status_code == 413


def test_choosing_other_posts_begins_a_conversation_about_them(page: Any, browser: Any, address: str) -> None:
    from playwright.sync_api import expect

    ask(page, "search_posts query=Nike")
    choice = page.locator("#indexes select")
    choice.select_option(label="brands · 14 posts")
    expect(page.locator("#about")).to_contain_text("14 posts by 7 people")
    expect(page.locator("#conversation")).not_to_contain_text("query=Nike")
    expect(page.locator("#examples button").first).to_be_visible()
    stranger = browser.new_context().new_page()
    stranger.goto(address)
    expect(stranger.locator("#about")).to_contain_text("13 posts by 7 people")
    stranger.context.close()
    ask(page, "search_posts query=marathon")
    page.get_by_role("tab", name="Take away").click()
    expect(page.locator("#calls")).to_contain_text(re.compile(r"search_posts query=marathon --index \S+/brands"))

    page.get_by_role("button", name="Conversations").click()
    page.locator("#talks .talk", has_text="query=Nike").click()
    expect(page.locator("#indexes select option:checked")).to_have_text("served · 13 posts")
    expect(page.locator("#about")).to_contain_text("13 posts by 7 people")
    expect(page.get_by_role("heading", name="Posts about Nike")).to_be_visible()


def test_posts_that_are_gone_are_told(page: Any, folder: Path, library: Library) -> None:
    from playwright.sync_api import expect

    shutil.copytree(library.path, folder / "short-lived")
    page.reload()
    page.locator("#indexes select").select_option(label="short-lived · 13 posts")
    expect(page.locator("#examples button").first).to_be_visible()
    shutil.rmtree(folder / "short-lived")
    page.fill("#question textarea", "search_posts query=Nike")
    page.keyboard.press("Enter")
    expect(page.locator("#conversation")).to_contain_text("These posts are no longer here.")
