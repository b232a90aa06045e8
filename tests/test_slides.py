"""Decks as a room sees them: built by Marp, opened in Chromium, measured slide by slide."""

import re
import shutil
from functools import cache
from pathlib import Path

import pytest
from browser import CHROMIUM, chromium

from grader.publish import lesson, slides
from grader.publish.site.build import with_pages

REPOSITORY = Path(__file__).parent.parent
DECKS = lesson.texts(REPOSITORY, "slides")
MARP = REPOSITORY / "slides" / "node_modules" / ".bin" / "marp"

pytestmark = pytest.mark.skipif(
    not (MARP.exists() and CHROMIUM), reason="SLIDES ARE NOT TESTED: Marp or Chromium is missing"
)

ALL_AT_ONCE = "svg[data-marpit-svg] { content-visibility: visible !important; opacity: 1 }"
MEASURE = """() => [...document.querySelectorAll('svg[data-marpit-svg] section')].map(slide => {
    const frame = slide.getBoundingClientRect();
    const zoom = frame.width / 1280;
    const footer = slide.querySelector('footer').getBoundingClientRect();
    const words = [...slide.querySelectorAll('h1, h2, p, li, table, pre, mjx-container, img')];
    const size = element => parseFloat(getComputedStyle(element).fontSize);
    const lines = element => {
        const range = document.createRange();
        range.selectNodeContents(element);
        const tops = [...range.getClientRects()].map(box => Math.round(box.bottom / zoom / 30));
        return new Set(tops).size;
    };
    return {
        classes: slide.className,
        heading: slide.querySelector('h1, h2')?.innerText ?? '',
        headingLines: Math.max(0, ...[...slide.querySelectorAll('h2')].map(lines)),
        text: slide.innerText,
        outside: words.filter(element => {
            const box = element.getBoundingClientRect();
            return box.bottom > footer.top + 2 || box.right > frame.right - 20 * zoom
                || box.left < frame.left || box.top < frame.top || element.scrollWidth > 1140;
        }).map(element => element.outerHTML.slice(0, 80)),
        hidden: words.filter(element => {
            const title = slide.querySelector('h2');
            const box = element.getBoundingClientRect();
            return title && element !== title && !title.parentElement.matches('.ask')
                && box.top < title.getBoundingClientRect().bottom - 2;
        }).map(element => element.outerHTML.slice(0, 80)),
        long: [...slide.querySelectorAll('p')].filter(p => !p.querySelector('img, mjx-container'))
            .filter(p => p.getBoundingClientRect().height / zoom > 2.4 * 1.35 * size(p))
            .map(p => p.innerText),
        small: words.filter(element => element.innerText?.trim() && size(element) < 37)
            .map(element => element.innerText.slice(0, 60)),
        pictures: [...slide.querySelectorAll('img')].map(image => {
            const box = image.getBoundingClientRect();
            const across = box.width / image.naturalWidth, down = box.height / image.naturalHeight;
            return {alt: image.alt, scale: 2 * Math.min(across, down) / zoom};
        }),
        mathErrors: slide.querySelectorAll('[data-mml-node=merror]').length,
        smallMath: [...slide.querySelectorAll('mjx-container[display=true] svg[height$=ex]')]
            .map(svg => svg.getBoundingClientRect().height / zoom
                / (parseFloat(svg.getAttribute('height')) * 0.442))
            .filter(size => size < 37),
        links: [...slide.querySelectorAll('a')].map(a => a.getAttribute('href')),
    };
})"""


def built():
    """Every deck as HTML: those of the site, which `make thorough` builds first."""
    folder = REPOSITORY / "dist" / "site" / "slides"
    assert (folder / "01-linear.html").exists(), "run: make site"
    return folder


@cache
def measured():
    """What Chromium says of every slide of every deck, and each deck's speaker notes."""
    found = {}
    with chromium(width=1280, height=720) as page:
        for name in DECKS:
            page.goto((built() / f"{name}.html").as_uri())
            page.add_style_tag(content=ALL_AT_ONCE)
            notes = page.locator(".bespoke-marp-note")
            numbers = notes.evaluate_all("notes => notes.map(note => note.dataset.index)")
            found[name] = (page.evaluate(MEASURE), numbers)
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("name", DECKS)
def test_nothing_is_cut_tiny_or_hidden(name):
    found, _ = measured()[name]
    for number, slide in enumerate(found, start=1):
        where = f"{name}, slide {number} ({slide['heading']})"
        assert not slide["outside"], f"{where}: outside the frame: {slide['outside']}"
        assert not slide["hidden"], f"{where}: behind the heading: {slide['hidden']}"
        assert not slide["small"], f"{where}: under 28 pt: {slide['small']}"
        assert not slide["mathErrors"], f"{where}: a formula with an error"
        assert not slide["smallMath"], f"{where}: formulas under 28 pt: {slide['smallMath']}"
        assert not slide["long"], f"{where}: longer than two lines: {slide['long']}"
        assert slide["headingLines"] <= 1, f"{where}: a heading of two lines"
        for picture in slide["pictures"]:
            assert picture["scale"] > 1.15, f"{where}: a tiny picture ({picture['scale']:.2f})"


@pytest.mark.thorough
@pytest.mark.parametrize("name", DECKS)
def test_a_deck_has_the_form_of_a_deck(name):
    found, notes = measured()[name]
    kinds = [slide["classes"] for slide in found]
    assert 10 <= len(found) <= 16
    assert kinds[0] == "question"
    assert "?" in found[0]["text"]
    assert "trap" in kinds
    asked = [number for number, kind in enumerate(kinds) if kind == "ask"]
    assert asked
    assert asked[-1] + 1 < len(kinds), "the answer stands on the next slide"
    assert len(notes) == len(found), "every slide has speaker notes"
    assert "Your turn" in found[-1]["heading"]
    assert any(slide["pictures"] for slide in found)


@pytest.mark.thorough
@pytest.mark.parametrize("name", DECKS)
def test_pictures_have_words_and_links_lead_somewhere(name):
    found, _ = measured()[name]
    for slide in found:
        assert all(re.search(r"\w", picture["alt"]) for picture in slide["pictures"])
        for link in slide["links"]:
            assert (built() / link.partition("#")[0]).exists(), f"{name}: {link}"
    assert any("../" in link for slide in found for link in slide["links"])


@pytest.mark.parametrize("name", DECKS)
def test_no_result_is_typed(name):
    """Large numbers in the words are computed; a size that is given, such as 224, may be typed."""
    text = DECKS[name].read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```|\{eval\}`[^`]*`|<!--.*?-->|\]\([^)]*\)", "", text, flags=re.DOTALL)
    typed = re.findall(r"\d{1,3}(?:,\d{3})+|\d+\.\d{2,}|\d{5,}", prose)
    assert not typed, f"{name}: typed numbers {typed}; compute them with an eval role"


@pytest.mark.thorough
def test_a_deck_built_again_has_the_same_html(tmp_path):
    again = list(DECKS)[::8]
    for _ in slides.build([DECKS[name] for name in again], tmp_path, pdf=False):
        pass
    for name in again:
        html = with_pages((tmp_path / f"{name}.html").read_text())
        assert html == (built() / f"{name}.html").read_text(), name


def test_a_deck_becomes_a_pdf(tmp_path):
    lines = list(slides.build([DECKS["01-linear"]], tmp_path))
    assert lines[-1].startswith("1 decks as PDF")
    assert (tmp_path / "01-linear.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("figures.linear(tiny, x)", "figures.linear(tiny, y)", "raises NameError"),
        ("# 01 · The", "01 · The", "has no title"),
        ("{eval}`linear.bias.numel()`", "{eval}`linear.bais`", "has an {eval} that raises"),
    ],
)
def test_a_mistake_in_a_deck_stops_the_build_with_one_line(tmp_path, old, new, words):
    text = DECKS["01-linear"].read_text(encoding="utf-8")
    assert old in text
    deck = tmp_path / "01-linear.md"
    deck.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(lesson.LessonError) as mistake:
        slides.markdown(deck)
    assert words in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_what_is_missing_is_named_in_one_sentence(tmp_path, monkeypatch):
    deck = tmp_path / "01-linear.md"
    with pytest.raises(lesson.LessonError, match=r"Slides need Marp: run `make slides`"):
        list(slides.build([deck], tmp_path))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(lesson.LessonError, match=r"Slides need Node"):
        list(slides.build([deck], tmp_path))
