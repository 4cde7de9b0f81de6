"""The numbers of a case and what a float64 reference makes of them."""

import torch

from cases import GATES

# Rows times steps times hidden units that the reference runs at once: 2 GB or so of float64 gates.
REFERENCE_ELEMENTS = 1 << 24


def _exact(shape, scale, generator):
    """Normal numbers that bfloat16, and so every precision, holds exactly."""
    values = torch.randn(*shape, generator=generator, device=generator.device) * scale
    return values.bfloat16().float()


class Problem:
    """Weights, inputs and the gradient of the output, as float32 tensors on the device that PyTorch uses."""

    def __init__(self, shape, device, seed=1):
        self.shape = shape
        generator = torch.Generator(device=device).manual_seed(seed)
        scale = shape.hidden**-0.5
        self.weights = []  # in PyTorch's order, which is params': weight_ih, weight_hh, bias_ih, bias_hh
        for layer in range(shape.layers):
            for _ in range(shape.directions):
                rows = GATES[shape.cell] * shape.hidden
                self.weights.append(_exact((rows, shape.layer_input(layer)), scale / 2, generator))
                self.weights.append(_exact((rows, shape.hidden), scale / 2, generator))
                self.weights.append(_exact((rows,), scale, generator))
                self.weights.append(_exact((rows,), scale, generator))
        states = (shape.layers * shape.directions, shape.batch, shape.hidden)
        self.x = _exact((shape.steps, shape.batch, shape.input), 1.0, generator)
        self.h0 = _exact(states, 0.5, generator)
        self.c0 = _exact(states, 0.5, generator) if shape.cell == "LSTM" else None
        self.dy = _exact((shape.steps, shape.batch, shape.directions * shape.hidden), 1.0, generator)

    def module(self, dtype):
        """PyTorch's layer with these weights."""
        kind = {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU, "RNN": torch.nn.RNN}[self.shape.cell]
        module = kind(self.shape.input, self.shape.hidden, self.shape.layers, bidirectional=self.shape.directions == 2)
        module = module.to(device=self.x.device, dtype=dtype)
        with torch.no_grad():
            parameters = [parameter for group in module.all_weights for parameter in group]
            for parameter, weight in zip(parameters, self.weights):
                parameter.copy_(weight)
        return module


def run_module(module, x, h0, c0):
    """(y, hn, cn) of PyTorch's layer; cn is None unless it is an LSTM."""
    if c0 is None:
        y, hn = module(x, h0)
        return y, hn, None
    y, (hn, cn) = module(x, (h0, c0))
    return y, hn, cn


def results_of(module, problem, rows, dtype):
    """Outputs and gradients of some rows of the batch, by PyTorch."""

    def part(values, grad):
        return None if values is None else values[:, rows].to(dtype, copy=True).requires_grad_(grad)

    x, h0, c0 = part(problem.x, True), part(problem.h0, True), part(problem.c0, True)
    y, hn, cn = run_module(module, x, h0, c0)
    inputs = [tensor for tensor in (x, h0, c0) if tensor is not None]
    parameters = [parameter for group in module.all_weights for parameter in group]
    gradients = torch.autograd.grad(y, inputs + parameters, part(problem.dy, False))
    results = {"y": y.detach(), "hn": hn.detach(), "dx": gradients[0], "dh0": gradients[1]}
    if c0 is not None:
        results["cn"], results["dc0"] = cn.detach(), gradients[2]
    for number, gradient in enumerate(gradients[len(inputs) :]):
        results[f"dweights[{number}]"] = gradient
    return results


def reference(problem):
    """Outputs and gradients in float64, without cuDNN; the batch in parts, so that it fits in memory."""
    shape = problem.shape
    module = problem.module(torch.float64)
    rows = max(1, REFERENCE_ELEMENTS // (shape.steps * shape.hidden * shape.layers * shape.directions))
    parts = []
    torch.backends.cudnn.enabled = False
    try:
        for first in range(0, shape.batch, rows):
            parts.append(results_of(module, problem, slice(first, first + rows), torch.float64))
    finally:
        torch.backends.cudnn.enabled = True
    return {
        name: sum(part[name] for part in parts)
        if name.startswith("dweights")
        else torch.cat([part[name] for part in parts], dim=1)
        for name in parts[0]
    }


def distance(got, want):
    """The largest of the results' distances, each the 2-norm of the difference over that of the reference, of
    outputs and of gradients: (0.0, "y"), (0.0, "dx"), with the result that it is of. Not a number counts as infinity.
    """
    worst = {False: (0.0, "y"), True: (0.0, "dx")}
    for name, expected in want.items():
        difference = torch.linalg.vector_norm(got[name].to(expected) - expected)
        apart = float(difference / torch.linalg.vector_norm(expected))
        if not apart < float("inf"):
            apart = float("inf")
        gradient = name.startswith("d")
        if apart > worst[gradient][0]:
            worst[gradient] = (apart, name)
    return worst[False], worst[True]


def tolerances(shape, precision):
    """How far outputs and gradients may be from the reference. Every product's operands are rounded once: relative
    errors of the unit roundoff, which the recurrence carries on, so a small multiple of it; to that the float32 sums
    add the square root of their terms times 2^-24 (gradients of weights have T B terms)."""
    unit = {"fp32": 2.0**-24, "tf32": 2.0**-11, "bf16": 2.0**-8, "fp16": 2.0**-11}[precision]
    width = 2 * shape.hidden
    return (
        4 * unit + 2.0**-24 * width**0.5,
        8 * unit + 2.0**-24 * (width**0.5 + (shape.steps * shape.batch) ** 0.5),
    )
