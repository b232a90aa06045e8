"""Small calls of every picture in `grader.figures.activations`."""

import torch
from torch import nn

from grader import figures

X = torch.tensor([1.0, 2.0, 0.0, -1.0])
PICTURES = {
    "activation_curves": lambda: figures.activation_curves(ReLU=nn.ReLU(), PReLU=nn.PReLU()),
    "glu": lambda: figures.glu(X),
    "dependencies": lambda: figures.dependencies(X, ReLU=nn.ReLU(), GLU=nn.GLU()),
    "dependencies random": lambda: figures.dependencies(X, Dropout=nn.Dropout(0.5)),
}
