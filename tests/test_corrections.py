"""Both tables from which the course grew, row by row: which lesson and which cell answers it."""

import re
import tomllib
from functools import cache
from pathlib import Path

import nbformat
import pytest

HERE = Path(__file__).parent
SEEDS = {path.stem: path.read_text(encoding="utf-8") for path in (HERE / "seeds").glob("*.txt")}
ANSWERS = tomllib.loads((HERE / "corrections.toml").read_text(encoding="utf-8"))["answer"]
TEXTS = sorted((HERE.parent / "solutions").glob("[0-9]*.md"))
NOT_A_CLAIM = {"Layer Type", "Pytorch name"}  # the tables' heads


@cache
def cells(lesson):
    """Source and text output of every cell of a solved notebook."""
    path = HERE.parent / "solutions" / lesson / f"{lesson}.ipynb"
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        texts = [cell.source]
        for output in cell.get("outputs", []):
            texts += [output.get("text", ""), *output.get("data", {}).values()]
        found.append("\n".join(texts))
    return found


def first_words(line):
    return line.split("|")[1].strip().strip("*`")


def table_rows():
    lines = (line for text in SEEDS.values() for line in text.splitlines() if line.startswith("|"))
    names = [first_words(line) for line in lines]
    return [name for name in names if name not in NOT_A_CLAIM and not set(name) <= set("- ")]


@pytest.mark.parametrize(
    "answer", ANSWERS, ids=lambda a: f"{a['lesson']}: {a['row'][:30]}: {a['claim'][:50]}"
)
def test_a_lesson_answers_the_claim(answer):
    assert answer["row"] in SEEDS[answer["seed"]], "the table says no such thing"
    assert any(answer["cell"] in cell for cell in cells(answer["lesson"])), "no cell says so"


@pytest.mark.parametrize("row", table_rows())
def test_every_row_is_taken_up_by_a_lesson_and_again_by_the_last(row):
    name = re.split(r"[(\s]", row.removeprefix("torch.nn."))[0]
    answers = [a for a in ANSWERS if name in a["row"] and a["lesson"] != "18-table"]
    assert answers, f"nothing answers {row}"
    spoken = name.removesuffix("1D").removesuffix("2D")
    assert any(spoken.lower() in cell.lower() for cell in cells("18-table")), "not in lesson 18"


def test_every_note_of_the_first_table_is_answered():
    notes = re.findall(r"^\* \*\*([^*]+):\*\*", SEEDS["layer-summary"], re.MULTILINE)
    assert len(notes) == 4
    quoted = [a["row"] for a in ANSWERS if a["seed"] == "layer-summary"]
    for note in notes:
        text = re.search(rf"\*\*{note}:\*\* (.*)", SEEDS["layer-summary"])[1]
        assert any(row in text or row == note for row in quoted), note


def test_every_runnable_cell_of_the_second_table_is_answered():
    inputs = re.split(r"^In \[\w+\]:$", SEEDS["frequent-layers"], flags=re.MULTILINE)[1:]
    rows = [a["row"] for a in ANSWERS if a["seed"] == "frequent-layers"]
    for text in inputs[1:]:  # the first one holds the imports
        assert any(row in text or row in text.split("\n\n")[0] for row in rows), text[:200]


def test_every_column_stands_in_the_last_lesson():
    heads = [line for text in SEEDS.values() for line in text.splitlines() if line.startswith("|")]
    columns = [cell.strip(" *") for line in heads for cell in line.split("|")[1:-1]]
    assert {"Input Shape", "Output Shape", "Element wise", "Used as last layer"} <= set(columns)
    code = "\n".join(cells("18-table"))
    assert '["layer", "input", "output", "trainable", "non-trainable", "buffers"]' in code
    assert '"formula", "parameters", "element-wise", "as last", "as inner"]' in code


@pytest.mark.parametrize("lesson", [path.stem for path in TEXTS[1:] if path.stem < "19"])
def test_every_lesson_of_the_tables_links_the_two_tables(lesson):
    text = (HERE.parent / "solutions" / f"{lesson}.md").read_text(encoding="utf-8")
    assert "](../00-start-here/00-start-here.ipynb#The-two-tables)" in text
