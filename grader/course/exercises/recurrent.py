"""Lesson 13: the recurrent layers, `torch.nn.RNN`, `GRU` and `LSTM`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from grader.course import asking
from grader.course import misconceptions as known
from grader.course.pytorch import Shape, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, as_if, case

Vector = Sequence[float]
Matrix = Sequence[Sequence[float]]


def rnn_params(input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
        bidirectional: bool = False) -> int:
    """The number of parameters of `nn.RNN`, all layers and directions together."""
    return parameters(nn.RNN(
        input_size, hidden_size, num_layers, bias=bias, bidirectional=bidirectional))


def gru_params(input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
        bidirectional: bool = False) -> int:
    """The number of parameters of `nn.GRU`, all layers and directions together."""
    return parameters(nn.GRU(
        input_size, hidden_size, num_layers, bias=bias, bidirectional=bidirectional))


def lstm_params(input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
        bidirectional: bool = False, proj_size: int = 0) -> int:
    """The number of parameters of `nn.LSTM`. With a `proj_size` above 0, each direction of each
    layer shortens its hidden state to `proj_size` numbers before anything else reads it."""
    return parameters(nn.LSTM(input_size, hidden_size, num_layers,
        bias=bias, bidirectional=bidirectional, proj_size=proj_size))


def recurrent_output_shape(
        input_shape: Shape, hidden_size: int, bidirectional: bool = False) -> Shape:
    """The shape of `output` in `output, h_n = nn.RNN(..., batch_first=True)(x)`, where `x` has
    `input_shape`. A GRU, and an LSTM without `proj_size`, give the same."""
    rnn = nn.RNN(input_shape[-1], hidden_size, batch_first=True, bidirectional=bidirectional)
    output, _ = rnn(torch.empty(input_shape))
    return tuple(output.shape)


def rnn_step(x: Vector, h: Vector, weight_ih: Matrix, weight_hh: Matrix,
        bias_ih: Vector, bias_hh: Vector) -> list[float]:
    """The new hidden state after one step of `nn.RNNCell`, a list as long as `h`.

    `x` is what the cell reads, `h` the old state; a matrix is a list of rows.
    """
    return step_of(torch.rnn_tanh_cell, x, h, weight_ih, weight_hh, bias_ih, bias_hh)


def step_of(cell: Callable[..., Tensor], *arguments: Any) -> list[float]:
    """One step of a cell for one sample, on the CPU: the numbers matter, not only how many."""
    x, h, *parameters = map(tensor, arguments)
    numbers: list[float] = cell(x[None], h[None], *parameters)[0].tolist()
    return numbers


def tensor(numbers: Any) -> Tensor:
    """In double precision."""
    return torch.tensor(numbers, dtype=torch.float64, device="cpu")


def draw_sizes(random: Random) -> dict[str, int]:
    """An input size and a hidden size that differ."""
    input_size, hidden_size = random.sample(range(2, 65), k=2)
    return {"input_size": input_size, "hidden_size": hidden_size}


def draw_input(random: Random) -> Shape:
    """A batch of short sequences: all three entries differ."""
    return tuple(random.sample(range(2, 8), k=3))


def draw_projection(random: Random) -> Case:
    """An LSTM with a projection, and any layers, directions and biases."""
    sizes = draw_sizes(random)
    return case(**sizes, num_layers=random.randint(1, 3), bias=random.random() < 0.5,
        bidirectional=random.random() < 0.5, proj_size=random.randint(1, sizes["hidden_size"] - 1))


ONE_LAYER = Part("one layer", 1,
    (case(1, 2), case(5, 2), case(12, 20), case(input_size=28, hidden_size=16)),
    lambda random: case(**draw_sizes(random)))
WITHOUT_BIASES = Part("without biases", 1,
    (case(1, 2, bias=False), case(12, 20, bias=False), case(5, 2, bias=True)),
    lambda random: case(**draw_sizes(random), bias=False))
MORE_LAYERS = Part("more layers", 1,
    (case(1, 2, num_layers=2), case(12, 20, 3), case(5, 3, num_layers=4, bias=False)),
    lambda random: case(
        **draw_sizes(random), num_layers=random.randint(2, 5), bias=random.random() < 0.5))
BOTH_DIRECTIONS = Part("both directions", 2,
    (case(1, 2, bidirectional=True), case(5, 2, num_layers=2, bidirectional=True),
     case(12, 20, 3, bidirectional=True), case(5, 3, 2, False, True)),
    lambda random: case(**draw_sizes(random),
        num_layers=random.randint(2, 4), bias=random.random() < 0.5, bidirectional=True))
LAYERS_AND_DIRECTIONS = Part("more layers, both directions", 2,
    MORE_LAYERS.cases + BOTH_DIRECTIONS.cases, BOTH_DIRECTIONS.draw)
PROJECTION = Part("projection", 2,
    (case(2, 3, proj_size=1), case(2, 3, proj_size=1, bias=False),
     case(12, 20, num_layers=2, proj_size=5), case(4, 5, bidirectional=True, proj_size=2),
     case(12, 20, 2, True, True, 5),
     case(3, 7, num_layers=3, bias=False, bidirectional=True, proj_size=2)),
    draw_projection)


def recurrent(a: Asked) -> Any:
    """All `weight_hh`: each is as large as what as many new inputs would add to `weight_ih_l0`."""
    state = vars(a).get("proj_size") or a.hidden_size
    return a.num_layers * (a(input_size=a.input_size + state) - a())


def upper(a: Asked) -> Any:
    """All `weight_ih` but those of the first layer: what the further layers read with."""
    first = (a(input_size=a.input_size + 1) - a()) * a.input_size
    projected = recurrent(a) // 4 if vars(a).get("proj_size") else 0
    return a(bias=False) - recurrent(a) - projected - first


def biases(a: Asked) -> Any:
    """All numbers in biases."""
    return a() - a(bias=False)


def below(a: Asked) -> Any:
    """The layers below the last one."""
    return a(num_layers=a.num_layers - 1) if a.num_layers > 1 else 0


def common(**one_cell: Any) -> known.Mistakes:
    """Wrong rules for all three layers. `one_cell` leaves one layer in one direction of them."""
    return (
        Mistake("no bias", as_if(bias=False),
            "You counted the weights only. Unless `bias=False`, the layer has biases too."),
        known.BIAS_ALWAYS,
        Mistake("one bias vector", lambda a: known.one_of_two(a, bias=False),
            "You counted the biases once, as the textbooks do. PyTorch stores a `bias_ih` and a "
            "`bias_hh`: list `layer.named_parameters()` and look."),
        Mistake("a number for each bias",
            lambda a: a(bias=False) + biases(a) // a.hidden_size,
            "You counted each bias as one number. It is added to a whole vector: print the shape "
            "of `bias_ih_l0`."),
        Mistake("biases of one direction",
            lambda a: a(bias=False) + biases(a) // (1 + a.bidirectional),
            "With `bidirectional=True` you counted the biases once. The second direction has "
            "weights and biases of its own.",
            praise="Right for one direction."),
        Mistake("second direction read, not counted", lambda a: a() // (1 + a.bidirectional),
            "You counted the parameters of one direction. The second one has as many.",
            praise="Right for one direction."),
        Mistake("no recurrent weights", lambda a: a() - recurrent(a),
            "You left out the weights from the hidden state to itself. They are what makes the "
            "layer recurrent: look at `weight_hh_l0`."),
        Mistake("input size ignored", lambda a: a(input_size=a.hidden_size),
            "You let the first layer read `hidden_size` numbers. It reads the data: what is the "
            "shape of `weight_ih_l0`?"),
        Mistake("the tables' formula",
            lambda a: known.one_of_two(a.but(**one_cell, bias=True), bias=False),
            "That is the formula of many summary tables: one layer, one direction, one bias "
            "vector. PyTorch stores a second bias vector, and the other arguments count as well."),
        Mistake("the textbooks' cell", lambda a: known.one_of_two(a.but(**one_cell), bias=False),
            "You counted one layer, one direction and one bias vector. PyTorch stores a `bias_hh` "
            "beside `bias_ih`, and the other arguments count as well."),
        Mistake("sizes only", as_if(**one_cell, bias=True),
            "You used the two sizes; look at what each of the other arguments changes.",
            praise="Right for one layer with biases."),
        Mistake("one cell only", as_if(**one_cell),
            "Each further layer, and the second direction, has weights and biases of its own.",
            praise="Right for one layer in one direction."),
        Mistake("one layer", as_if(num_layers=1),
            "You counted one layer. `num_layers` of them are stacked, each with parameters of its "
            "own."),
        Mistake("last layer only", lambda a: a() - below(a),
            "You counted the last layer only: does each turn of your loop overwrite the sum?"),
        Mistake("first layer forgotten", lambda a: a() - a(num_layers=1),
            "You counted all layers but the first: where does your loop begin?"),
        Mistake("one layer too few", below,
            "You stopped one layer early: how many turns does your loop make?"),
        Mistake("one layer too many", lambda a: a(num_layers=a.num_layers + 1),
            "You counted one layer more than there are. `num_layers` includes the first."),
        Mistake("layers all alike", lambda a: a(num_layers=1) * a.num_layers,
            "You counted the first layer `num_layers` times. Only the first one reads the data: "
            "what does the second one read?"),
        Mistake("the textbooks' cell, repeated",
            lambda a: known.one_of_two(a.but(num_layers=1), bias=False) * a.num_layers,
            "You counted one bias vector and made all layers alike. PyTorch stores a `bias_hh` "
            "beside `bias_ih`, and only the first layer reads the data."),
        Mistake("one direction", as_if(bidirectional=False),
            "With `bidirectional=True` a second set of parameters reads the sequence backwards.",
            praise="Right for one direction."),
        Mistake("directions never meet", lambda a: a(bidirectional=False) * (1 + a.bidirectional),
            "You counted two separate stacks, one for each direction. They meet after every "
            "layer: the next layer reads the outputs of both."),
        Mistake("hidden state doubled",
            lambda a: a(hidden_size=a.hidden_size * (1 + a.bidirectional), bidirectional=False),
            "You counted one layer with a hidden state twice as wide. The two directions run "
            "apart: no weight leads from one direction's state to the other's."),
    )


STACK_HINTS = (
    "The first layer reads the data, every further layer reads the output of the layer below. "
    "Write a loop and keep the present input size in a variable.",
    "Print the names and shapes in `named_parameters()` of a layer with `num_layers=2, "
    "bidirectional=True`. How wide is `weight_ih_l1`, and why?",
)

RNN = Function(
    rnn_params,
    question=lambda a: asking.parameters(asking.recurrent("nn.RNN", a)),
    parts=(ONE_LAYER, WITHOUT_BIASES, MORE_LAYERS, BOTH_DIRECTIONS),
    mistakes=(
        *common(num_layers=1, bidirectional=False),
        Mistake("an LSTM's gates", lambda a: 4 * a(),
            "You counted the four blocks of an LSTM. A plain RNN has no gates: its state is "
            "computed by one block."),
        Mistake("bias per input",
            lambda a: (
                known.one_of_two(a, bias=False)
                + a.bias * (a(bias=False) - recurrent(a)) // a.hidden_size),
            "One of your biases has a number for each input. Both biases are added to the hidden "
            "state: how long is that?"),
        Mistake("one recurrent weight per unit",
            lambda a: a() - recurrent(a) + recurrent(a) // a.hidden_size,
            "You gave each hidden unit one recurrent weight. Every unit reads the whole hidden "
            "state, not only itself: what is the shape of `weight_hh_l0`?"),
    ),
    hints=(
        "One layer has four tensors: `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0` and "
        "`bias_hh_l0`. What shape has each?",
        *STACK_HINTS,
    ),
)

def of_blocks(blocks: int, count: str) -> tuple[Mistake, ...]:
    """What goes wrong with the blocks of a gated cell, which has so many; `count` in a word."""
    return (
        Mistake("biases of one block", lambda a: a(bias=False) + biases(a) // blocks,
            "You counted the biases of one block. They are stacked like the weights: how long is "
            "`bias_ih_l0`?"),
        Mistake("recurrent weights of one block",
            lambda a: a() - recurrent(a) + recurrent(a) // blocks,
            f"You let one block read the old state. All {count} read it: what is the height of "
            "`weight_hh_l0`?"),
        Mistake("next layer reads the blocks", lambda a: a() + (blocks - 1) * upper(a),
            f"Your next layer reads {count} times as many numbers as it finds. The blocks stay "
            "inside the cell: what is handed on is the state alone.",
            praise="Right for one layer."),
        Mistake(f"a state of {count} blocks",
            lambda a: rnn_params(a.input_size, blocks * a.hidden_size, a.num_layers, a.bias,
                a.bidirectional),
            f"You made the state {count} times as long. The weights are {count} times as high, but "
            "what they read of the state is still `hidden_size` numbers wide."),
    )


GRU = Function(
    gru_params,
    question=lambda a: asking.parameters(asking.recurrent("nn.GRU", a)),
    parts=(ONE_LAYER, WITHOUT_BIASES, MORE_LAYERS, BOTH_DIRECTIONS),
    mistakes=(
        *common(num_layers=1, bidirectional=False),
        Mistake("no gates", lambda a: a() // 3,
            "You counted a plain RNN. A GRU computes more than one block of `hidden_size` numbers "
            "in each step: what is the height of `weight_ih_l0`?"),
        Mistake("gates only", lambda a: a() - a() // 3,
            "You counted the reset gate and the update gate. The candidate for the new state has "
            "weights and biases too."),
        *of_blocks(3, "three"),
        Mistake("an LSTM's blocks", lambda a: 4 * a() // 3,
            "You counted four blocks. That is the LSTM; list what a GRU computes in one step."),
        Mistake("second bias for the candidate only",
            lambda a: a() - (a() - a(bias=False)) // 3,  # two of six vectors
            "You gave the second bias to the candidate only. The formula needs no more, but "
            "PyTorch stores both biases for all blocks."),
    ),
    hints=(
        "List the blocks that a GRU computes in one step. PyTorch stacks their weights on top of "
        "each other: look at the heights of `weight_ih_l0` and `bias_hh_l0`.",
        "Compare `nn.RNN` and `nn.GRU` with the same sizes, tensor by tensor.",
        *STACK_HINTS,
    ),
)


def projections(a: Asked) -> Any:
    """The matrices `weight_hr`, each as large as one of the four blocks of a `weight_hh`."""
    return recurrent(a) // 4 if a.proj_size else 0


def blocks(a: Asked) -> Any:
    """The four blocks of an LSTM, the projections left out."""
    return a() - projections(a)


LSTM = Function(
    lstm_params,
    question=lambda a: asking.parameters(asking.recurrent("nn.LSTM", a, proj_size=0)),
    parts=(ONE_LAYER, WITHOUT_BIASES, LAYERS_AND_DIRECTIONS, PROJECTION),
    mistakes=(
        *common(num_layers=1, bidirectional=False, proj_size=0),
        Mistake("no gates", lambda a: projections(a) + blocks(a) // 4,
            "You counted one block, as in a plain RNN. An LSTM computes several blocks of "
            "`hidden_size` numbers in each step: what is the height of `weight_ih_l0`?"),
        Mistake("three gates only", lambda a: a() - blocks(a) // 4,
            "You counted the input, forget and output gates. The candidate for the cell state has "
            "weights and biases too."),
        *of_blocks(4, "four"),
        Mistake("projection ignored", as_if(proj_size=0),
            "With `proj_size` there is one more matrix, and the hidden state that others read is "
            "shorter.",
            praise="Right without a projection."),
        Mistake("directions and projection ignored", as_if(bidirectional=False, proj_size=0),
            "`bidirectional` adds a second set of parameters; `proj_size` comes after that.",
            praise="Right for one direction without a projection."),
        Mistake("projection matrix forgotten", blocks,
            "The matrix that makes the `proj_size` numbers, `weight_hr`, has parameters as well.",
            praise="You let all who read the hidden state read `proj_size` numbers, which is "
            "right."),
        Mistake("hidden state not shortened", lambda a: a(proj_size=0) + projections(a),
            "You added the projection and left the rest as it was. What is projected is what the "
            "next step and the next layer read: their matrices become narrower."),
        Mistake("next layer reads hidden_size",
            lambda a: (
                a(proj_size=0) + projections(a) + recurrent(a) - recurrent(a.but(proj_size=0))),
            "You shortened what the next step reads, but not what the next layer reads. Compare "
            "`weight_ih_l1` with and without `proj_size`."),
        Mistake("next step reads hidden_size",
            lambda a: a() - recurrent(a) + recurrent(a.but(proj_size=0)),
            "You added the projection, but the next time step still reads `hidden_size` numbers. "
            "Compare `weight_hh_l0` with and without `proj_size`."),
        Mistake("proj_size for hidden_size",
            lambda a: a(hidden_size=a.proj_size or a.hidden_size, proj_size=0),
            "You used `proj_size` in the place of `hidden_size`. The gates and the cell state "
            "keep `hidden_size` numbers; only the hidden state is projected."),
        Mistake("all shortened, projection counted",
            lambda a: a(hidden_size=a.proj_size or a.hidden_size, proj_size=0) + projections(a),
            "You counted the projection, and let `proj_size` take the place of `hidden_size` "
            "everywhere. The gates and the cell state keep `hidden_size` numbers.",
            praise="Right without a projection."),
        Mistake("projection for each block", lambda a: a() + 3 * projections(a),
            "You counted the projection four times. It shortens the one state that the four "
            "blocks have made together.",
            praise="Right without a projection."),
        Mistake("empty state without projection",
            lambda a: a() if a.proj_size else a() - recurrent(a) - upper(a),
            "You use `proj_size` as the length of the state. Without a projection it is 0: how "
            "long is the state then?",
            praise="Right with a projection."),
        Mistake("projection with a bias", lambda a: a() + a.bias * projections(a) // a.hidden_size,
            "You gave the projection a bias. It is a matrix alone: there is a `weight_hr_l0`, but "
            "look for a `bias_hr_l0`."),
        Mistake("one projection for all", lambda a: blocks(a) + a.proj_size * a.hidden_size,
            "You counted one projection matrix. Every direction of every layer has a `weight_hr` "
            "of its own."),
    ),
    hints=(
        "List the blocks that an LSTM computes in one step: three gates, and what else? PyTorch "
        "stacks their weights on top of each other in `weight_ih_l0`.",
        *STACK_HINTS,
        "With `proj_size`, compare the shapes of `weight_hh_l0`, `weight_ih_l1` and "
        "`weight_hr_l0` with those of a layer without it.",
    ),
)

OUTPUT_SHAPE = Function(
    recurrent_output_shape,
    question=lambda a: (
        "`output, h_n = rnn(x)` with `rnn` = " + asking.line("nn.RNN", a.input_shape[-1],
            a.hidden_size, batch_first=True, **asking.unlike(a, bidirectional=False))
        + f" and `x` of shape `{a.input_shape!r}`. What is the shape of `output`?"),
    parts=(
        Part("one direction", 1,
            (case((1, 2, 3), 4), case((5, 2, 3), 4), case((3, 7, 12), hidden_size=16)),
            lambda random: case(draw_input(random), random.randint(2, 32))),
        Part("both directions", 1,
            (case((1, 2, 3), 4, bidirectional=True), case((5, 2, 3), 4, True),
             case((2, 6, 9), 16, bidirectional=True), case((2, 6, 9), 16, bidirectional=False)),
            lambda random: case(draw_input(random), random.randint(2, 32), bidirectional=True)),
    ),
    mistakes=(
        Mistake("one direction", as_if(bidirectional=False),
            "With `bidirectional=True` the outputs of both directions stand next to each other.",
            praise="Right for one direction."),
        Mistake("last step only", known.entries(0, 2),
            "You kept the last time step only. `output` holds the hidden state of every step."),
        Mistake("h_n, not output", lambda a: (1 + a.bidirectional, a()[0], a.hidden_size),
            "You returned the shape of `h_n`, the last hidden state. Asked is the shape of "
            "`output`, the first thing that the layer returns."),
        Mistake("h_n, batch first", lambda a: (a()[0], 1 + a.bidirectional, a.hidden_size),
            "You returned the last hidden state of each direction. `output` holds the hidden "
            "state of every time step."),
        Mistake("time first", known.entries(1, 0, 2),
            "You put the time before the batch, which is PyTorch's default. Here "
            "`batch_first=True`."),
        Mistake("features before time", known.entries(0, 2, 1),
            "You put the features before the time, as Conv1d has them. A recurrent layer keeps "
            "the features last."),
        Mistake("batch missing", lambda a: a()[1:],
            "You returned the shape for one sequence. The batch is still there in the output."),
        Mistake("input shape unchanged", lambda a: a.input_shape,
            "You returned the input's shape. The layer reads `input_size` numbers in each step "
            "and writes its hidden state."),
        Mistake("hidden size ignored", lambda a: a(hidden_size=a.input_shape[2]),
            "You doubled the input's features for two directions. The layer reads them, but what "
            "it writes has the size of its hidden state."),
        Mistake("hidden size appended", lambda a: (*a.input_shape, a()[-1]),
            "You kept the input's features and put the hidden state after them. The layer "
            "replaces the last dimension."),
        Mistake("directions as a dimension",
            lambda a: (*a()[:2], *((2,) if a.bidirectional else ()), a.hidden_size),
            "You gave the two directions a dimension of their own. That is how `h_n` keeps them; "
            "in `output` their numbers stand side by side in one dimension."),
        Mistake("time doubled", lambda a: (a()[0], a()[1] * (1 + a.bidirectional), a.hidden_size),
            "You made the sequence twice as long. Both directions have an answer for the same "
            "time step: which dimension do the two share?"),
        Mistake("features times state", lambda a: (*a()[:2], a.input_shape[2] * a.hidden_size),
            "You multiplied the input's features by the hidden size. That counts weights; what "
            "comes out of a step is the state."),
        Mistake("features and state", lambda a: (*a()[:2], a.input_shape[2] + a.hidden_size),
            "You put the input beside the state. The cell reads both, but only the state comes "
            "out."),
        Mistake("batch doubled", lambda a: (a()[0] * (1 + a.bidirectional), a()[1], a.hidden_size),
            "You made twice as many sequences. Both directions read the same sequence: in which "
            "dimension do their answers stand side by side?",
            praise="Right for one direction."),
        Mistake("an entry for each direction",
            lambda a: (*a()[:2], *(a.hidden_size,) * (1 + a.bidirectional)),
            "You gave each direction an entry of the shape. Their numbers stand side by side in "
            "one dimension.",
            praise="Right for one direction."),
        Mistake("both shapes",
            lambda a: (a(), (1 + a.bidirectional, a()[0], a.hidden_size)),
            "You returned the shapes of `output` and of `h_n`. Asked is the first one alone."),
        Mistake("always both directions", as_if(bidirectional=True),
            "Without `bidirectional=True` there is only one direction.",
            praise="Right for two directions."),
    ),
    hints=(
        "Run `nn.RNN(10, 20, batch_first=True)` on a tensor of shape `(2, 7, 10)`. It returns "
        "two tensors: look at the shape of the first.",
        "Only one entry of the shape changes. Run it again with `bidirectional=True` and see "
        "which one changes then.",
    ),
)

def zeros(numbers: Any) -> Any:
    """As many zeros, for a vector or a matrix."""
    return torch.zeros_like(tensor(numbers)).tolist()


def draw_step(random: Random, inputs: int, size: int, first: bool = False) -> Case:
    """A step with numbers that keep tanh away from -1 and 1; the first one starts from zeros."""
    def some(count: int, most: int) -> list[float]:
        return [random.choice((-1, 1)) * random.randint(1, most) / 8 for _ in range(count)]

    old = [0.0] * size if first else some(size, 8)
    return case(some(inputs, 8), old, [some(inputs, 5) for _ in range(size)],
        [some(size, 5) for _ in range(size)], some(size, 4), some(size, 4))


def halves(a: Asked) -> tuple[Tensor, Tensor]:
    """What the input and what the old state add to the sums before tanh, biases included."""
    return (
        linear(tensor(a.x), tensor(a.weight_ih), tensor(a.bias_ih)),
        linear(tensor(a.h), tensor(a.weight_hh), tensor(a.bias_hh)))


def from_sums(change: Callable[[Tensor, Tensor], Tensor]) -> Rule:
    """An answer made in another way from the two halves."""
    return lambda a: change(*halves(a)).tolist()


def overwritten(a: Asked) -> list[float]:
    """Each new number written into the old state, where the next one is computed from it."""
    state = list(a.h)
    for place in range(len(state)):
        state[place] = a(h=state)[place]
    return state


def reading_the_new_list(a: Asked) -> list[float]:
    """Each new number computed from those before it, with nothing of the old state."""
    new: list[float] = []
    for place in range(len(a.h)):
        new.append(a(h=[*new, *zeros(a.h)][: len(a.h)])[place])
    return new


def never_reset(a: Asked) -> list[float]:
    """Each sum goes on from where the last one stopped."""
    sums: list[float] = sum(halves(a)).cumsum(0).tanh().tolist()  # type: ignore[union-attr]
    return sums


def transposed(matrix: Matrix) -> list[list[float]]:
    """Columns for rows."""
    return [list(column) for column in zip(*matrix, strict=True)]


def without(name: str) -> Rule:
    """PyTorch's answer with zeros in the place of an argument."""
    return lambda a: a(**{name: zeros(getattr(a, name))})


def tanh_of_the_input_only(from_x: Tensor, from_h: Tensor) -> Tensor:
    """The old state added behind the curve."""
    return from_x.tanh() + from_h


STEP = Function(
    rnn_step,
    parts=(
        Part("one number", 1,
            (case([1], [0], [[1]], [[1]], [0], [0]),
             case([1], [2], [[1]], [[1]], [0], [0]),
             case([1], [-1], [[2]], [[1]], [0], [-1]),
             case([0.5], [0.25], [[-0.75]], [[0.5]], [0.1234567], [0.25])),
            lambda random: draw_step(random, 1, 1)),
        Part("the first step", 1,
            (case([1], [0, 0], [[1], [-1]], [[1, 0], [0, 1]], [0, 0], [0, 0]),
             case([1, 2], [0, 0], [[0, 1], [-1, 0]], [[1, 2], [0, 1]], [0, 0], [1, 0]),
             case([0.5, -1.0, 0.25], [0.0, 0.0], [[0.5, 0.0, 1.0], [0.1234567, 0.75, -0.5]],
                [[1.0, 0.5], [0.25, -1.0]], [0.25, 0.0], [0.125, -0.5])),
            lambda random: draw_step(random, random.randint(2, 4), random.randint(2, 3), True)),
        Part("any step", 2,
            (case([1], [1, 0], [[0], [0]], [[0, 1], [1, 0]], [0, 0], [0, 0]),
             case([0, 1], [1, -1], [[1, 0], [0, 1]], [[0, 2], [-1, 1]], [0, 1], [0, 0]),
             case([0.5], [0.25, -0.5, 0.75], [[0.5], [-0.25], [1.0]],
                [[0.5, 0.25, -0.5], [1.0, -0.75, 0.0], [0.125, 0.5, 0.1234567]],
                [0.25, 0.0, -0.125], [0.0, 0.5, 0.25]),
             case(x=[0.75, -0.25, 1.0], h=[0.5, -0.375],
                weight_ih=[[0.5, 0.25, -0.125], [-0.5, 1.0, 0.375]],
                weight_hh=[[0.75, -0.5], [0.25, 0.625]],
                bias_ih=[0.125, -0.25], bias_hh=[0.0625, 0.5])),
            lambda random: draw_step(random, random.randint(1, 4), random.randint(2, 4))),
    ),
    mistakes=(
        Mistake("no tanh", from_sums(lambda from_x, from_h: from_x + from_h),
            "You returned the sums. One more step is missing, which keeps every number of the "
            "state between -1 and 1."),
        Mistake("relu", lambda a: step_of(torch.rnn_relu_cell, *vars(a).values()),
            "You cut off what is negative, as a ReLU does (and as the first picture has it). "
            "Asked is the usual cell: its curve lets negative numbers through."),
        Mistake("sigmoid", from_sums(lambda from_x, from_h: (from_x + from_h).sigmoid()),
            "Your numbers lie between 0 and 1: that is a sigmoid, the curve of gates. The state "
            "of a plain RNN goes through tanh."),
        Mistake("overwritten too early", overwritten,
            "You overwrite the state while you still read it: the second number is computed from "
            "a first one that is new already. All of the old state is needed until the end.",
            praise="Right where the state is one number."),
        Mistake("weight_hh by columns", lambda a: a(weight_hh=transposed(a.weight_hh)),
            "You go down the columns of `weight_hh`. Each row makes one number of the new state.",
            praise="Right where the matrix looks the same both ways."),
        Mistake("old state ignored", without("h"),
            "You never use `h`: your cell forgets all that it has read before."),
        Mistake("only the input's half", lambda a: halves(a)[0].tanh().tolist(),
            "You left out the half with `h`, `weight_hh` and `bias_hh`. Without it the layer is "
            "a Linear with a curve behind it."),
        Mistake("input ignored", without("x"),
            "You never use `x`: your cell does not read its input."),
        Mistake("only the state's half", lambda a: halves(a)[1].tanh().tolist(),
            "You left out the half with `x`, `weight_ih` and `bias_ih`: your cell never reads."),
        Mistake("no bias_hh", without("bias_hh"),
            "You left out `bias_hh`. PyTorch's cell has two biases and adds both.",
            praise="Right where `bias_hh` is 0."),
        Mistake("no bias_ih", without("bias_ih"),
            "You left out `bias_ih`. PyTorch's cell has two biases and adds both.",
            praise="Right where `bias_ih` is 0."),
        Mistake("no biases", lambda a: a(bias_ih=zeros(a.bias_ih), bias_hh=zeros(a.bias_hh)),
            "You left out both biases. Each half brings its own.",
            praise="Right where both are 0."),
        Mistake("tanh of each half",
            from_sums(lambda from_x, from_h: from_x.tanh() + from_h.tanh()),
            "You bent the two halves and then added them. The halves meet first, and their sum "
            "goes through tanh once."),
        Mistake("tanh of the input's half only", from_sums(tanh_of_the_input_only),
            "You put one half through tanh and added the other one behind it: your state can leave "
            "the range from -1 to 1. The sum of both goes through."),
        Mistake("biases behind tanh",
            lambda a: (
                (sum(halves(a)) - tensor(a.bias_ih) - tensor(a.bias_hh)).tanh()
                + tensor(a.bias_ih) + tensor(a.bias_hh)).tolist(),
            "You added the biases behind tanh. They belong to the sums that go through it.",
            praise="Right where both biases are 0."),
        Mistake("old state added",
            lambda a: (tensor(a()) + tensor(a.h)).tolist(),
            "You added the new numbers to the old state. A plain RNN writes its whole state anew: "
            "the old one counts through `weight_hh` only.",
            praise="Right for the first step."),
        Mistake("halves multiplied", from_sums(lambda from_x, from_h: (from_x * from_h).tanh()),
            "You multiplied the two halves. They are added."),
        Mistake("each number its own weight",
            lambda a: a(weight_hh=tensor(a.weight_hh).diag().diag().tolist()),
            "You let each number of the state read itself only. Every number of the new state "
            "reads the whole old one: a row of `weight_hh` has as many weights as `h` numbers.",
            praise="Right where the state is one number."),
        Mistake("sum never reset", never_reset,
            "Your sum still holds the row before when the next one starts. Where does the loop "
            "set it to 0?",
            praise="Right where the state is one number."),
        Mistake("first number only", lambda a: a()[:1],
            "You stopped after the first number: does your `return` stand inside the loop?",
            praise="Right where the state is one number."),
        Mistake("last number only", lambda a: a()[-1:],
            "Your list holds the last number only: does your `append` stand behind the loop?",
            praise="Right where the state is one number."),
        Mistake("new list read", reading_the_new_list,
            "You read from the list that you are writing, where the old state should be read: at "
            "first it is empty, and `zip` stops there without a word."),
        Mistake("input read twice",
            lambda a: a(h=[*a.x, *zeros(a.h)][: len(a.h)]),
            "Both your halves read `x`. One of the two weights is for the old state."),
        Mistake("tangent", from_sums(lambda from_x, from_h: (from_x + from_h).tan()),
            "You used `tan`, the tangent of an angle. The curve is `tanh`, the hyperbolic one."),
        Mistake("arc tangent", from_sums(lambda from_x, from_h: (from_x + from_h).atan()),
            "You used `atan`, which turns a tangent into an angle. The curve is `tanh`."),
        Mistake("two steps", lambda a: a(h=a()),
            "You took two steps: the new state went through the cell once more."),
        Mistake("tanh twice", lambda a: tensor(a()).tanh().tolist(),
            "Your numbers went through tanh twice. Once is enough."),
        Mistake("bias for each input",
            lambda a: a(
                bias_ih=(len(a.x) * tensor(a.bias_ih)).tolist(),
                bias_hh=(len(a.h) * tensor(a.bias_hh)).tolist()),
            "You added the biases again for each product: they stand in the inner loop. Each "
            "number of the state gets each bias once.",
            praise="Right where one number is read."),
    ),
    hints=(
        "Look at the first picture: which row of which weight makes the first number of the sum?",
        "One row against one vector: `sum(w * v for w, v in zip(row, vector))`. For each place "
        "`i` of the state you need row `i` of both weights, and number `i` of both biases.",
        "Make a new list, and leave `h` as it is until the list is full. `math.tanh` comes last.",
    ),
)

LESSON = Lesson("13-recurrent", (STEP, OUTPUT_SHAPE, RNN, GRU, LSTM))
