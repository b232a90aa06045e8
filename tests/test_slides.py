"""Decks as a room sees them: built by Marp, opened in Chromium, measured slide by slide."""

import re
import shutil
from functools import cache
from math import prod
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
            return title && element !== title && !title.parentElement.matches('.ask, .vote')
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
        items: [...slide.querySelectorAll('li')].map(li => li.textContent.replace(/\\s+/g, ' ')),
        fragments: slide.querySelectorAll('[data-marpit-fragment]').length,
        math: slide.querySelectorAll('mjx-container').length,
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
def test_a_deck_is_a_lecture(name):
    """A question nobody can answer yet, steps, votes, a neighbour, a surprise, and the answer."""
    found, notes = measured()[name]
    kinds = [slide["classes"].partition(" ")[0] for slide in found]
    assert 14 <= len(found) <= 20
    assert kinds[0] == "question"
    assert "?" in found[0]["text"]
    assert {"steps", "pair", "surprise"} <= {*kinds}
    assert len(notes) == len(found), "every slide has speaker notes"
    assert "Your turn" in found[-1]["heading"]
    (answer,) = [slide for slide in found if slide["classes"] == "answer"]
    assert re.search(r"\d", answer["text"]), "the opening question is answered by a number"
    real = [slide for slide in found if {"plot", "photo"} & {*slide["classes"].split()}]
    assert any(slide["pictures"] for slide in real)
    for number, slide in enumerate(found[:-1]):
        if slide["classes"] in ("ask", "pair", "vote"):
            assert kinds[number + 1] not in ("ask", "pair", "vote"), f"{slide['heading']}: and?"


@pytest.mark.thorough
@pytest.mark.parametrize("name", DECKS)
def test_a_room_votes_and_sees_who_believes_what(name):
    found, _ = measured()[name]
    kinds = [slide["classes"].partition(" ")[0] for slide in found]
    assert kinds.count("vote") == kinds.count("beliefs") >= 2
    for number in (number for number, kind in enumerate(kinds) if kind == "vote"):
        options, beliefs = found[number]["items"], found[number + 1]["items"]
        assert kinds[number + 1] == "beliefs", "the next slide says who believes what"
        assert 3 <= len(options) <= 5
        assert [option[0] for option in options] == sorted(belief[0] for belief in beliefs)
        assert "says PyTorch" in beliefs[-1]
        for option in options:
            letter, answer = option[0], option[1:].strip()
            (belief,) = [belief for belief in beliefs if belief[0] == letter]
            assert belief[1:].strip().startswith(answer), f"{option}: {belief}"


@pytest.mark.thorough
@pytest.mark.parametrize("name", DECKS)
def test_calculations_appear_number_by_number(name):
    found, _ = measured()[name]
    for slide in found:
        if slide["classes"] == "steps":
            assert slide["fragments"] >= 3, slide["heading"]
            assert re.search(r"\d", slide["text"]) or slide["math"], slide["heading"]
        if slide["classes"] == "beliefs":
            assert slide["fragments"] == len(slide["items"])


@pytest.mark.thorough
@pytest.mark.parametrize("name", DECKS)
def test_a_title_and_its_picture_have_the_same_numbers(name):
    """A number above 100 (`8 of 100` is a share) in a heading is seen in the slide's picture or
    words, or is made of numbers that are: of neighbours there, or of those before it in the
    heading."""
    found, _ = measured()[name]
    for slide in found:
        if slide["pictures"]:
            below = slide["text"].replace(slide["heading"], "", 1)
            seen = numbers_in(" ".join([below, *(each["alt"] for each in slide["pictures"])]))
            known = {*seen, *made_of(seen, 2), *made_of(seen, 3)}
            titled = numbers_in(slide["heading"])
            for place, number in enumerate(titled):
                before = made_of(titled[:place], place)
                where = f"{name}, '{slide['heading']}': {number:,} is not in its picture"
                assert number <= 100 or number in known | before, where


def made_of(numbers, count):
    """Sums and products of so many neighbours."""
    runs = [numbers[start : start + count] for start in range(len(numbers) - count + 1)]
    return {*map(sum, runs), *map(prod, runs)}


def numbers_in(text):
    """Its whole numbers; not those in names, such as ResNet-50."""
    found = re.findall(r"(?<![\w.-])\d{1,3}(?:,\d{3})+(?!\w)|(?<![\w.,-])\d+(?![\w.]\w)", text)
    return [int(number.replace(",", "")) for number in found]


@pytest.mark.parametrize("name", DECKS)
def test_a_lecture_takes_a_lesson_and_each_slide_says_its_minutes(name):
    assert 35 <= slides.spoken(DECKS[name]) <= 50


@pytest.mark.parametrize(
    ("old", "new"),
    [("2 min. Let", "Let"), ("<!--\n2 min. Let", "<!--\n2 min. One\n-->\n<!--\nLet")],
)
def test_a_slide_without_its_minutes_is_named(tmp_path, old, new):
    text = DECKS["01-linear"].read_text(encoding="utf-8")
    assert old in text
    deck = tmp_path / "01-linear.md"
    deck.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(lesson.LessonError, match=r"^01-linear\.md:\d+: the slide .* '2 min\. '"):
        slides.read(deck)


@pytest.mark.thorough
@pytest.mark.parametrize("name", DECKS)
def test_pictures_have_words_and_links_lead_somewhere(name):
    found, _ = measured()[name]
    for slide in found:
        assert all(re.search(r"\w", picture["alt"]) for picture in slide["pictures"])
        for link in slide["links"]:
            assert (built() / link.partition("#")[0]).exists(), f"{name}: {link}"
    assert any("../" in link for slide in found for link in slide["links"])


TYPED = re.compile(r"\d{1,3}(?:,\d{3})+|\d+\.\d{2,}|\d{5,}")
COMPUTED = re.compile(r"```.*?```|\{eval\}`[^`]*`|\]\([^)]*\)", re.DOTALL)
GIVEN = {  # in notes: arguments, and sizes that a published network has
    "01-linear": {"2,048"},
    "10-normalization": {"0.99", "10,000"},
    "11-dropout": {"1,000"},
    "13-recurrent": {"0.98"},
    "15-cost": {"0.001"},
    "16-networks": {"1,024", "40,478", "50,257", "128,256"},
    "19-kv-cache": {"4,096", "8,192", "32,768"},
    "22-adapters": {"1,024", "4,096"},
    "23-fewer-bits": {"0.22", "65,536"},
}


@pytest.mark.parametrize("name", DECKS)
def test_no_result_is_typed(name):
    """Large numbers are computed; a size that is given, such as 224, may be typed."""
    text = COMPUTED.sub("", DECKS[name].read_text(encoding="utf-8"))
    notes, prose = slides.NOTE.findall(text), slides.NOTE.sub("", text)
    typed = {*TYPED.findall(prose)} | {*TYPED.findall(" ".join(notes))} - GIVEN.get(name, set())
    assert not typed, f"{name}: typed numbers {typed}; compute them with an eval role"


WORDS_PER_MINUTE = 130  # spoken slowly


@pytest.mark.parametrize("name", DECKS)
def test_notes_can_be_said_in_their_minutes(name):
    for note in slides.NOTE.findall(DECKS[name].read_text(encoding="utf-8")):
        spoken = re.sub(r"\{eval\}`[^`]*`", "number", note).split()
        minutes = int(spoken[0])
        assert len(spoken) <= minutes * WORDS_PER_MINUTE, " ".join(spoken[:12])


@pytest.mark.thorough
def test_a_deck_built_again_has_the_same_html(tmp_path):
    again = list(DECKS)[::8]
    for _ in slides.build([DECKS[name] for name in again], tmp_path, pdf=False):
        pass
    for name in again:
        html = with_pages((tmp_path / f"{name}.html").read_text())
        assert html == (built() / f"{name}.html").read_text(), name


def test_a_deck_becomes_a_pdf_and_is_built_again_only_when_it_changes(tmp_path):
    deck, folder = tmp_path / "01-linear.md", tmp_path / "build"
    for name in ("theme.css", "package-lock.json", deck.name):
        shutil.copy(REPOSITORY / "slides" / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(REPOSITORY / "slides" / "node_modules")
    assert [*slides.build([deck], folder)][-1].startswith("1 decks as PDF")
    pdf = folder / "01-linear.pdf"
    assert pdf.read_bytes().startswith(b"%PDF")
    assert [*slides.build([deck], folder)] == ["1 decks have not changed"]
    pdf.unlink()
    assert "01-linear: its numbers are computed" in slides.build([deck], folder)
    deck.write_text(deck.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert "01-linear: its numbers are computed" in [*slides.build([deck], folder, pdf=False)]
    assert [*slides.build([deck], folder, pdf=False)] == ["1 decks have not changed"]
    assert "1 decks as PDF" in [*slides.build([deck], folder)][-1]  # that one is of the old text


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
