"""Writes tests/golden/onnx: models exported by PyTorch 1.13, with inputs and the outputs that PyTorch gives.

Run by Debian's /usr/bin/python3 (python3-torch 1.13, python3-onnx 1.12) from this folder. Each NAME.onnx has a
NAME.txt of lines "array length", then values; inputs and outputs have the graph's names, and their shapes these
with ".shape".
"""

import os
import warnings

import onnx
import torch
from torch import nn

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "onnx")
warnings.filterwarnings("ignore")


class Rnn(nn.Module):
    """A recurrent layer: outputs and states."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x, *state):
        given = None if not state else state if len(state) > 1 else state[0]
        y, last = self.layer(x) if given is None else self.layer(x, given)
        return (y, *last) if isinstance(last, tuple) else (y, last)


class Classifier(nn.Module):
    """Tokens to classes: embedding, LSTM, the last step, a linear layer."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 4)
        self.lstm = nn.LSTM(4, 5, batch_first=True)
        self.out = nn.Linear(5, 3)

    def forward(self, tokens):
        y, _ = self.lstm(self.embedding(tokens))
        return torch.log_softmax(self.out(y[:, -1]), dim=-1)


class Packed(nn.Module):
    """A bidirectional GRU over sequences of different lengths."""

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, 4, batch_first=True, bidirectional=True)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
        y, last = self.gru(packed)
        y, _ = nn.utils.rnn.pad_packed_sequence(y, batch_first=True)
        return y, last


class Attention(nn.Module):
    """An encoder layer written out: attention, normalisation, GELU."""

    def __init__(self, size=6, heads=2):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(size, 3 * size)
        self.project = nn.Linear(size, size)
        self.norm1 = nn.LayerNorm(size)
        self.norm2 = nn.LayerNorm(size)
        self.first = nn.Linear(size, 8)
        self.second = nn.Linear(8, size)

    def forward(self, x):
        batch, steps, size = x.shape
        parts = self.qkv(x).view(batch, steps, 3, self.heads, size // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) / (size // self.heads) ** 0.5
        mask = torch.triu(torch.ones(steps, steps, dtype=torch.bool), diagonal=1)
        weights = scores.masked_fill(mask, float("-inf")).softmax(-1)
        mixed = (weights @ v).transpose(1, 2).reshape(batch, steps, size)
        x = self.norm1(x + self.project(mixed))
        return self.norm2(x + self.second(nn.functional.gelu(self.first(x))))


class Convolution(nn.Module):
    """Convolution, batch normalisation and pooling before a GRU."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm1d(4)
        self.pool = nn.MaxPool1d(2)
        self.gru = nn.GRU(4, 5, batch_first=True)
        self.out = nn.Linear(5, 2)
        self.norm.running_mean.uniform_(-1, 1)
        self.norm.running_var.uniform_(0.5, 2)

    def forward(self, x):
        x = self.pool(torch.relu(self.norm(self.conv(x))))
        y, _ = self.gru(x.transpose(1, 2))
        return self.out(y.mean(1))


def number_lines(name, tensor):
    values = tensor.detach().reshape(-1).tolist()
    return f"{name} {len(values)}\n" + " ".join(f"{value:.9g}" for value in values) + "\n"


def write(name, make, inputs, outputs, opset, dynamic=None, **options):
    torch.manual_seed(sum(map(ord, name)))
    module = make().eval()
    path = os.path.join(FOLDER, name + ".onnx")
    args = tuple(value for _, value in inputs)
    torch.onnx.export(
        module, args, path, input_names=[key for key, _ in inputs], output_names=outputs,
        opset_version=opset, dynamic_axes=dynamic, **options)
    model = onnx.load(path)
    onnx.checker.check_model(model)
    for node in model.graph.node:
        node.doc_string = ""
    onnx.save(model, path)
    with torch.no_grad():
        results = module(*args)
    results = results if isinstance(results, tuple) else (results,)
    with open(os.path.join(FOLDER, name + ".txt"), "w", encoding="ascii", newline="\n") as text:
        for key, value in [*inputs, *zip(outputs, results)]:
            text.write(number_lines(key + ".shape", torch.tensor(value.shape)))
            text.write(number_lines(key, value))


def numbers(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(len(shape) * 100 + sum(shape)))


def axes(batch_first, *names):
    order = {0: "batch", 1: "time"} if batch_first else {0: "time", 1: "batch"}
    return {name: order for name in names}


def main():
    os.makedirs(FOLDER, exist_ok=True)
    write("lstm", lambda: Rnn(nn.LSTM(3, 4)), [("x", numbers(5, 2, 3))], ["y", "h", "c"], 11)
    write("lstm_two_bidirectional", lambda: Rnn(nn.LSTM(3, 4, 2, bidirectional=True, batch_first=True)),
          [("x", numbers(2, 5, 3))], ["y", "h", "c"], 13, axes(True, "x", "y"))
    write("lstm_states", lambda: Rnn(nn.LSTM(3, 4, 2)),
          [("x", numbers(5, 2, 3)), ("h0", numbers(2, 2, 4)), ("c0", numbers(2, 2, 4))],
          ["y", "h", "c"], 14, axes(False, "x", "y"))
    write("lstm_unfolded", lambda: Rnn(nn.LSTM(3, 4, bidirectional=True)), [("x", numbers(5, 2, 3))],
          ["y", "h", "c"], 12, do_constant_folding=False)
    write("lstm_no_bias", lambda: Rnn(nn.LSTM(3, 4, bias=False)), [("x", numbers(5, 2, 3))],
          ["y", "h", "c"], 15, axes(False, "x", "y"))
    write("gru", lambda: Rnn(nn.GRU(3, 4, batch_first=True)), [("x", numbers(2, 5, 3))], ["y", "h"], 12,
          axes(True, "x", "y"))
    write("gru_two_bidirectional", lambda: Rnn(nn.GRU(3, 4, 2, bidirectional=True)), [("x", numbers(5, 2, 3))],
          ["y", "h"], 16, axes(False, "x", "y"))
    write("gru_state", lambda: Rnn(nn.GRU(3, 4)), [("x", numbers(5, 2, 3)), ("h0", numbers(1, 2, 4))], ["y", "h"], 17)
    write("gru_packed", Packed, [("x", numbers(2, 5, 3)), ("lengths", torch.tensor([5, 3]))], ["y", "h"], 13,
          {"x": {0: "batch", 1: "time"}, "lengths": {0: "batch"}})
    write("rnn_tanh", lambda: Rnn(nn.RNN(3, 4)), [("x", numbers(5, 2, 3))], ["y", "h"], 11, axes(False, "x", "y"))
    write("rnn_relu_two", lambda: Rnn(nn.RNN(3, 4, 2, nonlinearity="relu", batch_first=True)),
          [("x", numbers(2, 5, 3))], ["y", "h"], 17, axes(True, "x", "y"))
    write("classifier", Classifier, [("tokens", torch.tensor([[1, 0, 10, 4], [7, 7, 2, 3]]))], ["classes"], 17,
          {"tokens": {0: "batch", 1: "time"}, "classes": {0: "batch"}})
    for opset in (14, 17):
        write(f"attention_{opset}", Attention, [("x", numbers(2, 4, 6))], ["y"], opset,
              axes(True, "x", "y"))
    write("convolution", Convolution, [("x", numbers(2, 3, 8))], ["y"], 13, {"x": {0: "batch", 2: "time"}})


if __name__ == "__main__":
    main()
