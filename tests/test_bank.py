"""Question banks: what is asked, and every format read back as its importer reads it."""

import ast
import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from grader.judge.errors import CourseError
from grader.judge.same import alike
from grader.practice.pool import Mistake, Question, Topic, topic, topics
from grader.practice.session import said
from grader.publish import bank
from grader.publish.bank.items import MOST, Choice, Item, Numerical, items_of, topics_named
from grader.publish.bank.markup import as_html

CODE, PLAIN = '`a<b>&"c"={d}~#e:\\n\\\\`', "x < y & \"z\" = {1} ~ #2: 3\\4 \\: &&058; &amp; 'q' `"
SENTENCES = (
    f"{CODE} {PLAIN} first",
    f"[plain] second{CODE}",
    "%50% third, // :: -> ####",
    "two\nlines = 4",
    "fifth",
)


def near(one, other):
    return alike(one, other) or alike(other, one)


def made_up():
    """A topic with every character that one of the formats takes for its own."""
    mistakes = tuple(Mistake(f"m{n}", text) for n, text in enumerate((*SENTENCES, SENTENCES[0])))
    rows = [
        (0, f"{CODE}{PLAIN} whole?", 100, (1, 2, 3, 4.5, 2_500_000_000, 1)),
        (0, "`b` two give 7?", 5, (7, 7, 8, 9, None, None)),
        (0, "[html] near?", 24, (24.0, 1.0, 1, 0.5, 0.5005, -3)),
        (0, "`` one `c` sentence for two?", 3.0, (0.5, None, 8.0, None, None, 0.5004)),
        (0, "a float near two?", 9, (1926, 1926.0, 1927, 8, 7, None)),
        (1, "// a float? ::", 0.25, (0.5, 2.0, 100.0, 100.4, 1e-7, None)),
        (1, "$CATEGORY: one wrong?", 1.5, (3.0, None, None, None, None, None)),
        (2, "shapes?", (2, 3), ((3, 2), (2, 3, 1), (), (2,), None, (3, 2))),
        (2, "no second shape?", (4,), ((3,), None, None, None, None, None)),
    ]
    questions = tuple(Question("evil", *row) for row in rows)
    parts = ('a/b: {x} = #1 ~ \\ & "q" < 2', "/ends/", "\\:")
    return Topic("evil", "99-evil", parts, mistakes, questions)


EVIL = items_of(made_up())


@pytest.fixture(scope="module")
def items():
    return [item for name in topics() for item in items_of(topic(name))]


# What is asked


def test_every_topic_and_part_is_asked(items):
    asked = Counter((item.category, item.kind) for item in items)
    assert max(asked.values()) <= MOST
    for name, lesson in topics().items():
        for number, part in enumerate(topic(name).parts):
            category = ("Every Layer Counts", lesson, name, part)
            pool = [each for each in topic(name).questions if each.part == number]
            kinds = {kind for of, kind in asked if of == category}
            assert kinds if pool else not kinds, category
            if len(pool) >= 2 * MOST and not isinstance(pool[0].right, tuple):
                assert asked[category, "number"] == MOST, category


def test_a_question_is_the_pools_and_asked_once(items):
    pool = {(name, each.text): each for name in topics() for each in topic(name).questions}
    for item in items:
        question = pool[item.category[2], item.text]
        assert type(item.right) is type(question.right)
        assert item.right == question.right
        assert topic(item.category[2]).parts[question.part] == item.category[3]
        assert isinstance(item, Choice) or not isinstance(item.right, tuple)
    assert len({item.identifier for item in items}) == len(items)
    assert len({(item.category[2], item.text) for item in items}) == len(items)


def test_no_two_options_are_alike_and_none_is_right_by_accident(items):
    for item in [*items, *EVIL]:
        if isinstance(item, Choice):
            answers = [answer for answer, _ in item.options]
            assert 3 <= len(answers) <= 5
            assert len({said(answer) for answer in answers}) == len(answers)
            pairs = [(a, b) for n, a in enumerate(answers) for b in answers[:n]]
            assert not any(near(*pair) for pair in pairs), item.text
            assert [answer for answer, sentence in item.options if not sentence] == [item.right]
    places = Counter(
        [sentence for _, sentence in item.options].index("")
        for item in items
        if isinstance(item, Choice)
    )
    assert max(places.values()) < 0.5 * sum(places.values())


def sentences_of(question, mistakes, answer):
    return {
        mistake.sentence
        for mistake, wrong in zip(mistakes, question.wrong, strict=True)
        if wrong is not None and near(wrong, answer)
    }


def test_a_sentence_is_that_of_every_mistake_with_this_answer(items):
    pool = {(name, each.text): each for name in topics() for each in topic(name).questions}
    choices = [item for item in items if isinstance(item, Choice)]
    for item in choices + [item for item in items if isinstance(item, Numerical)][::7]:
        name = item.category[2]
        question, mistakes = pool[name, item.text], topic(name).mistakes
        for wrong in item.wrong:
            found = sentences_of(question, mistakes, wrong.answer)
            assert found == {wrong.sentence}, (item.text, wrong)


def test_what_two_mistakes_answer_is_left_out():
    asked = {item.text: item for item in EVIL}
    assert set(asked) == {each.text for each in made_up().questions} - {"no second shape?"}
    assert {wrong.answer for wrong in asked["`b` two give 7?"].wrong} == {8, 9}
    near_24 = {wrong.answer: wrong.sentence for wrong in asked["[html] near?"].wrong}
    assert near_24 == {-3: SENTENCES[0]}
    assert {wrong.answer for wrong in asked["a float near two?"].wrong} == {7, 8}
    assert {w.answer for w in asked["`` one `c` sentence for two?"].wrong} == {0.5, 8.0}
    of_floats = {wrong.answer for wrong in asked["// a float? ::"].wrong}
    assert of_floats == {0.5, 2.0, 1e-7} | {100.0, 100.4}
    assert [type(asked[text]) for text in ("shapes?", "$CATEGORY: one wrong?")] == [
        Choice,
        Numerical,
    ]
    whole = made_up().questions[0]
    assert {w.answer for w in asked[whole.text].wrong} <= {1, 2, 3, 4.5, 2_500_000_000}


def test_numbers_that_are_told_apart_have_no_answer_in_common(items):
    for item in [*items, *EVIL]:
        if isinstance(item, Numerical):
            bounds = sorted((w.answer - w.margin, w.answer + w.margin) for w in item.wrong)
            assert all(a[1] < b[0] for a, b in pairwise(bounds)), item.text
            assert item.margin == (0 if isinstance(item.right, int) else 2e-3 * abs(item.right))


def test_most_mistakes_are_options_somewhere(items):
    shown = {
        (item.category[2], wrong.sentence)
        for item in items
        if isinstance(item, Choice)
        for wrong in item.wrong
    }
    known = {(name, mistake.sentence) for name in topics() for mistake in topic(name).mistakes}
    assert len(shown) > 0.85 * len(known)


# What an importer reads: an answer, how far around it, whether it is right, what is said of it


@dataclass
class Read:
    identifier: str
    kind: str
    category: tuple
    text: str
    answers: list

    def heard(self, answer):
        """What somebody hears who types this number: the first answer that it fits."""
        for number, around, is_right, sentence in self.answers:
            if abs(answer - number) <= around * (1 + 1e-9):
                return is_right, sentence
        return False, ""


def expected(item, only_right=False):
    if isinstance(item, Choice):
        answers = [(said(a), 0, not sentence, sentence) for a, sentence in item.options]
    else:
        answers = [(item.right, item.margin, True, "")]
        wrong = () if only_right else item.wrong
        answers += [(w.answer, w.margin, False, w.sentence) for w in wrong]
    return Read(item.identifier, item.kind, item.category, item.text, answers)


def assert_same(read, wanted):
    assert [each.identifier for each in read] == [each.identifier for each in wanted]
    for one, other in zip(read, wanted, strict=True):
        assert (one.kind, one.category, one.text) == (other.kind, other.category, other.text)
        assert [a[0] for a in one.answers] == [a[0] for a in other.answers]
        assert [type(a[0]) for a in one.answers] == [type(a[0]) for a in other.answers]
        assert [a[2:] for a in one.answers] == [a[2:] for a in other.answers]
        for mine, its in zip(one.answers, other.answers, strict=True):
            assert mine[1] == pytest.approx(its[1], rel=1e-5, abs=1e-300)


class Backticks(HTMLParser):
    """HTML as the pool's text: one paragraph in which nothing but code is marked."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = "", []
        self.feed(text)
        self.close()
        assert not self.open
        assert text.startswith("<p>")
        assert text.endswith("</p>")

    def handle_starttag(self, tag, attributes):
        assert (self.open, tag) in (([], "p"), (["p"], "code"))
        assert not attributes
        self.open.append(tag)
        self.found += "`" if tag == "code" else ""

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.found += "`" if tag == "code" else ""

    def handle_data(self, data):
        assert self.open
        self.found += data


def from_html(text):
    return Backticks(text).found if text else ""


def as_text(text):
    """HTML in which nothing is marked."""
    return from_html(f"<p>{text}</p>")


def number(text):
    assert re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", text), text
    return ast.literal_eval(text)


# GIFT, as Moodle's importer reads it: escapes become placeholders, lines are trimmed, an empty
# line ends a question, the first brace begins the answers.

MARKS = {":": "&&058;", "#": "&&035;", "=": "&&061;", "{": "&&123;", "}": "&&125;", "~": "&&126;"}


def escapes_hidden(text):
    text = text.replace("\\\\", "&&092;")
    for mark, placeholder in MARKS.items():
        text = text.replace(f"\\{mark}", placeholder)
    return text.replace("\\n", "&&010").replace("&&092;", "\\")


def escapes_shown(text):
    for mark, placeholder in MARKS.items():
        text = text.replace(placeholder, mark)
    return text.replace("&&010", "\n")


def gift_text(text, form):
    text = text.strip()
    if text.startswith("["):
        form, text = text[1:].split("]", 1)
    assert form == "html"
    return escapes_shown(text).strip()


def names_of(path):
    """A category's path, split as Moodle splits it."""
    return tuple(name.replace("//", "/").strip() for name in re.split("(?<!/)/(?!/)", path))


def read_gift(content):
    category, found = None, []
    for block in re.split(r"\n\s*\n", content.decode()):
        lines = [line.strip() for line in block.strip().split("\n")]
        comments = "".join(line for line in lines if line.startswith("//"))
        text = "\n".join(line for line in lines if not line.startswith("//"))
        text = escapes_hidden(text)
        if text.startswith("$CATEGORY:"):
            category = names_of(text.removeprefix("$CATEGORY:").strip())
            continue
        assert text.startswith("::")
        name, text = text[2:].split("::", 1)
        assert 0 < len(escapes_shown(name)) <= 255
        start, end = text.index("{"), text.index("}")
        assert end == len(text) - 1
        question, answers = text[:start], text[start + 1 : end].strip()
        assert "####" not in answers
        identifier = re.search(r"\[id:([^\]]+)\]", comments)[1]
        kind = "number" if answers[0] == "#" else "choice"
        read = gift_numbers if kind == "number" else gift_options
        body = from_html(gift_text(question, "moodle"))
        found.append(Read(identifier, kind, category, body, read(answers)))
    return found


def gift_options(answers):
    assert "~" in answers
    assert answers.count("=") == 1
    found = []
    for answer in answers.replace("=", "~=").split("~")[1:]:
        is_right = answer.startswith("=")
        assert is_right or not re.match(r"%-*\d", answer)
        text, _, sentence = answer.removeprefix("=").partition("#")
        text = as_text(gift_text(text, "html"))
        found.append((text, 0, is_right, from_html(gift_text(sentence, "html"))))
    return found


def gift_numbers(answers):
    assert "~" not in answers
    nothing, *answers = answers[1:].split("=")
    assert not nothing.strip()
    found = []
    for answer in answers:
        weight = re.match(r"%(-*\d{1,2}\.?\d*)%", answer)
        is_right = not weight or float(weight[1]) == 100
        assert is_right or float(weight[1]) == 0
        text, _, sentence = answer[weight.end() if weight else 0 :].partition("#")
        value, _, around = gift_text(text, "html").partition(":")
        around = float(around)
        found.append((number(value), around, is_right, from_html(gift_text(sentence, "html"))))
    return found


# Moodle XML, as Moodle's importer reads it


def text_in(element, form=None):
    (text,) = element.findall("text")
    assert form is None or element.get("format") == form
    assert not len(text)
    return (text.text or "").strip()


def read_moodle(content):
    quiz = ET.fromstring(content)
    assert quiz.tag == "quiz"
    category, found, taken = None, [], set()
    for question in quiz:
        assert question.tag == "question"
        if question.get("type") == "category":
            category = names_of(text_in(question.find("category")))
            continue
        assert 0 < len(text_in(question.find("name"))) <= 255
        identifier = question.find("idnumber").text
        assert (category, identifier) not in taken  # else Moodle drops it
        taken.add((category, identifier))
        kind = {"numerical": "number", "multichoice": "choice"}[question.get("type")]
        text = from_html(text_in(question.find("questiontext"), "html"))
        if kind == "choice":
            assert question.find("single").text == "true"
        answers = [moodle_answer(each, kind) for each in question.findall("answer")]
        found.append(Read(identifier, kind, category, text, answers))
    return found


def moodle_answer(answer, kind):
    assert answer.get("fraction") in ("0", "100")
    text, around = text_in(answer), answer.findtext("tolerance")
    assert (around is None) == (kind == "choice")
    value = as_text(text) if kind == "choice" else number(text)
    assert answer.get("format") == ("html" if kind == "choice" else "plain_text")
    sentence = from_html(text_in(answer.find("feedback"), "html"))
    return value, float(around or 0), answer.get("fraction") == "100", sentence


# Packages: a manifest that names every file, and no other


def opened(content, namespace_of_files):
    """The parsed files of a package by the resource's identifier, and the resources."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    manifest = without_namespace(archive.read("imsmanifest.xml"), PACKAGE)
    assert [each.tag for each in manifest] == ["metadata", "organizations", "resources"]
    resources = {each.get("identifier"): each for each in manifest.find("resources")}
    hrefs = [each.get("href") for each in resources.values()]
    assert len(resources) == len(manifest.find("resources"))
    assert sorted([*hrefs, "imsmanifest.xml"]) == sorted(archive.namelist())
    assert all(
        [f.get("href") for f in r.findall("file")] == [r.get("href")] for r in resources.values()
    )
    files = {
        name: without_namespace(archive.read(each.get("href")), namespace_of_files)
        for name, each in resources.items()
    }
    return files, resources


PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"


def without_namespace(content, namespace):
    root = ET.fromstring(content)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{namespace}}}")
    assert "{" not in root.tag
    return root


# QTI 1.2, as Canvas takes it apart, after its QTIMigrationTool


def read_canvas(content):
    found = []
    files, resources = opened(content, "http://www.imsglobal.org/xsd/ims_qtiasiv1p2")
    for name, root in files.items():
        assert resources[name].get("type") == "imsqti_xmlv1p2"
        (objects,) = root
        metadata, *items = objects
        assert (objects.tag, objects.get("ident")) == ("objectbank", name)
        title = fields_of(metadata)["bank_title"]
        assert len(title) <= 255
        found += [canvas_item(item, title) for item in items]
    return found


def fields_of(metadata):
    assert metadata.tag == "qtimetadata"
    return {field.findtext("fieldlabel"): field.findtext("fieldentry") for field in metadata}


def html_in(parent):
    (text,) = parent.findall("material/mattext")
    assert text.get("texttype") == "text/html"
    return from_html(text.text)


def canvas_item(item, title):
    order = [child.tag for child in item]
    assert order[:3] == ["itemmetadata", "presentation", "resprocessing"]
    assert set(order[3:]) <= {"itemfeedback"}
    assert item.get("title")
    kind = fields_of(item.find("itemmetadata/qtimetadata"))["question_type"]
    kind = {"multiple_choice_question": "choice", "numerical_question": "number"}[kind]
    said_of = {
        each.get("ident"): html_in(each.find("flow_mat")) for each in item.iter("itemfeedback")
    }
    assert [f"{each.split('_')[0]}_fb" for each in said_of] == list(said_of)
    conditions = item.findall("resprocessing/respcondition")
    read = canvas_options if kind == "choice" else canvas_numbers
    text = html_in(item.find("presentation"))
    return Read(item.get("ident"), kind, title, text, read(item, conditions, said_of))


def canvas_options(item, conditions, said_of):
    (response,) = item.iter("response_lid")
    assert response.get("rcardinality") == "Single"
    labels = {label.get("ident"): label for label in response.iter("response_label")}
    assert len(labels) == len(list(response.iter("response_label")))
    scores, sentences = Counter(), {}
    for condition in conditions:
        (equal,) = condition.find("conditionvar")
        assert equal.get("respident") == response.get("ident")
        assert equal.text in labels
        scores[equal.text] += sum(int(each.text) for each in condition.findall("setvar"))
        for each in condition.findall("displayfeedback"):
            sentences[equal.text] = said_of.pop(each.get("linkrefid"))
            assert condition.get("continue") == "Yes"
    assert not said_of
    return [
        (label.findtext("material/mattext"), 0, scores[ident] == 100, sentences.get(ident, ""))
        for ident, label in labels.items()
    ]


def canvas_numbers(item, conditions, said_of):
    """Whatever has a value here is right for Canvas: it looks at no score."""
    (response,) = item.iter("response_str")
    assert response.find("render_fib").get("fibtype") == "Decimal"
    assert not said_of
    found = []
    for condition in conditions:
        (either,) = condition.find("conditionvar")
        exact, both = either
        low, high = both
        assert [e.tag for e in (either, exact, both, low, high)] == [
            *("or", "varequal", "and", "vargte", "varlte")
        ]
        assert {each.get("respident") for each in (exact, low, high)} == {response.get("ident")}
        value, high, low = (float(each.text) for each in (exact, high, low))
        assert value - low == pytest.approx(high - value, rel=1e-6)
        value = int(exact.text) if exact.text.lstrip("-").isdigit() else value
        found.append((value, high - value, True, ""))
    return found


# QTI 2.1, by its information model

NAME = re.compile(r"[A-Za-z_][\w.-]*")
ORDER = [
    "responseDeclaration",
    "outcomeDeclaration",
    "itemBody",
    "responseProcessing",
    "modalFeedback",
]


def read_qti(content):
    files, resources = opened(content, "http://www.imsglobal.org/xsd/imsqti_v2p1")
    found = []
    for name, root in files.items():
        assert resources[name].get("type") == "imsqti_item_xmlv2p1"
        assert root.get("identifier") == name
        found.append(qti_item(root, category_in(resources[name])))
    return found


def category_in(resource):
    lom = "{http://ltsc.ieee.org/xsd/LOM}"
    (path,) = resource.iter(f"{lom}taxonPath")
    assert [each.tag for each in path] == [f"{lom}source", *[f"{lom}taxon"] * 3]
    return tuple(each.text for each in path.iter(f"{lom}string"))


def qti_item(root, category):
    assert root.tag == "assessmentItem"
    assert (root.get("adaptive"), root.get("timeDependent")) == ("false", "false")
    assert root.get("title")
    tags = [child.tag for child in root]
    assert tags == sorted(tags, key=ORDER.index)
    assert Counter(tags).items() >= {"responseDeclaration": 1, "itemBody": 1}.items()
    assert all(NAME.fullmatch(e.get("identifier")) for e in root.iter() if e.get("identifier"))
    response = root.find("responseDeclaration")
    question, interaction = root.find("itemBody")
    kind = "number" if response.get("baseType") == "float" else "choice"
    if kind == "number":
        (interaction,) = interaction
    tag = "textEntryInteraction" if kind == "number" else "choiceInteraction"
    assert (interaction.tag, interaction.get("responseIdentifier")) == (tag, "RESPONSE")
    answers = qti_answers(root)
    if kind == "choice":
        assert (interaction.get("maxChoices"), interaction.get("shuffle")) == ("1", "true")
        options = {each.get("identifier"): each.text for each in interaction}
        assert len(options) == len(interaction) == len(answers)
        order = list(options)
        answers.sort(key=lambda answer: order.index(answer[0]))
        answers = [(options[name], *rest) for name, *rest in answers]
    else:
        answers = [(number(text), *rest) for text, *rest in answers]
    (right,) = [text for text, _, is_right, _ in answers if is_right]
    correct = response.findtext("correctResponse/value")
    assert right == (number(correct) if kind == "number" else options[correct])
    return Read(root.get("identifier"), kind, category, marked_up(question), answers)


def qti_answers(root):
    """The branches of the one condition: each sets what its answer scores, or what is said."""
    outcomes = {each.get("identifier"): each for each in root.iter("outcomeDeclaration")}
    assert {name: each.get("baseType") for name, each in outcomes.items()} == {
        "SCORE": "float",
        "FEEDBACK": "identifier",
    }
    assert outcomes["SCORE"].findtext("defaultValue/value") == "0"
    said_of = {each.get("identifier"): each for each in root.iter("modalFeedback")}
    (condition,) = root.find("responseProcessing")
    tags = [branch.tag for branch in condition]
    assert tags == ["responseIf", *["responseElseIf"] * (len(tags) - 1)]
    found = []
    for branch in condition:
        test, outcome = branch
        variable, base = test
        (value,) = outcome
        assert variable.get("identifier") == "RESPONSE"
        assert base.get("baseType") == root.find("responseDeclaration").get("baseType")
        assert value.get("baseType") == outcomes[outcome.get("identifier")].get("baseType")
        is_right, sentence = outcome.get("identifier") == "SCORE", ""
        if is_right:
            assert value.text == "1"
        else:
            sentence = feedback(said_of.pop(value.text))
        found.append((base.text, qti_margin(test), is_right, sentence))
    assert not said_of
    return found


def feedback(modal):
    assert (modal.get("outcomeIdentifier"), modal.get("showHide")) == ("FEEDBACK", "show")
    (paragraph,) = modal
    return marked_up(paragraph)


def qti_margin(test):
    if test.get("toleranceMode") != "absolute":
        assert (test.tag, test.get("toleranceMode")) in (("match", None), ("equal", "exact"))
        assert test.get("tolerance") is None
        return 0
    below, above = map(float, test.get("tolerance").split())
    assert below == above > 0
    return above


def marked_up(paragraph):
    assert paragraph.tag == "p"
    assert all(child.tag == "code" and not len(child) for child in paragraph)
    rest = (f"`{child.text}`{child.tail or ''}" for child in paragraph)
    return (paragraph.text or "") + "".join(rest)


# There and back

READERS = {"gift": read_gift, "moodle-xml": read_moodle, "qti": read_qti, "canvas": read_canvas}


def wanted(items, format):
    found = [expected(item, only_right=format == "canvas") for item in items]
    for each in found:
        each.category = "/".join(each.category) if format == "canvas" else each.category
    return found


@pytest.mark.parametrize("format", bank.FORMATS)
def test_every_format_brings_back_every_topic_and_part(format, items):
    """Of each kind the last question: all of them take long."""
    items = {(item.category, item.kind): item for item in items}.values()
    assert {item.category[2] for item in items} == set(topics())
    render, _ = bank.FORMATS[format]
    read = READERS[format](render(items))
    assert_same(read, wanted(items, format))
    for each, item in zip(read, items, strict=True):
        if isinstance(item, Numerical):
            assert each.heard(item.right) == (True, "")
            for wrong in item.wrong:
                said_of_it = "" if format == "canvas" else wrong.sentence
                assert each.heard(wrong.answer) == (False, said_of_it)


@pytest.mark.parametrize("format", bank.FORMATS)
def test_every_character_survives(format):
    assert any(isinstance(item, Choice) for item in EVIL)
    assert any(isinstance(item, Numerical) for item in EVIL)
    render, _ = bank.FORMATS[format]
    assert_same(READERS[format](render(EVIL)), wanted(EVIL, format))


def test_code_is_marked_and_a_lone_backtick_is_not():
    assert as_html("`a<b` and `c` `") == "<p><code>a&lt;b</code> and <code>c</code> `</p>"


# The file


@pytest.mark.parametrize("format", bank.FORMATS)
def test_the_same_pools_make_the_same_file(format, tmp_path):
    paths = [tmp_path / "new" / name for name in ("one", "two")]
    names = ["linear_params", "05"]
    count = {bank.write(format, path, names) for path in paths}
    read = READERS[format](paths[0].read_bytes())
    assert count == {len(read)}
    lessons = {
        each.category.split("/")[1] if format == "canvas" else each.category[1] for each in read
    }
    assert lessons == {"01-linear", "05-conv1d"}
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_an_archive_has_no_date_and_files_that_can_be_read(tmp_path):
    bank.write("qti", tmp_path / "bank.zip", ["linear_params"])
    for entry in zipfile.ZipFile(tmp_path / "bank.zip").infolist():
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
        assert entry.external_attr >> 16 == 0o644


def test_names_are_topics_and_lessons():
    def named(*names):
        return [each.name for each in topics_named(names)]

    assert named() == list(topics())
    assert (
        named("05") == named("05-conv1d") == [n for n, of in topics().items() if of == "05-conv1d"]
    )
    assert named("conv2d_params", "linear_params") == ["linear_params", "conv2d_params"]
    assert named("linear_params", "01") == named("01")


@pytest.mark.parametrize(
    ("format", "names", "sentence"),
    [
        ("gift", ["linear_parms"], "There are no questions of `linear_parms`. Did you mean"),
        ("gift", ["01", "99-none"], "There are no questions of `99-none`"),
        ("gift", ["18"], "There are no questions of `18`"),
        ("gift", [""], "There are no questions of ``"),
        ("word", [], "There is no format `word`: take one of moodle-xml, gift, qti, canvas."),
    ],
)
def test_what_there_is_not_is_said(format, names, sentence, tmp_path):
    with pytest.raises(CourseError) as caught:
        bank.write(format, tmp_path / "bank", names)
    assert str(caught.value).startswith(sentence)
    assert not (tmp_path / "bank").exists()


def test_a_file_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(CourseError, match=r"cannot be written: Is a directory\."):
        bank.write("gift", tmp_path, ["linear_params"])


def test_an_identifier_is_of_the_question_alone():
    one = Numerical(("c", "l", "t", "p"), "text", 1, ())
    same = Numerical(("c", "l", "t", "other part"), "text", 2, ())
    others = [Choice(one.category, "text", 1, ()), Numerical(one.category, "text 2", 1, ())]
    assert one.identifier == same.identifier == "elc-8cf7169a11ce0e2e"
    assert len({one.identifier, *(each.identifier for each in others)}) == 3
    assert isinstance(one, Item)
