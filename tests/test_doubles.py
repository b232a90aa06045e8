"""Two mistakes at once: how often both are named, that it is true, and how it is said.

`doubles.toml` holds more than 400 answers that were written by hand, each with two mistakes.
"""

import json
from collections import Counter

import pytest
from answers_of import CALLS
from slips import DOUBLES, slipped, written

from grader import check
from grader.course.catalogue import KEY_FILES, find
from grader.judge.key import digest, read
from grader.judge.wording import two_at_once
from grader.publish.lint import PRAISES

# Read one by one. In the first seven the code does just what the two sentences say, under other
# names; of the last two, one sentence is not what its author had in mind.
TRUE_UNDER_OTHER_NAMES = {
    ("tied_head_params", "always one weight", "bias in the untied head"),
    ("depthwise_params", "one filter for all channels", "bias always counted"),
    ("attention_mult_adds", "output projection forgotten", "target length everywhere"),
    ("linear_params", "features and bias added", "bias always counted"),
    ("conv1d_params", "bias for each weight of a kernel", "input channels ignored"),
    ("conv2d_params", "bias for each weight of a kernel", "flat filters"),
    ("groupnorm_params", "pair for each group too", "affine removes the shift"),
}
UNTRUE = {
    ("batchnorm_buffers", "tracking upside down", "counter always there"),
    ("basic_block_params", "always a projection", "biases instead of BatchNorm"),
}
KEYS = [
    read(entry)
    for path in sorted(KEY_FILES.glob("*.json"))
    for entry in json.loads(path.read_text(encoding="utf-8"))["exercises"]
    if entry["kind"] != "design"
]


def answers_of(key, name):
    """What a student with this mistake answers, in short: two names may stand for the same."""
    number = [mistake.name for mistake in key.exercise.mistakes].index(name)
    return digest([key.source.wrong(number, case) for case in range(len(key.cases))])


def test_most_doubles_are_named_with_both_causes_and_hardly_any_untruly(record_property):
    counts, surprising = Counter(), set()
    for double in DOUBLES:
        key, said = find(double["exercise"]), check(written(double)).mistakes
        causes = [cause for cause in double["causes"] if not cause.startswith("other")]
        counts["with two recorded causes"] += len(causes) == 2
        counts["named with two"] += len(said) == 2
        if {answers_of(key, name) for name in said} == {answers_of(key, c) for c in causes}:
            counts["both causes"] += len(causes) == 2
        elif len(said) == 2:
            surprising.add((double["exercise"], *said))
    record_property("doubles", dict(counts))
    assert surprising == TRUE_UNDER_OTHER_NAMES | UNTRUE
    assert len(DOUBLES) > 400
    assert counts["both causes"] / counts["with two recorded causes"] > 0.65
    assert len(UNTRUE) / counts["named with two"] < 0.01


def test_both_sentences_stand_in_the_card_without_praise():
    def conv2d_params(in_channels, out_channels, kernel_size, groups=1, bias=True):
        pair = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
        return out_channels * in_channels * pair[0] * pair[1]

    report = check(conv2d_params)
    assert report.mistakes == ("no bias", "groups ignored")
    assert report.mistake == "no bias and groups ignored"
    assert (
        "Your numbers are those of two mistakes at once. First: You counted the weights only. "
        "Each output channel also has a bias, unless it is switched off. Second: With more groups "
        "a filter reads the channels of its own group only: how many are these?"
    ) in str(report)
    assert "Right for" not in str(report)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.exercise.name)
def test_no_joined_sentence_praises(key):
    """Every pair that is told, in both orders."""
    for pair in key.source._entry["two"].values():
        one, other = (key.exercise.mistakes[number] for number in pair)
        assert one is not other
        for said in (two_at_once(one, other), two_at_once(other, one)):
            sentences = said.partition("First: ")[2]
            assert not PRAISES.search(sentences), said
            assert not sentences.startswith(("But", "Then"))


def test_a_flag_taken_the_wrong_way_round_is_said_to_be_that():
    def linear_params(in_features, out_features, bias=True):
        return in_features * out_features + (not bias) * out_features

    report = check(linear_params)
    assert report.mistakes == ("flag turned round",)
    assert "weights only" not in str(report)


def test_a_flag_that_no_exercise_knows_is_found_too():
    answer, _ = CALLS["attention_params"]

    def attention_params(embed_dim, bias=True, kdim=None, vdim=None, add_bias_kv=False):
        return answer(embed_dim, not bias, kdim, vdim, add_bias_kv)

    report = check(attention_params)
    assert "as if `bias` had the opposite value" in str(report) or report.mistakes


@pytest.mark.thorough
def test_random_slips_are_seldom_taken_for_two_mistakes(monkeypatch, record_property):
    """About one in fifty is offered two causes. Read one by one, fewer than one in a hundred are
    told something untrue (docs/explanations.md)."""
    monkeypatch.setattr("grader.ask.kernel.CPU_SECONDS", 0.5)
    counts, told = Counter(), [name for name in CALLS if find(name).source._entry["two"]]
    for name in told:
        for _, mutant in slipped(name, -(-2000 // len(told)), "doubles"):
            report = check(**{name: mutant})
            counts["wrong"] += report.verdict != "correct"
            counts["two"] += len(report.mistakes) == 2
    record_property("slips", dict(counts))
    assert counts["wrong"] > 1900
    assert counts["two"] / counts["wrong"] < 0.025
