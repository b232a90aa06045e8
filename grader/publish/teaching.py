"""The teacher's guide: its plans and its part on each lesson, every number computed.

`docs/teaching.md` is written by hand but for two blocks between marks. Their sources stand in
`docs/teaching/`: the plans, and for each lesson what to discuss, to ask and to draw. What a class
gets wrong comes from the exercises' mistakes, minutes from the lessons and decks themselves.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from grader.course import costs, shapes
from grader.course.catalogue import find
from grader.course.exercises import catalogue, lessons
from grader.course.live_keys import answer
from grader.course.pool_files import without_code
from grader.course.pytorch import on_meta
from grader.judge.errors import CourseError
from grader.judge.exercise import Asked, Case, CaseByCase, Design, Exercise, Table, case
from grader.judge.key import Key, rounded
from grader.judge.same import alike
from grader.judge.words import in_prose, with_commas
from grader.publish import slides
from grader.publish.ballot import vote
from grader.publish.install_cell import written
from grader.publish.lesson import ROLE, read, texts
from grader.publish.minutes import minutes
from grader.publish.myst import LessonError, decode, title

GUIDE = Path("docs/teaching.md")
SOURCES = Path("docs/teaching")
BLOCKS = ("plans", "lessons")
MARK = "<!-- {}: made by `grader teaching` from docs/teaching/ -->"
END = "<!-- end of {} -->"
MOST_MISTAKES = 4  # of one exercise
COMMON = 8  # an exercise names the plainest ones first
FIRST = 12  # these may fill a line
LONGEST_ANSWER = 32  # characters; of a longer one the name alone is told
LONGEST_QUESTION = 240
DISCUSSED = 2
BY_HAND = {"discuss": list, "board": str, "exam": dict}
OF_EXAM = {"ask": str, "question": str, "why": str, "exercise": str, "case": dict, "mistakes": list}
OF_PLAN = {"title": str, "about": str, "unit": str, "steps": list, "skip": str}
OF_STEP = {"lessons": list, "when": str, "note": str}
FORMS: dict[type, str] = {str: "a text", list: "a list", dict: "a table"}


def write(root: Path) -> Path:
    """Put the generated blocks into the guide; returns its path.

    Raises:
        CourseError: for a mistake in a source, or if there is no guide.
    """
    path = root / GUIDE
    if not path.exists():
        raise CourseError(f"There is no {GUIDE} in {root}, so there is nothing to compute anew.")
    text = guide(root, decode(path))
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def guide(root: Path, text: str) -> str:
    """The guide with its blocks as they should be; `text` is the guide as it is.

    Raises:
        CourseError: for a mistake in a source, or if a mark is missing.
    """
    taught = [_taught(root, lesson) for lesson in texts(root).values()]
    for name, made in zip(BLOCKS, (_plans(root, taught), _lessons(root, taught)), strict=True):
        begin, end = MARK.format(name), END.format(name)
        if text.count(begin) != 1 or text.count(end) != 1:
            raise CourseError(f"{GUIDE} has to hold `{begin}` and `{end}`, each once.")
        before, _, others = text.partition(begin)
        text = f"{before}{begin}\n\n{made.strip()}\n\n{end}{others.partition(end)[2]}"
    return text


@dataclass(frozen=True)
class Taught:
    """A lesson as a timetable sees it."""

    text: Path
    title: str
    notebook: int  # minutes
    deck: int  # minutes; 0 where there is none, or none that says how long it takes
    has_deck: bool


def _taught(root: Path, text: Path) -> Taught:
    notebook, deck = read(text), root / "slides" / text.name
    try:
        spoken = slides.spoken(deck) if deck.exists() else 0
    except LessonError:  # who builds the deck is told
        spoken = 0
    named = title(text, notebook)
    notebook.cells = written(notebook.cells)
    return Taught(text, named, minutes(notebook), spoken, deck.exists())


# The plans.


def _plans(root: Path, taught: Sequence[Taught]) -> str:
    path = root / SOURCES / "plans.toml"
    known = {lesson.text.name[:2]: lesson for lesson in taught}
    whole = (
        f"All {len(taught)} lessons: {_hours(sum(each.notebook for each in taught))} in the "
        f"notebooks, {_hours(sum(each.deck for each in taught))} of lectures."
    )
    plans = _toml(path).get("plan", [])
    return "\n\n".join([whole, *("\n".join(_plan(path, plan, known)) for plan in plans)])


def _plan(path: Path, plan: Mapping[str, Any], known: Mapping[str, Taught]) -> Iterator[str]:
    """One plan as a table: what is taught when, and how long that takes."""
    _has_form(f"A plan in {path.name}", plan, OF_PLAN, {"title", "about", "unit", "steps"})
    for step in plan["steps"]:
        _has_form(f"A step of '{plan['title']}' in {path.name}", step, OF_STEP, {"lessons"})
    numbers = [number for step in plan["steps"] for number in step["lessons"]]
    if unknown := [number for number in numbers if number not in known]:
        raise CourseError(f"{path.name}: '{plan['title']}' has no lesson {unknown[0]} to teach.")
    if numbers != sorted(set(numbers)):
        raise CourseError(
            f"{path.name}: the lessons of '{plan['title']}' build on each other; name each once, "
            "in their order."
        )
    yield from (f"### {plan['title']}", "", plan["about"].strip(), "")
    yield from (f"| {plan['unit']} | lessons | lecture | notebooks | |", "|---|---|---:|---:|---|")
    for count, step in enumerate(plan["steps"], start=1):
        named = ", ".join(step["lessons"])
        yield _row(step.get("when", str(count)), named, [known[n] for n in step["lessons"]], step)
    yield _row("together", f"{len(numbers)} lessons", [known[n] for n in numbers], {})
    if left := [number for number in known if number not in numbers]:
        yield from ("", f"Left out: {', '.join(left)}. {plan.get('skip', '')}".strip())


def _row(when: str, named: str, taught: Sequence[Taught], step: Mapping[str, Any]) -> str:
    decks, notebooks = sum(each.deck for each in taught), sum(each.notebook for each in taught)
    return f"| {when} | {named} | {_hours(decks)} | {_hours(notebooks)} | {step.get('note', '')} |"


def _hours(spent: int) -> str:
    hours, rest = divmod(spent, 60)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min" if rest else "-"


# The lessons.


def _lessons(root: Path, taught: Sequence[Taught]) -> str:
    asked = {lesson.name: lesson.exercises for lesson in lessons()}
    return "\n\n".join(
        "\n".join(_lesson(root, lesson, asked.get(lesson.text.stem, ()))) for lesson in taught
    )


def _lesson(root: Path, lesson: Taught, asked: Sequence[Exercise]) -> Iterator[str]:
    """The part on one lesson: always the same things, in one order."""
    path = root / SOURCES / f"{lesson.text.stem}.toml"
    source = _source(path)
    yield from (f"### {lesson.title}", "", _facts(lesson, asked), "")
    if asked:
        yield from ("**Mistakes to expect.**", "")
        yield from (f"- {line}" for exercise in asked if (line := mistakes_of(exercise)))
        yield ""
    yield from ("**To discuss.**", "")
    for count, question in enumerate(source["discuss"], start=1):
        yield f"{count}. {_computed(path, question)}"
    yield from ("", *_exam(path, source["exam"]), "")
    yield from ("**On the board.**", "", _computed(path, source["board"].strip("\n")))


def _facts(lesson: Taught, asked: Sequence[Exercise]) -> str:
    points, name = sum(exercise.points for exercise in asked), lesson.text.name
    graded = f"{len(asked)} exercises, {points} points" if asked else "nothing graded"
    notebook = f"[Notebook](../solutions/{name}) {lesson.notebook} min, {graded}"
    if not lesson.has_deck:
        return notebook
    return f"{notebook} · [deck](../slides/{name}) {lesson.deck or '?'} min"


def mistakes_of(exercise: Exercise) -> str:
    """A line on the first mistakes of an exercise, each with the number by which it is known; for
    a network to design, where there is no such number, what is demanded of it."""
    if isinstance(exercise, Design):
        demands = "; ".join(f"{part.name}: {part.wanted}" for part in exercise.parts)
        return (
            f"`{exercise.name}` is a network to hand in, and the card names what fails: {demands}."
        )
    assert isinstance(exercise, CaseByCase)
    rows = list(_answers(exercise))
    if isinstance(exercise, Table):
        return f"`{exercise.name}`: {'; '.join(_entries(exercise, rows))}."
    asked, right, wrong = max(rows, key=_told)  # of equals the simplest
    wrong = wrong[:MOST_MISTAKES]
    words = exercise.question(exercise.asked(asked)) if exercise.question else ""
    words = words or f"`{exercise.show(asked)}`?"
    told = [f"{given}: *{name}*" for given, name, _ in wrong if len(given) <= LONGEST_ANSWER]
    if len(told) < 2 or len(words) > LONGEST_QUESTION:
        return f"`{exercise.name}`: {', '.join(f'*{name}*' for _, name, _ in wrong)}."
    return f"{words} **{right}**. {'; '.join(told)}."


Row = tuple[Case, str, list[tuple[str, str, int]]]  # wrong answers, their mistakes, which these are


def _told(row: Row) -> int:
    """How many of the plainest mistakes a case can show."""
    return min(MOST_MISTAKES, sum(place < COMMON for *_, place in row[2]))


def _answers(exercise: CaseByCase) -> Iterator[Row]:
    """For each case the answers of the first mistakes that differ from all others."""
    key = find(exercise.name)
    assert isinstance(key, Key)
    for number, (asked, right) in enumerate(zip(key.cases, key.expected, strict=True)):
        seen = [right]
        told: list[tuple[str, str, int]] = []
        for place, mistake in enumerate(exercise.mistakes[:FIRST]):
            given = key.source.wrong(place, number)
            if not mistake.is_two and not any(alike(given, other) for other in seen):
                seen.append(given)
                told.append((shown(given), mistake.name, place))
        yield asked, shown(right), [each for each in told if "nan" not in each[0]]


def _entries(table: Table, rows: Sequence[Row]) -> Iterator[str]:
    """Entries of a table, each with a mistake that no entry before has shown."""
    used: set[str] = set()
    for asked, right, wrong in rows:
        fresh = [(given, name) for given, name, _ in wrong if name not in used]
        if fresh and len(used) < MOST_MISTAKES:
            given, name = fresh[0]
            used.add(name)
            yield f"{table.key(asked)} is **{right}**, not {given} (*{name}*)"


def shown(value: Any) -> str:
    """An answer as the guide shows it: whole numbers with commas, others to three digits."""
    match value:
        case bool() | str():
            return str(value)
        case int():
            return with_commas(value)
        case float():
            return with_commas(int(value)) if value.is_integer() else f"{value:.3g}"
    return f"`{_short(value)}`"


def _short(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(_short(item) for item in value)
    return float(f"{value:.3g}") if isinstance(value, float) else value


def _exam(path: Path, exam: Mapping[str, Any]) -> Iterator[str]:
    """The question, and its key folded away."""
    ask, why = (_computed(path, exam.get(name, "")).strip() for name in ("ask", "why"))
    if "exercise" not in exam:
        yield from (f"**To ask in an exam.** {ask}", "", *_folded([why]))
        return
    arguments = {name: _tuples(value) for name, value in exam["case"].items()}
    try:
        words = exam.get("question", "")
        ballot = vote(exam["exercise"], *exam["mistakes"], question=words, **arguments)
    except CourseError as error:
        raise CourseError(f"{path.name}: {error}") from None
    wrong = [(option.answer, option.mistake) for option in ballot.options if option.mistake]
    given = _and([shown(number) for number, _ in wrong])
    asked = f"{ask} {ballot.question} Others have answered {given}. What did each of them think?"
    yield from (f"**To ask in an exam.** {asked.lstrip()}", "")
    key = [f"**{shown(ballot.option().answer)}**. {why}"]
    for number, mistake in wrong:
        sentence = without_code(mistake.sentence) or mistake.sentence
        key.append(f"{shown(number)}: *{mistake.name}*. {sentence}")
    yield from _folded(key)


def _folded(lines: Sequence[str]) -> list[str]:
    listed = "\n".join(f"- {line}" for line in lines)
    return ["<details><summary>Key</summary>", "", listed, "", "</details>"]


# The sources.


def _source(path: Path) -> Mapping[str, Any]:
    """What is written by hand on one lesson; it is complete, and has nothing else in it."""
    source = _toml(path)
    _has_form(path.name, source, BY_HAND, set(BY_HAND))
    if len(source["discuss"]) != DISCUSSED:
        raise CourseError(f"{path.name} has to have {DISCUSSED} questions in `discuss`.")
    exam = source["exam"]
    needed = {"exercise", "case", "mistakes", "why"} if "exercise" in exam else {"ask", "why"}
    _has_form(f"{path.name}, its exam,", exam, OF_EXAM, needed)
    return source


def _has_form(
    who: str, source: Mapping[str, Any], forms: Mapping[str, type], needed: set[str]
) -> None:
    for name in sorted(needed - set(source)):
        raise CourseError(f"{who} lacks `{name}`.")
    for name, value in source.items():
        if name not in forms:
            raise CourseError(f"{who} has an unknown `{name}`; it takes {_and(list(forms))}.")
        if not isinstance(value, forms[name]):
            raise CourseError(f"{who} has to have {FORMS[forms[name]]} in `{name}`.")


def _and(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        where = f"{path.parent.name}/{path.name}"
        raise CourseError(f"The guide needs {where}: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path.name} is no TOML: {error}.") from None


def _computed(path: Path, text: str) -> str:
    """The text with the value of each {eval} in its place. An exercise's name asks PyTorch,
    `wrong("no bias", "linear_params", 3, 5)` a mistake, `bill("Llama 3 8B")` lesson 25."""
    names: dict[str, Any] = {"wrong": _wrong, "bill": _bill, "math": math}
    names |= {name: _asking(e) for name, e in catalogue().items() if isinstance(e, CaseByCase)}

    def value(role: re.Match[str]) -> str:
        try:
            return in_prose(eval(role[1], names))
        except Exception as error:  # whatever an expression raises
            said = f"{type(error).__name__}: {error}"
            raise CourseError(f"{path.name}: `{role[1]}` cannot be computed: {said}.") from None

    return ROLE.sub(value, text)


@cache
def _bill(model: str) -> costs.Bill:
    return costs.costs(shapes.MODELS[model])


def _asking(exercise: CaseByCase) -> Callable[..., Any]:
    def ask(*positional: Any, **named: Any) -> Any:
        arguments = exercise.arguments(case(*positional, **named))
        return rounded(on_meta(exercise.reference, arguments))

    return ask


def _wrong(mistake: str, exercise: str, *positional: Any, **named: Any) -> Any:
    asked = catalogue()[exercise]
    assert isinstance(asked, CaseByCase)
    found = {each.name: each for each in asked.mistakes}[mistake]
    arguments = asked.all_arguments(case(*positional, **named))
    return answer(found, Asked(asked.reference, arguments))


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
