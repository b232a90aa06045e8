"""The `grader` command: the same words as in a notebook, and exit codes that a script can use."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader import cli
from grader.course.exercises import catalogue, lessons
from grader.judge.exercise import Mistake
from grader.publish.lint import of_exercise, summary

REPOSITORY = Path(__file__).parent.parent
RIGHT = "def relu(x):\n    return max(0, x)\n"
WRONG = "def relu(x):\n    return abs(x)\n"


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["grader", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return end.value.code


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("a.py", RIGHT, 0, "Correct · relu · "),
        ("a.py", WRONG, 1, "You returned the absolute value."),
        ("a.py", RIGHT + "1 / 0\n", 0, "Correct"),
        ("a.py", "def relu(x): ...", 1, "Not attempted"),
        ("a.py", "x = 1", 2, "defines no function that is an exercise"),
        ("a.ipynb", "no notebook", 2, "is neither a notebook nor a .py file"),
        ("a.txt", "", 2, "is neither a notebook nor a .py file"),
        ("missing.py", None, 2, "cannot be read"),
    ],
)
def test_check_judges_a_file(monkeypatch, tmp_path, capsys, name, content, code, words):
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    assert run(monkeypatch, "check", path) == code
    said = capsys.readouterr()
    assert words in said.out + said.err
    assert "Traceback" not in said.err


def test_check_judges_a_solved_and_an_unsolved_notebook(monkeypatch, capsys):
    lesson = "00-start-here"
    assert run(monkeypatch, "check", REPOSITORY / f"solutions/{lesson}/{lesson}.ipynb") == 0
    assert "5 of 5 points" in capsys.readouterr().out
    assert run(monkeypatch, "check", REPOSITORY / f"notebooks/{lesson}/{lesson}.ipynb") == 1
    assert "0 of 5 points" in capsys.readouterr().out


def test_list_shows_every_exercise(monkeypatch, capsys):
    assert run(monkeypatch, "list") == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in catalogue())


def test_the_catalogue_is_the_syllabus():
    """The contract of names, lesson by lesson."""
    contract = """
    tensor_size tensor_bytes
    linear linear_params linear_output_shape linear_mult_adds mlp_params
    relu sigmoid prelu_params glu_output_shape elementwise
    softmax temperature_softmax cross_entropy last_layer
    look_up embedding_params embedding_output_shape tied_head_params
    conv1d conv1d_params conv1d_output_length conv1d_mult_adds receptive_field
    conv2d conv2d_params conv2d_output_shape conv2d_mult_adds
    pointwise_params depthwise_params separable_params separable_mult_adds
    max_pool1d pool_output_length pool2d_output_shape adaptive_pool2d_output_shape
    flat_index flatten_output_shape classifier_in_features
    normalize batchnorm_params batchnorm_buffers running_mean layernorm_params groupnorm_params
    rmsnorm_params
    dropout dropout_params elementwise_layers
    concat_output_shape projection_params basic_block_params
    rnn_step recurrent_output_shape rnn_params gru_params lstm_params
    attend attention_params attention_mult_adds transformer_layer_params grouped_query_params
    params_bytes adam_training_bytes activation_elements
    lenet5_params vgg_params resnet_params gpt2_params llama_params
    digits_net thin_net same_count
    cache_elements cache_bytes decode_mult_adds
    conv_transpose1d conv_transpose2d_weight_shape conv_transpose2d_output_shape
    conv_transpose2d_mult_adds unet_params
    route moe_params moe_active_params moe_mult_adds
    adapted_linear lora_params llama_lora_params finetune_bytes
    symmetric_scale quantize dequantize quantized_bytes bits_per_weight
    patchify vit_tokens patch_embedding_params vit_params
    """
    assert list(catalogue()) == contract.split()


@pytest.mark.parametrize("lesson", lessons(), ids=lambda each: each.name)
def test_the_exercises_come_in_the_order_of_the_text(lesson):
    text = (REPOSITORY / "solutions" / f"{lesson.name}.md").read_text(encoding="utf-8")
    checked = re.findall(r"^check\((\w+)[)=]", text, re.MULTILINE)
    assert checked == [exercise.name for exercise in lesson.exercises]


def with_mistake(exercise, *mistake, **praise):
    return replace(exercise, mistakes=(*exercise.mistakes, Mistake(*mistake, **praise)))


def test_lint_complains_of_a_mistake_that_is_right():
    exercise = with_mistake(catalogue()["linear_params"], "not wrong", lambda a: a(), "A sentence.")
    assert list(of_exercise(exercise)) == [
        "the mistake 'not wrong' is right in every case: add a case"
    ]


def test_lint_complains_of_praise_in_a_sentence():
    exercise = with_mistake(
        catalogue()["linear_params"], "odd", lambda a: 3 + a(), "Right but for 3."
    )
    assert list(of_exercise(exercise)) == [
        "the sentence of 'odd' praises: what is right goes into `praise`"
    ]


def test_lint_wants_a_reference_that_computes_to_be_marked_as_a_definition():
    """And the mark only there: what PyTorch can answer, PyTorch answers."""
    defined, asked = catalogue()["bits_per_weight"], catalogue()["quantized_bytes"]
    assert list(of_exercise(defined)) == list(of_exercise(asked)) == []
    assert list(of_exercise(replace(defined, by_definition=False))) == [
        "its reference computes with * / or %; ask PyTorch instead"
    ]
    assert list(of_exercise(replace(asked, by_definition=True))) == [
        "is marked `by_definition`, but its reference asks PyTorch alone"
    ]


def test_the_summary_names_what_holds_by_definition():
    [line] = [line for line in summary().splitlines() if line.startswith("by definition: ")]
    named = line.removeprefix("by definition: ").split(", ")
    assert named == [
        name for name, each in catalogue().items() if getattr(each, "by_definition", False)
    ]
    assert "bits_per_weight" in named


def test_the_summary_counts_the_exercises():
    assert f"{len(catalogue())} exercises" in summary()
