"""NativeRnn's side of a case: the calls that are compared and timed."""

import ctypes

import torch

import nativernn
from cases import LEARNING_RATE

PRECISION = {"fp32": 0, "tf32": 1, "bf16": 2, "fp16": 3}  # nrnn_precision
CELL = {"LSTM": "NRNN_CELL_LSTM", "GRU": "NRNN_CELL_GRU", "RNN": "NRNN_CELL_RNN_TANH"}


class Ours:
    """NativeRnn. Numbers outside of products are float32 in every precision, weights, inputs and outputs too."""

    def __init__(self, library, problem, precision):
        self.shape, self._handles = problem.shape, []
        try:
            self._open(library, problem, precision)
            self._prepare()
        except nativernn.NativeError:
            self.close()
            raise

    def _open(self, library, problem, precision):
        self.device = self._own(nativernn.Device(library, PRECISION[precision]))
        self.rnn = self._own(
            nativernn.Rnn(
                self.device,
                cell=nativernn.CONSTANTS[CELL[self.shape.cell]],
                reset_after=int(self.shape.cell == "GRU"),
                num_layers=self.shape.layers,
                directions=self.shape.directions,
                bias=1,
                input_size=self.shape.input,
                hidden_size=self.shape.hidden,
            )
        )
        flat = torch.cat([weight.flatten() for weight in problem.weights])
        if flat.numel() != self.rnn.params_length():
            raise ValueError(f"params hold {self.rnn.params_length()} floats, PyTorch has {flat.numel()}")
        self._params = self._buffer(flat)
        self._inputs = {name: self._buffer(getattr(problem, name)) for name in ("x", "h0", "c0", "dy")}
        self._outputs = {name: self._like(name) for name in ("y", "hn", "cn", "dx", "dh0", "dc0", "dparams")}
        self._shapes = {
            "y": problem.dy.shape,
            "dx": problem.x.shape,
            "dparams": [weight.shape for weight in problem.weights],
        }
        self._shapes.update(dict.fromkeys(("hn", "cn", "dh0", "dc0"), problem.h0.shape))
        reserve = self.rnn.reserve_length(self.shape.steps, self.shape.batch)
        self._reserve = self._own(nativernn.Buffer(self.device, reserve))

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
            "nrnn_rnn_forward_args", **sizes, **outputs, reserve=self._reserve.address
        )
        self._backward_args = nativernn.struct(
            "nrnn_rnn_backward_args",
            **sizes,
            reserve=self._reserve.address,
            **addresses("params", "x", "h0", "c0", "y", "dy", "dx", "dh0", "dc0", "dparams"),
        )
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
            "nrnn_adam_args",
            learning_rate=LEARNING_RATE,
            beta1=0.9,
            beta2=0.999,
            epsilon=1e-8,
            step=0,
            count=1,
            parameters=pointers[0],
            gradients=pointers[1],
            first=pointers[2],
            second=pointers[3],
        )
        self._adam = self.device.library.prepared("nrnn_adam_step", ctypes.byref(self._adam_args))

    def results(self):
        """Outputs of the inference and of the training forward pass, and all gradients; before anything is timed."""
        self.forward()
        inferred = {name: self._read(name) for name in ("y", "hn", "cn") if self._outputs[name] is not None}
        for name in inferred:
            self._outputs[name].fill(float("nan"))
        self.gradient()
        names = [name for name, buffer in self._outputs.items() if buffer is not None and name != "dparams"]
        results = {name: self._read(name) for name in names}
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
