"""Writes the golden values of PyTorch that tests/NativeRnn.Tests reads, as make_golden.py does for the native tests.

Inputs and parameters are multiples of 1/64, so exact in few digits; results are computed in float64 and keep ten
digits. Parameters have PyTorch's own names; the gradient of an array NAME is NAME.grad.
"""

import torch
from make_golden import GoldenFile

STEPS, BATCH, INPUT, HIDDEN, PROJECTED = 4, 3, 2, 3, 2
LENGTHS = [4, 1, 3]
DIGITS = 10


def numbers(*shape, scale=1.0):
    """Normal numbers, multiples of 1/64, that gradients can be taken of."""
    return ((torch.randn(*shape, dtype=torch.float64) * scale * 64).round() / 64).requires_grad_()


def round_parameters(module):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(numbers(*parameter.shape, scale=0.5))


def back_propagate(outputs):
    """Gives each output a gradient of its own, and returns these."""
    gradients = [numbers(*output.shape).detach() for output in outputs]
    torch.autograd.backward(outputs, gradients)
    return gradients


def add_parameters(golden, prefix, module):
    for name, parameter in module.named_parameters():
        golden.add(f"{prefix}{name}", parameter)


def add_gradients(golden, prefix, module):
    for name, parameter in module.named_parameters():
        golden.add(f"{prefix}{name}.grad", parameter.grad)
        parameter.grad = None


def recurrent_grid():
    """Layers 1 to 3 in one direction and two, all steps and lengths, each cell in a file."""
    kinds = {
        "lstm": (torch.nn.LSTM, {}),
        "lstm_projected": (torch.nn.LSTM, {"proj_size": PROJECTED}),
        "gru": (torch.nn.GRU, {}),
        "rnn_tanh": (torch.nn.RNN, {"nonlinearity": "tanh"}),
        "rnn_relu": (torch.nn.RNN, {"nonlinearity": "relu"}),
    }
    for name, (kind, options) in kinds.items():
        golden = GoldenFile(f"{name}_grid", DIGITS)
        golden.add("lengths", LENGTHS)
        for layers in (1, 2, 3):
            for directions in (1, 2):
                module = kind(INPUT, HIDDEN, layers, bidirectional=directions == 2, dtype=torch.float64, **options)
                round_parameters(module)
                add_parameters(golden, f"l{layers}d{directions}.", module)
                recurrent(golden, f"l{layers}d{directions}", module, LENGTHS)
                recurrent(golden, f"l{layers}d{directions}", module, None)
        golden.write()


def recurrent(golden, key, module, lengths):
    prefix = f"{key}.lengths." if lengths else f"{key}.full."
    lstm = isinstance(module, torch.nn.LSTM)
    rows = module.num_layers * (2 if module.bidirectional else 1)
    x = numbers(STEPS, BATCH, INPUT)
    h0 = numbers(rows, BATCH, module.proj_size or HIDDEN)
    c0 = numbers(rows, BATCH, HIDDEN)
    state = (h0, c0) if lstm else h0
    if lengths:
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        y, last = module(packed, state)
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, total_length=STEPS)
    else:
        y, last = module(x, state)
    outputs = [y, *last] if lstm else [y, last]
    gradients = back_propagate(outputs)
    for name, value, gradient in zip(("y", "hn", "cn"), outputs, gradients):
        golden.add(f"{prefix}{name}", value)
        golden.add(f"{prefix}{name}.grad", gradient)
    for name, value in (("x", x), ("h0", h0), ("c0", c0))[: 3 if lstm else 2]:
        golden.add(f"{prefix}{name}", value)
        golden.add(f"{prefix}{name}.grad", value.grad)
    add_gradients(golden, prefix, module)


def module_case(golden, key, module, x, run):
    """The results of run(module, x), and the gradients."""
    round_parameters(module)
    y = run(module, x)
    (gradient,) = back_propagate([y])
    add_parameters(golden, f"{key}.", module)
    for name, value in (("x", x), ("x.grad", x.grad), ("y", y), ("y.grad", gradient)):
        golden.add(f"{key}.{name}", value)
    add_gradients(golden, f"{key}.", module)


def padding_mask(lengths, steps):
    return torch.arange(steps)[None, :] >= torch.tensor(lengths)[:, None]


def causal_mask(steps):
    return torch.triu(torch.ones(steps, steps, dtype=torch.bool), 1)


def modules():
    golden = GoldenFile("modules", DIGITS)
    double = {"dtype": torch.float64}
    attention = torch.nn.MultiheadAttention(6, 2, batch_first=True, **double)
    module_case(golden, "attention", attention, numbers(2, 4, 6), lambda m, x: m(x, x, x)[0])
    module_case(golden, "attention_masked", attention, numbers(2, 4, 6), lambda m, x: m(
        x, x, x, key_padding_mask=padding_mask([4, 2], 4), attn_mask=causal_mask(4))[0])
    module_case(golden, "layer_norm", torch.nn.LayerNorm(6, **double), numbers(2, 3, 6), lambda m, x: m(x))
    for key, options in (
        ("conv", {}),
        ("conv_stride", {"stride": 2}),
        ("conv_dilated", {"dilation": 2}),
        ("conv_groups", {"groups": 2, "bias": False}),
    ):
        module_case(golden, key, torch.nn.Conv1d(4, 6, 3, **options, **double), numbers(2, 8, 4),
                    lambda m, x: m(x.transpose(1, 2)).transpose(1, 2))
    for key, options in (
        ("encoder_post", {"norm_first": False, "activation": "relu"}),
        ("encoder_pre", {"norm_first": True, "activation": "gelu"}),
    ):
        layer = torch.nn.TransformerEncoderLayer(6, 2, 8, dropout=0.0, batch_first=True, **options, **double)
        module_case(golden, key, layer, numbers(2, 4, 6), lambda m, x: m(
            x, src_mask=causal_mask(4), src_key_padding_mask=padding_mask([4, 3], 4)))
    golden.write()


def losses():
    """One loss with reduction 'mean' a case: predictions, their gradient, targets and the value."""
    golden = GoldenFile("losses", DIGITS)
    functional = torch.nn.functional
    labels = torch.tensor([4, 0, 1, 2, 3])
    ignoring = torch.tensor([4, -100, 1, -100, 3])
    zero_one = torch.tensor([[0, 1, 1], [1, 0, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1]]).double()
    shares = numbers(5, 5).detach().softmax(1).float().double()
    reals = numbers(5, 3).detach()
    weights = torch.tensor([0.5, 2.0, 1.0, 4.0, 1.5], dtype=torch.float64)
    cases = {
        "cross_entropy": (5, labels, lambda p, t: functional.cross_entropy(p, t)),
        "cross_entropy_smooth_ignore": (5, ignoring, lambda p, t: functional.cross_entropy(
            p, t, ignore_index=-100, label_smoothing=0.125)),
        "cross_entropy_shares": (5, shares, lambda p, t: functional.cross_entropy(p, t)),
        "cross_entropy_shares_smooth": (5, shares, lambda p, t: functional.cross_entropy(p, t, label_smoothing=0.125)),
        "nll": (5, labels, lambda p, t: functional.nll_loss(p, t)),
        "nll_ignore": (5, ignoring, lambda p, t: functional.nll_loss(p, t, ignore_index=-100)),
        "bce_logits": (3, zero_one, lambda p, t: functional.binary_cross_entropy_with_logits(p, t)),
        "bce_logits_positive": (3, zero_one, lambda p, t: functional.binary_cross_entropy_with_logits(
            p, t, pos_weight=torch.tensor(2.5, dtype=torch.float64))),
        "kl": (5, shares, lambda p, t: functional.kl_div(p.log_softmax(1), t, reduction="batchmean")),
        "huber": (3, reals, lambda p, t: functional.huber_loss(p, t, delta=0.75)),
        "smooth_l1": (3, reals, lambda p, t: functional.smooth_l1_loss(p, t)),
        "mse": (3, reals, lambda p, t: functional.mse_loss(p, t)),
        "l1": (3, reals, lambda p, t: functional.l1_loss(p, t)),
        "mse_weighted": (3, reals, lambda p, t: (weights * functional.mse_loss(p, t, reduction="none").mean(1)).mean()),
    }
    golden.add("weights", weights)
    for key, (columns, targets, evaluate) in cases.items():
        predictions = numbers(5, columns)
        value = evaluate(predictions, targets)
        value.backward()
        golden.add(f"{key}.predictions", predictions)
        golden.add(f"{key}.predictions.grad", predictions.grad)
        golden.add(f"{key}.targets", targets)
        golden.add(f"{key}.value", [value.item()])
    golden.write()


if __name__ == "__main__":
    torch.manual_seed(21)
    recurrent_grid()
    modules()
    losses()
