"""The Layer Explorer's page: its texts are read right, its presets are the real networks, and a
person finds their way by keyboard, on a phone, in light and dark."""

from __future__ import annotations

import inspect
import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from browser import CHROMIUM, chromium, keep
from serving import served
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from grader.course import architectures
from grader.course.exercises import catalogue
from grader.course.pytorch import on_meta
from grader.judge import explorer
from grader.judge.exercise import CaseByCase

EXPLORER = Path(__file__).parents[1] / "grader/publish/site/explorer"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(not NODE, reason="THE EXPLORER IS NOT TESTED: Node is missing")
needs_browser = pytest.mark.skipif(
    not CHROMIUM, reason="THE EXPLORER IS NOT TESTED IN A BROWSER: Chromium is missing"
)


def node(script, given=None):
    """What a script of the page's modules prints as JSON; `given` is its JSON input."""
    header = "import { readFileSync } from 'node:fs';\n"
    names = {
        "layers": "layers/index",
        "parse": "parse",
        "ledgers": "ledger",
        "presets": "presets",
        "addresses": "address",
        "args": "arguments",
        "python": "layers/python",
        "say": "say",
        "pictures": "pictures/index",
        "windows": "pictures/windows",
    }
    header += "".join(
        f"import * as {name} from {json.dumps((EXPLORER / f'{path}.js').as_uri())};\n"
        for name, path in names.items()
    )
    header += "const given = JSON.parse(readFileSync(0, 'utf8'));\n"
    run = subprocess.run(
        [NODE, "--input-type=module", "-e", f"{header}console.log(JSON.stringify({script}));"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


ACCOUNT = """given.map(([text, input]) => {
  const { rows, error, line } = parse.parseSequential(text);
  if (error) return { error, line };
  const { totals, shape, lines, broken } = ledgers.ledger(rows, input);
  const cached = ledgers.isLanguageModel(lines) ? ledgers.cachedPerToken(lines) : 0;
  const first = lines.findIndex((one) => one.error);
  return { ...totals, shape, broken, cached, text: parse.textOf(rows),
    failed: first < 0 ? null : { at: first, says: lines[first].error.message,
      after: lines.slice(first + 1).map((one) => one.shape) } };
})"""


def account(*networks):
    """The page's bill of each `(text, input)`."""
    return node(ACCOUNT, networks)


def measured(network, *shape, dtype=torch.float32):
    """PyTorch's own counts of a network, and the shape that comes out."""
    with FlopCounterMode(display=False) as counter:
        out = network.to("meta").train()(torch.empty(shape, dtype=dtype, device="meta"))
    return {
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "buffers": sum(buffer.numel() for buffer in network.buffers()),
        "multAdds": counter.get_total_flops() // 2,
        "shape": list(out.shape),
    }


def chain(*layers):
    return nn.Sequential(*layers)


# The networks that PyTorch builds by itself of the preset's own text need no other source.
KNOWN = {
    "ResNet-18": lambda: architectures.resnet((2, 2, 2, 2)),
    "U-Net": lambda: architectures.unet(1, 2, (64, 128, 256, 512, 1024)),
    "GPT-2": lambda: architectures.gpt2(50257, 1024, 768, 12),
    "Llama 3 8B": lambda: architectures.llama(128256, 4096, 32, 32, 8, 14336),
    "ViT-B/16": lambda: architectures.vit(224, 16, 768, 12, 3072),
}
PUBLISHED = {
    "LeNet-5": 61_706,
    "AlexNet": 61_100_840,
    "VGG-16": 138_357_544,
    "ResNet-18": 11_689_512,
    "U-Net": 31_030_658,
    "GPT-2": 124_439_808,
    "Llama 3 8B": 8_030_261_248,
    "ViT-B/16": 86_567_656,
}


@pytest.fixture(scope="module")
def presets():
    found = node("presets.presets")
    bills = account(*[(preset["text"], preset["input"]) for preset in found])
    return {preset["name"]: (preset, bill) for preset, bill in zip(found, bills, strict=True)}


@needs_node
def test_a_preset_is_the_real_network(presets):
    assert set(PUBLISHED) | set(KNOWN) <= set(presets)
    for name, (preset, bill) in presets.items():
        with torch.device("meta"):
            layers = f"nn.Sequential({preset['text']})"
            network = KNOWN[name]() if name in KNOWN else eval(layers)
        ids = torch.long if name in ("GPT-2", "Llama 3 8B") else torch.float32
        if isinstance(network, nn.ModuleList):  # no forward: the parameters alone
            right = {"parameters": sum(p.numel() for p in network.parameters())}
        else:
            right = measured(network, *preset["input"], dtype=ids)
        assert {what: bill[what] for what in right} == right, name
        assert not bill["broken"], name
        assert bill["parameters"] == PUBLISHED.get(name, bill["parameters"]), name


@needs_node
def test_a_cache_is_that_of_the_course(presets):
    elements = catalogue()["cache_elements"].reference
    caches = {name: bill["cached"] for name, (_, bill) in presets.items() if bill["cached"]}
    assert caches == {
        name: on_meta(
            elements,
            {
                "batch": 1,
                "length": 1,
                "num_layers": layers,
                "num_kv_heads": heads,
                "head_dim": size,
            },
        )
        for name, layers, heads, size in [("GPT-2", 12, 12, 64), ("Llama 3 8B", 32, 8, 128)]
    }


@needs_node
def test_the_text_of_a_network_is_read_again(presets):
    again = account(*[(bill["text"], preset["input"]) for preset, bill in presets.values()])
    assert again == [bill for _, bill in presets.values()]


WRITTEN = """
import torch.nn as nn
from collections import OrderedDict

model = nn.Sequential(  # a comment, and a trailing comma
    torch.nn.Conv2d(3, 16, (3, 5), padding='same', bias=False,),
    nn.BatchNorm2d(16, 1e-5, momentum=0.1),
    nn.Sequential(OrderedDict([("act", nn.LeakyReLU(0.1, inplace=True)), ("pool", MaxPool2d(2))])),
    nn.Conv2d(16, 32, kernel_size=3, stride=(2, 1), groups=4),
    nn.AdaptiveAvgPool2d((2, None)),
    nn.Flatten(), nn.Dropout(0.5),
    nn.Linear(32 * 2 * 14, 1_0),
)
print(model)
"""


def printed_models():
    """What people paste, and the shape that goes in."""
    with torch.device("meta"):
        images = chain(
            nn.Conv2d(1, 6, 5, padding=2, bias=False),
            nn.BatchNorm2d(6),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2, ceil_mode=True),
            nn.Conv2d(6, 6, 3, padding="same", groups=3, dilation=2),
            nn.GroupNorm(2, 6),
            chain(nn.GELU(), nn.AvgPool2d((2, 3))),
            nn.ConvTranspose2d(6, 4, 2, stride=2),
            nn.PReLU(),
            nn.Flatten(),
            nn.Linear(448, 10, bias=False),
            nn.Softmax(dim=1),
        )
        sequences = chain(
            nn.Conv1d(3, 8, 5, stride=2),
            nn.BatchNorm1d(8, affine=False),
            nn.MaxPool1d(2),
            nn.Linear(11, 6),
            nn.LayerNorm((8, 6)),
            nn.RMSNorm(6),
            nn.Tanh(),
        )
        texts = chain(
            nn.Embedding(50, 16, padding_idx=0),
            *(nn.TransformerEncoderLayer(16, 2, 40, batch_first=True) for _ in range(3)),
            nn.Linear(16, 50),
        )
    return [(images, (2, 1, 28, 28)), (sequences, (2, 3, 50)), (texts, (2, 7))]


@needs_node
def test_what_print_writes_is_read():
    models = printed_models()
    bills = account(*[(str(model), shape) for model, shape in models])
    for (model, shape), bill in zip(models, bills, strict=True):
        ids = torch.long if isinstance(model[0], nn.Embedding) else torch.float32
        right = measured(model, *shape, dtype=ids)
        assert {what: bill.get(what, bill) for what in right} == right


@needs_node
def test_what_people_write_is_read():
    (bill,) = account((WRITTEN, (1, 3, 32, 32)))
    names = {**vars(nn), "nn": nn, "torch": torch}
    with torch.device("meta"):
        exec(WRITTEN.replace("import torch.nn as nn", ""), names)
    right = measured(names["model"], 1, 3, 32, 32)
    assert {what: bill.get(what, bill) for what in right} == right


@needs_node
@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "no layer here yet"),
        ("nn.Linear(3, 4),\nnn.Foo(2)", 2, "does not count “nn.Foo”"),
        ("nn.Linear(3 4)", 1, "“,” is missing between two arguments of Linear"),
        ("nn.Linear(3, 4", 1, "the bracket of “nn.Linear(” is never closed"),
        ("nn.Linear(hidden, 4)", 1, "`hidden` in Linear is a name"),
        ("nn.Linear(3)", 1, "Linear wants `out_features`"),
        ("nn.Linear(3, 4, colour=2)", 1, "Linear has no argument `colour`"),
        ("nn.Conv2d(3, 8, kernel_size='wide')", 1, "`kernel_size` is a whole number or two"),
        ("nn.Linear(0, 4)", 1, "`in_features` is at least 1; 0 is less"),
        ("nn.Linear(3, 4)\n\nclass Net(nn.Module): ...", 3, "a class or a function is not read"),
        ("print('hello')", 1, "does not count “print”"),
        ("__import__('os').system('true')", 1, "the sign “.” has no meaning here"),
        ("constructor(1)", 1, "does not count “constructor”"),
        ("nn.ReLU() if x else nn.GELU()", 1, "“if” is no layer"),
        ("nn.Linear(3, 4) ?", 1, "the sign “?” has no meaning here"),
        ("42", 1, "“42” is no layer"),
        ("nn.Linear(in_features=3, 4)", 1, "an argument without a name behind one with a name"),
        ("nn.Linear(3, 4),\nnn.Relu()", 2, "“nn.Relu”; nn.ReLU is meant, perhaps"),
        ("nn.Conv2D(3, 8, 3)", 1, "“nn.Conv2D”; nn.Conv2d is meant, perhaps"),
        ("hidden = 128\nnn.Linear(3, 128)", 1, "names such as `hidden` are not read"),
        ("nn.Linear(3, 4, bias=True, bias=False)", 1, "Linear gets `bias` twice"),
        ("nn.Linear(3, in_features=4)", 1, "Linear gets `in_features` twice"),
        ("nn.Linear(3.0, 4)", 1, "`in_features` is a whole number; 3.0 is not"),
        ("nn.Linear(64 / 2, 4)", 1, "`in_features` is a whole number; 32.0 is not"),
        ("nn.MaxPool2d(2, stride=(2, None))", 1, "or None; (2, None) is not"),
        ("(" * 9000, 1, "nested more than 100 deep"),
        ("nn.Linear(" + "-" * 9000 + "3, 4)", 1, "nested more than 100 deep"),
        ("print(model)", 1, "no layer here yet"),
    ],
)
def test_what_is_not_understood_is_said_with_its_line(text, line, words):
    (bill,) = account((text, [1, 3]))
    assert words in bill["error"]
    assert bill["line"] == line


@needs_node
def test_a_text_from_a_web_page_is_read():
    text = "nn.Conv2d(3,\u00a08, 3, padding=“same”),\u00a0nn.Conv2d(8, 4, 1, padding=’valid’)"
    (bill,) = account((text, [1, 3, 8, 8]))
    assert bill["shape"] == [1, 4, 8, 8]


@needs_node
def test_each_line_of_the_text_is_one_call():
    text = "nn.Conv2d(3, 8, (3, 5), stride=(2, 1)), Repeat(2, nn.ReLU(), nn.Conv2d(8, 8, (1, 1)))"
    lines = node("parse.textOf(parse.parseSequential(given).rows, '\\n')", text).splitlines()
    assert lines == ["nn.Conv2d(3, 8, (3, 5), stride=(2, 1)),", "Repeat(2,", "nn.ReLU(),",
        "nn.Conv2d(8, 8, (1, 1)))"]  # fmt: skip


@needs_node
def test_bytes_are_said_as_in_the_lessons():
    llama = PUBLISHED["Llama 3 8B"] * 2
    said = {0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1.00 kB", 2432: "2.43 kB",
        999_999: "1.00 MB", 10**6: "1.00 MB", 246_824: "247 kB", llama: "16.1 GB",
        10**15: "1.00 PB", 3 * 10**18: "3,000 PB"}  # fmt: skip
    assert node("given.map(say.bytesWords)", [*said]) == [*said.values()]


@needs_node
def test_a_shape_is_said_in_one_spelling():
    shapes = [[], [2], [1, 8, 28, 28], [1024]]
    words = ["()", "(2,)", "1 × 8 × 28 × 28", "(1,024,)"]
    assert node("given.map(say.shapeWords)", shapes) == words
    assert node("given.map(say.valueWords)", shapes) == words


@needs_node
def test_the_explorers_own_words_are_not_pytorchs():
    large = {"in_features": 2**30, "out_features": 2**30}
    asked = [
        ("linear", large, [1, 2**30], True),
        ("linear", {}, [4, 0], True),
        ("maxpool2d", {"dilation": 0}, None, True),
        ("maxpool2d", {"stride": [2, None]}, None, True),
        ("kv_cache", {"num_heads": 3}, None, True),
        ("linear", {}, [4, 3], False),
        ("conv2d", {"groups": 2}, None, False),
    ]
    found = node(
        """given.map(([id, changes, input]) => {
      const layer = layers.layerOf(id);
      const start = args.startOf(layer);
      const row = { layer, args: { ...start.args, ...changes } };
      return ledgers.counted(row, input ?? start.input).error.own;
    })""",
        asked,
    )
    assert found == [own for *_, own in asked]


@needs_node
def test_a_spoiled_text_gets_rows_or_a_sentence(presets):
    """No text whatever ends in an exception: characters go, come and change places."""
    dice = random.Random(18)
    texts = [WRITTEN, *(str(model) for model, _ in printed_models())]
    texts += [preset["text"] for preset, _ in presets.values()]
    spoiled = []
    for _ in range(600):
        text = list(dice.choice(texts))
        for _ in range(dice.randint(1, 2)):
            place = dice.randrange(len(text))
            text[place] = dice.choice(["", "(", ")", ",", "=", "-", "None", "'", "[", text[-1]])
        spoiled.append("".join(text))
    said = node("given.map((text) => parse.parseSequential(text))"
        ".map(({ rows, error }) => (rows ? 'rows' : error))", spoiled)  # fmt: skip
    assert all(one == "rows" or one.startswith("Line ") for one in said)
    assert 20 < said.count("rows") < 580, "some can be read, some can not"


@needs_node
def test_arguments_by_position_are_pytorchs():
    positions = node("""layers.layers.filter(({ name }) => /^nn\\.\\w+$/.test(name)).map((layer) =>
      [layer.name, parse.POSITIONS[layer.name] ?? layer.arguments.filter((one) => !one.call)
        .map(({ name }) => name)])""")
    assert len(positions) > 20
    for name, words in positions:
        right = [*inspect.signature(getattr(nn, name[3:])).parameters]
        if right == ["args", "kwargs"]:  # recurrent layers
            right = ["input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout",
                "bidirectional", "proj_size"]  # fmt: skip
        assert words == right[: len(words)], name


@needs_node
def test_a_row_that_does_not_fit_stops_the_bill():
    (bill,) = account(("nn.Linear(8, 4), nn.Linear(5, 2), nn.ReLU()", [1, 8]))
    with pytest.raises(RuntimeError) as raised:
        nn.Sequential(nn.Linear(8, 4), nn.Linear(5, 2))(torch.empty(1, 8))
    assert bill["failed"] == {"at": 1, "says": str(raised.value), "after": [None]}
    built = sum(p.numel() for p in chain(nn.Linear(8, 4), nn.Linear(5, 2)).parameters())
    assert (bill["parameters"], bill["shape"]) == (built, None)
    assert bill["multAdds"] == 8 * 4, "those above the row that raises"


@needs_node
def test_every_row_that_can_be_built_is_counted():
    """Whatever comes into it, if anything does: as where forward flattens unseen."""
    with torch.device("meta"):
        model = chain(
            nn.Conv2d(1, 6, 5),
            nn.Linear(400, 120),
            nn.Conv2d(6, 16, 40),
            nn.BatchNorm1d(16),
            nn.BatchNorm2d(8),
            nn.LSTM(10, 20, bidirectional=True),
            nn.Embedding(50, 16),
            nn.MultiheadAttention(24, 3),
            nn.GroupNorm(2, 6),
            nn.LayerNorm((3, 4)),
            nn.ConvTranspose2d(6, 4, 2),
            nn.PReLU(7),
        )
    # Of attention, print(model) says its parts alone; what it says of the others is pasted.
    printed = [str(layer) for layer in model]
    printed[7] = "nn.MultiheadAttention(24, 3)"
    (bill,) = account((", ".join(printed), [1, 1, 32, 32]))
    assert bill["parameters"] == sum(p.numel() for p in model.parameters())
    assert bill["buffers"] == sum(b.numel() for b in model.buffers())
    assert bill["failed"]["at"] == 1
    (wrong,) = account(("nn.Linear(8, 4), nn.Conv2d(3, 4, 3, groups=2)", [1, 8]))
    assert wrong["parameters"] == 36, "what cannot be built has no parameters"


@needs_node
def test_a_network_that_was_read_gets_a_fitting_input():
    texts = {
        "nn.Embedding(50, 16), nn.Linear(16, 2)": (2, 7),
        "nn.LSTM(28, 20)": (2, 7, 28),
        "nn.Conv2d(3, 8, 3)": (1, 3, 32, 32),
        "nn.Flatten(), nn.Linear(784, 10)": (4, 784),
        "Repeat(2, nn.Linear(5, 5))": (4, 5),
    }
    found = node(
        """given.map((text) => {
      const { rows } = parse.parseSequential(text);
      return [[1, 1, 28, 28], [1, 784], [3]].map((input) => ledgers.fittingInput(rows, input));
    })""",
        [*texts],
    )
    for (text, usual), inputs in zip(texts.items(), found, strict=True):
        assert tuple(inputs[-1]) == usual, text
        bills = account(*[(text, shape) for shape in inputs])
        assert not any(bill["broken"] for bill in bills), text
        if "Flatten" not in text:  # which takes whatever comes
            assert {len(shape) for shape in inputs} == {len(usual)}, text
    same = """(() => { const { rows } = parse.parseSequential("nn.Linear(8, 4)");
      return ledgers.fittingInput(rows, [2, 3, 8], rows); })()"""
    assert node(same) == [2, 3, 8], "what a person chose for this row stays"


@needs_node
def test_an_address_comes_back_as_it_was():
    """Of every layer, as the page starts and with every flag turned."""
    found = node("""layers.layers.flatMap((layer) => {
      const start = { layer, ...args.startOf(layer) };
      const turned = { ...start, args: Object.fromEntries(layer.arguments.map((spec) =>
        [spec.name, spec.kind === "flag" ? !spec.value : start.args[spec.name]])) };
      return [start, turned].map((state) => {
        const back = addresses.readAddress(addresses.layerAddress(state));
        return [layer.id, back.said, back.layer.id,
          python.same([back.args, back.input], [state.args, state.input])];
      });
    })""")
    for name, said, back, alike in found:
        assert (said, back, alike) == ([], name, True), name


@needs_node
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("#conv2d?in_channels=3&kernel_size=(3,5)&padding=same&bias=False&input_shape=1,3,32,32",
         {"kernel_size": [3, 5], "padding": "same", "bias": False}),
        ("#conv2d?kernel_size=[3,5]&padding=%22valid%22&bias=false",
         {"kernel_size": [3, 5], "padding": "valid", "bias": False}),
        ("#conv2d_params?in_channels=6&out_channels=4&kernel_size=3&groups=2",
         {"in_channels": 6, "out_channels": 4, "groups": 2}),
        ("#embedding?padding_idx=None", {"padding_idx": None}),
        ("#nn.Conv2d?groups=1", {"groups": 1}),
        ("#Conv2d?padding=2", {"padding": 2}),
        ("#adaptiveavgpool2d?output_size=(2,None)", {"output_size": [2, None]}),
        ("#upsample?scale_factor=0.3&align_corners=None", {"scale_factor": 0.3}),
    ],
)  # fmt: skip
def test_an_address_is_read_in_pythons_and_jsons_spelling(address, expected):
    state = node("addresses.readAddress(given)", address)
    assert state["said"] == []
    assert {name: state["args"][name] for name in expected} == expected


@needs_node
def test_what_an_address_cannot_mean_is_said_and_the_rest_is_used():
    address = "#conv2d?colour=3&stride=fast&groups=0.5&out_channels=12&padding=(1"
    state = node("addresses.readAddress(given)", address)
    assert state["args"]["out_channels"] == 12
    assert len(state["said"]) == 4
    for word in ("colour", "stride", "groups", "padding"):
        assert sum(f"`{word}`" in sentence for sentence in state["said"]) == 1
    pooled = node("addresses.readAddress(given)", "#maxpool2d?stride=(2,None)")
    assert pooled["args"]["stride"] is None
    assert "`stride` is a whole number, two of them" in pooled["said"][0]
    (sentence,) = node("addresses.readAddress(given)", "#conv9d?x=1")["said"]
    assert "conv9d" in sentence
    nonsense = node("""[...layers.byExercise.keys()].flatMap((name) =>
      ["?", "?x=1", "?input_shape=None", "?kernel_size=a&sizes=3&blocks=2&layers=()"]
        .map((rest) => addresses.readAddress(`#${name}${rest}`).layer.id))""")
    assert len(nonsense) > 100, "an exercise opens, whatever stands behind it"


WHAT = {"parameters": "parameters", "shape": "shape", "mult-adds": "multAdds", "buffers": "buffers"}


def answer_of(counts, exercise, what):
    """The page's answer to an exercise among all that it says of a layer."""
    if what in WHAT:
        return counts[WHAT[what]]
    lines = [*counts["more"], *counts["formulas"]]
    return next(
        one["value"] for one in lines if exercise == one.get("exercise") or one["what"] == what
    )


@needs_node
def test_a_counterexample_opens_with_pytorchs_answer():
    """The link "see this case": every case of every exercise that a layer answers."""
    asked = node("[...layers.byExercise].map(([name, { what }]) => [name, what])")
    assert {name for name, _ in asked} == explorer.EXPLORED
    links, right = [], []
    for name, what in asked:
        exercise = catalogue()[name]
        assert isinstance(exercise, CaseByCase)
        for case in [case for part in exercise.parts for case in part.cases]:
            arguments = exercise.signature.bind(*case.positional, **case.named).arguments
            link = explorer.address(name, arguments, at="site")
            assert link, f"a card of {name} has no link to the page"
            links.append(link[link.index("#") :])
            right.append((name, what, on_meta(exercise.reference, dict(arguments))))
    found = node(
        """given.map((address) => {
      const { layer, args, input, said } = addresses.readAddress(address);
      try { return { said, counts: layer.count(args, input) }; }
      catch (error) { return { said, error: error.message }; }
    })""",
        links,
    )
    for link, (name, what, answer), one in zip(links, right, found, strict=True):
        if answer == 0 and name == "tensor_size":
            continue  # an input with nothing in it: the page says that it starts at 1
        assert one["said"] == [], (link, one)
        assert "error" not in one, (link, one)
        value = answer_of(one["counts"], name, what)
        if isinstance(value, list) and isinstance(answer, int):
            value = value[-1]  # a length
        assert value == (list(answer) if isinstance(answer, tuple) else answer), link
    assert len(links) > 500


REACHED = """given.map(([id, changes, input]) => {
  const layer = layers.layerOf(id);
  const all = { ...args.startOf(layer).args, ...changes };
  const { shape } = layer.count(all, input);
  const sides = pictures.overTheInput(layer, all, input, shape)
    ?? pictures.overTheOutput(layer, all, input, shape);
  return sides.map((one) => windows.missed(one).map((place) => place - one.before));
})"""


def drawn_windows(dice):
    """A layer with a window, its arguments for the page, and its input."""
    kind = dice.choice(["conv2d", "avgpool2d", "convtranspose2d"])
    pairs = {"kernel_size": [dice.randint(1, 4), dice.randint(1, 4)]}
    pairs["stride"] = [dice.randint(1, 5), dice.randint(1, 5)]
    if kind == "avgpool2d":
        pairs["padding"] = [dice.randint(0, size // 2) for size in pairs["kernel_size"]]
        return kind, {**pairs, "ceil_mode": dice.random() < 0.5}, [1, 1, 9, 12]
    pairs["dilation"] = [dice.randint(1, 3), dice.randint(1, 3)]
    if kind == "conv2d":
        pairs["padding"] = dice.choice(["same", "valid", [dice.randint(0, 3), dice.randint(0, 3)]])
        pairs["stride"] = [1, 1] if pairs["padding"] == "same" else pairs["stride"]
    return kind, {**pairs, "in_channels": 1, "out_channels": 1, "bias": False}, [1, 1, 12, 10]


def not_reached(kind, arguments, shape):
    """The rows and columns that no window touches, by PyTorch's own arithmetic on ones."""
    names = {"conv2d": nn.Conv2d, "avgpool2d": nn.AvgPool2d, "convtranspose2d": nn.ConvTranspose2d}
    spelled = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in arguments.items()
    }
    layer = names[kind](**spelled)
    for parameter in layer.parameters():
        nn.init.ones_(parameter)
    x = torch.ones(shape, requires_grad=True)
    y = layer(x)
    y.sum().backward()
    touched = (y if kind == "convtranspose2d" else x.grad)[0, 0] != 0
    return [(~touched.any(axis)).nonzero().flatten().tolist() for axis in (1, 0)]


@needs_node
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_what_a_picture_shades_is_never_reached():
    dice = random.Random(18)
    cases = [drawn_windows(dice) for _ in range(400)]
    right = [not_reached(*case) for case in cases]
    assert node(REACHED, cases) == right
    assert sum(rows != [] or columns != [] for rows, columns in right) > 100


@needs_browser
def test_back_goes_to_the_layer_before(site):
    with chromium() as page:
        wrong = watched(page)
        page.goto(f"{site}#linear?in_features=3&out_features=2&input_shape=3")
        page.locator(".skip").press("Enter")
        page.select_option(".chooser select", "lstm")
        assert page.locator(".line code").inner_text().startswith("nn.LSTM(")
        page.go_back()
        page.wait_for_function(
            "document.querySelector('.line code').textContent.includes('Linear')"
        )
        assert page.locator(".line code").inner_text() == "nn.Linear(3, 2)"
        assert wrong == []


@needs_browser
def test_opened_from_a_folder_it_says_how_to_serve_it():
    with chromium() as page:
        page.goto((EXPLORER / "explorer.html").as_uri())
        assert "python -m http.server" in page.inner_text("main")


def test_nothing_is_fetched_and_nothing_is_run():
    for path in EXPLORER.rglob("*"):
        if path.suffix in {".js", ".html", ".css"} and "layers" not in path.parts:
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
            text = text.replace("http://localhost:8000", "")
            assert "http" not in text.replace("http.server", ""), path
            assert not any(word in text for word in ("eval(", "Function(", "innerHTML")), path


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder as the build leaves it, in a subfolder of a server."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(EXPLORER, folder / "course")
    (folder / "course" / "index.html").write_text("<title>Every Layer Counts</title>")
    mistakes = {
        name: {one.name: {"sentence": one.sentence} for one in exercise.mistakes}
        for name, exercise in catalogue().items()
        if isinstance(exercise, CaseByCase)
    }
    (folder / "course" / "mistakes.json").write_text(json.dumps(mistakes), encoding="utf-8")
    with served(folder) as address:
        yield f"{address}/course/explorer.html"


def watched(page):
    """What goes wrong in a page without being seen."""
    page.set_default_timeout(15_000)
    found = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: message.type == "error" and found.append(message.text))
    return found


def number(page, word):
    """A big number of the page."""
    place = page.locator(".numbers > div", has=page.locator(f"dt:text-is('{word}')"))
    return place.locator("dd.big").inner_text()


def spin(page, name):
    """The number field of an argument."""
    return page.get_by_role("spinbutton", name=name, exact=True)


@needs_browser
def test_a_link_opens_a_layer_and_the_keyboard_moves_it(site):
    with chromium() as page:
        wrong = watched(page)
        page.goto(f"{site}#conv2d?in_channels=3&out_channels=8&kernel_size=5&input_shape=1,3,32,32")
        conv = nn.Conv2d(3, 8, 5)
        assert number(page, "Parameters") == f"{sum(p.numel() for p in conv.parameters()):,}"
        assert number(page, "Output shape") == "1 × 8 × 28 × 28"
        slider = page.get_by_label("out_channels, slider")
        slider.focus()
        page.keyboard.press("ArrowRight")
        conv = nn.Conv2d(3, 9, 5)
        assert number(page, "Parameters") == f"{sum(p.numel() for p in conv.parameters()):,}"
        assert spin(page, "out_channels").input_value() == "9"
        assert page.locator(".line code").inner_text() == "nn.Conv2d(3, 9, 5)"
        page.wait_for_function("location.hash.includes('out_channels=9')")
        keep(page, "explorer-layer")
        spin(page, "kernel_size").fill("40")
        with pytest.raises(RuntimeError) as raised:
            nn.Conv2d(3, 9, 40)(torch.empty(1, 3, 32, 32))
        first = str(raised.value).splitlines()[0]
        assert page.locator(".error .words").inner_text() == f"RuntimeError: {first}"
        keep(page, "explorer-error")
        assert wrong == []


@needs_browser
def test_the_misconceptions_say_the_courses_sentence(site):
    with chromium() as page:
        watched(page)
        page.goto(f"{site}#linear_params?in_features=10&out_features=5")
        known = next(m for m in catalogue()["linear_params"].mistakes if m.name == "no bias")
        row = page.locator(".mistakes tr", has=page.get_by_text("no bias", exact=True)).first
        assert row.locator(".value").inner_text() == "50"
        row.locator("summary").click()
        assert known.sentence.replace("`", "") in row.inner_text()


@needs_browser
def test_the_input_follows_and_can_be_made_to_fit(site):
    with chromium() as page:
        watched(page)
        page.goto(f"{site}#linear?in_features=10&out_features=5&input_shape=4,10")
        spin(page, "in_features").fill("12")
        assert number(page, "Output shape") == "4 × 5"
        spin(page, "input_shape, 1").fill("7")
        assert "mat1 and mat2" in page.locator(".error").inner_text()
        page.get_by_role("button", name="Make the input fit").click()
        assert number(page, "Output shape") == "4 × 5"


@needs_browser
def test_a_network_is_pasted_changed_and_kept_in_the_address(site):
    with chromium() as page:
        wrong = watched(page)
        page.goto(f"{site}#network")
        assert number(page, "Parameters") == "61,706"
        text = page.get_by_label("The network as text")
        text.fill("nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))")
        page.get_by_role("button", name="Read it").press("Enter")
        assert number(page, "Parameters") == "46"
        page.get_by_role("button", name="Edit nn.Linear").first.press("Enter")
        slider = page.get_by_label("out_features, slider")
        slider.focus()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        assert spin(page, "out_features").input_value() == "7", "the slider keeps the focus"
        spin(page, "out_features").fill("5")
        assert "mat1 and mat2 shapes" in page.locator(".ledger .broken").inner_text()
        assert page.locator(".ledger tr.broken td[data-head='Output shape']").inner_text() == (
            "no shape"
        )
        page.get_by_role("button", name="Remove nn.Linear").last.press("Enter")
        assert number(page, "Parameters") == "45"
        page.get_by_role("button", name="Move down: nn.Linear").first.press("Enter")
        assert page.locator(".ledger td.what").all_inner_texts() == ["nn.ReLU()", "nn.Linear(8, 5)"]
        page.wait_for_function("location.hash.startsWith('#net=nn.ReLU()')")
        page.reload()
        assert number(page, "Parameters") == "45"
        text.fill("nn.Linear(8, 4), nn.Nonsense()")
        page.get_by_role("button", name="Read it").press("Enter")
        assert "Line 1: the Explorer does not count “nn.Nonsense”." in page.inner_text("main")
        assert number(page, "Parameters") == "45", "what was there stays"
        assert wrong == []


@needs_browser
def test_a_field_says_what_it_does_not_take(site):
    with chromium() as page:
        wrong = watched(page)
        page.goto(f"{site}#maxpool2d")
        assert page.get_by_role("checkbox", name="stride, height, None").count() == 0
        page.get_by_role("checkbox", name="stride, None").uncheck()
        page.goto(f"{site}#conv2d")
        in_channels = spin(page, "in_channels")
        told = page.locator(f"#{in_channels.get_attribute('aria-describedby')}")
        for text, words in [("0", "at least 1; 0 is less"), ("-3", "at least 1; -3 is less"),
                ("3.7", "a whole number; 3.7 is not"), ("", "no number stands there")]:  # fmt: skip
            in_channels.fill(text)
            assert words in told.inner_text()
        in_channels.blur()
        assert in_channels.input_value() == "3"
        assert told.inner_text() == "in_channels is a whole number; no number stands there."
        in_channels.fill("4")
        assert told.inner_text() == ""
        page.goto(f"{site}#upsample")
        assert page.get_by_label("align_corners").locator("option").all_inner_texts() == [
            "None", "True", "False"]  # fmt: skip
        assert wrong == []


@needs_browser
def test_the_cache_of_a_network_is_in_its_link(site):
    with chromium() as page:
        wrong = watched(page)
        page.goto(f"{site}#network")
        page.get_by_role("button", name="Llama").click()
        spin(page, "batch").fill("3")
        page.wait_for_function("location.hash.endsWith('&cache=(3,8192)')")
        page.reload()
        assert spin(page, "batch").input_value() == "3"
        page.goto("about:blank")
        page.goto(f"{site}#net=nn.Linear(2,3)&input=1,2&cache=3")
        assert "cache is two whole numbers" in page.inner_text("main")
        assert wrong == []


@needs_browser
@pytest.mark.parametrize("broken", ["pictures/index", "mistakes"])
def test_what_throws_says_a_sentence(site, broken):
    name = {"mistakes": "mistakesOf", "pictures/index": "pictureOf"}[broken]
    thrower = f"export const {name} = () => {{ throw new TypeError('oh'); }};"
    with chromium() as page:
        page.route(f"**/{broken}.js", lambda route: route.fulfill(
            body=thrower, content_type="text/javascript"))  # fmt: skip
        page.goto(f"{site}#conv2d")
        page.wait_for_selector("#failure")
        assert "The Explorer cannot work this out." in page.inner_text("main")
        page.get_by_role("button", name="A network").click()
        assert number(page, "Parameters") == "61,706"
        assert page.locator("#failure").count() == 0


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_everybody_can_read_it(site, scheme, width, height):
    with chromium(scheme, width, height) as page:
        wrong = watched(page)
        links = ["#conv2d?stride=3&padding=1", "#lstm", "#conv2d?groups=2", "#kv_cache"]
        for place, link in enumerate([*links, "#net=nn.Linear(8,4),nn.Linear(5,2)&input=1,8"]):
            page.goto("about:blank")
            page.goto(site + link)
            page.wait_for_selector(".summary")
            keep(page, f"explorer-{place}-{scheme}-{width}")
            found = Axe().run(page)
            assert found.violations_count == 0, link + found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, link
        assert wrong == []


@needs_browser
def test_every_layer_has_a_picture_that_says_what_it_shows(site):
    with chromium() as page:
        wrong = watched(page)
        page.goto(site)
        for name in page.locator(".chooser option").evaluate_all("all => all.map(o => o.value)"):
            page.select_option(".chooser select", name)
            assert page.locator(".error").count() == 0, name
            pictures = page.locator("figure > svg[role=img]")
            assert pictures.count() >= 1, name
            for words in pictures.locator("> desc").all_text_contents():
                assert len(words) > 20, name
                assert not any(word in words for word in ("undefined", "NaN", "null")), name
        assert wrong == []
