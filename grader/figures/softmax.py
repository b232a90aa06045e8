"""Softmax step by step, along each dimension and at several temperatures, and losses after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.colors import to_rgb

from grader.figures.canvas import EDGE, FILL, INK, Canvas, Picture, charts, picture
from grader.figures.words import describe, in_words, number, stack

if TYPE_CHECKING:
    from torch import Tensor, nn

CLASSES = ("input", "weight", "output")  # roles: what colours a class
MARKS = ("o", "s", "^")

__all__ = [
    "binary_losses",
    "class_map",
    "implicit_dims",
    "loss_floor",
    "shares_at",
    "softmax_dims",
    "softmax_steps",
    "target_losses",
    "temperatures",
]


def softmax_steps(logits: Tensor) -> Picture:
    """A vector of logits, their exponentials with the sum, and the probabilities."""
    import torch

    exponentials, shares = logits.exp(), torch.softmax(logits, dim=0)
    rows = (
        ("z", logits, "input", "logits: any numbers"),
        ("exp(z)", exponentials, "accent", "positive, and their sum"),
        ("p", shares, "output", "each over the sum"),
    )
    canvas = Canvas()
    count = len(logits)
    for step, (name, row, role, note) in enumerate(rows):
        top = 1.9 * step
        canvas.title(-0.4, top + 0.5, name, align="right")
        for place, text in enumerate(stack(row)[0][0]):
            canvas.cell(1.5 * place, top, text, role, width=1.5)
            if step:
                middle = 1.5 * place + 0.75
                canvas.arrow((middle, top - 0.8), (middle, top - 0.1), "unused")
        right = 1.5 * count + 0.8
        if step:
            canvas.note(right, top + 0.5, "sum", align="center")
            canvas.cell(right + 0.7, top, number(float(row.sum())), role, width=1.5)
        canvas.note(right + 2.7, top + 0.5, note)
    named = {"logits z": logits, "exponentials": exponentials, "probabilities p": shares}
    return canvas.picture(in_words(**named))


def softmax_dims(x: Tensor) -> Picture:
    """A matrix, and its softmax along dim 0 and along dim 1: a frame holds what sums to 1."""
    import torch

    rows, columns = x.shape
    canvas = Canvas()
    canvas.title(0, -1.15, "x")
    canvas.note(0, -0.55, f"shape {tuple(x.shape)}")
    canvas.grid(0, 0, stack(x)[0], "input")
    left, said = columns + 2.0, [describe("x", x)]
    for dim, line in ((0, "column"), (1, "row")):
        y = torch.softmax(x, dim=dim)
        cells = [[number(round(value, 2)) for value in row] for row in y.tolist()]
        canvas.title(left, -1.15, f"dim={dim}")
        canvas.note(left, -0.55, f"each {line} sums to 1")
        for down, row in enumerate(cells):
            for right, text in enumerate(row):
                canvas.cell(left + 1.2 * right, down, text, "output", width=1.2)
        for place in range(columns if dim == 0 else rows):
            frame = (
                (left + 1.2 * place, 0, 1.2, rows) if dim == 0 else (left, place, 1.2 * columns, 1)
            )
            canvas.outline(*frame, "accent")
        said.append(f"along dim {dim}: {describe('y', y)}")
        left += 1.2 * columns + 2.0
    return canvas.picture("; ".join(said))


def implicit_dims(*shapes: tuple[int, ...]) -> Picture:
    """Which dimension `nn.Softmax()` takes when it is not told one, and PyTorch's warning.

    Measured on zeros: along the dimension that was taken, the shares are 1 over its size.
    """
    import warnings

    import torch
    from torch import nn

    canvas = Canvas()
    said = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for line, shape in enumerate(shapes):
            y = nn.Softmax()(torch.zeros(shape))
            sums = (y.sum(dim=dim) for dim in range(len(shape)))
            picked = next(dim for dim, each in enumerate(sums) if each.allclose(torch.ones(())))
            top = 1.5 * line
            canvas.text(-0.4, top + 0.5, f"{len(shape)}-D", align="right")
            for place, size in enumerate(shape):
                role = "accent" if place == picked else "unused"
                canvas.cell(1.3 * place, top, str(size), role, width=1.2)
            canvas.note(1.3 * len(shape) + 0.3, top + 0.5, f"dim={picked}")
            said.append(f"shape {shape}: dim={picked}")
    warning = str(caught[0].message)
    for line, sentence in enumerate(warning.split(". ")):
        canvas.note(0, 1.5 * len(shapes) + 0.3 + 0.7 * line, sentence)
    return canvas.picture(f"What nn.Softmax() picks. {'; '.join(said)}. PyTorch warns: {warning}")


def shares_at(logits: Tensor, temperature: float = 1.0) -> Picture:
    """The shares of the logits at one temperature as bars, and the first one's sum in numbers."""
    import torch

    values, names = logits.tolist(), [number(logit) for logit in logits.tolist()]
    warm = torch.softmax(logits / temperature, dim=0).tolist()
    figure, (ax,) = charts(1, width=5.6, height=3.2)
    bars = ax.bar(range(len(names)), warm, color=FILL["output"], edgecolor=EDGE["output"])
    ax.bar_label(bars, [f"{share:.3f}" for share in warm], fontsize=11, padding=2)
    ax.set_xticks(range(len(names)), names)
    ax.set_ylim(0, 1.12)
    ax.set_yticks([0, 0.5, 1])
    ax.set_ylabel("share", fontsize=11, color=INK)
    powers = [f"e^({name}/{number(temperature)})" for name in names]
    largest = max(values)
    told = f"{powers[0]} / ({' + '.join(powers)}) = {warm[0]:.3f}"
    ax.set_title(f"temperature {number(temperature)}", fontsize=11, color=INK)
    ax.set_xlabel(f"logit, {len(names)} in and {len(warm)} out\n{told}", fontsize=11, color=INK)
    others = ", ".join(f"{share:.3f}" for share in warm)
    return picture(
        figure,
        f"Shares of the logits {', '.join(names)} at temperature {number(temperature)}: {others}; "
        f"the largest logit is {number(largest)}; {told}",
    )


def class_map(points: Tensor, classes: Tensor, layers: Mapping[str, nn.Module]) -> Picture:
    """Points of three classes in the plane, coloured by what each layer thinks of every place.

    Args:
        points: of shape (samples, 2).
        classes: the index of each point's class, 0 to 2.
        layers: under its name a layer from two numbers to three logits.
    """
    import torch

    side = float(points.abs().max()) + 0.4
    line = torch.linspace(-side, side, 121)
    plane = torch.cartesian_prod(line, line)
    colours = torch.tensor([to_rgb(FILL[role]) for role in CLASSES], dtype=plane.dtype)
    figure, axes = charts(len(layers), width=2.5, height=2.9)
    said = []
    for ax, (name, layer) in zip(axes, layers.items(), strict=True):
        with torch.no_grad():
            mixed = (layer(plane).softmax(dim=-1) @ colours).reshape(121, 121, 3)
            chances = layer(points).softmax(dim=-1)
        ax.imshow(
            mixed.transpose(0, 1).clamp(0, 1).numpy(), origin="lower", extent=(-side, side) * 2
        )
        for index, (role, mark) in enumerate(zip(CLASSES, MARKS, strict=True)):
            own = points[classes == index]
            across, up = own.T.tolist()
            ax.scatter(across, up, s=18, marker=mark, color=EDGE[role], linewidths=0)
        right = int((chances.argmax(dim=-1) == classes).sum())
        mean = float(chances[range(len(classes)), classes].mean())
        ax.set_title(name, fontsize=11, color=INK)
        ax.set_xlabel(f"right: {right} of {len(classes)}\nits share: {mean:.2f}", fontsize=11)
        ax.set_xticks([])
        ax.set_yticks([])
        said.append(
            f"{name}: {right} of {len(classes)} points get the largest share for their own class, "
            f"which on average is {mean:.2f}"
        )
    return picture(
        figure, f"Points of three classes and the shares in the plane. {'; '.join(said)}"
    )


def temperatures(logits: Tensor, chosen: Sequence[float]) -> Picture:
    """The same logits at several temperatures: a bar for each class, its probability on it."""
    import torch

    figure, axes = charts(len(chosen), width=2.5, height=2.5)
    names = [number(logit) for logit in logits.tolist()]
    said = []
    for ax, temperature in zip(axes, chosen, strict=True):
        shares = torch.softmax(logits / temperature, dim=0).tolist()
        bars = ax.bar(range(len(names)), shares, color=FILL["output"], edgecolor=EDGE["output"])
        ax.bar_label(bars, [f"{share:.2f}" for share in shares], fontsize=11, padding=2)
        ax.set_xticks(range(len(names)), names)
        ax.set_ylim(0, 1.12)
        ax.set_yticks([0, 0.5, 1])
        ax.set_title(f"temperature {number(temperature)}", fontsize=11, color=INK)
        ax.set_xlabel("logit", fontsize=11, color=INK)
        told = ", ".join(f"{share:.2f}" for share in shares)
        said.append(f"at temperature {number(temperature)}: {told}")
    axes[0].set_ylabel("probability", fontsize=11, color=INK)
    return picture(figure, f"Probabilities of the logits {', '.join(names)} " + "; ".join(said))


def target_losses(logits: Tensor) -> Picture:
    """The loss over the target's probability, with a dot for each class that may be the target."""
    import torch
    from torch.nn import functional

    figure, (ax,) = charts(1, width=5.2, height=3.2)
    grid = torch.linspace(0.01, 1, 400)
    ax.plot(grid.tolist(), (-grid.log()).tolist(), color=EDGE["output"], linewidth=2.2)
    shares = torch.softmax(logits, dim=0)
    said = []
    for target in range(len(logits)):
        share = float(shares[target])
        loss = float(functional.cross_entropy(logits, torch.tensor(target)))
        ax.plot([share], [loss], "o", color=EDGE["accent"], markersize=7)
        place: Any = {"xytext": (9, 5), "textcoords": "offset points"}
        text = f"target {target}: p = {share:.3f}, loss {loss:.3f}"
        ax.annotate(text, (share, loss), fontsize=11, color=INK, **place)
        said.append(text)
    ax.set_xlabel("probability of the target", fontsize=11, color=INK)
    ax.set_ylabel("loss", fontsize=11, color=INK)
    ax.set_xlim(0, 1.05)
    ax.set_ylim(0, 4.7)
    return picture(figure, "The loss falls as the target's probability grows. " + "; ".join(said))


def loss_floor(classes: int = 10, up_to: float = 20.0) -> Picture:
    """CrossEntropyLoss as the right class gets sure: of logits, and of a Softmax's output."""
    import torch
    from torch import nn

    loss = nn.CrossEntropyLoss(reduction="none")
    sure = torch.linspace(0, up_to, 201)
    logits = torch.zeros(len(sure), classes)
    logits[:, 0] = sure
    targets = torch.zeros(len(sure), dtype=torch.long)
    # rounded: the last digits, which differ between processors, would move the dashes
    plain = loss(logits, targets).double().round(decimals=4)
    twice = loss(logits.softmax(dim=1), targets).double().round(decimals=4)
    figure, (ax,) = charts(1, width=5.6, height=3.2)
    drawn = (
        ("model ends in Softmax", twice, "accent", "--", 8),
        ("model ends in Linear", plain, "output", "-", 8),
    )
    for name, losses, role, line, above in drawn:
        ax.plot(sure.tolist(), losses.tolist(), color=EDGE[role], linewidth=2.2, linestyle=line)
        place: Any = {"xytext": (0, above), "textcoords": "offset points", "ha": "right"}
        text = f"{name}: {abs(float(losses[-1])):.4f}"
        ax.annotate(text, (up_to, float(losses[-1])), fontsize=11, color=INK, **place)
    ax.set_ylim(-0.08, float(plain[0]) * 1.1)
    ax.set_xlabel("logit of the right class, the others are 0", fontsize=11, color=INK)
    ax.set_ylabel("CrossEntropyLoss", fontsize=11, color=INK)
    told = "; ".join(
        f"{name}: from {float(losses[0]):.4f} down to {abs(float(losses[-1])):.4f}"
        for name, losses, *_ in drawn
    )
    return picture(
        figure, f"Loss for {classes} classes as the right logit grows to {up_to}. {told}"
    )


def binary_losses(low: float = -120.0, high: float = 20.0) -> Picture:
    """Two losses for the answer yes, and their gradients, over the logit: with Sigmoid, without."""
    import torch
    from torch.nn import functional

    logits = torch.linspace(low, high, 561, requires_grad=True)
    yes = torch.ones_like(logits)
    stable = functional.binary_cross_entropy_with_logits(logits, yes, reduction="none")
    clamped = functional.binary_cross_entropy(logits.sigmoid(), yes, reduction="none")
    figure, axes = charts(2, width=3.8, height=3.2)
    drawn = (  # a broad pale line below, a thin dark one above: both are seen where they meet
        ("Linear, BCEWithLogitsLoss", stable, {"color": FILL["output"], "linewidth": 8}),
        ("Sigmoid, BCELoss", clamped, {"color": EDGE["accent"], "linewidth": 1.8}),
    )
    said = []
    for name, losses, style in drawn:
        (slope,) = torch.autograd.grad(losses.sum(), logits)
        curves = [losses.tolist(), (slope + 0.0).tolist()]  # + 0.0 makes 0 of -0
        look: Any = {**style, "solid_capstyle": "butt"}
        for ax, curve in zip(axes, curves, strict=True):
            ax.plot(logits.tolist(), curve, label=name, **look)
        loss, gradient = (number(curve[0]) for curve in curves)
        said.append(f"{name}: at logit {number(low)} the loss is {loss}, the gradient {gradient}")
    for ax, title in zip(axes, ("loss", "gradient"), strict=True):
        ax.set_title(title, fontsize=11, color=INK)
        ax.set_xlabel("logit, the right answer is yes", fontsize=11, color=INK)
    handles = axes[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=2, frameon=False, fontsize=11)
    return picture(figure, "; ".join(said))
