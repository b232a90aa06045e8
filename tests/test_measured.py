"""The two summary tables: as they were passed around, and filled in again."""

import re
from pathlib import Path
from random import Random

import nbformat
import pytest
import torch
from torch import nn

from grader.course.exercises import catalogue
from grader.course.measured import agrees, claim, first_table, formulas, made, second_table, tries
from grader.course.own_answers import Own, OwnAnswers
from grader.course.sheet import CHEAT_SHEET, FIRST, SECOND, Row

HERE = Path(__file__).parent
SEEDS = {"layer-summary": FIRST, "frequent-layers": SECOND}
NOBODY = OwnAnswers(HERE / "nowhere")


def read_again(text):
    """The first table reached us as UTF-8 that somebody had read as Mac Roman."""
    return re.sub(r"[^\x00-\x7f]+", lambda m: m[0].encode("mac_roman").decode("utf-8"), text)


def rows_of(text):
    for line in text.splitlines():
        if line.startswith("|") and not set(line) <= set("|- "):
            cells = line[1:].rstrip().rstrip("|").split("|")
            yield [re.sub(r"\s+", " ", cell.strip().strip("*")) for cell in cells]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_table_stands_here_as_it_was_passed_around(seed):
    text = (HERE / f"seeds/{seed}.txt").read_text(encoding="utf-8")
    columns, *rows = rows_of(read_again(text) if seed == "layer-summary" else text)
    assert list(SEEDS[seed].columns) == columns
    assert [list(row[1:]) for row in SEEDS[seed].rows] == rows


def test_the_notes_of_the_first_table_are_all_there():
    text = read_again((HERE / "seeds/layer-summary.txt").read_text(encoding="utf-8"))
    assert [n.replace("*", "") for n in re.findall(r"^\* (.+)$", text, re.M)] == list(FIRST.notes)


@pytest.mark.parametrize("table", [FIRST, SECOND], ids=["first", "second"])
def test_what_the_exercises_ask_for_is_folded(table):
    html = table._repr_html_()
    assert html.count("<details><summary>after&nbsp;lesson&nbsp;") == len(table.rows)
    assert "<details open" not in html
    shown = re.sub(r"<details>.*?</details>", "", html, flags=re.DOTALL)
    for row in table.rows:
        for place in table.asked:
            text = row[place + 1].split("`")[0].strip()
            assert len(text) < 12 or text not in shown
    assert f"{len(table.rows)} rows" in repr(table)


def test_every_row_of_the_first_table_is_tried():
    tried = {FIRST.cells(each.row)["Layer Type"] for each in tries()}
    assert tried == {row[1] for row in FIRST.rows}


def test_a_claim_is_worked_out_from_the_table_s_own_words():
    assert claim("`N_in × N_out + N_out` (weights + biases)") == 55
    assert claim("`2 × C` (`γ` and `β` for each channel)") == 24
    assert claim("–") == 0
    assert claim("`(same as input)`", (3, 4)) == (3, 4)


def test_where_nobody_has_written_anything_pytorch_fills_both_tables():
    for line in first_table(NOBODY) + second_table(NOBODY):
        assert line[-1] in ("PyTorch", "PyTorch (no answer found)")


def as_a_reader(folder):
    """Notebooks with the model answers in them, as if a reader had written these."""
    for path in sorted((HERE.parent / "solutions").glob("*/*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.source = re.sub(r"\s*### (BEGIN|END) SOLUTION|  # SOLUTION", "", cell.source)
        (folder / path.stem).mkdir()
        nbformat.write(notebook, folder / path.stem / path.name)


def test_who_has_written_everything_fills_both_tables(tmp_path):
    as_a_reader(tmp_path)
    mine = OwnAnswers(tmp_path)
    assert {own.said for lesson in mine.lessons.values() for own in lesson.values()} == {"you"}
    assert {name for lesson in mine.lessons.values() for name in lesson} == set(catalogue())
    for tried, line in zip(tries(), first_table(mine), strict=True):
        assert line[-1] == ("you" if tried.own else "PyTorch"), line
    computing = [formula.exercise for formula in formulas().values()]
    for exercise, line in zip(computing, second_table(mine), strict=True):
        assert line[-1].startswith("you") or exercise not in catalogue(), line
        assert not re.search(r"half|wrong|elsewhere|not right", line[-1]), line


def test_functions_of_one_channel_add_up_to_the_layer_s():
    """The reader's `conv1d` and `conv2d` see one channel, `max_pool1d` one direction."""

    def linear(x, weight, bias=None):
        return [
            sum(w * v for w, v in zip(row, x, strict=True)) + b
            for row, b in zip(weight, bias, strict=True)
        ]

    def look_up(weight, indices):
        return [weight[index] for index in indices]

    def conv1d(values, kernel):
        return torch.conv1d(torch.tensor([[values]]), torch.tensor([[kernel]]))[0, 0].tolist()

    def conv2d(image, kernel):
        return torch.conv2d(torch.tensor([[image]]), torch.tensor([[kernel]]))[0, 0].tolist()

    def dropout(values, keep, p=0.5, training=True):
        return [value / (1 - p) if kept else 0.0 for value, kept in zip(values, keep, strict=True)]

    written = {
        "linear": linear,
        "look_up": look_up,
        "conv1d": conv1d,
        "conv2d": conv2d,
        "dropout": dropout,
    }
    mine = OwnAnswers(HERE / "nowhere")
    mine.lessons["all"] = {name: Own(each, "you") for name, each in written.items()}
    mine.call = lambda name, *arguments: written[name](*arguments)
    lines = dict(zip(formulas(), second_table(mine), strict=True))
    for kind in ("Linear", "Embedding", "Conv1d", "Conv2d", "Dropout"):
        assert lines[kind][-1] == "you: formula; PyTorch: element-wise (no answer found)"


def test_a_function_that_is_wrong_here_does_not_fill_the_cell():
    mine = OwnAnswers(HERE / "nowhere")
    mine.lessons["01-linear"] = {"linear_params": Own(lambda *_: 54, "you")}
    assert "right elsewhere, not here" in first_table(mine)[0][-1]


def test_names_that_pytorch_does_not_know_get_a_cross():
    layer, name = made("torch.nn.Conv1D(2, 3, 5)")
    assert isinstance(layer, nn.Conv1d)
    assert name == "~~`nn.Conv1D(2, 3, 5)`~~ **`nn.Conv1d(2, 3, 5)`** ✗"


def test_every_line_of_the_cheat_sheet_holds_and_a_wrong_one_does_not():
    random = Random(0)
    rows = [row for family in CHEAT_SHEET.families.values() for row in family]
    assert [row.layer for row in rows if not all(agrees(row, random) for _ in range(10))] == []
    wrong = Row("Linear(i, o)", "(N, i)", "(N, o)", "i*o", mult_adds="N*i*o")
    assert not any(agrees(wrong, random) for _ in range(10))


def test_a_megabyte_has_two_sizes_in_pytorch_s_tools():
    """Lesson 00 says so of torchinfo, and of PyTorch's profiler."""
    from torch.autograd.profiler_util import _format_memory
    from torchinfo import ModelStatistics

    assert _format_memory(10**6) == "976.56 KB"
    assert ModelStatistics.to_megabytes(10**6) == 1
