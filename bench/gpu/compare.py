"""NativeRnn's GPU kernels beside PyTorch's layers (cuDNN): first whether results agree, then the times.

    python3 bench/gpu/compare.py --library build/gpu/libnativernn.so --barrier build/gpu/barrier --seconds 240
    python3 bench/gpu/compare.py --library build/gpu-dry/libnativernn.so --dry-run

NATIVERNN_CUDA_LIBRARY says where the library with the kernels is, if not beside the first. Exit code: 0, 1 where
results differ or a call failed.
"""

import argparse
import pathlib
import sys
import time

import torch

import cases
import report
from clock import GpuClock, HostClock, measure
from floor import floor_ms, measure_limits
from nativernn import Device, Library, NativeError
from ours import PRECISION, Ours
from peer import DTYPE, Peer, peer_precision, runs_cudnn
from problem import Problem, distance, reference, tolerances

# To see beforehand whether a shape would end in time: what a large case takes of a precision, counted in forward
# passes at a third of the measured peak, and what a small one takes whatever its size.
FORWARD_PASSES = 90
PACE = 1 / 3
LEAST_SECONDS = 1.5


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=pathlib.Path, required=True, help="libnativernn.so")
    parser.add_argument("--barrier", help="the program built from barrier.cu")
    parser.add_argument("--seconds", type=float, default=240, help="no shape is begun after that")
    parser.add_argument(
        "--filter",
        nargs="+",
        default=[],
        metavar="WORD",
        help="only shapes and precisions with all of these words: LSTM, B64, H512, bf16",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="tiny shapes on the emulated GPU, PyTorch on the CPU; nothing is timed"
    )
    parser.add_argument("--out", type=pathlib.Path, help="a folder for results.csv and RESULTS.md")
    parser.add_argument("--commit", default="unknown")
    parser.add_argument("--nvcc", default="")
    return parser.parse_args(arguments)


class Comparison:
    def __init__(self, options):
        self.dry = options.dry_run
        self.device = torch.device("cpu" if self.dry else "cuda")
        self.clock = HostClock() if self.dry else GpuClock()
        self.library = Library(options.library)
        Device(self.library, PRECISION["fp32"]).close()  # so that what is wrong with all shows once
        self.barrier = None if self.dry else options.barrier
        size = {"size": 64, "copy_elements": 1 << 10} if self.dry else {}
        self.limits = measure_limits(self.clock, self.device, self.barrier, **size)
        self.rows = []

    def shape(self, shape, precisions):
        """Adds and prints the rows of a shape; they share the reference."""
        problem = Problem(shape, self.device)
        wanted = reference(problem)
        for precision in precisions:
            row = report.Row(shape, precision, peer_precision(precision, self.device))
            self.rows.append(row)
            try:
                self._fill(row, problem, wanted)
            except NativeError as error:
                row.problem = f"FAILED: {error}"
            except torch.cuda.OutOfMemoryError:
                row.problem = "PyTorch is out of memory"
            print(report.line(row), flush=True)
            if not self.dry:
                torch.cuda.empty_cache()

    def _fill(self, row, problem, wanted):
        ours = Ours(self.library, problem, row.precision)
        try:
            peer = Peer(problem, row.peer)
            self._check(row, ours, peer, wanted)
            if not row.problem:
                self._time(row, ours, peer)
        finally:
            ours.close()

    def _check(self, row, ours, peer, wanted):
        inferred, results = ours.results()
        outputs, gradients = distance(results, wanted)
        of_inference, _ = distance(inferred, {name: wanted[name] for name in inferred})
        outputs = max(outputs, of_inference)
        peer_outputs, peer_gradients = distance(peer.results(), wanted)
        row.errors = (outputs[0], gradients[0], peer_outputs[0], peer_gradients[0])
        limits = tolerances(row.shape, row.precision)
        pairs = zip((outputs, gradients), (peer_outputs, peer_gradients), limits)
        # Where the problem itself makes more of rounding, PyTorch's own distance says so.
        apart = [
            f"{got[1]} by {got[0]:.1e}, at most {max(limit, 2 * theirs[0]):.1e}"
            for got, theirs, limit in pairs
            if got[0] > max(limit, 2 * theirs[0])
        ]
        row.problem = f"DIFFERS in {' and '.join(apart)}" if apart else ""

    def _time(self, row, ours, peer):
        rounds = {"round_ms": 0.0, "rounds": 1} if self.dry else {}
        for mode in cases.MODES:
            own_ms, peer_ms = measure(self.clock, [getattr(ours, mode), getattr(peer, mode)], **rounds)
            if not self.dry:
                row.times[mode] = (own_ms, peer_ms, *floor_ms(self.limits, row.shape, row.precision, mode))


def expected_seconds(shape, precisions, limits):
    flops = FORWARD_PASSES * shape.products()
    return LEAST_SECONDS + sum(flops / (PACE * limits.flops[precision]) for precision in precisions)


def run(options):
    start = time.monotonic()
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
    if not options.dry_run and not torch.cuda.is_available():
        print("compare.py: this PyTorch sees no GPU; --dry-run needs none", file=sys.stderr)
        return 1
    try:
        comparison = Comparison(options)
    except NativeError as error:
        print(f"compare.py: {error}", file=sys.stderr)
        return 1
    machine = report.machine(comparison.device, comparison.limits, options.commit, options.nvcc)
    if not options.dry_run:
        takes = [name for name, dtype in DTYPE.items() if runs_cudnn(dtype, comparison.device)]
        machine.append(f"PyTorch's layers run cuDNN in: {', '.join(takes) or 'no precision'}")
    print("\n".join(machine), flush=True)
    words = {word.lower() for word in options.filter}
    precisions = [name for name in cases.PRECISIONS if name in words] or list(cases.PRECISIONS)
    shapes = cases.select(
        cases.tiny_grid() if options.dry_run else cases.full_grid(), words.difference(cases.PRECISIONS)
    )
    if not shapes:
        print(f"no shape has the words {' '.join(options.filter)}", file=sys.stderr)
        return 2
    left_out, lost = [], None
    for shape in shapes:
        expected = 0 if options.dry_run else expected_seconds(shape, precisions, comparison.limits)
        if lost or time.monotonic() - start + expected > options.seconds:
            left_out.append(shape)
            continue
        try:
            comparison.shape(shape, precisions)
        except torch.cuda.OutOfMemoryError:
            print(f"{shape}: this GPU's memory does not hold it", flush=True)
            left_out.append(shape)
        except RuntimeError as error:  # PyTorch's, when a kernel broke the GPU's context: nothing runs after that
            lost = error
            print(f"{shape}: LOST THE GPU: {error}", flush=True)
        write(options, comparison.rows, machine, left_out)
    print("\n".join(["", *report.summary(comparison.rows, left_out)]), flush=True)
    write(options, comparison.rows, machine, left_out)
    return 1 if lost or any(row.problem for row in comparison.rows) else 0


def write(options, rows, machine, left_out):
    """After every shape, so that what was measured stays if a later one never ends."""
    if options.out:
        report.write_csv(options.out / "results.csv", rows)
        report.write_markdown(options.out / "RESULTS.md", rows, machine, left_out)


if __name__ == "__main__":
    sys.exit(run(parse(sys.argv[1:])))
