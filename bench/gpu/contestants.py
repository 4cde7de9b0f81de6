"""NativeRnn and PyTorch with the same problem: the same calls on both, ready to be timed."""

import ctypes

import torch

import nativernn
from problem import results_of, run_module

PRECISION = {"fp32": 0, "tf32": 1, "bf16": 2, "fp16": 3}  # nrnn_precision
CELL = {"LSTM": "NRNN_CELL_LSTM", "GRU": "NRNN_CELL_GRU", "RNN": "NRNN_CELL_RNN_TANH"}
DTYPE = {"fp32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
LEARNING_RATE = 1e-6  # so small that hundreds of timed steps leave the weights usual ones


class Ours:
    """NativeRnn. Numbers outside of products are float32 in every precision, weights, inputs and outputs too."""

    def __init__(self, library, problem, precision):
        self.shape, self._handles = problem.shape, []
        self.device = self._own(nativernn.Device(library, PRECISION[precision]))
        self.rnn = self._own(nativernn.Rnn(
            self.device, cell=nativernn.CONSTANTS[CELL[self.shape.cell]], reset_after=int(self.shape.cell == "GRU"),
            num_layers=self.shape.layers, directions=self.shape.directions, bias=1, input_size=self.shape.input,
            hidden_size=self.shape.hidden))
        flat = torch.cat([weight.flatten() for weight in problem.weights])
        if flat.numel() != self.rnn.params_length():
            raise ValueError(f"params hold {self.rnn.params_length()} floats, PyTorch has {flat.numel()}")
        self._params = self._buffer(flat)
        self._inputs = {name: self._buffer(getattr(problem, name)) for name in ("x", "h0", "c0", "dy")}
        self._outputs = {name: self._like(name) for name in ("y", "hn", "cn", "dx", "dh0", "dc0", "dparams")}
        self._shapes = {"y": problem.dy.shape, "dx": problem.x.shape, "dparams": [weight.shape for weight in problem.weights]}
        self._shapes.update(dict.fromkeys(("hn", "cn", "dh0", "dc0"), problem.h0.shape))
        reserve = self.rnn.reserve_length(self.shape.steps, self.shape.batch)
        self._reserve = self._own(nativernn.Buffer(self.device, reserve))
        self._prepare()

    def _own(self, handle):
        self._handles.append(handle)
        return handle

    def _buffer(self, values):
        if values is None:
            return None
        buffer = self._own(nativernn.Buffer(self.device, values.numel()))
        buffer.write(values.cpu().numpy())
        return buffer

    def _like(self, name):
        """A buffer for an output; of dparams zeros, of the others not a number, so that what is not written shows."""
        of = {"y": "dy", "dx": "x", "hn": "h0", "dh0": "h0", "cn": "c0", "dc0": "c0"}.get(name)
        like = self._params if of is None else self._inputs[of]
        if like is None:
            return None
        buffer = self._own(nativernn.Buffer(self.device, like.length))
        if name != "dparams":
            buffer.fill(float("nan"))
        return buffer

    def _prepare(self):
        def addresses(*names):
            both = {**self._inputs, **self._outputs, "params": self._params}
            return {name: both[name].address for name in names if both[name] is not None}

        sizes = {"steps": self.shape.steps, "batch": self.shape.batch}
        call = self.device.library.prepared
        outputs = addresses("params", "x", "h0", "c0", "y", "hn", "cn")
        self._infer_args = nativernn.struct("nrnn_rnn_forward_args", **sizes, **outputs)
        self._forward_args = nativernn.struct(
            "nrnn_rnn_forward_args", **sizes, **outputs, reserve=self._reserve.address)
        self._backward_args = nativernn.struct(
            "nrnn_rnn_backward_args", **sizes, reserve=self._reserve.address,
            **addresses("params", "x", "h0", "c0", "y", "dy", "dx", "dh0", "dc0", "dparams"))
        self.forward = call("nrnn_rnn_forward", self.rnn.pointer, ctypes.byref(self._infer_args))
        self._forward = call("nrnn_rnn_forward", self.rnn.pointer, ctypes.byref(self._forward_args))
        self._backward = call("nrnn_rnn_backward", self.rnn.pointer, ctypes.byref(self._backward_args))
        self._adam = None

    def gradient(self):
        self._forward()
        self._backward()

    def step(self):
        if self._adam is None:
            self._prepare_adam()
        self._forward()
        self._backward()
        self._adam_args.step += 1
        self._adam()

    def _prepare_adam(self):
        moments = [self._own(nativernn.Buffer(self.device, self._params.length)) for _ in range(2)]
        buffers = [self._params, self._outputs["dparams"], *moments]
        # Arrays of one handle each; the arguments point to them.
        self._arrays = [(ctypes.c_void_p * 1)(buffer.address) for buffer in buffers]
        pointers = [ctypes.addressof(array) for array in self._arrays]
        self._adam_args = nativernn.struct(
            "nrnn_adam_args", learning_rate=LEARNING_RATE, beta1=0.9, beta2=0.999, epsilon=1e-8, step=0, count=1,
            parameters=pointers[0], gradients=pointers[1], first=pointers[2], second=pointers[3])
        self._adam = self.device.library.prepared("nrnn_adam_step", ctypes.byref(self._adam_args))

    def results(self):
        """Outputs of the inference and of the training forward pass, and all gradients; before anything is timed."""
        self.forward()
        inferred = {name: self._read(name) for name in ("y", "hn", "cn") if self._outputs[name] is not None}
        self.gradient()
        results = {name: self._read(name) for name in self._outputs
                   if name != "dparams" and self._outputs[name] is not None}
        flat = torch.from_numpy(self._outputs["dparams"].read())
        shapes = self._shapes["dparams"]
        parts = flat.split([shape.numel() for shape in shapes])
        for number, (part, shape) in enumerate(zip(parts, shapes)):
            results[f"dweights[{number}]"] = part.reshape(shape)
        return inferred, results

    def _read(self, name):
        return torch.from_numpy(self._outputs[name].read()).reshape(self._shapes[name])

    def close(self):
        for handle in reversed(self._handles):
            handle.close()


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


def peer_precision(precision, device):
    """The precision that PyTorch is to run beside ours: the same, but fp16 in place of bf16 where cuDNN's layers do
    not take bf16, since PyTorch's own kernels would be an easy peer; float32 for all on a CPU."""
    if device.type == "cpu":
        return "fp32"
    probe = torch.zeros(1, device=device, dtype=DTYPE[precision])
    return precision if torch.cudnn_is_acceptable(probe) or precision != "bf16" else "fp16"
