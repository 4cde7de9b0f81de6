"""Writes the golden values of PyTorch that tests/native/golden_test.cc reads.

Run with a Python that has torch (Debian: python3-torch, /usr/bin/python3): python3 make_golden.py
Inputs are exact in float32 and results are computed in float64. A file is a list of arrays: a line "name length",
then the values, in the order of nativernn.h.
"""

import pathlib

import torch

HERE = pathlib.Path(__file__).parent
STEPS, BATCH, INPUT, HIDDEN = 5, 4, 3, 6
LENGTHS = [5, 2, 4, 1]


class GoldenFile:
    def __init__(self, name, digits=17):
        self.path = HERE / f"{name}.txt"
        self.digits = digits
        self.lines = []

    def add(self, name, values):
        values = torch.as_tensor(values).detach().flatten().tolist()
        self.lines.append(f"{name} {len(values)}")
        for start in range(0, len(values), 6):
            self.lines.append(" ".join(f"{value:.{self.digits}g}" for value in values[start : start + 6]))

    def write(self):
        self.path.write_text("\n".join(self.lines) + "\n")


def numbers(*shape):
    """Normal numbers, exact in float32, that gradients can be taken of."""
    return torch.randn(*shape, dtype=torch.float32).double().requires_grad_()


def recurrent(name, module, lstm, packed):
    golden = GoldenFile(name)
    layers, directions = module.num_layers, 2 if module.bidirectional else 1
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(parameter.float())
    x = numbers(BATCH, STEPS, INPUT) if module.batch_first else numbers(STEPS, BATCH, INPUT)
    output = module.proj_size or HIDDEN
    h0 = numbers(layers * directions, BATCH, output)
    c0 = numbers(layers * directions, BATCH, HIDDEN)
    state = (h0, c0) if lstm else h0
    if packed:
        sequence = torch.nn.utils.rnn.pack_padded_sequence(
            x, LENGTHS, batch_first=module.batch_first, enforce_sorted=False)
        y, last = module(sequence, state)
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(
            y, batch_first=module.batch_first, total_length=STEPS)
    else:
        y, last = module(x, state)
    hn, cn = last if lstm else (last, torch.zeros(0).double())
    dy, dhn, dcn = numbers(*y.shape), numbers(*hn.shape), numbers(*cn.shape)
    ((y * dy).sum() + (hn * dhn).sum() + (cn * dcn).sum()).backward()
    parameters = [p for group in module.all_weights for p in group]
    golden.add("shape", [layers, directions, int(module.batch_first), int(module.bias), INPUT, HIDDEN]
               + ([module.proj_size] if module.proj_size else []))
    golden.add("steps_batch", [STEPS, BATCH])
    golden.add("lengths", LENGTHS if packed else [])
    golden.add("params", torch.cat([p.flatten() for p in parameters]))
    for key, value in (("x", x), ("h0", h0), ("y", y), ("hn", hn), ("dy", dy), ("dhn", dhn)):
        golden.add(key, value)
    golden.add("dx", x.grad)
    golden.add("dh0", h0.grad)
    if lstm:
        for key, value in (("c0", c0), ("cn", cn), ("dcn", dcn), ("dc0", c0.grad)):
            golden.add(key, value)
    golden.add("dparams", torch.cat([p.grad.flatten() for p in parameters]))
    golden.write()


def all_recurrent():
    cells = {
        "lstm": (torch.nn.LSTM, {}),
        "gru": (torch.nn.GRU, {}),
        "rnn_tanh": (torch.nn.RNN, {"nonlinearity": "tanh"}),
        "rnn_relu": (torch.nn.RNN, {"nonlinearity": "relu"}),
    }
    for name, (kind, options) in cells.items():
        lstm = name == "lstm"
        plain = kind(INPUT, HIDDEN, batch_first=True, bias=False, dtype=torch.float64, **options)
        recurrent(f"{name}_plain", plain, lstm, packed=False)
        stack = kind(INPUT, HIDDEN, num_layers=2, bidirectional=True, dtype=torch.float64, **options)
        recurrent(f"{name}_packed", stack, lstm, packed=True)


def projected():
    plain = torch.nn.LSTM(INPUT, HIDDEN, batch_first=True, bias=False, proj_size=4, dtype=torch.float64)
    recurrent("lstm_projected_plain", plain, True, packed=False)
    stack = torch.nn.LSTM(INPUT, HIDDEN, num_layers=2, bidirectional=True, proj_size=4, dtype=torch.float64)
    recurrent("lstm_projected_packed", stack, True, packed=True)


def cross_entropy():
    golden = GoldenFile("cross_entropy")
    for key, smoothing in (("hard", 0.0), ("smooth", 0.125)):
        logits = numbers(6, 9)
        targets = torch.tensor([8, 0, -100, 3, 3, -100])
        losses = torch.nn.functional.cross_entropy(
            logits, targets, ignore_index=-100, label_smoothing=smoothing, reduction="none")
        dlosses = numbers(6)
        (losses * dlosses).sum().backward()
        golden.add(f"{key}_smoothing", [smoothing])
        golden.add(f"{key}_targets", targets)
        golden.add(f"{key}_logits", logits)
        golden.add(f"{key}_losses", losses)
        golden.add(f"{key}_dlosses", dlosses)
        golden.add(f"{key}_dlogits", logits.grad)
    golden.write()


def ctc():
    """Time-major; the blank is class 2; one row has repeats, one no targets."""
    golden = GoldenFile("ctc")
    steps, batch, classes = 7, 4, 5
    logits = numbers(steps, batch, classes)
    targets = torch.tensor([[1, 1, 3], [4, 0, 1], [3, 0, 0], [0, 0, 0]])
    lengths, target_lengths = torch.tensor([7, 6, 3, 5]), torch.tensor([3, 3, 1, 0])
    losses = torch.nn.functional.ctc_loss(
        logits.log_softmax(2), targets, lengths, target_lengths, blank=2, reduction="none")
    dlosses = numbers(batch)
    (losses * dlosses).sum().backward()
    mean = torch.nn.functional.ctc_loss(
        logits.log_softmax(2), targets, lengths, target_lengths, blank=2, reduction="mean")
    golden.add("logits", logits)
    golden.add("targets", targets)
    golden.add("lengths", lengths)
    golden.add("target_lengths", target_lengths)
    golden.add("losses", losses)
    golden.add("mean", [mean.item()])
    golden.add("dlosses", dlosses)
    golden.add("dlogits", logits.grad)
    golden.write()


def optimizers():
    """Five steps each, with the gradients given; options are exact in float32 too."""
    golden = GoldenFile("optimizers")
    decay, rate = 0.0625, 0.03125
    kinds = {
        "adam": lambda p: torch.optim.Adam(p, rate, betas=(0.875, 0.9375), eps=2**-20, weight_decay=decay),
        "adamw": lambda p: torch.optim.AdamW(p, rate, betas=(0.875, 0.9375), eps=2**-20, weight_decay=decay),
        "sgd": lambda p: torch.optim.SGD(p, rate, weight_decay=decay),
        "sgd_momentum": lambda p: torch.optim.SGD(p, rate, momentum=0.875, weight_decay=decay),
        "sgd_nesterov": lambda p: torch.optim.SGD(p, rate, momentum=0.875, weight_decay=decay, nesterov=True),
        "rmsprop": lambda p: torch.optim.RMSprop(p, rate, alpha=0.875, eps=2**-20, weight_decay=decay),
        "rmsprop_momentum": lambda p: torch.optim.RMSprop(
            p, rate, alpha=0.875, eps=2**-20, weight_decay=decay, momentum=0.75),
        "adagrad": lambda p: torch.optim.Adagrad(p, rate, eps=2**-20, weight_decay=decay),
    }
    gradients = numbers(5, 20).detach()
    start = numbers(20).detach()
    golden.add("start", start)
    golden.add("gradients", gradients)
    for name, make in kinds.items():
        parameter = start.clone().requires_grad_()
        optimizer = make([parameter])
        for gradient in gradients:
            parameter.grad = gradient.clone()
            optimizer.step()
        golden.add(name, parameter)
    golden.write()


if __name__ == "__main__":
    torch.manual_seed(20)
    all_recurrent()
    cross_entropy()
    optimizers()
    state = torch.get_rng_state()
    projected()
    torch.set_rng_state(state)  # The files of these two were made apart, each after the optimisers.
    ctc()
