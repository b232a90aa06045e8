"""The book of the site: what it shows, what it never shows, and that everybody can read it."""

import html
import itertools
import posixpath
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium
from nbformat.v4 import new_output
from serving import served

from grader.course.catalogue import exercise_of, find
from grader.judge.errors import CourseError
from grader.judge.report import COLOURS, Note
from grader.publish.site import book_lesson, book_media, book_pages
from grader.publish.site.book_outputs import folded_prediction, uses_answers

REPOSITORY = Path(__file__).parent.parent
SITE = REPOSITORY / "dist/site"
LESSONS = sorted(path.parent.name for path in (REPOSITORY / "notebooks").glob("*/*.ipynb"))
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
WITH_STATE = ("practice.html", "explorer.html")  # behind their # stands what to show
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAEklEQVR4nGP8//8/AwMDEwMDAwAk/gMBu3bqgQAAAABJ"
    "RU5ErkJggg=="
)


# ---------------------------------------------------------------- which outputs may be shown


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["layer = Linear(2, 3)", "layer.weight"], [False, False]),
        (["def size(shape):\n    ...", "size((2, 3))"], [True, True]),
        (["mine = [size(s) for s in shapes]", "total = sum(mine)", "print(total)"], [True] * 3),
        (["total = size((2,))", "total = 3", "print(total)"], [True, False, False]),
        (["found = []", "found.append(size((2,)))", "len(found)"], [False, True, True]),
        (["rows = {}", "rows['mine'] = size((2,))", "rows"], [False, True, True]),
        (["import figures", "figures.bars(size((2,)))", "figures.bars(3)"], [False, True, False]),
        (["def twice(s):\n    return 2 * size(s)", "twice((2,))"], [True, True]),
        (["guess = ...\npredict(guess, 3)", "print(guess)"], [False, True]),
        (["guess = ...\npredict(guess, size((2,)))"], [True]),
        (["other = 3\nprint(size((2,)))", "print(other)"], [True, False]),
        (["for s in shapes:\n    last = size(s)", "print(last)"], [True, True]),
        (["layer.size(0)", "torch.size"], [False, False]),
    ],
)
def test_what_a_student_writes_is_followed_through_the_cells(cells, expected):
    assert uses_answers(cells, {"size"}) == expected


def test_a_prediction_is_folded_and_nobody_is_praised():
    note = Note("As predicted", "It is 9. A `Linear` holds < 10.", COLOURS["correct"])
    folded = folded_prediction(note._repr_html_())
    assert folded.startswith('<details class="elc-prediction"><summary>Write down your guess')
    assert "It is 9. A <code>Linear</code> holds &lt; 10." in folded
    assert "As predicted" not in folded
    assert "<div" not in folded
    with pytest.raises(CourseError, match="no Note"):
        folded_prediction("<p>It is 9.</p>")


def test_of_an_output_that_an_answer_made_one_line_stays(tmp_path):
    printed = [new_output("stream", name="stdout", text="9\n")]
    assert book_lesson.shown("print(9)", printed, is_own=False, site=tmp_path) == printed
    (line,) = book_lesson.shown("print(size(2))", printed, is_own=True, site=tmp_path)
    assert line.data["text/html"] == book_lesson.YOURS
    assert book_lesson.shown("size = 2", [], is_own=True, site=tmp_path) == []


# ---------------------------------------------------------------- a lesson


@pytest.fixture(scope="module")
def conv2d(tmp_path_factory):
    site = tmp_path_factory.mktemp("conv2d")
    return book_lesson.page(REPOSITORY, "06-conv2d", site), site


def test_an_exercise_is_what_the_page_s_script_expects(conv2d):
    notebook, _ = conv2d
    cell = next(cell for cell in notebook.cells if cell.id == "conv2d_params_answer")
    assert cell.source.startswith(
        '``````{raw} html\n<div class="elc-exercise" id="exercise-conv2d_params" '
        'data-lesson="06-conv2d" data-exercise="conv2d_params" data-cell="conv2d_params_answer" '
        'data-points="6"><pre class="elc-starter"><code>def conv2d_params(in_channels,'
    )
    hints = exercise_of(find("conv2d_params")).hints
    assert cell.source.count('<details class="elc-hint">') == len(hints) > 1
    assert f"<summary>Hint {len(hints)} of {len(hints)}</summary>" in cell.source
    assert " open" not in cell.source.replace("open_", "")


def test_a_lesson_shows_pytorch_s_outputs_and_no_card(conv2d):
    notebook, site = conv2d
    released = nbformat.read(REPOSITORY / "notebooks/06-conv2d/06-conv2d.ipynb", as_version=4)
    sources = {cell.id: cell.source for cell in released.cells}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.source == sources[cell.id] for cell in code)
    shown = nbformat.writes(notebook)
    assert not any(word in shown for word in ("As predicted", "of 3 points</div>", "base64"))
    assert shown.count("elc-prediction") == len(
        re.findall(r'"\s*predict\(', nbformat.writes(released))
    )
    solved = (REPOSITORY / "solutions/06-conv2d/06-conv2d.ipynb").read_text(encoding="utf-8")
    assert shown.count("<img ") == solved.count("<img ") > 5
    assert len(list((site / "_images").glob("*.png"))) == shown.count("<img ")
    assert 'class=\\"elc-answers\\" data-lesson=\\"06-conv2d\\"' in shown


def test_practice_becomes_a_link(conv2d):
    notebook, _ = conv2d
    shown = nbformat.writes(notebook).replace('\\"', '"')
    assert '<a href="practice.html#topics=conv1d_params,conv1d_output_length">' in shown


def test_formulas_are_found_and_money_is_not():
    table = "<table><td>$ f(x) = W x $ or $p$</td></table>"
    assert book_lesson.with_formulas(table).count('<span class="math notranslate">') == 2
    for html_with_money in ('<img alt="$ a $">', "<table><td>from $2 to $3 an hour</td></table>"):
        assert book_lesson.with_formulas(html_with_money) == html_with_money


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("[a](../05-conv1d/05-conv1d.ipynb)", "[a](05-conv1d.ipynb)"),
        ("[a](../00-a/00-a.ipynb#The-two-tables)", "[a](00-a.ipynb#the-two-tables)"),
        ("[a](../16-n/16-n.ipynb#Llama:-no-biases,-keys)", "[a](16-n.ipynb#llama-no-biases-keys)"),
        ("[a](https://docs.pytorch.org/x.html)", "[a](https://docs.pytorch.org/x.html)"),
    ],
)
def test_links_between_notebooks_become_links_between_pages(markdown, expected):
    assert book_lesson.prose(markdown) == expected


def test_a_picture_becomes_a_file_with_its_words_and_its_size(tmp_path):
    image = f'<img alt="two rows" width="8" style="x" src="data:image/png;base64,{PIXEL}">'
    shown = book_media.with_files(image, tmp_path)
    assert 'alt="two rows" width="8" height="4" loading="lazy"' in shown
    assert (tmp_path / re.search(r'src="([^"]+)"', shown)[1]).read_bytes().startswith(b"\x89PNG")
    with pytest.raises(CourseError, match="no alternative text"):
        book_media.with_files(image.replace("two rows", ""), tmp_path)
    with pytest.raises(CourseError, match="unknown form"):
        book_media.with_files(image.replace("alt=", "title="), tmp_path)


def test_every_page_around_the_lessons_is_made_of_what_stands_elsewhere():
    pages = book_pages.pages(REPOSITORY)
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert readme.split("\n\n")[1] in pages["index.md"]
    assert [name for name in LESSONS if f"({name}.ipynb) |" not in pages["index.md"]] == []
    decks = sorted(path.stem for path in (REPOSITORY / "slides").glob("[0-9]*.md"))
    assert [name for name in decks if f'"slides/{name}.html"' not in pages["decks.md"]] == []
    assert "**buffers" not in pages["tables.md"]
    assert '<div id="elc-practice"></div>' in pages["practice.md"]
    assert '<div id="elc-progress"></div>' in pages["progress.md"]


# ---------------------------------------------------------------- no answer


def squeezed(text):
    """A text without tags and white space, as two of them are compared."""
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]+>", "", text)))


def answer_lines():
    """Every telling line of a model answer that no released notebook has."""
    released = "".join(
        squeezed(cell.source)
        for lesson in LESSONS
        for cell in nbformat.read(
            REPOSITORY / "notebooks" / lesson / f"{lesson}.ipynb", as_version=4
        ).cells
    )
    lines = {
        squeezed(line)
        for path in (REPOSITORY / "solutions").glob("*.md")
        for answer in SOLUTION.findall(path.read_text(encoding="utf-8"))
        for line in answer.splitlines()
    }
    return sorted(line for line in lines if len(line) >= 20 and line not in released)


def leaks(folder, lines):
    """The lines that stand in some file of a folder, or in a zip there, with the file."""
    found = []
    for name, content in contents(folder):
        data = content.decode("utf-8", errors="ignore")
        texts = (squeezed(data), re.sub(r"\s+", "", data))
        found += [(name, line) for line in lines if any(line in text for text in texts)]
    return found


def contents(folder):
    """Every file of a folder that has text in it; those in a zip too."""
    for path in folder.rglob("*"):
        if path.suffix == ".zip" and path.parent.name != "pyodide":
            with zipfile.ZipFile(path) as archive:
                yield from ((name, archive.read(name)) for name in archive.namelist())
        elif path.is_file() and path.suffix not in (".png", ".wasm", ".woff", ".woff2", ".zip"):
            yield path.name, path.read_bytes()


def test_a_leak_would_be_found(tmp_path):
    line = "total += kernel[u][v] * image[i + u][j + v]"
    assert squeezed(line) in answer_lines()
    coloured = line.replace("kernel", '<span class="n">kernel</span>').replace(" ", "\n")
    (tmp_path / "page.html").write_text(f"<pre>{coloured}</pre>")
    assert leaks(tmp_path, answer_lines()) == [("page.html", squeezed(line))]


# ---------------------------------------------------------------- the whole book


@pytest.fixture(scope="module")
def site():
    """The site as `make thorough` has just built it."""
    assert (SITE / "index.html").exists(), "run: make site"
    return SITE


@pytest.fixture(scope="module")
def address(site):
    with served(site) as address:
        yield address


class Page(HTMLParser):
    """The links and the places of a page."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loaded, self.places, self.images = [], [], set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.places.add(values.get("id"))
        link = values.get("href") or values.get("src")
        if tag in ("link", "script", "img", "audio", "source", "iframe") and link:
            self.loaded.append(link)
        if link:
            self.links.append(link)
        if tag == "img":
            self.images.append(values)


@pytest.mark.thorough
def test_no_answer_stands_anywhere_in_the_site(site):
    assert len(answer_lines()) > 150
    assert leaks(site, answer_lines()) == []
    unwanted = [p.name for p in site.rglob("*") if p.suffix in (".map", ".md", ".py")]
    assert unwanted == []
    notebooks = {path.read_bytes() for path in site.rglob("*.ipynb")}
    assert notebooks == {p.read_bytes() for p in (REPOSITORY / "notebooks").glob("*/*.ipynb")}
    assert not (site / "_sources").exists()


@pytest.mark.thorough
def test_every_link_leads_somewhere_and_nothing_comes_from_elsewhere(site):
    pages = {path.relative_to(site).as_posix(): Page(path) for path in site.rglob("*.html")}
    assert set(pages) > {f"{lesson}.html" for lesson in LESSONS}
    dead = []
    for name, page in pages.items():
        assert [link for link in page.loaded if urlsplit(link).netloc] == [], name
        for link in page.links:
            if link.startswith(("data:", "mailto:")) or urlsplit(link).netloc:
                continue
            target, place = urldefrag(link)
            target = unquote(urlsplit(target).path)
            if target:
                target = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            there = pages.get(target or name)
            if there and place and target not in WITH_STATE and unquote(place) not in there.places:
                dead.append((name, link))
            if not there and not (site / target).exists():
                dead.append((name, link))
    assert dead == []


@pytest.mark.thorough
def test_every_picture_has_words_and_a_size(site):
    images = [each for path in site.glob("[0-9]*.html") for each in Page(path).images]
    assert len(images) > 200
    assert [each for each in images if not (each.get("alt") or "").strip()] == []
    assert [each for each in images if not (each.get("width") and each.get("height"))] == []


@pytest.mark.thorough
def test_the_first_page_and_all_that_it_loads_is_under_a_megabyte(address):
    sizes = {}
    with chromium() as page:
        page.on("response", lambda answer: sizes.update({answer.url: answer}))
        page.goto(f"{address}/index.html", wait_until="networkidle")
        loaded = {url: len(each.body()) for url, each in sizes.items() if each.ok}
    assert all(url.startswith(address) for url in sizes)
    assert len(loaded) > 5
    assert sum(loaded.values()) < 1_000_000, loaded


# Folds are opened. Of each kind of word in the code, the first on a page is looked at: the next
# ones have the same colours, and there are thousands. Nothing fades while axe looks.
PREPARE = """() => {
  document.querySelectorAll("details").forEach(e => { e.open = true });
  const seen = new Set();
  for (const word of document.querySelectorAll(".highlight pre span")) {
    const kind = word.closest(".highlight").parentElement.className + word.className;
    if (seen.has(kind)) word.replaceWith(word.textContent);
    seen.add(kind);
  }
  const style = document.createElement("style");
  style.textContent = "* { transition: none !important }";
  document.head.append(style);
}"""


@pytest.mark.thorough
@pytest.mark.parametrize("half", [0, 1])
def test_every_page_passes_axe_in_light_and_dark(site, address, half):
    """The dark page is the same page: there only its colours are asked."""
    problems = []
    with chromium() as page:
        for path in itertools.islice(sorted(site.glob("*.html")), half, None, 2):
            page.goto(f"{address}/{path.name}")
            page.wait_for_timeout(300)  # the theme's scripts and MathJax
            page.evaluate(PREPARE)
            for theme, rules in (("light", WCAG), ("dark", ["color-contrast"])):
                page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
                options = {"runOnly": rules, "resultTypes": ["violations"]}
                for each in Axe().run(page, options=options).response["violations"]:
                    nodes = [node["html"][:120] for node in each["nodes"][:3]]
                    problems.append((path.name, theme, each["id"], nodes))
    assert problems == []


@pytest.mark.thorough
def test_no_page_is_wider_than_a_narrow_phone(site):
    wide = []
    with chromium(width=320, height=640) as page:
        for path in sorted(site.glob("*.html")):
            if path.name != book_pages.PRINTED:  # a sheet of paper
                page.goto(path.as_uri())
                extra = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                wide += [(path.name, extra)] if extra > 0 else []
    assert wide == []


VISIBLE = """() => [...document.querySelectorAll('a[href], button, summary, [tabindex="0"]')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length)
  .map(e => (e.dataset.at = Math.random(), e)).length"""
FOCUSED = """() => { const e = document.activeElement, s = getComputedStyle(e);
  return [e.dataset.at ?? '', s.outlineStyle !== 'none' || s.boxShadow !== 'none',
    e.outerHTML.slice(0, 120)]; }"""


@pytest.mark.thorough
def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(address):
    with chromium() as page:
        page.goto(f"{address}/06-conv2d.html", wait_until="networkidle")
        page.keyboard.press("Tab")
        assert "Skip to main content" in page.evaluate("document.activeElement.textContent")
        there = page.evaluate(VISIBLE)
        reached, unseen = set(), []
        for _ in range(there + 40):
            page.keyboard.press("Tab")
            place, is_seen, markup = page.evaluate(FOCUSED)
            reached.add(place)
            unseen += [] if is_seen or not place else [markup]
        assert len(reached - {""}) >= there - 1  # the link to the main content comes before
        assert unseen == []
        page.locator("details.elc-hint summary").first.focus()
        page.keyboard.press("Enter")
        assert page.locator("details.elc-hint").first.get_attribute("open") is not None


@pytest.mark.thorough
def test_formulas_are_typeset_and_searching_finds_without_a_network(address):
    with chromium() as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/06-conv2d.html")
        page.wait_for_selector("mjx-container mjx-assistive-mml math", state="attached")
        formulas = page.locator("main .math").count()
        assert page.locator("main .math mjx-container").count() == formulas > 3
        page.goto(f"{address}/search.html?q=depthwise")
        page.wait_for_selector("#search-results li a")
        assert "07" in page.locator("#search-results").inner_text()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
