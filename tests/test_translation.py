"""Other languages: cards are translated as they are shown, verdicts and marks are not, and a
translation that differs from the English lesson is told where."""

import json
import re
import shutil
import sys
import time
from pathlib import Path

import nbformat
import pytest
from cards.linear import CARDS
from classroom import answer
from nbclient import NotebookClient

import grader
from grader import check, cli, hint, predict
from grader.ask.kernel import Outcome
from grader.classroom import grade, judge_as, school
from grader.classroom.feedback_command import feedback
from grader.course.catalogue import calls_of, find, judge_outcomes
from grader.judge import translation
from grader.judge.errors import CourseError
from grader.judge.report import Report, card, text
from grader.judge.result import Counterexample, Result
from grader.publish import translation as prepared
from grader.publish.environment import course_config
from grader.publish.translation import catalogue, compare, course
from grader.publish.translation.phrases import of_code, of_keys

REPOSITORY = Path(__file__).parent.parent
LESSON = "01-linear"
GERMAN = REPOSITORY / "docs/translations/de"
TEXT, ENGLISH_TEXT = GERMAN / f"{LESSON}.md", REPOSITORY / f"solutions/{LESSON}.md"
SENTENCES = json.loads((translation.FOLDER / "de.json").read_text(encoding="utf-8"))
ENGLISH = re.compile(r"\b(the|you|your|is|are|and|with|of|which|where|it|each|has)\b", re.I)
CODE_OR_NUMBER = re.compile(r"`[^`]*`|\d+(?:[.,]\d+)*")
WRONG = {
    "linear_params": "def linear_params(in_features, out_features, bias=True):\n"
    "    return in_features * out_features + in_features\n",
    "linear": "def linear(x, weight, bias=None):\n    return [1 / 0]\n",
    "linear_output_shape": "def linear_output_shape(input_shape, out_features):\n"
    "    return (*input_shape[:-1], out_features)\n",
}


@pytest.fixture
def german():
    with translation.speaking("de"):
        yield


def english_in(result):
    """What is still English in a result, code apart."""
    shown = re.sub(r"`[^`]*`", "", text(result)).splitlines()
    call = f"  {result.counterexample.call}" if result.counterexample else None
    return [line for line in shown if ENGLISH.search(line.removeprefix(call or ""))]


# Cards


def test_english_asks_no_catalogue(monkeypatch):
    monkeypatch.setattr(translation.Catalogue, "say", None)
    result = find_result("linear_params", 3)
    assert text(result).splitlines()[0] == "Wrong · linear_params · 0 of 3 points"
    assert "you 3, PyTorch 4" in text(result)
    assert translation.say(result.message) is result.message


def find_result(name, *values):
    """The result of an answer that gives these values in turn."""
    key = find(name)
    given = [values[i % len(values)] for i in range(len(calls_of(key)))]
    return judge_outcomes(key, [Outcome("value", value) for value in given], untouched=False)


def test_a_card_is_german_and_its_verdict_is_not(german):
    names = {}
    exec(WRONG["linear_params"], names)
    report = check(names["linear_params"])
    assert report.verdict == "wrong"
    assert report.mistake == "bias per input"
    assert report.result.message.startswith("In the part 'weights and bias': Your bias has")
    assert str(report).splitlines() == [
        "Falsch · linear_params · 0 von 3 Punkten",
        "  ✗ Gewichte und Bias",
        "  ✗ ohne Bias",
        "  linear_params(in_features=1, out_features=2): du 3, PyTorch 4",
        "  Im Teil „Gewichte und Bias“: Dein Bias hat eine Zahl für jede Eingabe. Er wird zur "
        "Ausgabe addiert, also frag dich: Wie viele Ausgaben gibt es?",
        "  Bring es in Ordnung und führe beide Zellen noch einmal aus. Du kommst nicht weiter? "
        "`hint(linear_params)`",
    ]
    assert "<code>linear_params</code> · 0 von 3 Punkten" in report._repr_html_()


def test_every_card_of_the_lesson_is_german_with_the_same_code_and_numbers(german):
    for name, source, *_ in CARDS:
        names = {}
        exec(source, names)
        result = check(names[name]).result
        assert english_in(result) == [], source
        said = translation.say(result.message)
        assert sorted(CODE_OR_NUMBER.findall(said)) == sorted(
            CODE_OR_NUMBER.findall(result.message)
        )


@pytest.mark.parametrize("name", [n for n, _ in grader.course.catalogue.points_of(LESSON).items()])
def test_every_mistake_of_the_lesson_is_explained_in_german(german, name):
    key = find(name)
    for number in range(len(key.exercise.mistakes)):
        answers = [key.source.wrong(number, case) for case in range(len(key.cases))]
        plain = json.loads(json.dumps(answers))
        result = judge_outcomes(key, [Outcome("value", each) for each in plain], untouched=False)
        assert result.mistakes
        assert english_in(result) == []


def test_all_fixed_phrases_are_translated():
    assert [piece for piece, _ in of_code() if piece not in SENTENCES] == []


def test_what_is_not_translated_stays_english(german):
    """No sentence is torn up because it begins like another: a mixture would be worse than none.
    Where this fails after a change to an exercise, `grader translate de` mends it."""
    known = {text for text, _, _ in of_keys()} - set(SENTENCES)
    assert len(known) > 1000
    assert [each for each in known if translation.say(each) != each] == []


@pytest.mark.parametrize(
    ("english", "said"),
    [
        (
            "Your code raised `TypeError: a b` in line 12 of `f`, which `g` calls: `a number`. "
            "In this call `bias` is None: say first what it is to be then.",
            "Dein Code endete in Zeile 12 der von `g` aufgerufenen Funktion `f` (`a number`) mit "
            "`TypeError: a b`. In diesem Aufruf ist `bias` None: Sag zuerst, was dann gelten soll.",
        ),
        (
            "Your code raised `KeyError: 'the number of'`.",
            "Dein Code endete mit `KeyError: 'the number of'`.",
        ),
        (
            "In every case your answer is twice PyTorch's number.",
            "In jedem Fall ist deine Antwort das Doppelte von PyTorchs Zahl.",
        ),
        (
            "Your answers are right except when `bias` is False. There your answer is too small by "
            "exactly 2 × `out_features`.",
            "Deine Antworten sind richtig, außer wo gilt: `bias` ist False. Dort ist deine Antwort "
            "um genau 2 × `out_features` zu klein.",
        ),
        (
            "Your answers are PyTorch's for another call: as if `bias` were always True.",
            "Deine Antworten sind die von PyTorch auf einen anderen Aufruf: als ob `bias` immer "
            "True wäre.",
        ),
        (
            "You returned one number, 2.5. Asked is a tuple of whole numbers.",
            "Du hast eine einzelne Zahl (2.5) zurückgegeben. Gefragt ist ein Tupel aus ganzen "
            "Zahlen.",
        ),
        (
            "`elementwise` is text, `'a'`. Asked is a dict.",
            "`elementwise` ist Text (`'a'`). Gefragt ist ein dict.",
        ),
        (
            "`digits_net` could not be built. Layer 3, Conv2d, needs `out_channels`.",
            "`digits_net` ließ sich nicht bauen. Schicht 3, Conv2d, braucht `out_channels`.",
        ),
        ("2 of 3 points", "2 von 3 Punkten"),
        ("It is an odd thing to say.", "It is an odd thing to say."),
        ("", ""),
        ("{name} {how} `{x}`.", "{name} {how} `{x}`."),
    ],
)
def test_a_sentence_is_taken_apart_and_put_together_again(german, english, said):
    assert translation.say(english) == said


def test_what_a_student_typed_is_nobodys_sentence(german):
    """It is shown as it is, and as text."""
    typed = "'returned nothing <b>'"
    result = Result("f", "wrong", 1, counterexample=Counterexample("f()", {}, "", 1, typed, "1"))
    assert f"du {typed}, 1" in text(result)
    assert "<b>" not in card(result)


def test_hints_and_predictions_are_german(german):
    first = repr(hint("linear_params"))
    assert first.startswith("Tipp 1 von 3 · Zwei Tensoren enthalten die Parameter")
    assert first.endswith("(noch 2: führe das noch einmal aus.)")
    assert repr(predict(..., 1)).startswith("Du bist dran · Schreib deine Vermutung")
    assert repr(predict(3, 27, then="24 in W.")) == (
        "Eine Überraschung · Du sagtest 3, es ist 27. 24 in W."
    )


@pytest.mark.parametrize(
    "odd",
    [
        *("", " ", "\ud800", "{name}" * 50, "`" * 300, "(" * 60 + ")" * 60, "And " * 50, "a " * 60),
        *("In every case " + "your answer is " * 60 + ".", "In the part '" * 30 + "': " * 30),
    ],
)
def test_no_text_is_too_odd_to_be_shown(german, odd):
    assert isinstance(translation.say(odd), str)


@pytest.mark.parametrize("start", ["is ", "In every case ", "In this call is ", "`x` is "])
@pytest.mark.parametrize("times", [12, 100, 100_000])
def test_what_nests_without_end_is_shown_in_a_blink(german, start, times):
    """Each piece has the rest of the text for a value, which begins with a piece again."""
    began = time.perf_counter()
    text = start * times + "quite unknown prose"
    assert translation.say(text).endswith("quite unknown prose")
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("odd", [None, 5, ["de"], {}, b"de"])
def test_a_language_that_is_no_word_is_english(odd):
    assert translation.speak(odd) is False
    assert "In English" in repr(grader.language(odd))


def test_an_unknown_language_says_so_and_is_english():
    for code in ("xx", "", "../../course/keys/01-linear", "DE"):
        said = grader.language(code)
        assert said.word == "In English"
        assert "It has `de`." in said.sentence
        assert translation.say("Wrong") == "Wrong"
    assert grader.language("de") is None
    assert translation.say("Wrong") == "Falsch"
    grader.language("en")
    assert str(Report(Result("f", "correct", 1))).startswith("Correct")


def test_a_language_is_spoken_for_a_while_also_where_something_fails():
    with pytest.raises(ZeroDivisionError), translation.speaking("de"):
        1 / 0  # noqa: B018
    assert translation.say("Wrong") == "Wrong"


def test_a_notebooks_language_is_what_its_cell_sets():
    assert translation.language_of(["import torch", 'x = 1\nlanguage("de")']) == "de"
    for cell in (
        '# language("de")',
        'print(language("de"))',
        "language = 'de'",
        'language("../x")',
    ):
        assert translation.language_of([cell]) == ""


# A translation and the English text


def test_the_translations_are_as_in_english():
    assert list(prepared.complaints(REPOSITORY, "de")) == []
    assert not prepared.is_old(REPOSITORY, "de")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weights = in_features * out_features", "weights = in_features + out_features", "code"),
        ('"step_60"]\n', '"step_3"]\n', "code"),
        ("    [11, 27, 123]", "    [11, 27, 124]", "has other code"),
        (".weight.item():.2f} x.", ".weight.item():.3f} x.", "has other code"),
        ("prediction = 27  # SOLUTION", "prediction = 27", "hides other lines"),
        ("{eval}`merged.numel()`", "{eval}`first.numel()`", "lacks what is computed {eval}`merged"),
        ("die 784 Bildpunkte.", "die 748 Bildpunkte.", "lacks the number 784"),
        ("(../08-pooling/08-pooling.ipynb)", "(../09-flatten/x.ipynb)", "has the link ../09-flat"),
        ("· 8 Minuten · mittel", "· 9 Minuten · mittel", "lacks the number 8"),
        ("## Zähl ihre Parameter", "### Zähl ihre Parameter", "has other headings"),
        ("## Bonus: zwei", "## Zwei", "has another kind, tag or id"),
        (":tags: [check]\n\ncheck(linear)", "\ncheck(linear)", "has another kind, tag or id"),
        (":grade_id: import-torch-from-torch-import-nn-from-t\n", "", "has another kind, tag or"),
        ("```{code-cell}\nfigures.parameter_areas(wide=wide)\n```\n\n", "", "has another kind"),
        ('\nlanguage("de")\n', "\n", "the notebook does not set its language"),
        ('language("de")', 'language("fr")', "the notebook does not set its language"),
        ("    for step in range", "   for step in range", "is no Python"),
    ],
)
def test_what_differs_is_told_with_its_line(tmp_path, old, new, said):
    source = TEXT.read_text(encoding="utf-8")
    assert old in source
    (changed := tmp_path / TEXT.name).write_text(source.replace(old, new, 1), encoding="utf-8")
    found = list(compare.differences(changed, ENGLISH_TEXT, "de"))
    assert len(found) in (1, 2)
    assert said in "".join(found)
    assert re.match(rf"{TEXT.name}:\d+: ", found[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# von Hand: PyTorch braucht", "# von Hand! PyTorch braucht"),
        ("Die Anzahl der Parameter von nn.Linear", "Wie viele Parameter hat nn.Linear"),
        (
            "Mit {largest} sind es {parameters(largest):,}",
            "Es sind {parameters(largest):,} bei {largest}",
        ),
        ('print(f"Gewicht {', 'print(f"das Gewicht: {'),
    ],
)
def test_words_may_change(tmp_path, old, new):
    source = TEXT.read_text(encoding="utf-8")
    assert old in source
    (changed := tmp_path / TEXT.name).write_text(source.replace(old, new, 1), encoding="utf-8")
    assert list(compare.differences(changed, ENGLISH_TEXT, "de")) == []


def test_a_lesson_that_ends_early_and_one_of_another_name_are_told(tmp_path):
    head, _, _ = TEXT.read_text(encoding="utf-8").rpartition("## Zum Weiterlesen")
    (changed := tmp_path / TEXT.name).write_text(head, encoding="utf-8")
    (found,) = compare.differences(changed, ENGLISH_TEXT, "de")
    assert re.search(r"the lesson has \d+ cells; in English it has \d+\.$", found)
    root = root_with(tmp_path)
    shutil.copy(TEXT, root / "docs/translations/de/77-linear.md")
    assert "docs/translations/de/77-linear.md: there is no lesson 77-linear" in "".join(
        prepared.complaints(root, "de")
    )


def root_with(folder):
    """A course with the English lesson and a German catalogue."""
    root = folder / "course"
    (root / "docs/translations/de").mkdir(parents=True)
    (root / "solutions").mkdir()
    shutil.copy(ENGLISH_TEXT, root / "solutions")
    shutil.copy(GERMAN / "cards.po", root / "docs/translations/de")
    return root


def test_other_computed_numbers_are_told():
    ours = nbformat.read(REPOSITORY / f"solutions/{LESSON}/{LESSON}.ipynb", as_version=4)
    assert list(compare.other_numbers(TEXT, ours, ours)) == []
    changed = nbformat.writes(ours).replace("torchinfo 1.8.0:     110", "torchinfo 1.8.0:     111")
    (lacks, has) = compare.other_numbers(TEXT, nbformat.reads(changed, as_version=4), ours)
    assert lacks.endswith("computes otherwise: it lacks the number 110; put it back.")
    assert "has the number 111" in has


# The catalogue


def test_what_a_catalogue_must_keep_is_told(tmp_path):
    path = tmp_path / "de" / "cards.po"
    path.parent.mkdir()
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Right for `groups=1`, 2 times."\nmsgstr "Richtig für `gruppen=1`, zweimal."\n\n'
        'msgid "In every case {how}."\nmsgstr "In jedem Fall."\n\n'
        'msgid "This entry is wrong."\nmsgstr ""\n',
        encoding="utf-8",
    )
    assert [each.partition("' ")[2] for each in catalogue.complaints(path)] == [
        "has lost 2; put it back.",
        "has lost `groups=1`; put it back.",
        "has `gruppen=1` of its own; take it away.",
        "has lost {how}; put it back.",
    ]
    assert next(catalogue.complaints(path)).startswith("cards.po:4: the translation of 'Right")


def test_a_catalogue_is_brought_up_to_date_and_loses_nothing(tmp_path):
    path = tmp_path / "de" / "cards.po"
    path.parent.mkdir()
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Wrong"\nmsgstr "Falsch"\n\nmsgid "Nobody says this."\nmsgstr "Sagt niemand."\n',
        encoding="utf-8",
    )
    catalogue.update(path)
    first = path.read_text(encoding="utf-8")
    assert catalogue.translated(catalogue.read(path)) == {"Wrong": "Falsch"}
    assert '#~ msgid "Nobody says this."\n#~ msgstr "Sagt niemand."' in first
    assert "#. 01-linear, linear_params: the mistake 'bias per input'\n" in first
    assert '#: grader/judge/verdict.py\nmsgid "This entry is wrong."\nmsgstr ""' in first
    assert "Date" not in first
    catalogue.update(path)
    assert path.read_text(encoding="utf-8") == first


@pytest.mark.parametrize("code", ["en", "en_GB", "xx", "german", "../de", "", "d"])
def test_what_is_no_other_language_is_told(code):
    with pytest.raises(CourseError, match="such as de"):
        prepared.folder_of(code)


def test_a_broken_catalogue_is_told(tmp_path):
    path = tmp_path / "de" / "cards.po"
    path.parent.mkdir()
    for content in (b"\xff\xfe\x00", b"nonsense\n"):
        path.write_bytes(content)
        with pytest.raises(CourseError, match=r"cards\.po.*; mend the file"):
            catalogue.read(path)


def test_the_command_compares(monkeypatch, capsys):
    def run(language):
        monkeypatch.setattr(sys, "argv", ["grader", "translate", language, "--check"])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, *capsys.readouterr()

    monkeypatch.chdir(REPOSITORY)
    right = "Cells, ids, code and numbers are those of the English course.\n"
    assert run("de") == (0, right, "")
    missing = "There is no docs/translations/fr/cards.po: `grader translate fr`.\n"
    assert run("fr") == (1, "", missing)


def test_a_course_without_an_id_is_told(tmp_path):
    root = root_with(tmp_path)
    (root / "nbgrader_config.py").write_text("c = get_config()\n")
    with pytest.raises(CourseError, match="write one line"):
        list(course.build(root, "de", {}, tmp_path / "made"))


# A course of its own


def room_page(room):
    """The feedback page that stands there now."""
    return (room.root / f".nbgrader/feedback/anna/{LESSON}/{LESSON}.html").read_text("utf-8")


@pytest.fixture(scope="module")
def german_course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    list(course.build(REPOSITORY, "de", {LESSON: TEXT}, folder))
    return folder


def notebook_of(root, folder="notebooks"):
    return nbformat.read(root / folder / LESSON / f"{LESSON}.ipynb", as_version=4)


@pytest.mark.thorough
def test_it_has_the_same_grade_ids_and_another_gradebook(german_course):
    def grading(root):
        marks = [cell.metadata.get("nbgrader") for cell in notebook_of(root).cells]
        return [(m.grade_id, m.points if m.grade else 0, m.locked) for m in filter(None, marks)]

    assert grading(german_course) == grading(REPOSITORY)
    config = course_config(german_course).CourseDirectory
    assert config.course_id == "every-layer-counts-de"
    assert Path(config.root) == german_course
    assert str(german_course) in config.db_url
    assert "Baut auf Lektion 00 auf" in notebook_of(german_course).cells[1].source
    assert "· 3 Punkte · 8 Minuten · mittel" in nbformat.writes(notebook_of(german_course))
    solved = nbformat.writes(notebook_of(german_course, "solutions"))
    assert "Wie vorhergesagt" in solved
    assert "As predicted" not in solved


@pytest.mark.thorough
def test_a_students_kernel_and_the_terminal_show_german_cards(
    german_course, tmp_path, monkeypatch, capsys
):
    content = notebook_of(german_course)
    answer(**WRONG)(content)
    NotebookClient(content).execute()
    shown = [
        out.data["text/html"]
        for c in content.cells
        for out in c.get("outputs", ())
        if "text/html" in out.get("data", {})
    ]
    assert any("Dein Bias hat eine Zahl für jede Eingabe" in each for each in shown)
    assert any("Du bist dran" in each for each in shown)
    nbformat.write(content, path := tmp_path / f"{LESSON}.ipynb")
    monkeypatch.chdir(german_course)
    monkeypatch.setattr(sys, "argv", ["grader", "check", str(path)])
    with pytest.raises(SystemExit):
        cli.main()
    assert "Nicht bearbeitet · linear_mult_adds · 0 von 3 Punkten" in capsys.readouterr().out


@pytest.mark.thorough
def test_marks_are_those_of_english_and_all_that_a_student_gets_is_german(german_course, tmp_path):
    marks = {}
    for root in (REPOSITORY, german_course):
        (folder := tmp_path / root.name).mkdir()
        room = school.Classroom(root, folder, [LESSON])
        room.config.JudgeInJail.term = "one term"
        room.release(LESSON)
        path = room.fetch("anna", LESSON)
        content = nbformat.read(path, as_version=4)
        answer(**WRONG)(content)
        nbformat.write(content, path)
        room.submit("anna", LESSON)
        room.collect(LESSON)
        room.autograde(LESSON, "anna")
        with room.gradebook() as gradebook:
            graded = gradebook.find_submission_notebook(LESSON, LESSON, "anna")
            marks[root] = {grade.name: grade.score for grade in graded.grades}
            next(each for each in graded.grades if each.name == "linear").manual_score = 1
            gradebook.db.commit()
    assert marks[german_course] == marks[REPOSITORY]
    assert marks[german_course]["linear_output_shape"] == 3
    page = room.feedback(LESSON, "anna").read_text(encoding="utf-8")
    assert "Dein Bias hat eine Zahl für jede Eingabe" in page
    assert "1 von 3 Punkten, von deiner Lehrkraft gesetzt." in page
    copy = room.root / f".nbgrader/autograded/anna/{LESSON}/{LESSON}.ipynb"
    before = copy.read_bytes()
    whole = grade.Course.at(room.root, LESSON, room.config)
    grade.grade(whole, workers=1, again=True)
    assert copy.read_bytes() == before
    assert feedback(whole, workers=1) == 1
    assert "von deiner Lehrkraft gesetzt" in room_page(room)
    judged = judge_as.judge_file(copy, german_course / "notebooks", "", tmp_path / "keys")
    assert judged.language == "de"
