"""Writes the files of torch.save, and what PyTorch computes with them, that NativeRnn.Tests' PyTorch tests read.

Run with a Python that has torch (Debian: python3-torch): python3 make_pytorch.py
The .pt files are as users save them; the numbers in pytorch/expected.txt are PyTorch's in float32.
"""

import argparse
import collections

import numpy
import torch
from make_golden import HERE, GoldenFile

FOLDER = HERE / "pytorch"
STEPS, BATCH, INPUT, HIDDEN, PROJECTED = 4, 2, 2, 3, 2
TOKENS, CLASSES = 11, 3
KINDS = {
    "lstm": (torch.nn.LSTM, {}),
    "lstm_projected": (torch.nn.LSTM, {"proj_size": PROJECTED}),
    "gru": (torch.nn.GRU, {}),
    "rnn_tanh": (torch.nn.RNN, {"nonlinearity": "tanh"}),
    "rnn_relu": (torch.nn.RNN, {"nonlinearity": "relu"}),
}


class Regression(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(INPUT, 6, batch_first=True)
        self.fc = torch.nn.Linear(6, 1)

    def forward(self, x):
        return self.fc(self.lstm(x)[0])


class Classifier(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(TOKENS, 5)
        self.gru = torch.nn.GRU(5, 4, 2, batch_first=True, bidirectional=True)
        self.fc = torch.nn.Linear(8, CLASSES)

    def forward(self, tokens):
        return self.fc(self.gru(self.embedding(tokens))[0][:, -1])


def save(value, name, **options):
    torch.save(value, FOLDER / f"{name}.pt", **options)


def layers(golden):
    """Each kind of layer with 1 to 3 layers and one or two directions; some in half precision, some without biases."""
    x = torch.randn(STEPS, BATCH, INPUT)
    golden.add("x", x)
    for kind, (make, options) in KINDS.items():
        for count in (1, 2, 3):
            for directions in (1, 2):
                layer(golden, x, f"{kind}_l{count}d{directions}", make(
                    INPUT, HIDDEN, count, bidirectional=directions == 2, **options))
    for kind in ("lstm", "gru"):
        for dtype in ("half", "bfloat16", "double"):
            make, options = KINDS[kind]
            layer(golden, x, f"{kind}_{dtype}", getattr(make(INPUT, HIDDEN, 2, **options), dtype)())
    layer(golden, x, "lstm_no_bias", torch.nn.LSTM(INPUT, HIDDEN, 2, bias=False))
    layer(golden, x, "gru_no_bias", torch.nn.GRU(INPUT, HIDDEN, bias=False, bidirectional=True))


def layer(golden, x, name, module):
    save(module.state_dict(), name)
    # Half precision does not run on the CPU: what counts is float32 on the rounded weights.
    y, last = module.float()(x)
    golden.add(f"{name}.y", y)
    for index, state in enumerate(last if isinstance(last, tuple) else (last,)):
        golden.add(f"{name}.{'hc'[index]}", state)


def tensors(golden):
    """Tensors that share storages, lie in them with holes, and have each type."""
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8
    values = {
        "base": base,
        "transposed": base.t(),
        "slice": base[1:3, 2:5],
        "every_other": base[::2, ::3],
        "row": base[2],
        "permuted": base.reshape(2, 3, 4).permute(2, 0, 1),
        "expanded": torch.tensor([[1.5], [-2.5]]).expand(2, 3),
        "scalar": torch.tensor(0.25),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.tensor([1.0, 2.0])),
        "double": torch.tensor([1e-300, 0.1, -3.5], dtype=torch.float64),
        "half": torch.tensor([0.1, -65504, 6e-8], dtype=torch.float16),
        "bfloat16": torch.tensor([0.1, -3e38, 1e-40], dtype=torch.bfloat16),
        "half_transposed": torch.tensor([[1, 2, 3], [4, 5, 6]], dtype=torch.float16).t(),
        "long": torch.tensor([1, -2, 123456789]),
        "int": torch.tensor([[3, -4]], dtype=torch.int32),
        "short": torch.tensor([-300, 300], dtype=torch.int16),
        "char": torch.tensor([-128, 127], dtype=torch.int8),
        "byte": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
    }
    save(values, "tensors")
    for name, value in values.items():
        golden.add(f"tensors.{name}", value.double())
        golden.add(f"tensors.{name}.shape", torch.tensor(value.shape))
    save({"wide": torch.tensor([1, 2**40])}, "wide_integers")


def checkpoint():
    """What training programs save: the weights of a DataParallel and of an optimiser, counters, settings."""
    model = torch.nn.DataParallel(Regression())
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 5])
    model(torch.ones(1, 2, INPUT)).sum().backward()
    optimizer.step()
    scheduler.step()
    save({
        "epoch": 17,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "loss": 0.125,
        "best": numpy.float64(0.75),
        "count": numpy.int64(-3),
        "args": argparse.Namespace(hidden=6, name="run ü"),
        "ordered": collections.OrderedDict([("a", 1), ("b", [True, None, (1, 2, 3, 4)])]),
        "large": 2**70,
        "negative": -(2**33),
        "bytes": b"\x00\xff",
        "set": {5},
        "size": torch.Size([2, 3]),
        "device": torch.device("cpu"),
        "dtype": torch.float16,
    }, "checkpoint")
    save({"trainer": {"networks": {"policy": Regression().state_dict(), "value": Regression().state_dict()}}}, "nested")
    save({"value": torch.nn.LSTM(INPUT, HIDDEN).state_dict()}, "protocol4", pickle_protocol=4)


def refused():
    """What is not read, with a word on what to do."""
    model = torch.nn.LSTM(INPUT, HIDDEN)
    save(model, "whole_module")
    save(model.state_dict(), "legacy", _use_new_zipfile_serialization=False)
    torch.jit.save(torch.jit.trace(torch.nn.Linear(1, 1), torch.zeros(1, 1)), str(FOLDER / "script.pt"))
    save({"complex": torch.zeros(1, dtype=torch.complex64)}, "complex")
    save({"sparse": torch.eye(2).to_sparse()}, "sparse")


def fine_tuning(golden, name, model, loss, x, target):
    """Ten steps of Adam from a state dict that is saved before them."""
    save(model.state_dict(), name)
    golden.add(f"{name}.x", x)
    golden.add(f"{name}.target", target)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        output = model(x)
        value = loss(output, target)
        value.backward()
        optimizer.step()
        losses.append(value.item())
        if len(losses) == 1:
            golden.add(f"{name}.y", output)
    golden.add(f"{name}.losses", losses)


def main():
    torch.manual_seed(20)
    FOLDER.mkdir(exist_ok=True)
    golden = GoldenFile("pytorch/expected", digits=9)
    layers(golden)
    tensors(golden)
    checkpoint()
    refused()
    fine_tuning(
        golden, "regression", Regression(), torch.nn.MSELoss(), torch.randn(3, 5, INPUT), torch.randn(3, 5, 1))
    fine_tuning(
        golden, "classifier", Classifier(), torch.nn.CrossEntropyLoss(), torch.randint(TOKENS, (4, 6)),
        torch.randint(CLASSES, (4,)))
    golden.write()


if __name__ == "__main__":
    main()
