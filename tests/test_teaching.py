"""The teacher's guide is made anew and compared; its commands run; its sources are refused well."""

import re
import shlex
import shutil
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from classroom import Classroom
from test_platforms import CANVAS, archive, notebook

from grader import cli
from grader.classroom import cluster
from grader.course.exercises import catalogue, lessons
from grader.judge.errors import CourseError
from grader.judge.exercise import CaseByCase
from grader.publish import teaching
from grader.publish.lesson import texts

REPOSITORY = Path(__file__).parent.parent
DOCS = REPOSITORY / "docs"
GUIDE = (DOCS / "teaching.md").read_text(encoding="utf-8")
MAPPING = (DOCS / "mapping.md").read_text(encoding="utf-8")
PARTS = dict(re.findall(r"^### (\d\d) · (.*?)(?=^### |^<!-- end)", GUIDE, re.DOTALL | re.MULTILINE))
LESSON = "01-linear"
YES_OR_NO = re.compile(r"(?:is|are|was|do|does|did|can|could|will|would|should|has|have)\b", re.I)


def test_the_guide_is_as_it_would_be_made_now():
    assert teaching.guide(REPOSITORY, GUIDE) == GUIDE, "run `grader teaching`"


def test_every_lesson_has_its_five_things():
    assert [*PARTS] == [name[:2] for name in texts(REPOSITORY)]
    graded = {lesson.name[:2]: lesson.exercises for lesson in lessons()}
    for number, part in PARTS.items():
        asked = graded.get(number, ())
        heads = re.findall(r"^\*\*(.*?)\.\*\*", part, re.MULTILINE)
        wanted = ["To discuss", "To ask in an exam", "On the board"]
        assert heads == (["Mistakes to expect", *wanted] if asked else wanted), number
        expected = part.partition("**To discuss.**")[0]
        assert len(re.findall(r"^- ", expected, re.MULTILINE)) == len(asked), number
        assert part.count("<summary>Key</summary>") == 1


def test_the_questions_to_discuss_are_worth_it():
    """Fifty-two of them, none said twice, and none that a yes would answer."""
    asked = re.findall(r"^[12]\. (.*)$", "\n".join(PARTS.values()), re.MULTILINE)
    assert len(asked) == len(set(asked)) == 2 * len(PARTS)
    for question in asked:
        assert question.endswith("?"), question
        *_, last = re.split(r"(?<=[.?:]) ", question)
        assert not YES_OR_NO.match(last), question


@pytest.mark.parametrize(
    "line",
    [
        "- `nn.Linear(10, 5)`: how many parameters? **55**. 50: *no bias*; 60: *bias per input*; "
        "51: *one bias for the layer*; 15: *features added*.",
        "- **200,960**. Each of the 256 outputs has a row of 784 weights and one bias: "
        "200,704 + 256.",
        "- 201,488: *bias per input*. Your bias has one number for each input. It is added to the "
        "output, so ask: how many outputs are there?",
        "Others have answered 200,704 and 201,488. What did each of them think?",
    ],
)
def test_known_numbers_of_lesson_01(line):
    assert line in PARTS["01"]


def test_a_mistakes_line_never_gives_the_right_answer_twice():
    for exercise in catalogue().values():
        line = teaching.mistakes_of(exercise)
        if isinstance(exercise, CaseByCase) and (
            right := re.search(r" \*\*(.*?)\*\*\. (.*)", line)
        ):
            wrong = re.findall(r"(?:^|; )(\S.*?): \*", right[2])
            assert len({right[1], *wrong}) == 1 + len(wrong) >= 3, line


def test_every_hand_written_source_is_of_a_lesson():
    found = {path.stem for path in (DOCS / "teaching").glob("*.toml")}
    assert found == {"plans", *texts(REPOSITORY)}


def test_the_timetable_adds_up():
    """What a plan says together is the sum of its rows, and of what the lessons print."""
    printed = {n: int(re.search(r"\) (\d+) min,", part)[1]) for n, part in PARTS.items()}
    plans = re.findall(r"^\| (?:week|when) .*?^\| together .*?$", GUIDE, re.DOTALL | re.MULTILINE)
    assert len(plans) == 4
    for plan in plans:
        *rows, together = (row.split("|") for row in plan.splitlines()[2:])
        taught = [number for row in rows for number in row[2].strip().split(", ")]
        minutes = sum(printed[number] for number in taught)
        assert in_minutes(together[4]) == sum(in_minutes(row[4]) for row in rows) == minutes
        assert in_minutes(together[3]) == sum(in_minutes(row[3]) for row in rows)
        assert together[2].strip() == f"{len(taught)} lessons"


def in_minutes(shown):
    hours = re.search(r"(\d+) h", shown)
    rest = re.search(r"(\d+) min", shown)
    return 60 * int(hours[1] if hours else 0) + int(rest[1] if rest else 0)


def test_a_lesson_takes_what_its_notebook_prints():
    for name in texts(REPOSITORY):
        released = (REPOSITORY / "notebooks" / name / f"{name}.ipynb").read_text(encoding="utf-8")
        printed = re.search(r"\*(\d+) minutes\.", released)
        assert f") {printed[1]} min" in PARTS[name[:2]], name


@pytest.mark.parametrize("page", ["teaching.md", "mapping.md"])
def test_every_link_leads_somewhere(page):
    text = (DOCS / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (DOCS / target).exists(), target


def test_every_command_of_the_guide_exists():
    source = Path(cli.__file__).read_text(encoding="utf-8")
    known = set(re.findall(r'add_parser\(\s*"([\w-]+)"', source))
    named = set(re.findall(r"`grader (\w+)", GUIDE)) | set(
        re.findall(r"^grader (\w+)", GUIDE, re.M)
    )
    assert named >= {"collect", "grade", "report", "feedback", "marks", "quiz", "bank", "teaching"}
    assert named <= known, named - known


@pytest.mark.thorough
def test_the_five_commands_grade_a_class(tmp_path, monkeypatch, capsys):
    room = Classroom(tmp_path, LESSON)
    room.release(LESSON)
    monkeypatch.chdir(room.root)
    points = sum(exercise.points for exercise in lessons()[1].exercises)
    Path("grades.csv").write_text(CANVAS.format(top=points), encoding="utf-8")
    files = {"doejane_1001_5501_01-linear.ipynb": notebook(LESSON)}
    archive("submissions.zip", files)
    monkeypatch.setattr(cluster, "cluster", lambda *_: nullcontext())
    monkeypatch.setattr(cluster, "results", in_this_process)
    commands = re.search(r"in five commands\n\n```console\n(.*?)```", GUIDE, re.DOTALL)[1]
    for line in commands.splitlines():
        monkeypatch.setattr(sys, "argv", shlex.split(line))
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert end.value.code == 0, (line, capsys.readouterr().err)
    assert len(commands.splitlines()) == 5
    assert f",7.5,{points},88.2" in Path("grades-filled.csv").read_text(encoding="utf-8")
    assert (room.root / ".nbgrader" / f"{LESSON}-report.html").exists()
    assert f"`.nbgrader/{LESSON}-report.html`" in GUIDE


def in_this_process(_, work, shared, items, count):
    for name, item in items:
        yield {name: work(shared, [item])[0]}


# The sources, refused in one sentence.


@pytest.fixture
def course(tmp_path):
    """A course with one lesson, its guide empty."""
    for path in (f"solutions/{LESSON}.md", f"slides/{LESSON}.md", f"docs/teaching/{LESSON}.toml"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / path, tmp_path / path)
    (tmp_path / "docs/teaching/plans.toml").write_text(PLAN, encoding="utf-8")
    marks = [f"{teaching.MARK.format(n)}\nold\n{teaching.END.format(n)}" for n in teaching.BLOCKS]
    (tmp_path / "docs/teaching.md").write_text("\n".join(["# Mine", *marks, "The end."]))
    return tmp_path


PLAN = """
[[plan]]
title = "One week"
about = "All of it."
unit = "week"
steps = [{ lessons = ["01"] }]
"""


def test_what_stands_around_the_blocks_stays(course):
    teaching.write(course)
    once = (course / "docs/teaching.md").read_text(encoding="utf-8")
    assert once.startswith("# Mine\n<!-- plans: made by")
    assert once.endswith("-->\nThe end.")
    assert "\nold\n" not in once
    assert "### One week" in once
    assert PARTS["01"].strip() in once
    teaching.write(course)
    assert (course / "docs/teaching.md").read_text(encoding="utf-8") == once


def test_a_deck_without_minutes_counts_none(course):
    deck = course / f"slides/{LESSON}.md"
    deck.write_text("# 01 · A deck\n\nno notes\n", encoding="utf-8")
    teaching.write(course)
    text = (course / "docs/teaching.md").read_text(encoding="utf-8")
    assert "| 1 | 01 | - |" in text
    assert f"[deck](../slides/{LESSON}.md) ? min" in text
    deck.unlink()
    teaching.write(course)
    assert "[deck]" not in (course / "docs/teaching.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (LESSON, "board =", "blackboard =", "01-linear.toml lacks `board`."),
        (
            LESSON,
            "board =",
            "more = 1\nboard =",
            "01-linear.toml has an unknown `more`; it takes d",
        ),
        (LESSON, "discuss = [", "discuss = ['Why?',", "01-linear.toml has to have 2 questions"),
        (LESSON, "[exam]", "[[exam]]", "01-linear.toml has to have a table in `exam`."),
        (LESSON, "why =", "because =", "01-linear.toml, its exam, lacks `why`."),
        (LESSON, "case = {", "case = 1 # {", "01-linear.toml, its exam, has to have a table in"),
        (LESSON, '"no bias", ', "", "01-linear.toml: A vote has two to four mistakes"),
        (LESSON, '"no bias"', '"no boat"', "01-linear.toml: `linear_params` has no mistake 'no bo"),
        (LESSON, '"linear_params"', '"cubic"', "01-linear.toml: A vote is about an exercise; th"),
        (LESSON, "in_features =", "inputs =", "01-linear.toml: `linear_params(in_feat"),
        (LESSON, "784 * 256", "784 * wide", "01-linear.toml: `784 * wide` cannot be computed: Na"),
        (LESSON, '"bias per input", "lin', '"bias", "lin', "cannot be computed: KeyError: 'bias'"),
        (LESSON, "[exam]", "[exam", "01-linear.toml is no TOML: "),
        ("plans", '"01"', '"09"', "plans.toml: 'One week' has no lesson 09 to teach."),
        ("plans", '"01"', '"01", "01"', "plans.toml: the lessons of 'One week' build on each oth"),
        ("plans", "unit =", "units =", "A plan in plans.toml lacks `unit`."),
        ("plans", "lessons =", "lesson =", "A step of 'One week' in plans.toml lacks `lessons`."),
        ("plans", '["01"]', "1", "A step of 'One week' in plans.toml has to have a list in `less"),
    ],
)
def test_a_mistake_in_a_source_is_said_in_a_sentence(course, name, old, new, said):
    path = course / f"docs/teaching/{name}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    before = (course / "docs/teaching.md").read_bytes()
    with pytest.raises(CourseError) as refused:
        teaching.write(course)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value).strip()
    assert (course / "docs/teaching.md").read_bytes() == before


def test_what_is_missing_is_named(course):
    guide = (course / "docs/teaching.md").read_text(encoding="utf-8")
    (course / "docs/teaching.md").write_text(guide + guide, encoding="utf-8")
    with pytest.raises(CourseError, match="has to hold `<!-- plans: made by"):
        teaching.write(course)
    (course / f"docs/teaching/{LESSON}.toml").unlink()
    with pytest.raises(CourseError, match=rf"The guide needs teaching/{LESSON}\.toml: No such"):
        teaching.write(course)
    (course / "docs/teaching.md").unlink()
    with pytest.raises(CourseError, match=r"There is no docs/teaching\.md in"):
        teaching.write(course)


# The mapping.


def test_the_mapping_has_every_lesson_in_order():
    rows = re.findall(r"^\| (\d\d) .*\|$", MAPPING, re.MULTILINE)
    assert rows == [name[:2] for name in texts(REPOSITORY)]


def test_the_numbers_of_the_mapping_are_pytorchs():
    course = {name: exercise.reference for name, exercise in catalogue().items()
              if isinstance(exercise, CaseByCase)}  # fmt: skip
    two = (64, 64, "M", 128, 128, "M")
    three = tuple(channels for size in (256, 512, 512) for channels in (size, size, size, "M"))
    biases = 4 * 20
    for number in (
        f"{course['lstm_params'](10, 20) - biases:,} in a textbook",
        f"{course['lstm_params'](10, 20):,} here, for `nn.LSTM(10, 20)`",
        f"with them: {course['vgg_params']((*two, *three)):,} (16)",
        f"{course['lenet5_params']():,} either way",
        f"the same: {course['adam_training_bytes'](1)} bytes a parameter (15)",
    ):
        assert number in MAPPING
