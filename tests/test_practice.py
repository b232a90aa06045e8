"""Practice: simulated learners, what is remembered, and every place where it is called."""

import json
import re
import statistics
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from grader import practice, progress
from grader.judge.same import alike
from grader.practice import answers, face, mastery, presence, show, standing, store, terminal
from grader.practice.answers import UnreadableError, options_of, read
from grader.practice.mastery import ROUNDS, Standing, after, needed, reached
from grader.practice.pool import Question, more, topic, topics
from grader.practice.session import Session, due, lettered, said
from grader.practice.tutor import Tutor

NAMES = list(topics())
MONDAY = date(2026, 11, 2)


# Learners


@pytest.mark.parametrize("name", NAMES)
def test_who_knows_is_never_called_wrong_and_soon_knows(name):
    found = topic(name)
    tutor, standing = Tutor(found), Standing()
    for _ in range(len(found.questions)):
        question = tutor.next()
        heard = tutor.hear(question, question.right)
        assert heard.right
        assert heard.mistake is None
        standing = after(standing, True, "", needed(found.chance), MONDAY)
    assert standing.known == 1
    assert needed(found.chance) <= 4


def questions_until_named(found, number):
    """How many questions somebody answers who holds this mistake, until it alone is named."""
    tutor = Tutor(found)
    for asked in range(1, ROUNDS + 1):
        question = tutor.next()
        wrong = question.wrong[number]
        heard = tutor.hear(question, question.right if wrong is None else wrong)
        assert heard.right == (wrong is None)
        if heard.mistake is not None and not heard.doubtful:
            assert heard.mistake == found.mistakes[number], question.text
            return asked
    return None


def test_a_misconception_is_found_in_few_questions(record_property):
    took = {
        (name, mistake.name): questions_until_named(topic(name), number)
        for name in NAMES
        for number, mistake in enumerate(topic(name).mistakes)
    }
    found = sorted(n for n in took.values() if n)
    record_property("learners", len(took))
    record_property("named", len(found))
    assert statistics.median(found) == 1
    assert found[len(found) * 9 // 10] <= 2
    said = (Path(__file__).parent.parent / "docs" / "practice.md").read_text(encoding="utf-8")
    assert f"the {len(took):,} mistakes in the pools. {len(found):,} are named alone" in said


@pytest.mark.parametrize(
    "seeds", [range(2), pytest.param(range(2, 20), marks=pytest.mark.thorough)], ids=str
)
def test_guessing_is_not_knowing(seeds, record_property):
    """Who guesses an answer that is often right, or one of four, seldom seems to know."""
    known = chosen = 0
    for name in NAMES:
        found = topic(name)
        rights = [question.right for question in found.questions]
        options = {question.text: options_of(question) for question in found.questions}
        for seed in seeds:
            random = Random(f"{seed}/{name}")
            known += seems_to_know(found, lambda _, r=rights: r, found.chance, random)
            chosen += seems_to_know(found, lambda q, o=options: o[q.text], 1 / 4, random)
    guessers = len(NAMES) * len(seeds)
    record_property("guessers", guessers)
    luck = 2 * (0.01 * guessers) ** 0.5  # two standard deviations
    assert known <= 0.01 * guessers + luck
    assert chosen <= 0.01 * guessers + luck


def seems_to_know(found, options_for, chance, random):
    """True if somebody who picks one of these is taken to know within ROUNDS questions."""
    tutor, standing = Tutor(found), Standing()
    for _ in range(ROUNDS):
        question = tutor.next()
        options = options_for(question)
        if options is None:  # then it is typed, and not guessed
            tutor.left.remove(question)
            continue
        heard = tutor.hear(question, random.choice(options))
        standing = after(standing, heard.right, "", needed(chance), MONDAY)
        if standing.known:
            return True
    return False


@pytest.mark.parametrize("chance", [0.02, 0.089, 0.25, 1 / 3, 0.5])
def test_so_many_in_a_row_are_seldom_guessed(chance):
    row, random = needed(chance), Random(chance)
    assert reached(row, chance) < 0.01
    assert row == 3 or reached(row - 1, chance) >= 0.01
    lucky = 0
    for _ in range(4000):
        run = best = 0
        for _ in range(ROUNDS):
            run = run + 1 if random.random() < chance else 0
            best = max(best, run)
        lucky += best >= row
    assert lucky / 4000 == pytest.approx(reached(row, chance), abs=0.006)


def test_after_a_wrong_answer_the_same_mistake_is_asked_about():
    found = topic("conv2d_params")
    held = [mistake.name for mistake in found.mistakes].index("kernel not squared")
    tutor = Tutor(found)
    question = made_up(found, {held: 77})
    heard = tutor.hear(question, 77)
    assert heard.mistake.name == "kernel not squared"
    assert "a square of 3 by 3" in heard.mistake.sentence
    assert held in tutor.next().showing


def test_an_answer_with_two_explanations_gets_none_until_the_next():
    found = topic("conv2d_params")
    names = [mistake.name for mistake in found.mistakes]
    one, other = names.index("kernel not squared"), names.index("bias per input channel")
    question = made_up(found, {one: 77, other: 77})
    tutor = Tutor(found)
    heard = tutor.hear(question, 77)
    assert heard.mistake is None
    assert heard.doubtful
    after_it = tutor.next()
    assert after_it.wrong[one] != after_it.wrong[other]


def made_up(found, answers):
    """A question of a topic in which these mistakes give these answers."""
    wrong = tuple(answers.get(number) for number in range(len(found.mistakes)))
    return Question(found.name, 0, "made up", 1, wrong)


def test_of_two_explanations_the_one_that_supposes_less_is_told():
    """Weights only: who always forgets the bias, and who reads the flag the wrong way round."""
    found = topic("conv2d_params")
    names = [mistake.name for mistake in found.mistakes]
    less, more_of_it = names.index("no bias"), names.index("bias where there is none")
    question = next(q for q in found.questions if less in q.showing)
    tutor = Tutor(found)
    heard = tutor.hear(question, question.wrong[less])
    assert (heard.mistake.name, heard.doubtful) == ("no bias", True)
    question = tutor.next()
    assert question.wrong[less] is None
    heard = tutor.hear(question, question.wrong[more_of_it])
    assert (heard.mistake.name, heard.doubtful) == ("bias where there is none", False)


def test_when_the_pool_is_used_up_pytorch_draws_more():
    found = topic("linear_params")
    tutor = Tutor(found)
    texts = {tutor_asks(tutor) for _ in range(len(found.questions) + 5)}
    assert len(texts) == len(found.questions) + 5
    beyond = more("linear_params", "a seed")
    assert beyond
    assert all(len(question.wrong) == len(found.mistakes) for question in beyond)


def tutor_asks(tutor):
    question = tutor.next()
    tutor.hear(question, question.right)
    return question.text


# Days


def test_known_topics_come_back_after_1_3_and_7_days():
    standing = Standing()
    for _ in range(3):
        standing = after(standing, True, "", 3, MONDAY)
    assert (standing.known, standing.due) == (1, MONDAY + timedelta(days=1))
    early = after(standing, True, "", 3, MONDAY)
    assert (early.known, early.due) == (1, standing.due)
    waits = []
    for _ in range(3):
        today = standing.due
        standing = after(standing, True, "", 3, today)
        waits.append((standing.due - today).days)
    assert waits == [3, 7, 7]
    missed = after(standing, False, "no bias", 3, standing.due)
    assert (missed.known, missed.due, missed.mistakes) == (0, None, {"no bias": 1})


def test_practice_without_a_name_mixes_what_is_due(tmp_path):
    record = store.load(tmp_path / "p.json")
    assert due(record, MONDAY) == []
    record.points["conv1d_params"] = 2.0  # checked, never practised
    record.topics["linear_params"] = Standing(known=1, due=MONDAY)
    record.topics["mlp_params"] = Standing(known=1, due=MONDAY + timedelta(days=1))
    record.topics["relu"] = Standing(known=2, due=MONDAY - timedelta(days=2))
    assert due(record, MONDAY) == ["relu", "linear_params", "conv1d_params"]
    session = Session([], record, today=MONDAY)
    asked = []
    for _ in range(5):
        asked.append(session.question.topic)
        session.answer(str(session.question.right))
    assert asked == ["relu", "linear_params", "conv1d_params", "conv1d_params", "conv1d_params"]
    assert session.question is None
    assert "5 of 5" in session.farewell
    assert Session([], record, today=MONDAY).farewell.startswith("Nothing is due before Tuesday")


# What is typed


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        *(("448", 448), (" 1,024 ", 1024), ("1_000_000", 1000000), ("1 000", 1000)),
        *(("1'000", 1000), ("-3", -3), ("0.5", 0.5), (".5", 0.5), ("0,5", 0.5), ("1e3", 1000.0)),
        *(("12,345,678", 12345678), ("448.0", 448.0)),
    ],
)
def test_numbers_as_people_type_them(typed, value):
    question = topic("linear_params").questions[0]
    assert read(typed, question) == value


@pytest.mark.parametrize("typed", ["(2, 3)", "2,3", "2 x 3", "[2, 3]", "2×3", "torch.Size([2, 3])"])
def test_shapes_as_people_type_them(typed):
    question = topic("linear_output_shape").questions[0]
    assert read(typed, question) == (2, 3)


@pytest.mark.parametrize("typed", ["four", "1+1", "", "--3", "1,2,3,4", "nan", "9" * 400, "(2, 3)"])
def test_what_is_no_number_is_asked_for_again(typed):
    with pytest.raises(UnreadableError, match="Type one number"):
        read(typed, topic("linear_params").questions[0])


def test_a_scalar_shape_can_be_typed_and_words_are_no_shape():
    question = topic("embedding_output_shape").questions[0]
    assert read("()", question) == ()
    for typed in ("", "two", "2.5, 3", "(2, three)"):
        with pytest.raises(UnreadableError, match="shape"):
            read(typed, question)


def test_options_are_the_misconceptions_and_no_two_are_alike():
    for name in NAMES:
        for question in topic(name).questions[:20]:
            options = options_of(question)
            if options is None:
                continue
            assert len(options) == 4
            assert sum(alike(option, question.right) for option in options) == 1
            pairs = [(a, b) for a in options for b in options if a is not b]
            assert not any(alike(*pair) for pair in pairs)
            letter = "abcd"[options.index(question.right)]
            assert read(letter.upper(), question, options) == question.right
            assert f"{letter}) {said(question.right)}" in lettered(options)


# What is remembered


def test_the_record_survives_and_is_readable(tmp_path):
    path = tmp_path / "deep" / "practice.json"
    session = Session(["conv2d_params"], store.load(path), today=MONDAY)
    wrong = next(answer for answer in session.question.wrong if answer is not None)
    session.answer(str(wrong))
    again = store.load(path)
    assert again.topics["conv2d_params"].asked == 1
    assert again.topics["conv2d_params"].right == 0
    assert json.loads(path.read_text())["version"] == 1
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", '{"version": 2}', '{"version": 1, "points": [], "topics": {}}'),
        '{"version": 1, "points": {"relu": "x"}, "topics": {}}',
        '{"version": 1, "points": {}, "topics": {"relu": {"asked": 1}}}',
        "[" * 100_000,
        "\x00",
    ],
)
def test_a_broken_record_is_set_aside_and_said_so(text, tmp_path):
    path = tmp_path / "practice.json"
    path.write_text(text)
    record = store.load(path)
    assert record.topics == {}
    (kept,) = tmp_path.iterdir()
    assert kept.read_text() == text
    assert kept.name in record.remark
    assert "start anew" in str(standing.progress_of(record, MONDAY))


def test_bytes_that_are_no_text_are_set_aside_too(tmp_path):
    path = tmp_path / "practice.json"
    path.write_bytes(b"\xff\xfe\x00")
    assert "is kept as" in store.load(path).remark


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(tmp_path):
    (tmp_path / "file").write_text("")
    record = store.load(tmp_path / "file" / "practice.json")
    session = Session(["linear_params"], record, today=MONDAY)
    assert session.answer(str(session.question.right)).right
    assert "cannot be written" in record.remark


# Progress


def test_progress_counts_points_topics_and_names_the_next_step(tmp_path):
    record = store.load(tmp_path / "p.json")
    assert "Begin lesson 00-start-here: 5 points" in str(standing.progress_of(record, MONDAY))
    record.points = {"tensor_size": 3.0, "tensor_bytes": 99.0, "gone": 4.0}
    record.topics["relu"] = Standing(known=1, due=MONDAY + timedelta(days=1))
    shown = standing.progress_of(record, MONDAY)
    assert shown.rows[0].points <= shown.rows[0].of == 5
    assert shown.rows[2].known == 1
    record.topics["relu"] = Standing(known=1, due=MONDAY)
    later = standing.progress_of(record, MONDAY)
    assert "`practice()`" in later.next_step
    card = later._repr_html_()
    assert card.count("<svg") == len(later.rows)
    assert all(row.lesson in card for row in later.rows)


def test_the_text_of_progress_has_a_line_for_each_lesson(tmp_path):
    text = str(standing.progress_of(store.load(tmp_path / "p.json"), MONDAY))
    for lesson in ("00-start-here", "17-design", "24-patches"):
        assert re.search(rf"^{lesson} +0 of \d+", text, re.MULTILINE)


# Places


def test_where_nobody_is_there_the_first_question_is_shown_and_nothing_is_written(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(store, "default_path", lambda: tmp_path / "p.json")
    shown = practice("conv2d_params", "linear_params")
    assert repr(shown) == repr(practice("conv2d_params", "linear_params"))
    assert repr(shown).count("Question ·") == 2
    assert shown._repr_html_().count("how many parameters?") == 2
    assert repr(practice()).startswith("Question ·")
    assert "when you run this cell" in repr(progress())
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_topic_gets_a_sentence():
    assert "Did you mean `conv2d_params`?" in repr(practice("conv2d_parameters"))


def test_a_function_can_be_given_as_well_as_its_name():
    def linear_params(in_features, out_features, bias=True): ...

    assert repr(practice(linear_params)) == repr(practice("linear_params"))


@pytest.fixture
def somebody(monkeypatch, tmp_path):
    """A notebook with somebody in front of it."""
    for module in (face, presence):
        monkeypatch.setattr(module, "someone_is_there", lambda: True)
    monkeypatch.setattr(store, "default_path", lambda: tmp_path / "practice.json")
    return tmp_path / "practice.json"


def test_the_widget_asks_hears_and_remembers(somebody, monkeypatch):
    from grader.practice import widget

    shown = []
    monkeypatch.setattr(widget, "display", shown.append)
    assert practice("conv2d_params") is None
    (box,) = shown
    said_before, question, row = box.children
    field, button, stop = row.children

    def enter(text):  # as the browser does: the key comes first, then the text
        field._handle_string_msg(field, {"event": "submit"}, None)
        field.value = text

    first = Tutor(topic("conv2d_params")).next()
    assert "how many parameters?" in question.value
    enter("nonsense <b>")
    assert "is no answer yet" in said_before.value
    assert "<b>" not in said_before.value
    field.value = "3"  # the field is left, and nothing has been entered
    assert "is no answer yet" in said_before.value
    enter(str(first.right))
    assert "is right" in said_before.value
    assert field.value == ""
    assert json.loads(somebody.read_text())["topics"]["conv2d_params"]["right"] == 1
    field.value = "9999999"
    button.click()
    assert "You think: 9,999,999." in said_before.value
    stop.click()
    assert "1 of 2 questions right" in question.value
    enter("3")  # nothing is asked any more


def test_without_widgets_it_asks_by_lines(somebody, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "grader.practice.widget", None)  # as without ipywidgets
    monkeypatch.delattr(sys.modules["grader.practice"], "widget", raising=False)
    first = Tutor(topic("linear_params")).next()
    lines = iter([str(first.right), ""])
    monkeypatch.setattr("builtins.input", lambda _: next(lines))
    monkeypatch.setattr(terminal.start, "__defaults__", (lambda _: next(lines),))
    assert practice("linear_params") is None
    assert "is right" in capsys.readouterr().out


def test_a_check_remembers_points_where_somebody_is_there(somebody):
    from grader import check

    def linear_params(in_features, out_features, bias=True):
        return in_features * out_features + (out_features if bias else 0)

    def tensor_size(shape):
        return 1

    check(linear_params)
    check(tensor_size)
    points = json.loads(somebody.read_text())["points"]
    assert points["linear_params"] == 3
    assert points["tensor_size"] < 3

    def linear_params(in_features, out_features, bias=True):
        return 0

    check(linear_params)  # the most so far stays
    assert json.loads(somebody.read_text())["points"]["linear_params"] == 3


def test_a_check_remembers_nothing_where_nobody_is_there(tmp_path, monkeypatch):
    from grader import check

    monkeypatch.setattr(store, "default_path", lambda: tmp_path / "p.json")

    def tensor_size(shape):
        return 1

    check(tensor_size)
    assert list(tmp_path.iterdir()) == []


def test_the_terminal_asks_answers_and_ends(tmp_path):
    command = [sys.executable, "-m", "grader", "practice", "linear_params"]
    first = Tutor(topic("linear_params")).next()
    done = subprocess.run(
        [*command, "--file", str(tmp_path / "p.json")],
        input=f"{first.right}\nwhat?\n\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert first.text.replace("`", "") in done.stdout
    assert f"{said(first.right)} is right." in done.stdout
    assert "Type one number" in done.stdout
    assert done.stderr == ""


def test_practice_needs_no_pytorch():
    code = (
        "import sys; from grader import practice; from grader.practice.session import Session\n"
        "from grader.practice import store, standing; import pathlib, datetime\n"
        "print(repr(practice('conv2d_params')))\n"
        "session = Session(['conv2d_params'], store.load(pathlib.Path('/nonexistent/p.json')))\n"
        "session.answer('3'); print(session.farewell)\n"
        "standing.progress_of(session.record, datetime.date.today())\n"
        "print('torch' in sys.modules, 'numpy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.endswith("False False\n")


def test_cards_escape_what_a_question_says():
    question = topic("conv2d_params").questions[0]
    assert "<code>nn.Conv2d" in show.card(question.text)
    assert "&lt;b&gt;" in show.card("<b>")
    assert answers.LETTERS == "abcd"
    assert mastery.DAYS == (1, 3, 7)
