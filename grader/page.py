"""What a page of the site asks of Python: judge an answer, practise, say how far somebody is.

It runs in the browser, in Pyodide, with the files of `ask`, `judge`, `practice` and the answer
keys, which are those of the notebook. What a page remembers of a person is the text of
`practice.json`: the page keeps it and gives it back with each request.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.ask import plain
from grader.ask.kernel import Outcome
from grader.ask.run import run_cell
from grader.course.catalogue import calls_of, exercise_of, find, judge_outcomes
from grader.judge.errors import CourseError
from grader.judge.report import COLOURS, Note, card
from grader.judge.result import Result
from grader.judge.wording import undefined
from grader.notebook import check
from grader.practice import show, standing, store
from grader.practice.answers import UnreadableError
from grader.practice.pool import topics
from grader.practice.session import Session, known_topics, met

RECORD = Path("practice.json")  # in the browser's memory
AGAIN = "Mend it and press Check again. Stuck? Open a hint."
BEGIN = "Write your answer, then press Check. Stuck? Open a hint."
LONGEST = 5_000  # characters of what a cell prints
SHOWN = "__shown__"  # what a cell's last line gives, which a notebook shows
ELSEWHERE = (
    "{}: this page has none of it. Nothing is wrong with your answer for that. Download your "
    "answers as a notebook, and go on in JupyterLab or Colab."
)
PYTORCH = (
    "{}: this page has no PyTorch. Where it is, in JupyterLab or Colab, an answer may not ask it "
    "either: let your function find the number by itself."
)
STOPPED = (
    "Your code had not finished after {seconds} seconds, so it was stopped. A loop that never "
    "ends, in a function or outside?"
)
OF_PYTORCH = ("torch", "torchinfo")


@dataclass(frozen=True)
class Cell:
    """A code cell of a lesson, with the student's text where it is an answer."""

    source: str
    name: str  # its grade id, or ''
    is_answer: bool


def judge(name: str, notebook: str, answers: Mapping[str, str], record: str) -> dict[str, Any]:
    """Run the answers above the check of an exercise, as a notebook does, and judge this one.

    Args:
        notebook: the lesson as it was released.
        answers: what stands in its answer cells, by grade id.
        record: the text of practice.json, or ''.

    Returns:
        `html`, a card; `printed`; `record`; and `score`, `points`, `verdict`, `result` if it was
        judged here.
    """
    cells = list(cells_above(name, json.loads(notebook), answers))
    try:
        found = find(name)
    except ModuleNotFoundError:  # of a design
        found = None
    missing = f"PyTorch measures what `{name}` asks for"
    why = why_elsewhere(name, cells) if found else ELSEWHERE.format(missing)
    if why or found is None:
        note = Note("Not here", why, COLOURS["not attempted"])
        return {"html": note._repr_html_(), "printed": "", "record": record}
    with _nothing_stays():
        names, printed, error = _run(cells)
    if name in names:
        with _nothing_stays():
            result = check(**{name: names[name]}).result
    else:
        result = undefined(name, exercise_of(found).points, error)
        printed = printed.removesuffix(error)  # the card has it
        if defined := sorted(_names(_bound, answers.get(f"{name}_answer", ""))):
            there = "" if error else f" Your cell defines `{defined[0]}`."
            result = replace(result, message=result.message + there)
    return {**_reply(result, record), "printed": printed[:LONGEST]}


def stopped(name: str, record: str, seconds: int) -> dict[str, Any]:
    """The reply for an answer that the page had to stop: as if each call took too long."""
    found = find(name)
    assert found is not None
    wanted = calls_of(found)
    outcomes = [Outcome("too slow")] * (1 if wanted is None else len(wanted))
    result = judge_outcomes(found, outcomes, untouched=False)
    return _reply(replace(result, message=STOPPED.format(seconds=seconds)), record)


def why_elsewhere(name: str, cells: Sequence[Cell]) -> str:
    """Why an answer needs a real notebook; '' if this page can judge it as that would.

    It is asked of the answer's cell and of those whose names it uses, down to the last.
    """
    lesson = [_without_magic(cell.source) for cell in cells if not cell.is_answer]
    bound, pytorch = plain.names_bound(lesson), _from_pytorch(lesson)
    used = _with_what_it_uses(f"{name}_answer", cells)
    theirs = bound.difference(*(_names(_bound, source) for source in used))
    for source in used:
        if magic := re.search(r"^\s*([%!]\S+)", source, re.MULTILINE):
            return ELSEWHERE.format(f"Your answer uses `{magic[1]}`, which is Jupyter's")
        try:
            looked_up, tree = plain.names_looked_up(source), ast.parse(source)
        except (SyntaxError, ValueError):  # it defines nothing, and says so when it runs
            continue
        if missing := next(filter(_is_missing, _imported(tree)), None):
            words = PYTORCH if missing in OF_PYTORCH else ELSEWHERE
            return words.format(f"Your answer imports `{missing}`")
        if foreign := sorted(looked_up & theirs):
            words = PYTORCH if foreign[0] in pytorch else ELSEWHERE
            return words.format(f"Your answer uses `{foreign[0]}` from the lesson's cells")
    return ""


class Practice:
    """One round of practice, as the page sees it."""

    def __init__(self, topics: Sequence[str], record: str) -> None:
        remembered = _remembered(record)
        names = known_topics(topics) if topics or met(remembered) else _first_topics()
        self.session = Session(names, remembered)

    def now(self, said: str = "") -> dict[str, Any]:
        """What is to be seen: what was said of the last answer, and the next question."""
        question = self.session.question
        if question is None:
            words = (self.session.farewell, self.session.record.remark)
            return {"said": said, "html": show.remark(" ".join(filter(None, words))), "done": True}
        return {"said": said, "html": show.card(question.text, self.session.options)}

    def answer(self, typed: str) -> dict[str, Any]:
        """Take an answer and go on."""
        asked = self.session.question
        if asked is None or not typed.strip():
            return self.now()
        try:
            feedback = self.session.answer(typed)
        except UnreadableError as error:
            return self.now(show.remark(f"`{typed[:40]}` is no answer yet. {error}"))
        record = RECORD.read_text(encoding="utf-8")
        return {**self.now(show.again(asked, feedback)), "taken": True, "record": record}

    def stop(self) -> dict[str, Any]:
        """Say farewell."""
        self.session.question = None
        return self.now()


_practice: list[Practice] = []  # the round that is going on


def practise(topics: Sequence[str], record: str) -> dict[str, Any]:
    """Begin a round: these topics, or what is due."""
    try:
        _practice[:] = [Practice(topics, record)]
    except CourseError as error:
        return {"said": "", "html": show.remark(str(error)), "done": True}
    return _practice[0].now()


def progress(record: str) -> dict[str, Any]:
    """How far somebody is, as a card."""
    return {"html": standing.card(standing.progress_of(_remembered(record), date.today()))}


def reply(request: str) -> str:
    """One request of the page, as JSON: `{"ask": "judge", ...}` with that function's arguments."""
    wanted = json.loads(request)
    match wanted.pop("ask"):
        case "judge":
            said = judge(**wanted)
        case "stopped":
            said = stopped(**wanted)
        case "practise":
            said = practise(**wanted)
        case "answer":
            said = _practice[0].answer(**wanted)
        case "stop":
            said = _practice[0].stop()
        case _:
            said = progress(**wanted)
    return json.dumps(said)


def _reply(result: Result, record: str) -> dict[str, Any]:
    """The card, and the points kept in the record."""
    if result.next_step:
        is_begun = result.verdict != "not attempted"
        result = replace(result, next_step=AGAIN if is_begun else BEGIN)
    _remembered(record).reached(result.exercise, result.score)
    return {
        "html": card(result, "."),
        "printed": "",
        "record": RECORD.read_text(encoding="utf-8") if RECORD.exists() else record,
        "score": result.score,
        "points": result.points,
        "verdict": result.verdict,
        "mistakes": result.mistakes,
        "message": result.message,
    }


def _remembered(record: str) -> store.Record:
    RECORD.unlink(missing_ok=True)
    if record:
        RECORD.write_text(record, encoding="utf-8")
    return store.load(RECORD)


def cells_above(
    name: str, notebook: Mapping[str, Any], answers: Mapping[str, str]
) -> Iterator[Cell]:
    """The lesson's code cells down to where the exercise is checked; none below counts."""
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        marks = cell["metadata"].get("nbgrader", {})
        own_name, is_answer = marks.get("grade_id", ""), bool(marks.get("solution"))
        if own_name == name:
            return
        source = "".join(cell["source"])
        text = answers.get(own_name, source) if is_answer else source
        if not marks.get("grade"):
            yield Cell(text, own_name, is_answer)


@contextmanager
def _nothing_stays() -> Iterator[None]:
    """Undo what a student's code changes in modules: they are the judge's, and the next answer's.

    At the end no function is called by its name: the names may not be what they were.
    """
    modules = sys.modules
    loaded = dict(modules)
    kept = [(vars(m), dict(vars(m))) for m in loaded.values() if isinstance(m, ModuleType)]
    try:
        yield
    finally:
        for names, before in kept:
            for extra in names.keys() - before.keys():
                del names[extra]
            names.update(before)
        for name in modules.keys() - loaded.keys():
            del modules[name]
        modules.update(loaded)


def _run(cells: Sequence[Cell]) -> tuple[dict[str, Any], str, str]:
    """Run the student's cells: the names they bind, what the last one printed, and what it ended
    in."""
    names: dict[str, Any] = {"__name__": "__main__"}
    run_cell(0, "\n".join(plain.imports([c.source for c in cells if not c.is_answer])), names)
    printed, error = io.StringIO(), ""
    for number, cell in enumerate((cell for cell in cells if cell.is_answer), start=1):
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            error = run_cell(number, _showing(plain.without_checks(cell.source)), names)
            if (shown := names.pop(SHOWN, None)) is not None:
                print(repr(shown))
    return names, printed.getvalue() + error, error


def _showing(source: str) -> str:
    """The cell; what its last line gives is kept, as a notebook shows it."""
    try:
        last = ast.parse(source).body[-1:]
    except (SyntaxError, ValueError):
        return source
    if not last or not isinstance(last[0], ast.Expr):
        return source
    segment = ast.get_source_segment(source, last[0]) or ""
    before, found, after = source.rpartition(segment)
    return f"{before}{SHOWN} = ({segment}){after}" if found else source


def _with_what_it_uses(name: str, cells: Sequence[Cell]) -> list[str]:
    """The answer with this grade id and the answers whose names it uses, and they in turn."""
    left = {c.name: plain.without_checks(c.source) for c in cells if c.is_answer}
    found = [left.pop(name, "")]
    for source in found:  # grows while it is walked through
        wanted = _names(plain.names_looked_up, source)
        used = [each for each, text in left.items() if wanted & _names(_bound, text)]
        found += map(left.pop, used)
    return found


def _names(of: Callable[[str], set[str]], source: str) -> set[str]:
    """What `of` finds in a cell; nothing in one that is no Python."""
    with suppress(SyntaxError, ValueError):
        return of(source)
    return set()


def _bound(source: str) -> set[str]:
    return plain.names_bound([source])


def _from_pytorch(lesson: Sequence[str]) -> set[str]:
    """The names that the lesson's cells import from PyTorch."""
    return {
        (alias.asname or alias.name).partition(".")[0]
        for source in lesson
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (getattr(node, "module", None) or alias.name).partition(".")[0] in OF_PYTORCH
    }


def _first_topics() -> list[str]:
    """Those of the first lesson, for somebody who has met none."""
    known = topics()
    first = next(iter(known.values()), "")
    return [name for name, lesson in known.items() if lesson == first]


def _without_magic(source: str) -> str:
    """A lesson's cell without Jupyter's own lines."""
    return re.sub(r"^\s*[%!].*$", "", source, flags=re.MULTILINE)


def _imported(tree: ast.AST) -> Iterator[str]:
    """The packages that a cell imports, in functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def _is_missing(package: str) -> bool:
    return find_spec(package) is None
