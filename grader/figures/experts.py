"""Mixtures of experts: who gets which token, how a router learns that, and what waits meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.patches import Rectangle

from grader.figures.attention import DARKEST, WHITE
from grader.figures.canvas import EDGE, FILL, INK, Canvas, Picture, charts, picture, width_of
from grader.figures.words import in_words, short, stack

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["expert_shares", "routing", "sent_points", "total_and_active"]

ROAD = 3.4  # from the table of weights to the experts
BOX = 2.3  # the width of an expert
BAR = 14.0  # so wide all experts stand, side by side
WIDEST = 0.8  # of them
MARKS = (("accent", "o"), ("input", "^"), ("output", "s"), ("bias", "D"))


def routing(logits: Tensor, top_k: int, words: Sequence[str] | None = None) -> Picture:
    """Tokens on their way to experts: the router's logits, the weights, and who gets whom.

    Args:
        logits: `(tokens, experts)`.
        top_k: how many experts a token goes to.
        words: names of the tokens.
    """
    import torch

    rows, count = logits.shape
    largest, chosen = logits.topk(top_k, dim=-1)
    weights = torch.zeros_like(logits).scatter(-1, chosen, largest.softmax(dim=-1))
    names = list(words or [f"[{row}]" for row in range(rows)])
    canvas, middle = Canvas(), count + 0.9
    right = middle + count + ROAD
    canvas.grid(0, 0, stack(logits)[0], "unused")
    canvas.title(0, -1.2, "logits")
    canvas.title(middle, -1.2, "weights")
    for column in range(count):
        for left in (0, middle):
            canvas.note(left + column + 0.5, -0.4, str(column), align="center")
    step = max(1.5, rows / count)
    first = (rows - step * count + step - 1) / 2  # the top of the first expert
    for row, name in enumerate(names):
        canvas.text(-0.3, row + 0.5, name, align="right")
        for column in chosen[row].tolist():
            canvas.outline(column, row, 1, 1, "accent")
        for column, weight in enumerate(weights[row].tolist()):
            _weight(canvas, middle + column, row, weight)
            if weight:
                start, end = middle + count + 0.15, first + step * column + 0.5
                _road(canvas, (start, row + 0.5), (right, end), weight)
    gets = {}
    for expert in range(count):
        guests = [names[row] for row in range(rows) if weights[row, expert]]
        top = first + step * expert
        canvas.cell(right, top, f"expert {expert}", "weight" if guests else "unused", BOX)
        gets[expert] = ", ".join(guests) or "nobody"
        canvas.text(right + BOX + 0.3, top + 0.5, gets[expert])
    said = "; ".join(f"expert {expert} gets {guests}" for expert, guests in gets.items())
    return canvas.picture(f"{in_words(logits=logits, weights=weights)}; {said}")


def _weight(canvas: Canvas, x: float, y: float, weight: float) -> None:
    """A cell that is the darker the larger its weight is; grey where there is none."""
    if not weight:
        canvas.cell(x, y, "0", "unused")
        return
    shade = [light + weight * (dark - light) for light, dark in zip(WHITE, DARKEST, strict=True)]
    box = Rectangle((x, y), 1, 1, fc=shade, ec=EDGE["accent"], lw=1.1, clip_on=False)
    canvas.axes.add_patch(box)
    canvas.text(x + 0.5, y + 0.5, short(round(weight, 2)), align="center", size=10)


def _road(
    canvas: Canvas, start: tuple[float, float], end: tuple[float, float], weight: float
) -> None:
    """An arrow that is the thicker the larger the weight is."""
    style = {"arrowstyle": "-|>", "color": EDGE["accent"], "linewidth": 0.5 + 3 * weight}
    ends = {"shrinkA": 0, "shrinkB": 0, "mutation_scale": 12}
    canvas.axes.annotate("", end, start, arrowprops={**style, **ends}, annotation_clip=False)


def sent_points(x: Tensor, sent: Mapping[str, tuple[Tensor, Tensor]]) -> Picture:
    """Points on a plane, marked by the expert that they are sent to, once for each name.

    Args:
        x: `(points, 2)` or more; the first two numbers are drawn.
        sent: under its name the expert of each point, and the router's weight of two rows. Where
            the two logits are equal, the border is drawn.
    """
    figure, axes = charts(len(sent), width=2.6 if len(sent) > 1 else 4.2, height=3.1)
    low, high = float(x[:, :2].min()) * 1.05, float(x[:, :2].max()) * 1.05
    right = x[:, 0] > 0
    said = []
    for place, (axis, (name, (chosen, weight))) in enumerate(zip(axes, sent.items(), strict=True)):
        for expert, (role, mark) in enumerate(MARKS[:2]):
            mine = x[chosen == expert]
            axis.plot(
                mine[:, 0].tolist(), mine[:, 1].tolist(), mark, color=EDGE[role], ms=4,
                mfc=FILL[role], label=f"expert {expert}",
            )  # fmt: skip
        along = (weight[0] - weight[1])[:2].tolist()
        far = 2 * high / max(abs(along[0]), abs(along[1]), 1e-9)
        axis.plot(
            [-along[1] * far, along[1] * far], [along[0] * far, -along[0] * far],
            color=INK, linewidth=1.2, linestyle="--",
        )  # fmt: skip
        axis.set_xlim(low, high)
        axis.set_ylim(low, high)
        axis.set_aspect("equal")
        axis.set_title(name, fontsize=11, color=INK)
        axis.tick_params(labelleft=place == 0)
        shares = [float((chosen[side] == 0).float().mean()) for side in (~right, right)]
        said.append(
            f"{name.replace(chr(10), ', ')}: expert 0 gets {shares[0]:.0%} of the points on the "
            f"left and {shares[1]:.0%} of those on the right"
        )
    marks, labels = axes[0].get_legend_handles_labels()
    figure.legend(marks, labels, loc="outside lower center", ncols=2, frameon=False, fontsize=11)
    return picture(figure, "; ".join(said))


def expert_shares(**trainings: Sequence[Tensor]) -> Picture:
    """Which share of the tokens each expert gets, at every step of one training or several.

    Args:
        trainings: for each the shares after each step, a tensor of one number for each expert. A
            "_" in a name becomes a space.
    """
    figure, axes = charts(len(trainings), width=3.7, height=2.9)
    said = []
    for axis, (name, shares) in zip(axes, trainings.items(), strict=True):
        steps, lower = range(len(shares)), [0.0] * len(shares)
        for expert in range(len(shares[0])):
            mine = [float(each[expert]) for each in shares]
            upper = [low + more for low, more in zip(lower, mine, strict=True)]
            role = MARKS[expert % len(MARKS)][0]
            axis.fill_between(
                steps, lower, upper, fc=FILL[role], ec=EDGE[role], label=f"expert {expert}",
                hatch=("", "///", "...", "xx")[expert % 4],
            )  # fmt: skip
            lower = upper
        axis.set_title(name.replace("_", " "), fontsize=11, color=INK)
        axis.set_xlabel("step", size=11)
        axis.set_xlim(0, len(shares) - 1)
        axis.set_ylim(0, 1)
        axis.yaxis.set_major_formatter("{x:.0%}")
        ends = [", ".join(f"{float(part):.0%}" for part in shares[at]) for at in (0, -1)]
        said.append(f"{name.replace('_', ' ')}: {ends[0]} at first, {ends[1]} at the end")
    marks, labels = axes[0].get_legend_handles_labels()
    figure.legend(marks, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=11)
    return picture(figure, "Shares of the experts. " + "; ".join(said))


def total_and_active(
    d_model: int, hidden_dim: int, num_experts: int, top_k: int, num_shared: int = 0
) -> Picture:
    """A mixture of experts as blocks, and two bars: all its parameters, and those that one token
    passes through, on the scale of the blocks. PyTorch counts both, and one token's mult-adds."""
    one, whole, active, work = _measured(d_model, hidden_dim, num_experts, top_k, num_shared)
    canvas = Canvas()
    side = min(WIDEST, BAR / (num_experts + num_shared + 0.6))
    canvas.cell(0, 0, "", "weight", side * num_experts)
    name = f"router: {d_model} × {num_experts}"
    _beside_or_inside(canvas, 0.5, side * num_experts, name)
    for expert in range(num_experts):
        role = "weight" if expert < top_k else "unused"
        canvas.cell(side * expert, 1.3, str(expert) if side > 0.4 else "", role, side, 2)
    for shared in range(num_shared):
        left = side * (num_experts + 0.6 + shared)
        canvas.cell(left, 1.3, "s" if side > 0.4 else "", "weight", side, 2)
    note = f"an expert: 3 matrices of {d_model} × {hidden_dim}; grey ones wait"
    canvas.note(0, 3.75, note + ("; s: shared" if num_shared else ""))
    for line, (name, count, role) in enumerate(
        (("total", whole, "unused"), ("active", active, "weight"))
    ):
        top, long = 4.5 + 1.3 * line, side * count / one
        canvas.text(-0.3, top + 0.5, name, align="right")
        canvas.cell(0, top, "", role, long)
        _beside_or_inside(canvas, top + 0.5, long, f"{count:,}")
    said = f"mult-adds for one token: {work:,}"
    canvas.title(0, 7.6, said)
    return canvas.picture(
        f"{num_experts} experts, {top_k} of them asked, {num_shared} shared: {whole:,} parameters "
        f"in all, {active:,} active; {said}"
    )


def _beside_or_inside(canvas: Canvas, y: float, long: float, text: str) -> None:
    """A text in the middle of a bar that begins at 0, or behind it where it has no room."""
    if width_of(text, 10) + 0.4 < long:
        canvas.text(long / 2, y, text, align="center", size=10)
    else:
        canvas.text(long + 0.3, y, text, size=10)


def _measured(
    d_model: int, hidden_dim: int, num_experts: int, top_k: int, num_shared: int
) -> tuple[int, int, int, int]:
    """The parameters of one expert, all of them, the active ones; the mult-adds of one token."""
    import torch
    from torch import nn

    from grader.course.mixtures import Expert, expert_layer
    from grader.course.pytorch import mult_adds, parameters

    if top_k > num_experts:
        raise ValueError(f"top_k={top_k} of {num_experts} experts: there are not so many.")
    with torch.device("meta"):
        layers = (
            expert_layer(d_model, hidden_dim, num_experts, present, num_shared)
            for present in (num_experts, top_k)
        )
        whole, active = map(parameters, layers)
        expert = Expert(d_model, hidden_dim)
        router = nn.Linear(d_model, num_experts, bias=False)
        asked = (router, *[expert] * (top_k + num_shared))
        work = sum(mult_adds(layer, (1, d_model)) for layer in asked)
        return parameters(expert), whole, active, work
