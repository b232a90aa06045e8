"""Small calls of every picture in `grader.figures.recurrent`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
RNN = nn.RNN(3, 2, nonlinearity="relu")
CELL = nn.LSTMCell(3, 2)
PICTURES = {
    "recurrent_step": lambda: figures.recurrent_step(RNN, torch.ones(3), torch.ones(2)),
    "unrolled": lambda: figures.unrolled(RNN, torch.ones(4, 3)),
    "unrolled on the way": lambda: figures.unrolled(RNN, torch.ones(4, 3), 2),
    "unrolled at the start": lambda: figures.unrolled(RNN, torch.ones(4, 3), 0),
    "state_curves": lambda: figures.state_curves(
        torch.arange(5.0), before=torch.ones(5), after=torch.arange(5.0)
    ),
    "gate_blocks": lambda: figures.gate_blocks(
        RNN=nn.RNN(3, 2), GRU=nn.GRU(3, 2), LSTM=nn.LSTM(3, 2)
    ),
    "gate_blocks large": lambda: figures.gate_blocks(LSTM=nn.LSTM(10, 20)),
    "gate_blocks projected": lambda: figures.gate_blocks(
        plain=nn.LSTM(3, 4), projected=nn.LSTM(3, 4, proj_size=2), no_bias=nn.LSTM(3, 4, bias=False)
    ),
    "lstm_step": lambda: figures.lstm_step(CELL, torch.ones(3), torch.ones(2), torch.zeros(2)),
    "directions": lambda: figures.directions(nn.LSTM(10, 20, 2, bidirectional=True)),
    "directions one": lambda: figures.directions(nn.GRU(3, 2, 3)),
    "reach": lambda: figures.reach(
        torch.zeros(2, 7, 3),
        (0, 0),
        yes=nn.RNN(3, 2, batch_first=True),
        no=nn.RNN(3, 2),
    ),
}
