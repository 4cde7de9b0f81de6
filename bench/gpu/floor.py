"""The least time that a case can take on a GPU, from what that GPU was measured to do at most.

The longest of three times, each of which no implementation of the kind can beat:

flop      the products' operations (backward twice forward's) at the rate of a large product in that precision
bytes     every input read once and every output written once, in the precision's type, at the rate of a large copy:
          forward weights, x, y; a gradient besides weights, x, y, dy, dx, dweights; a step besides parameter, gradient
          and two moments of float32 read, and parameter and moments written
barriers  a step needs all of the step before, so blocks that share a sequence meet once a step, T times forward and
          again T times backward, each time as long as a barrier of the whole grid

Not in it: that weights which fit in no registers or shared memory are read again in every step, the exchange of h
through L2, what forward keeps for backward, launches, and that the three rarely overlap perfectly. A batch that is
split so that no blocks meet, or that one cluster of blocks computes, may beat the third.
"""

import dataclasses
import subprocess

import torch

ELEMENT_BYTES = {"fp32": 4, "tf32": 4, "bf16": 2, "fp16": 2}


@dataclasses.dataclass
class Limits:
    """flops: of each precision, per second; copy_bytes: read and written per second; barrier_us."""

    flops: dict
    copy_bytes: float
    barrier_us: float


def _best_seconds(clock, call, turns=5, calls=4):
    clock.turn(call, 2)
    return min(clock.turn(call, calls) for _ in range(turns)) / 1e3


def measure_limits(clock, device, barrier_program=None, size=8192, copy_elements=1 << 28):
    """barrier_program: prints the microseconds of a barrier of the whole grid; None: there is no GPU to run it on."""
    flops = {}
    for precision, dtype in (
        ("fp32", torch.float32),
        ("tf32", torch.float32),
        ("bf16", torch.bfloat16),
        ("fp16", torch.float16),
    ):
        if device.type == "cpu":
            dtype = torch.float32
        torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
        side = size // 2 if precision == "fp32" else size
        a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
        flops[precision] = 2 * side**3 / _best_seconds(clock, lambda a=a, b=b: a @ b)
    source, target = (torch.randn(copy_elements, device=device) for _ in range(2))
    copy_bytes = 2 * 4 * copy_elements / _best_seconds(clock, lambda: target.copy_(source))
    return Limits(flops, copy_bytes, _barrier_us(barrier_program) if barrier_program else 0.0)


def _barrier_us(program):
    run = subprocess.run([program], capture_output=True, text=True)
    if run.returncode != 0:
        print(f"{program} failed, so the floor has no barriers: {run.stderr.strip()}", flush=True)
        return 0.0
    return float(run.stdout)


def _moved_bytes(shape, precision, mode):
    width = ELEMENT_BYTES[precision]
    weights = shape.weights()
    rows = shape.steps * shape.batch
    x, y = rows * shape.input, rows * shape.directions * shape.hidden
    total = width * (weights + x + y)
    if mode != "forward":
        total += width * (2 * weights + 2 * x + 2 * y)
    if mode == "step":
        total += 7 * 4 * weights
    return total


def floor_ms(limits, shape, precision, mode):
    """(milliseconds, which of the three times)."""
    passes = 1 if mode == "forward" else 3
    times = {
        "flop": 1e3 * passes * shape.products() / limits.flops[precision],
        "bytes": 1e3 * _moved_bytes(shape, precision, mode) / limits.copy_bytes,
        "barriers": 1e-3 * limits.barrier_us * shape.steps * (1 if mode == "forward" else 2),
    }
    bound = max(times, key=times.get)
    return times[bound], bound
