"""Answer keys: the judge says the same with them as with PyTorch, and no old one is used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from answers_of import CALLS
from slips import DOUBLES, slipped, written

from grader import check
from grader.ask.jail import Step, jail
from grader.ask.kernel import Call, Outcome, ask
from grader.ask.run import plain
from grader.course import catalogue
from grader.course.catalogue import ENGINE, KEY_FILES, find, names, with_what_it_imports
from grader.course.exercises import catalogue as exercises
from grader.course.exercises import file_of, lessons
from grader.course.key_files import changes
from grader.course.live_keys import live_key
from grader.judge.exercise import CaseByCase
from grader.judge.key import Recorded
from grader.judge.verdict import calls, judge_outcomes

# PyTorch builds whole models for these, again and again; `make thorough` judges more of them.
WHOLE_MODELS = {
    *("vgg_params", "resnet_params", "gpt2_params", "llama_params"),
    *("vit_params", "llama_lora_params", "moe_mult_adds"),
}
CASE_BY_CASE = [name for name, each in exercises().items() if isinstance(each, CaseByCase)]
SHOW_OR_COMPARE = {
    *("run", "kernel", "naming", "catalogue", "designs", "notebook"),
    *("errors", "explorer", "release", "report", "result", "translation", "verdict", "wording"),
    *("words",),
}
KEY_FILE = str(KEY_FILES / "01-linear.json")


@pytest.mark.thorough
def test_the_committed_keys_are_those_that_pytorch_gives_now():
    assert changes() == []


@pytest.mark.thorough
@pytest.mark.parametrize("instructions", ["default", "avx2"])
def test_every_processor_gives_the_same_keys(instructions):
    """PyTorch's last digits differ between them."""
    command = [sys.executable, "-m", "grader", "keys", "--compare"]
    environment = {**os.environ, "ATEN_CPU_CAPABILITY": instructions}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "The answer keys are those that PyTorch gives now.\n", done.stderr
    assert done.returncode == 0


def alike(name, answers, term="", terms=None):
    """Judge lists of outcomes by the record and by PyTorch; all results must be the same."""
    recorded, live = find(name, term, terms), live_key(exercises()[name], term or None)
    assert isinstance(recorded.source, Recorded)
    for outcomes in answers:
        by_record = judge_outcomes(recorded, outcomes, untouched=False)
        assert by_record == judge_outcomes(live, outcomes, untouched=False)
    return len(answers)


def known_mistakes(key):
    """The outcomes of students with one known mistake each, and of one who knows it all."""
    every = range(len(key.cases))
    yield [Outcome("value", plain(right)) for right in key.expected]
    for mistake in range(len(key.exercise.mistakes)):
        yield [Outcome("value", plain(key.source.wrong(mistake, case))) for case in every]


@pytest.mark.parametrize("name", [name for name in CASE_BY_CASE if name not in WHOLE_MODELS])
def test_a_record_judges_as_pytorch_does(name, record_property):
    key = find(name)
    functions = [written(each) for each in DOUBLES if each["exercise"] == name]
    functions += [mutant for _, mutant in slipped(name, 6, "alike")] if name in CALLS else []
    answers = [*known_mistakes(key), *(ask(function, calls(key)) for function in functions)]
    record_property("judged alike", alike(name, answers))


@pytest.mark.thorough
@pytest.mark.parametrize("name", CALLS)
def test_a_record_judges_slips_as_pytorch_does_with_hidden_cases_too(
    name, tmp_path, record_property
):
    key = find(name, "a term", tmp_path)
    assert key.hidden or not key.exercise.signature.parameters
    functions = [mutant for _, mutant in slipped(name, 12, "term")]
    answers = [*known_mistakes(key), *(ask(function, calls(key)) for function in functions)]
    record_property("judged alike", alike(name, answers, "a term", tmp_path))


def test_a_term_draws_its_own_cases_and_keeps_them_in_a_file(tmp_path):
    one, two = find("conv2d_params", "spring", tmp_path), find("conv2d_params", "autumn", tmp_path)
    assert len(list(tmp_path.glob("*/06-conv2d.json"))) == 2
    assert one.visible(one.cases) == list(find("conv2d_params").cases)
    assert one.cases != two.cases
    catalogue_names = {path.name for path in tmp_path.rglob("*")}
    assert not any("spring" in name for name in catalogue_names)


@pytest.fixture
def old_keys(tmp_path, monkeypatch):
    """The records as they would be if the exercises had been changed after them."""
    for path in KEY_FILES.glob("*.json"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(text.replace('"made_from": "', '"made_from": "0'))
    monkeypatch.setattr(catalogue, "KEY_FILES", tmp_path)
    catalogue._texts.cache_clear()
    yield
    catalogue._texts.cache_clear()


@pytest.mark.usefixtures("old_keys")
def test_an_old_key_is_not_used_and_the_card_says_so():
    def linear_params(in_features, out_features, bias=True):
        return in_features * out_features

    assert not isinstance(find("linear_params").source, Recorded)
    report = check(linear_params)
    assert report.mistake == "no bias"
    assert "older than the exercise: `make solutions`" in str(report)


def test_the_digest_covers_all_that_makes_a_key():
    """Every module of the course and the judge that is loaded to make one, but what only shows
    or compares answers."""
    code = (
        "import sys; from grader.course import key_files as k; k.keys_of(k.lessons()[0])\n"
        "loaded = [name for name in sys.modules if name.startswith('grader.')]\n"
        "print(*(n for n in loaded if not hasattr(sys.modules[n], '__path__')))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    others = (".exercises", "grader.practice")
    ours = {n.rpartition(".")[2] for n in said.stdout.split() if not any(o in n for o in others)}
    files = {path for lesson in lessons() for path in with_what_it_imports(file_of(lesson))}
    covered = {path.stem for path in files.union(ENGINE) if path.parent.name != "exercises"}
    assert ours - SHOW_OR_COMPARE == covered


def test_a_key_ages_with_what_its_exercises_import_and_with_nothing_else():
    by_lesson = {
        lesson.name: {path.stem for path in with_what_it_imports(file_of(lesson))}
        for lesson in lessons()
    }
    assert {"decoder", "cost"} <= by_lesson["19-kv-cache"]
    assert "architectures" in by_lesson["24-patches"]
    assert "architectures" not in by_lesson["01-linear"]


def test_a_check_needs_no_pytorch():
    code = (
        "import sys; from grader import check, hint\n"
        "def conv1d_output_length(length, kernel_size, stride=1, padding=0, dilation=1):\n"
        "    return length - kernel_size\n"
        "print(check(conv1d_output_length)); hint('softmax')\n"
        "print('torch' in sys.modules, 'numpy' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "conv1d_output_length" in said.stdout
    assert said.stdout.endswith("False False\n")


@pytest.mark.parametrize(
    "body",
    [
        f"return open({KEY_FILE!r}).read()",
        f"import pathlib; return pathlib.Path({KEY_FILE!r}).read_text()",
        f"import os; return os.open({KEY_FILE!r}, os.O_RDONLY)",
        f"import os; os.chdir('/'); return open({KEY_FILE!r}[1:]).read()",
        f"import numpy as np; return int(np.fromfile({KEY_FILE!r}, dtype='u1')[0])",
        f"try: open({KEY_FILE!r})\n    except Exception: pass\n    return 4",
        "import inspect, json; return inspect.getsource(check)",
    ],
)
def test_a_function_that_opens_a_key_is_refused(body, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    cell = f"def linear_params(in_features, out_features, bias=True):\n    {body}\n"
    space = {"check": check}
    exec(cell, space)
    report = check(space["linear_params"])
    assert report.verdict == "error"
    assert "uses PyTorch" in str(report)
    assert Path(KEY_FILE).read_text()  # afterwards it may be read again


def test_the_jail_does_not_show_the_keys():
    body = f"def f():\n    import os\n    return os.path.exists({KEY_FILE!r})"
    steps = [Step(1, body), Step(2, check="f", calls=[Call((), {})])]
    for court in (None, lambda _: None):
        assert jail().run(steps, court).answers["f"].outcomes[0].value is False


def test_every_exercise_has_a_key():
    assert names() == list(exercises())
