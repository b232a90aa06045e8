"""The Layer Explorer's numbers are PyTorch's: JavaScript and PyTorch on the same cases."""

import json
import shutil
import subprocess
import tomllib
from pathlib import Path
from random import Random

import explorer_cases
import explorer_draws
import pytest
import torch
from torch import nn

from grader.course.exercises import catalogue
from grader.course.pytorch import parameters
from grader.judge.exercise import Function
from grader.publish.site import explorer_facts

HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="Node is not installed")

# Lessons' functions that count nothing a layer has, or are asked of a network on its own page.
ELSEWHERE = {"flat_index", "activation_elements", "symmetric_scale"}
NUMBERS = {"relu", "sigmoid", "cross_entropy", "running_mean"}  # of tensors, not of layers


def node(script, *arguments, options=()):
    """What a script of this folder prints, read as JSON."""
    command = ["node", "--no-warnings", *options, HERE / script, explorer_facts.LAYERS, *arguments]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def known():
    return node("explorer_check.mjs", "names")


def made(folder, known, **sizes):
    file = folder / "table.json"
    file.write_text(explorer_cases.table(known, **sizes), encoding="utf-8")
    return file, json.loads(file.read_text(encoding="utf-8"))


def test_the_functions_say_what_pytorch_says(known, tmp_path):
    file, table = made(tmp_path, known, seed=1, of_a_layer=12, of_an_exercise=0)
    assert refused(table) > len(table["layers"]) / 10
    assert node("explorer_check.mjs", "table", file) == []


@pytest.mark.thorough
def test_on_twenty_thousand_cases_the_functions_say_what_pytorch_says(
    known, tmp_path, record_property
):
    file, table = made(tmp_path, known, seed=2, of_a_layer=450, of_an_exercise=60)
    cases = len(table["layers"]) + len(table["exercises"])
    record_property("the Explorer's functions", {"cases": cases, "of them refused": refused(table)})
    assert cases >= 20_000
    assert refused(table) > len(table["layers"]) / 10
    assert node("explorer_check.mjs", "table", file) == []


def refused(table):
    """How many of the layers' cases PyTorch refuses."""
    return sum("error" in facts for *_, facts in table["layers"])


@pytest.mark.thorough
def test_every_slip_in_the_functions_is_noticed_or_changes_nothing(
    known, tmp_path, record_property
):
    sizes = {"of_a_layer": 90, "of_an_exercise": 8, "spoil_each": 2}
    file, _ = made(tmp_path, known, seed=3, **sizes)
    said = node("explorer_mutants.mjs", file, options=["--experimental-vm-modules"])
    left = said["survivors"]
    total = said["noticed"] + len(left)
    record_property("slips in JavaScript", {"noticed": said["noticed"], "in all": total})
    assert total > 2_000
    assert len(left) / total < 0.03
    explained = tomllib.loads((HERE / "explorer_equivalent.toml").read_text(encoding="utf-8"))
    harmless = {line for slip in explained["slips"] for line in slip["lines"]}
    assert set(left) <= harmless, "\n".join(sorted(set(left) - harmless))
    assert harmless <= set(left), "\n".join(sorted(harmless - set(left)))  # no old excuses


def test_the_lines_make_the_layers(tmp_path):
    """The line to copy, run, is the layer that was asked, or has as many parameters."""
    random = Random(4)
    rows = [
        [name, *layer.draw(random)]
        for name, layer in explorer_draws.LAYERS.items()
        for _ in range(8)
    ]
    file = tmp_path / "table.json"
    file.write_text(json.dumps({"layers": rows}), encoding="utf-8")
    lines = node("explorer_check.mjs", "lines", file)
    made = [row for row in zip(rows, lines, strict=True) if row[1].startswith("nn.")]
    assert len({name for (name, *_), _ in made}) > 35
    with explorer_cases.quietly(), torch.device("meta"):
        for (name, arguments, shape), line in made:
            layer, copied = explorer_draws.LAYERS[name], eval(line, {"nn": nn})
            if isinstance(layer.build, type):  # of torch.nn, with its own arguments
                assert repr(copied) == repr(layer.build(**arguments)), line
            else:
                facts = explorer_cases.facts(layer, arguments, shape, spoiled=False)
                assert parameters(copied) == facts.get("parameters", parameters(copied)), line


def test_every_exercise_that_counts_has_a_layer(known):
    counting = {
        name
        for name, exercise in catalogue().items()
        if isinstance(exercise, Function) and exercise.question is not None
    }
    assert counting - set(known) <= ELSEWHERE | NUMBERS
    assert set(known) - counting <= {"lenet5_params"}  # which asks nothing: it has no arguments


def test_every_mistake_is_one_of_the_course(known):
    for exercise, names in known.items():
        assert set(names) <= {mistake.name for mistake in catalogue()[exercise].mistakes}, exercise
        assert len(names) >= 2, exercise


def test_the_sentences_are_those_of_the_exercises(tmp_path):
    explorer_facts.write(tmp_path)
    written = json.loads((tmp_path / "mistakes.json").read_text(encoding="utf-8"))
    assert set(written) == set(explorer_facts.known())
    for exercise, mistakes in written.items():
        found = {mistake.name: mistake.sentence for mistake in catalogue()[exercise].mistakes}
        assert {name: {"sentence": found[name]} for name in mistakes} == mistakes
