"""Tables: the two summary tables from which the course grew, and its own cheat sheet.

The two stand here in their own words, mistakes included. Every formula of the cheat sheet is a
Python expression in its short names, so that a notebook can try it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from pathlib import Path

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>
@page {{ size: A4 landscape; margin: 8mm }}
@media screen {{ body {{ margin: 1em }} }}
@media print {{ body {{ margin: 0 }} }}
body {{ font: 7.5pt/1.15 "Helvetica Neue", Arial, "Liberation Sans", sans-serif; color: #1b1f24 }}
h1 {{ font-size: 13pt; margin: 0 0 2px }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: 1px 9px 1px 0; white-space: nowrap;
  border-bottom: 0.5px solid #aab4be }}
tr.family th {{ padding-top: 3px; color: #0060a0; border-bottom: 1px solid #0060a0 }}
p {{ margin: 4px 0 0 }}
</style>
<h1>{title}</h1>
{body}
</html>
"""
CELL = "text-align:left;padding:3px 12px 3px 0;font-size:88%"


@dataclass(frozen=True)
class SummaryTable:
    """A table with columns that the exercises ask for: these are folded, row by row."""

    title: str
    columns: Sequence[str]
    asked: Sequence[int]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def cells(self, name: str) -> dict[str, str]:
        """The cells of the first row that has `name` in its first column, by their column."""
        row = next(row for row in self.rows if name in row[1])
        return dict(zip(self.columns, row[1:], strict=True))

    def __repr__(self) -> str:
        return f"{self.title}: {len(self.rows)} rows, {len(self.columns)} columns"

    def _repr_html_(self) -> str:
        style = f' style="{CELL}"'
        shown = [place for place in range(len(self.columns)) if place not in self.asked]
        heads = "".join(f"<th{style}>{self.columns[place]}</th>" for place in shown)
        lines = [f"<tr>{heads}<th{style}>what you work out</th></tr>"]
        for lesson, *cells in self.rows:
            open_cells = "".join(f"<td{style}>{_marked(cells[place])}</td>" for place in shown)
            folded = "".join(
                f"<div><em>{self.columns[place]}</em>: {_marked(cells[place])}</div>"
                for place in self.asked
            )
            lines.append(
                f"<tr>{open_cells}<td{style}><details><summary>after&nbsp;lesson&nbsp;{lesson}</summary>"
                f"{folded}</details></td></tr>"
            )
        notes = "".join(f"\n<li>{_marked(note)}</li>" for note in self.notes)
        title = f"<p><strong>{self.title}</strong></p>"
        table = "<table>\n" + "\n".join(lines) + "\n</table>"
        return title + table + (f"<ul>{notes}</ul>" if notes else "")


FIRST = SummaryTable(
    "Deep Learning Layer Summary Table",
    columns=("Layer Type", "Input Shape", "Output Shape", "Trainable Parameters",
        "Non-Trainable Parameters", "Notes / Explanation"),
    asked=(3, 4, 5),
    rows=(  # the lesson after which nothing of it is asked any more, then the cells
        ("01", "Fully Connected (Dense)", "`(N_in,)`", "`(N_out,)`",
            "`N_in × N_out + N_out` (weights + biases)", "–",
            "Every input neuron connects to every output neuron. Common in MLPs and classifier "
            "heads."),
        ("06", "Convolution (Conv2D)", "`(H_in, W_in, C_in)`", "`(H_out, W_out, K)`",
            "`F × F × C_in × K + K` (weights + biases)", "–",
            "Each of the `K` filters learns `F×F×C_in` weights. Output has `K` channels."),
        ("07", "Depthwise Conv2D", "`(H_in, W_in, C_in)`", "`(H_out, W_out, C_in)`",
            "`F × F × C_in + C_in`", "–",
            "One filter per input channel. Often followed by pointwise conv (`1×1`) to mix "
            "channels."),
        ("07", "Pointwise Conv (1×1 Conv)", "`(H_in, W_in, C_in)`", "`(H_in, W_in, K)`",
            "`1 × 1 × C_in × K + K`", "–",
            "Used for channel mixing or dimensionality reduction."),
        ("10", "Batch Normalization", "`(any)`", "`(same as input)`",
            "`2 × C` (`γ` and `β` for each channel)", "`2 × C` (running mean and variance)",
            "Normalizes activations to stabilize training."),
        ("08", "Pooling (Max / Avg Pool)", "`(H_in, W_in, C_in)`", "`(H_out, W_out, C_in)`", "–",
            "–", "Reduces spatial dimensions; no learnable parameters."),
        ("09", "Flatten", "`(H, W, C)`", "`(H×W×C,)`", "–", "–",
            "Converts 3D feature maps into a 1D vector before FC layers."),
        ("11", "Dropout", "`(any)`", "`(same as input)`", "–", "–",
            "Randomly drops units during training; no parameters."),
        ("02", "Activation (ReLU, Sigmoid, etc.)", "`(any)`", "`(same as input)`", "–", "–",
            "Applies element-wise nonlinearity; purely functional."),
        ("12", "Residual / Skip Connection", "`(same input/output dims)`", "`(same)`", "–", "–",
            "Adds or concatenates activations from earlier layers; improves gradient flow."),
        ("04", "Embedding Layer", "`(sequence_length,)`", "`(sequence_length, embedding_dim)`",
            "`Vocab_size × embedding_dim`", "–",
            "Maps discrete tokens to dense continuous vectors."),
        ("13", "RNN / LSTM / GRU", "`(seq_len, input_dim)`", "`(seq_len, hidden_dim)`",
            "Complex: depends on gates; e.g. LSTM has `4 × (input_dim + hidden_dim) × "
            "hidden_dim + 4×hidden_dim`", "–",
            "Used for sequence modeling. Parameters from gates (input, forget, output)."),
        ("03", "Softmax", "`(N,)`", "`(N,)`", "–", "–",
            "Converts logits into probabilities that sum to 1."),
    ),
    notes=(
        "Trainable Parameters: learned through backprop (weights, biases, BN γ & β, embedding "
        "weights).",
        "Non-Trainable Parameters: updated during training but not learned via gradients "
        "(e.g. running mean/var in BatchNorm).",
        "Activations: Output of each layer (shape = Output shape).",
        "Activation size: product of all dimensions in Output shape.",
    ),
)

SECOND = SummaryTable(
    "Summary table of most frequently used neural network layers",
    columns=("Pytorch name", "Formula", "Trainable parameters", "Element wise",
        "Used as last layer", "Used as inner layer"),
    asked=(1, 2, 3, 4),
    rows=(  # the lesson after which nothing of it is asked any more, then the cells
        ("03", "`torch.nn.Linear(in_features=10, out_features=5)`",
            r"$ f_i(x) = \sum_j W_{i,j} x_j + b_i $ or $ f(x) = W x + b $",
            "`W.shape == (5, 10)`, `b.shape == (5,)`", "No", "Yes, for regression.",
            "Yes, alternated with non-linear activation function layers."),
        ("11", "`torch.nn.Embedding(embedding_dim=256, num_embeddings=10_000)`",
            "$ f_i(j) = E_{i,j} $", "`E.shape == (256, 10_000)`", "No",
            "No, only as input layer for integer identifiers.", "Very rarely."),
        ("11", "`torch.nn.Conv1D(in_channels=16, out_channels=32, kernel_size=5)`", "See slides",
            "`W.shape == (32, 16, 5)`, `b.shape == (32,)`", "No", "Rarely",
            "Yes, for sequence transformation."),
        ("11", "`torch.nn.Conv2D(in_channels=16, out_channels=32, kernel_size=(3, 3))`",
            "See slides", "`W.shape == (32, 16, 3, 3)`, `b.shape == (32,)`", "No", "Rarely",
            "Yes, for image transformation."),
        ("02", "`torch.nn.ReLU()`", "$ f_i(x) = max(0, x_i) $", "None", "Yes", "No",
            "Yes, as a non-linear activation function between parametrized layers."),
        ("03", "`torch.nn.Sigmoid()`", r"$ f_i(x) = \frac{1}{1 + e^{-x_i}} $", "None", "Yes",
            "Yes, for binary classifiers.", "Not in modern architectures."),
        ("03", "`torch.nn.Softmax()`", r"$ f_i(x) = \frac{e^{x_i}}{\sum_j e^{x_j}} $", "None",
            "No", "Yes, for multiclass classifiers.",
            "Sometimes, e.g. for attention mechanisms in transformers."),
        ("11", "`torch.nn.Dropout(p=0.2)`",
            "$ f_i(x) = 0 $ with probability $p$ or $ f_i(x) = x_i $ otherwise", "None", "Yes",
            "No", "Yes, mostly to prevent overfitting while training."),
        ("11", "`torch.nn.MaxPool2d(kernel_size=(2, 2), stride=(2, 2))`", "See slides.", "None",
            "No", "No", "Yes, mostly to reduce spatial dimensionality in vision networks."),
        ("11", "`torch.nn.AvgPool2d(kernel_size=(2, 2), stride=(2, 2))`", "See slides.", "None",
            "No", "No", "Yes, mostly to reduce spatial dimensionality in vision networks."),
    ),
)



@dataclass(frozen=True)
class Row:
    """One layer. All but the first are formulas in the sheet's names, such as `"i*o + o"`."""

    layer: str
    input: str
    output: str
    parameters: str
    buffers: str = "0"
    mult_adds: str = "0"


@dataclass(frozen=True)
class Sheet:
    """Rows by family, and what their short names mean."""

    title: str
    families: Mapping[str, Sequence[Row]]
    legend: Sequence[str]

    def __repr__(self) -> str:
        count = sum(map(len, self.families.values()))
        return f"{self.title}: {count} layers"

    def _repr_html_(self) -> str:
        return self._table(f' style="{CELL}"') + self._notes()

    def save(self, path: str) -> None:
        """Write the sheet as a web page of its own, which prints on one page of A4."""
        page = PAGE.format(title=escape(self.title), body=self._table("") + self._notes())
        Path(path).write_text(page, encoding="utf-8")

    def _table(self, style: str) -> str:
        columns = [field.name for field in fields(Row)]
        head = "".join(f"<th{style}>{name.replace('_', '-')}</th>" for name in columns)
        lines = [f"<tr>{head}</tr>"]
        for family, rows in self.families.items():
            lines.append(
                f'<tr class="family"><th{style} colspan="{len(columns)}">{family}</th></tr>'
            )
            for row in rows:
                cells = (f"<td{style}>{_shown(getattr(row, name))}</td>" for name in columns)
                lines.append(f"<tr>{''.join(cells)}</tr>")
        return "<table>\n" + "\n".join(lines) + "\n</table>"

    def _notes(self) -> str:
        return "".join(f"\n<p>{escape(note)}</p>" for note in self.legend)


def _marked(text: str) -> str:
    """A cell's text as HTML: `code` for what stands between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _shown(formula: str) -> str:
    """As one writes it: a dot for a product, a dash for nothing."""
    if formula == "0":
        return "–"
    cubes = re.sub(r"\b(\w)\*\1\*\1\b", r"\1³", formula)
    powers = re.sub(r"\b(\w)\*\1\b", r"\1²", cubes)
    written = escape(powers.replace("//", "/").replace("*", "·"))
    return f'<span style="font-family:monospace">{written}</span>'


DENSE = [
    Row("Linear(i, o)", "(N, i)", "(N, o)", "i*o + o", mult_adds="N*i*o"),
    Row("Sequential(Linear(i, r, False), Linear(r, o, False))", "(N, i)", "(N, o)",
        "i*r + r*o", mult_adds="N*(i*r + r*o)"),
    Row("Embedding(V, D)", "(N, T)", "(N, T, D)", "V*D"),
    Row("EmbeddingBag(V, D)", "(N, T)", "(N, D)", "V*D"),
]
CONVOLUTIONS = [
    Row("Conv1d(c, k, f, s, p, d, g)", "(N, c, L)", "(N, k, out(L))",
        "k*(c//g)*f + k", mult_adds="N*k*out(L) * (c//g)*f"),
    Row("Conv2d(c, k, f, s, p, d, g)", "(N, c, H, W)", "(N, k, out(H), out(W))",
        "k*(c//g)*f*f + k", mult_adds="N*k*out(H)*out(W) * (c//g)*f*f"),
    Row("Conv2d(c, m*c, f, s, p, d, c)", "(N, c, H, W)", "(N, m*c, out(H), out(W))",
        "m*c*f*f + m*c", mult_adds="N*m*c*out(H)*out(W) * f*f"),
    Row("Conv2d(c, k, 1)", "(N, c, H, W)", "(N, k, H, W)", "c*k + k", mult_adds="N*k*H*W * c"),
    Row("Sequential(Conv2d(c, k, 1, bias=False), BatchNorm2d(k))", "(N, c, H, W)",
        "(N, k, H, W)", "c*k + 2*k", buffers="2*k + 1", mult_adds="N*k*H*W * c"),
    Row("Conv2d(c, D, f, f)", "(N, c, a*f, b*f)", "(N, D, a, b)", "D*c*f*f + D",
        mult_adds="N*D*a*b * c*f*f"),
    Row("Conv3d(c, k, f, s, p, d, g)", "(N, c, L, H, W)", "(N, k, out(L), out(H), out(W))",
        "k*(c//g)*f*f*f + k", mult_adds="N*k*out(L)*out(H)*out(W) * (c//g)*f*f*f"),
    Row("ConvTranspose2d(c, k, f, s, p, q, g)", "(N, c, H, W)", "(N, k, up(H), up(W))",
        "c*(k//g)*f*f + k", mult_adds="N*c*H*W * (k//g)*f*f"),
]
POOLING = [
    Row("MaxPool2d(f, s, p, d)", "(N, c, H, W)", "(N, c, out(H), out(W))", "0"),
    Row("AvgPool2d(f, s, p)", "(N, c, H, W)", "(N, c, out(H, 1), out(W, 1))", "0"),
    Row("AdaptiveAvgPool2d((a, b))", "(N, c, H, W)", "(N, c, a, b)", "0"),
    Row("Upsample(scale_factor=s)", "(N, c, H, W)", "(N, c, s*H, s*W)", "0"),
    Row("Flatten()", "(N, c, H, W)", "(N, c*H*W)", "0"),
]
NORMS = [
    Row("BatchNorm2d(c)", "(N, c, H, W)", "(N, c, H, W)", "2*c", buffers="2*c + 1"),
    Row("InstanceNorm2d(c)", "(N, c, H, W)", "(N, c, H, W)", "0"),
    Row("LayerNorm(D)", "(N, T, D)", "(N, T, D)", "2*D"),
    Row("GroupNorm(g, c)", "(N, c, H, W)", "(N, c, H, W)", "2*c"),
    Row("RMSNorm(D)", "(N, T, D)", "(N, T, D)", "D"),
]
PLAIN = [
    Row("ReLU()", "(N, T, D)", "(N, T, D)", "0"),
    Row("PReLU()", "(N, T, D)", "(N, T, D)", "1"),
    Row("GLU()", "(N, T, 2*D)", "(N, T, D)", "0"),
    Row("Softmax(dim=-1)", "(N, T, D)", "(N, T, D)", "0"),
    Row("Dropout(0.5)", "(N, T, D)", "(N, T, D)", "0"),
]
GATE = "h*i + h*h"  # the weights of one gate block
RECURRENT = [
    Row(f"{kind}(i, h)", "(N, T, i)", "(N, T, h)",
        f"{blocks}*({GATE} + 2*h)", mult_adds=f"N*T*{blocks}*({GATE})")
    for kind, blocks in (("RNN", 1), ("GRU", 3), ("LSTM", 4))
]
WORK = "4*T*E*E + 2*T*T*E"  # four projections, scores and weighted sum
ATTENTION = [
    Row("MultiheadAttention(E, n)", "(N, T, E)", "(N, T, E)", "4*E*E + 4*E",
        mult_adds=f"N*({WORK})"),
    Row("TransformerEncoderLayer(E, n, F)", "(N, T, E)", "(N, T, E)",
        "4*E*E + 2*E*F + 9*E + F", mult_adds=f"N*({WORK} + 2*T*E*F)"),
    Row("Experts(D, F, e, t)", "(N, T, D)", "(N, T, D)", "e*D + e*3*D*F",
        mult_adds="N*T*(e*D + t*3*D*F)"),
    Row("KVCache(N, L, n, h)", "(N, n, T, h)", "(N, n, L + T, h)", "0", buffers="2*N*L*n*h"),
]
CHEAT_SHEET = Sheet(
    "Every Layer Counts: the cheat sheet",
    {"Dense, adapter, look-up": DENSE, "Convolution, projection, patches": CONVOLUTIONS,
     "Pooling, upsampling, flattening": POOLING, "Normalization": NORMS,
     "No or few parameters": PLAIN, "Recurrent": RECURRENT,
     "Attention, experts, cache": ATTENTION},
    ["out(L) = ⌊(L + 2p − d(f − 1) − 1) / s⌋ + 1, for H and W alike; average pooling has d = 1. "
     "up(L) = (L − 1)s − 2p + f + q with output padding q. "
     "Without a bias, leave out the lone k or o. A pooling's stride is its kernel by default.",
     "N batch, T steps, D, E features, n heads, V words, h features a head or hidden ones, F the "
     "hidden width, m filters per channel, r an adapter's rank. Recurrent and attention layers "
     "with batch_first=True. Experts: a router, e SwiGLU experts, t of them for each token. "
     "KVCache: one block, L kept positions. These two are this course's, made of PyTorch's parts.",
     "Mult-adds: matrix products and convolutions of the whole batch, bias not counted."],
)
