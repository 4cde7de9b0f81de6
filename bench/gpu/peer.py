"""PyTorch's side of a case: the same calls as NativeRnn's."""

import functools

import torch

from cases import LEARNING_RATE
from problem import results_of, run_module

DTYPE = {"fp32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class Peer:
    """PyTorch's layer, which runs cuDNN where that takes the type; weights, inputs and outputs have the precision's
    type. tf32 is float32 with cuDNN allowed to round."""

    def __init__(self, problem, precision):
        self.precision, self.problem = precision, problem
        dtype = DTYPE[precision]
        self.module = problem.module(dtype)
        self.inference = problem.module(dtype).eval()  # cuDNN has a path of its own for it
        self.x = problem.x.to(dtype, copy=True).requires_grad_()
        self.h0 = problem.h0.to(dtype)
        self.c0 = None if problem.c0 is None else problem.c0.to(dtype)
        self.dy = problem.dy.to(dtype)
        self.parameters = list(self.module.parameters())
        self._optimizer = None
        self.allow_tf32()

    def allow_tf32(self):
        allowed = self.precision == "tf32"
        torch.backends.cudnn.allow_tf32 = allowed
        torch.backends.cuda.matmul.allow_tf32 = allowed

    def forward(self):
        with torch.inference_mode():
            run_module(self.inference, self.x, self.h0, self.c0)

    def gradient(self):
        y, _, _ = run_module(self.module, self.x, self.h0, self.c0)
        torch.autograd.grad(y, [self.x, *self.parameters], self.dy)

    def step(self):
        if self._optimizer is None:
            fused = {"fused": True} if self.x.is_cuda else {}
            self._optimizer = torch.optim.Adam(self.parameters, lr=LEARNING_RATE, **fused)
        y, _, _ = run_module(self.module, self.x, self.h0, self.c0)
        y.backward(self.dy)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.x.grad = None

    def results(self):
        every_row = slice(0, self.problem.shape.batch)
        return results_of(self.module, self.problem, every_row, DTYPE[self.precision])


@functools.cache
def runs_cudnn(dtype, device):
    """Whether PyTorch gives layers of a type to cuDNN, by what stands in the graph of a small one."""
    module = torch.nn.LSTM(8, 8).to(device=device, dtype=dtype)
    y, _ = module(torch.zeros(2, 1, 8, device=device, dtype=dtype))
    seen, nodes = set(), [y.grad_fn]
    while nodes:
        node = nodes.pop()
        if node is None or node in seen:
            continue
        if "CudnnRnn" in type(node).__name__:
            return True
        seen.add(node)
        nodes += [following for following, _ in node.next_functions]
    return False


def peer_precision(precision, device):
    """The precision that PyTorch is to run beside ours: the same, but fp16 in place of bf16 where PyTorch has its own
    kernels for that, which would be an easy peer; float32 for all on a CPU."""
    if device.type == "cpu":
        return "fp32"
    return precision if precision != "bf16" or runs_cudnn(DTYPE[precision], device) else "fp16"
