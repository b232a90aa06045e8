"""A quiz on paper: who is asked what, the key, and what becomes of the answers typed in."""

import csv
import json
import re
import shutil
from dataclasses import asdict
from itertools import combinations

import pytest

from grader.classroom import quiz_answers, quiz_files
from grader.classroom.quiz import answers_of_mistakes, chosen, explained, make_quiz, slots
from grader.judge.errors import CourseError
from grader.judge.same import alike
from grader.practice.pool import topic, topics
from grader.practice.session import said

CLASS = [(f"s{number:02}", f"Student {number}") for number in range(30)]
THREE = "id,name\nann,Ann Lee\nbob,\n=cy,<script>alert(1)</script>\n"


@pytest.fixture
def no_browser(monkeypatch):
    monkeypatch.setattr(quiz_files, "CHROMIUM", ())


@pytest.fixture
def folder(tmp_path, no_browser):
    """A quiz for three students."""
    return made(tmp_path, THREE)


def made(path, students, questions=8, seed="spring", names=("05", "06")):
    if students:
        (path / "roster.csv").write_text(students, encoding="utf-8")
    roster = path / "roster.csv" if students else None
    list(quiz_files.make(path / "quiz", names, questions, roster, seed))
    return path / "quiz"


def read_rows(path):
    return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))


def type_in(folder, answers, **form):
    """Fill `answers.csv` as a teacher does: student -> what is typed for each question."""
    heading, *rows = read_rows(folder / "answers.csv")
    for row in rows:
        row[3:] = answers.get(row[0], row[3:])
    with (folder / "answers.csv").open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, **form).writerows([heading, *rows])


def sheet(folder, student):
    quiz = quiz_files.read_quiz(folder / "quiz.json")
    return next(each for each in quiz.sheets if each.student == student)


def right(folder, student):
    return [said(question.right) for question in sheet(folder, student).questions]


def with_mistake(folder, student, name):
    """What somebody answers who has this mistake in all topics."""
    answers = []
    for question in sheet(folder, student).questions:
        names = [mistake.name for mistake in topic(question.topic).mistakes]
        wrong = question.wrong[names.index(name)] if name in names else None
        answers.append(said(question.right if wrong is None else wrong))
    return answers


def marks(folder):
    return {row[0]: tuple(row[1:]) for row in read_rows(folder / "marks.csv")[1:]}


def verdicts(folder, student):
    """The class's report and this student's answers in it."""
    path = folder / "answers.csv"
    quiz = quiz_files.read_quiz(folder / "quiz.json")
    typed = quiz_answers.read_answers(quiz_answers.read_table(path), quiz, path.name)
    row = next(row for row in typed.rows if row.student == student)
    return quiz_answers._student(quiz, row, path.name, typed.odd).answers, typed.odd


# What is asked


def test_the_same_seed_makes_the_same_files(tmp_path, no_browser):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    one, same = (made(tmp_path / name, THREE) for name in ("a", "b"))
    other = made(tmp_path / "c", THREE, seed="autumn")
    for name in ("quiz.html", "quiz-key.html", "quiz.json", "answers.csv"):
        assert (one / name).read_bytes() == (same / name).read_bytes()
        assert (one / name).read_bytes() != (other / name).read_bytes()


def test_a_student_more_changes_nobody_elses_page():
    names = chosen(["05"])
    few, all_ = (make_quiz(names, 6, CLASS[:n], "x") for n in (3, 30))
    assert few.sheets == all_.sheets[:3]


@pytest.mark.parametrize("lesson", sorted({lesson[:2] for lesson in topics().values()}))
def test_pages_are_equally_hard(lesson):
    quiz = make_quiz(chosen([lesson]), 8, CLASS, "x")
    for place, (name, part) in enumerate(quiz.slots):
        asked = [sheet.questions[place] for sheet in quiz.sheets]
        assert {(q.topic, topic(name).parts[q.part]) for q in asked} == {(name, part)}
        if isinstance(asked[0].right, tuple):
            assert len({len(question.right) for question in asked}) == 1
        elif len({q.text for q in asked}) > 5:  # else the nearest five
            sizes = [max(1, abs(question.right)) for question in asked]
            assert max(sizes) <= min(sizes) * 10.01


def test_what_a_slot_asks_differs_in_numbers_only():
    for slot in slots(chosen(["05", "06"]), 20, "x"):
        assert len({re.sub(r"\d+", "#", question.text) for question in slot.questions}) == 1


def test_no_two_of_thirty_have_the_same_page():
    quiz = make_quiz(chosen(["05", "06"]), 8, CLASS, "x")
    pages = [frozenset(question.text for question in each.questions) for each in quiz.sheets]
    assert all(len(page) == 8 for page in pages)
    assert len(set(pages)) == 30
    shared = [len(one & other) for one, other in combinations(pages, 2)]
    assert sum(shared) / len(shared) < 1.5
    assert len({each.code for each in quiz.sheets}) == 30


def test_questions_are_spread_over_lessons_topics_and_parts():
    pairs = [(s.topic, s.part) for s in slots(chosen(["05", "06"]), 8, "x")]
    assert len(set(pairs)) == 8
    assert {name for name, _ in pairs} == set(chosen(["05", "06"]))
    for seed in "abcdef":
        few = [slot.topic for slot in slots(chosen(["05", "06"]), 4, seed)]
        assert sum(name in chosen(["05"]) for name in few) == 2
        assert few == [name for name in topics() if name in few]


def test_more_questions_than_parts_repeats_parts_with_others():
    most = 5 * len(slots(["linear_params"], 2, "x"))
    for student in make_quiz(["linear_params"], most, CLASS, "x").sheets:
        assert len({question.text for question in student.questions}) == most
    for number in (0, -1, most + 1):
        with pytest.raises(CourseError, match=f"1 to {most} questions, not {number}"):
            make_quiz(["linear_params"], number, CLASS, "x")


def test_nothing_too_heavy_where_something_light_is_there():
    for seed in "abcdefgh":
        for slot in slots(["adam_training_bytes", "params_bytes", "cache_elements"], 3, seed):
            pool = topic(slot.topic).questions
            if sum(question.right <= 1e7 for question in pool) >= 5:
                assert all(question.right <= 1e7 for question in slot.questions)


def test_topics_by_number_and_by_name():
    conv = [name for name, lesson in topics().items() if lesson == "05-conv1d"]
    assert chosen(["05"]) == chosen(["5"]) == chosen(["05-conv1d"]) == conv
    assert chosen(["conv1d_params", "01", "05"])[-len(conv) :] == conv
    with pytest.raises(CourseError, match=r"`conv1d_param`. Did you mean `conv1d_params`"):
        chosen(["05", "conv1d_param"])
    for nothing in ([], [" "]):
        with pytest.raises(CourseError, match="--topics 05,06"):
            chosen(nothing)


# Pages and key


def test_the_pages_show_every_question_and_no_answer(folder):
    page, key = ((folder / f"{name}.html").read_text("utf-8") for name in ("quiz", "quiz-key"))
    assert page.count('<section class="page">') == 3
    assert page.count("nn.Conv") >= 3 * 7
    assert "`" not in page
    assert "misconception" not in page
    assert "no bias" not in page
    assert "no bias" in key
    assert "<script>" not in page + key
    assert page.count("&lt;script&gt;") == key.count("&lt;script&gt;") == 1
    for student in ("ann", "bob", "=cy"):
        assert sheet(folder, student).code in page
        assert sheet(folder, student).code in key


def test_the_key_has_the_numbers_of_the_pool(folder):
    quiz = quiz_files.read_quiz(folder / "quiz.json")
    key = (folder / "quiz-key.html").read_text("utf-8")
    for question in (q for each in quiz.sheets for q in each.questions):
        pool = topic(question.topic)
        assert asdict(question) in [asdict(each) for each in pool.questions]
        assert f'<td class="right">{said(question.right)}</td>' in key
        usual = answers_of_mistakes(question, pool.mistakes)
        names = [name for _, all_ in usual for name in all_]
        assert sorted(names) == sorted(pool.mistakes[m].name for m in question.showing)
        for answer, all_ in usual:
            for mistake, wrong in zip(pool.mistakes, question.wrong, strict=True):
                assert (mistake.name in all_) == (wrong is not None and alike(wrong, answer))
        first, names = usual[0]
        shown = " or ".join(names).replace('"', "&#34;").replace("'", "&#39;")
        assert f'<span class="given">{said(first)}</span>&nbsp;{shown}<' in key


def test_long_quizzes_begin_each_student_on_a_new_sheet(tmp_path, no_browser):
    for questions in (9, 20):
        (tmp_path / str(questions)).mkdir()
        page = (made(tmp_path / str(questions), THREE, questions) / "quiz.html").read_text("utf-8")
        assert page.count('<section class="page">') % (2 * 3) == 0
        assert page.count('<span class="number">') == 3 * questions


def test_without_students_one_page_for_all(tmp_path, no_browser):
    lines = list(quiz_files.make(tmp_path, ["05"], 4, None, None))
    assert "One page without a name" in lines[0]
    page = (tmp_path / "quiz.html").read_text("utf-8")
    assert page.count('<section class="page">') == 1
    assert ">Name <" in page
    answers = right(tmp_path, "")
    code = sheet(tmp_path, "").code
    with (tmp_path / "answers.csv").open("a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [["ann", "", code, *answers], ["", "Bob", code, "1", *answers[1:]]]
        )
    list(quiz_answers.grade(tmp_path / "answers.csv"))
    assert marks(tmp_path) == {"ann": ("4", "4"), "row 4": ("3", "4")}


def test_without_a_seed_no_two_quizzes_are_the_same(tmp_path, no_browser):
    for name in "ab":
        list(quiz_files.make(tmp_path / name, ["05"], 4, None, None))
    one, other = ((tmp_path / name / "quiz.html").read_text("utf-8") for name in "ab")
    assert one != other


def test_without_chromium_it_says_how_to_print(tmp_path, no_browser):
    lines = list(quiz_files.make(tmp_path, ["05"], 4, None, "x"))
    assert any("quiz.html from a browser" in line for line in lines)
    assert not list(tmp_path.glob("*.pdf"))


@pytest.mark.skipif(not any(map(shutil.which, quiz_files.CHROMIUM)), reason="needs Chromium")
def test_the_pdf_has_a_page_a_student(tmp_path):
    folder = made(tmp_path, THREE)
    data = (folder / "quiz.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert data.count(b"/MediaBox") == 3
    assert (folder / "quiz-key.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("students", "sentence"),
    [
        ("id,name\n", "no student"),
        ("", "no CSV file"),
        ("id,name\n\n,\n", "column `id`"),
        ("colour\nred\n", "column `id`"),
        ("id\nann\nbob\nAnn\n", "`Ann` twice, in rows 2 and 4"),
    ],
)
def test_class_lists_that_will_not_do(tmp_path, no_browser, students, sentence):
    (tmp_path / "roster.csv").write_text(students)
    with pytest.raises(CourseError, match=sentence):
        list(quiz_files.make(tmp_path, ["05"], 4, tmp_path / "roster.csv", "x"))
    assert not (tmp_path / "quiz.html").exists()


def test_a_quiz_whose_answers_are_typed_in_stays(folder):
    again = quiz_files.make(folder, ["05"], 4, None, "other")
    before = (folder / "quiz.json").read_bytes()
    type_in(folder, {"ann": ["", "", "12", "", "", "", "", ""]})
    with pytest.raises(CourseError, match="--to"):
        list(again)
    assert (folder / "quiz.json").read_bytes() == before
    type_in(folder, {"ann": [""] * 8})
    list(quiz_files.make(folder, ["05"], 4, None, "other"))
    assert (folder / "quiz.json").read_bytes() != before


# Answers


def test_a_class_is_marked_and_its_mistakes_are_named(folder):
    blank = ["", *right(folder, "bob")[1:7], "–"]
    forgotten = with_mistake(folder, "=cy", "no bias")
    type_in(folder, {"ann": right(folder, "ann"), "bob": blank, "'=cy": forgotten})
    lines = list(quiz_answers.grade(folder / "answers.csv"))
    wrong = sum(a != b for a, b in zip(forgotten, right(folder, "=cy"), strict=True))
    assert wrong > 0
    assert marks(folder) == {
        "ann": ("8", "8"),
        "bob": ("6", "8"),
        "'=cy": (str(8 - wrong), "8"),
    }
    assert lines == [str(folder / "quiz-report.html"), str(folder / "marks.csv")]
    page = (folder / "quiz-report.html").read_text("utf-8")
    assert "Ann Lee (ann)" in page
    assert ">bob<" in page
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; (=cy)" in page
    assert "no bias" in page
    answers, _ = verdicts(folder, "bob")
    assert [each.verdict for each in answers] == [
        "not attempted",
        *["correct"] * 6,
        "not attempted",
    ]


def test_every_mistake_of_a_page_is_named(folder):
    for number, question in enumerate(sheet(folder, "ann").questions):
        for answer, names in answers_of_mistakes(question, topic(question.topic).mistakes):
            typed = [""] * 8
            typed[number] = said(answer)
            type_in(folder, {"ann": typed})
            found, odd = verdicts(folder, "ann")
            assert found[number].mistakes == (" or ".join(names),)
            assert not odd
            assert found[number].verdict == "wrong"
            assert found[number].score == 0
            if len(names) == 1:
                sentences = {m.name: m.sentence for m in topic(question.topic).mistakes}
                assert found[number].message == sentences[names[0]]
            else:
                assert found[number].message.startswith("Either: ")


def test_an_answer_of_nobodys_mistake_has_no_name(folder):
    type_in(folder, {"ann": ["1000003", *[""] * 7]})
    list(quiz_answers.grade(folder / "answers.csv"))
    answers, _ = verdicts(folder, "ann")
    assert answers[0].mistakes == ()
    assert answers[0].message == ""
    page = (folder / "quiz-report.html").read_text("utf-8")
    assert "Wrong answers without a name" in page
    assert "1,000,003" in page


def test_other_answers_tell_mistakes_apart():
    params = topic("conv1d_params")
    names = [mistake.name for mistake in params.mistakes]
    first, other = names.index("no bias"), names.index("bias where there is none")
    with_bias = next(
        q for q in params.questions if q.part == 0 and q.wrong[first] == q.wrong[other]
    )
    without = next(q for q in params.questions if q.part == 1 and q.wrong[first] is None)
    forgotten = with_bias.wrong[first]
    both = {first, other}
    assert explained([(with_bias, forgotten)]) == [both]
    assert explained([(with_bias, forgotten), (without, without.right)]) == [{first}, set()]
    assert explained([(with_bias, forgotten), (without, without.wrong[other])])[0] == {other}
    assert explained([(with_bias, with_bias.right)]) == [set()]
    assert explained([(with_bias, "ten")]) == [set()]


@pytest.mark.parametrize(
    "typed",
    ["{:,}", "{}", " {} ", "{}.0", "{:,}|.", "{:,}|'", "{:,}| ", "{:,}|\u202f", "{:.6E}"],
)
def test_numbers_as_people_and_spreadsheets_write_them(folder, typed):
    form, _, mark = typed.partition("|")
    written = []
    for question in sheet(folder, "ann").questions:
        if isinstance(question.right, tuple):
            written.append(" x ".join(map(str, question.right)))
        else:
            text = form.format(question.right)
            written.append(text.replace(",", mark) if mark else text)
    assert any(question.right > 999 for question in sheet(folder, "ann").questions[:6])
    type_in(folder, {"ann": written}, delimiter=";")
    list(quiz_answers.grade(folder / "answers.csv"))
    assert marks(folder)["ann"] == ("8", "8")


def test_decimal_commas():
    eighths = next(q for q in topic("bits_per_weight").questions if q.right == 4.125)
    assert quiz_answers._given("4,125", eighths) == quiz_answers._given("4.125", eighths) == 4.125
    assert quiz_answers._given("9,999", eighths) == 9999  # no answer that is known: as it stands
    whole = topic("conv1d_params").questions[0]
    assert quiz_answers._given("4,125", whole) == quiz_answers._given("4.125", whole) == 4125
    assert quiz_answers._given("4.5", whole) == 4.5


def test_ids_as_spreadsheets_change_them(tmp_path, no_browser):
    folder = made(tmp_path, "id\n007\n12\nAnn\n")
    answers = {name: right(folder, name) for name in ("007", "12", "Ann")}
    type_in(folder, answers)
    path = folder / "answers.csv"
    path.write_text(
        path.read_text("utf-8-sig").replace("\n007,", "\n7,").replace("\nAnn,", "\nann,"), "utf-8"
    )
    list(quiz_answers.grade(path))
    assert marks(folder) == dict.fromkeys(answers, ("8", "8"))


def test_an_id_that_could_be_two_students_is_nobodys(tmp_path, no_browser):
    folder = made(tmp_path, "id\n007\n07\n")
    type_in(folder, {"007": right(folder, "007"), "07": right(folder, "07")})
    path = folder / "answers.csv"
    path.write_text(path.read_text("utf-8-sig").replace("\n007,", "\n7,"), "utf-8")
    lines = list(quiz_answers.grade(path))
    assert lines[0] == "answers.csv, row 2: `7` is not among the students of this quiz."
    assert marks(folder) == {"07": ("8", "8"), "007": ("", "8")}


def test_a_mistake_made_twice_counts_a_student_once(tmp_path, no_browser):
    folder = made(tmp_path, THREE, 4, names=["linear_params"])
    type_in(folder, {"ann": with_mistake(folder, "ann", "no bias")})
    list(quiz_answers.grade(folder / "answers.csv"))
    answers, _ = verdicts(folder, "ann")
    assert len([each for each in answers if each.mistakes]) > 1
    page = (folder / "quiz-report.html").read_text("utf-8")
    assert "1 student: Ann Lee (ann)</p>" in page
    assert "2 students" not in page


def test_odd_rows_are_told_and_nothing_is_lost(folder):
    type_in(folder, {"ann": ["twelve", *right(folder, "ann")[1:]], "bob": right(folder, "bob")})
    path = folder / "answers.csv"
    text = path.read_text("utf-8-sig")
    code = sheet(folder, "bob").code
    text = text.replace(f",{code},", ",XXXX,")
    text += "zed,,,1,1,1,1,1,1,1,1\nann,,,2,2,2,2,2,2,2,2\n,,,3,3,3,3,3,3,3,3\n"
    text += "=cy,,,1,024,3,4,5,6,7,8,9\n"
    path.write_text(text, "utf-8")
    lines = list(quiz_answers.grade(path))
    said_of = [
        "answers.csv, row 2, column 1: `twelve`? Type one number, such as 1,024.",
        f"answers.csv, row 3: the code is XXXX, but `bob`'s page has {code}: "
        "are these of another quiz?",
        "answers.csv, row 5: `zed` is not among the students of this quiz.",
        "answers.csv, row 6: `ann` has answers in row 2 already; those count.",
        "answers.csv, row 7: there are answers and no student.",
        "answers.csv, row 8: it has more cells than the heading; put answers such as 1,024 in "
        "quotes.",
    ]
    assert sorted(lines[:6]) == sorted(said_of)
    assert lines[6].startswith("No marks")
    assert "bob" in lines[6]
    assert "(=cy)" in lines[6]
    assert marks(folder) == {"ann": ("7", "8"), "bob": ("", "8"), "'=cy": ("", "8")}
    page = (folder / "quiz-report.html").read_text("utf-8")
    assert "zed" in page
    assert "bob" in page
    assert "twelve" in page


def test_whoever_handed_in_nothing_has_no_mark(folder):
    type_in(folder, {"ann": right(folder, "ann")})
    lines = list(quiz_answers.grade(folder / "answers.csv"))
    assert marks(folder)["bob"] == ("", "8")
    assert "bob" in lines[0]


def test_a_code_stands_for_a_student(folder):
    type_in(folder, {"ann": right(folder, "ann")})
    path = folder / "answers.csv"
    path.write_text(path.read_text("utf-8-sig").replace("\nann,", "\n,"), "utf-8")
    list(quiz_answers.grade(path))
    assert marks(folder)["ann"] == ("8", "8")


def test_answers_of_another_quiz(folder, tmp_path):
    (tmp_path / "other").mkdir()
    other = made(tmp_path / "other", THREE, seed="autumn")
    type_in(other, {"ann": right(other, "ann")})
    shutil.copy(other / "answers.csv", folder)
    with pytest.raises(CourseError, match="no answers of this quiz"):
        list(quiz_answers.grade(folder / "answers.csv"))
    assert not (folder / "marks.csv").exists()


def test_files_that_are_missing_or_spoilt(folder):
    path, quiz = folder / "answers.csv", folder / "quiz.json"
    with pytest.raises(CourseError, match="no answers of this quiz"):
        list(quiz_answers.grade(path))
    type_in(folder, {"ann": right(folder, "ann")})
    whole, asked = path.read_text("utf-8-sig"), quiz.read_text("utf-8")
    for heading, missing in (("pupil,name", "`student`"), ("student,name,code,1,3", "`2`")):
        path.write_text(whole.replace(whole[: len(heading)], heading, 1), "utf-8")
        with pytest.raises(CourseError, match=f"no column {missing}"):
            list(quiz_answers.grade(path))
    path.write_text(whole, "utf-8")
    spoilt = json.loads(asked)
    del spoilt["sheets"][0]["questions"][0]
    for text in ("", "[]", "{}", asked[:500], json.dumps(spoilt), json.dumps({"slots": 3})):
        quiz.write_text(text, "utf-8")
        with pytest.raises(CourseError, match=r"quiz\.json is not as"):
            list(quiz_answers.grade(path))
    quiz.unlink()
    with pytest.raises(CourseError, match=r"quiz\.json cannot be read"):
        list(quiz_answers.grade(path))
    with pytest.raises(CourseError, match=r"nowhere\.csv cannot be read"):
        list(quiz_answers.grade(folder / "nowhere.csv"))
