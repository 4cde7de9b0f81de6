"""What was measured as lines, CSV and Markdown."""

import csv
import dataclasses
import datetime
import math
import platform
import re
import subprocess

import torch

from cases import MODES, PRECISIONS

LISTED = 12  # of what was slower or failed; results.csv has all
MODE_NAMES = {"forward": "forward", "gradient": "forward + backward", "step": "training step"}


@dataclasses.dataclass
class Row:
    """A shape in one precision. times: of each mode that was timed (ours ms, peer ms, floor ms, what bounds it)."""

    shape: object
    precision: str
    peer: str  # the precision that PyTorch ran
    errors: tuple = ()  # relative distances from float64: ours outputs, ours gradients, peer outputs, peer gradients
    problem: str = ""  # why it was not timed
    times: dict = dataclasses.field(default_factory=dict)

    def ratio(self, mode):
        ours, peer, _, _ = self.times[mode]
        return peer / ours


def _run(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def machine(device, limits, commit, nvcc):
    """Lines that say on what was measured."""
    lines = [f"date: {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC; commit: {commit}"]
    release = re.search(r"release ([\d.]+)", _run([nvcc, "--version"]) if nvcc else "")
    compiler = f"nvcc {release[1]}" if release else "nvcc: none"
    if device.type == "cuda":
        gpu = torch.cuda.get_device_properties(device)
        driver = _run(["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]).splitlines()
        lines.append(
            f"GPU: {gpu.name}, sm_{gpu.major}{gpu.minor}, {gpu.multi_processor_count} multiprocessors, "
            f"{gpu.total_memory / 2**30:.0f} GiB; driver {driver[0] if driver else 'unknown'}"
        )
        lines.append(
            f"{compiler}; PyTorch {torch.__version__}, CUDA {torch.version.cuda}, "
            f"cuDNN {torch.backends.cudnn.version()}; Python {platform.python_version()}"
        )
        rates = ", ".join(f"{name} {limits.flops[name] / 1e12:.1f}" for name in PRECISIONS)
        lines.append(
            f"measured limits: {rates} TFLOP/s; copy {limits.copy_bytes / 1e9:.0f} GB/s; "
            f"grid barrier {limits.barrier_us:.2f} us"
        )
    else:
        lines.append(
            f"no GPU: emulated kernels on the CPU, nothing is timed; {compiler}; PyTorch {torch.__version__}; "
            f"Python {platform.python_version()}"
        )
    return lines


def line(row):
    """A row for the terminal."""
    text = f"{str(row.shape):<24} {row.precision:<5}"
    if row.errors:
        text += " apart {:.0e} {:.0e} (PyTorch {:.0e} {:.0e})".format(*row.errors)
    if row.problem:
        return f"{text} {row.problem}"
    for mode in MODES:
        if mode in row.times:
            ours, peer, floor, _ = row.times[mode]
            text += f" | {mode} {ours:.3f} : {peer:.3f} ms {peer / ours:.2f}x {100 * floor / ours:.0f} %"
        else:
            text += f" | {mode} – : – ms"
    return text


def _mean(values):
    return math.exp(sum(math.log(value) for value in values) / len(values)) if values else None


def means(rows):
    """[(precision, mode, cases, geometric mean of the ratios, of those with H up to 1024, the least ratio)]."""
    found = []
    for precision in PRECISIONS:
        for mode in MODES:
            timed = [row for row in rows if row.precision == precision and mode in row.times]
            if timed:
                small = _mean([row.ratio(mode) for row in timed if row.shape.hidden <= 1024])
                ratios = [row.ratio(mode) for row in timed]
                found.append((precision, mode, len(timed), _mean(ratios), small, min(ratios)))
    return found


def summary(rows, left_out):
    """Markdown of means, of what was slower than PyTorch, what differed and what was left out."""
    lines = ["| precision | | cases | geometric mean | with H ≤ 1024 | least |", "|---|---|---|---|---|---|"]
    for precision, mode, count, mean, small, least in means(rows):
        of_small = f"{small:.2f}x" if small else "–"
        lines.append(f"| {precision} | {MODE_NAMES[mode]} | {count} | {mean:.2f}x | {of_small} | {least:.2f}x |")
    if len(lines) == 2:
        lines = ["Nothing was timed."]
    slower = sorted(
        (row.ratio(mode), f"{row.shape} {row.precision} {MODE_NAMES[mode]}")
        for row in rows
        for mode in row.times
        if row.ratio(mode) < 1
    )
    if slower:
        lines += [
            "",
            f"Slower than PyTorch in {len(slower)}, the worst first: "
            + "; ".join(f"{name} {ratio:.2f}x" for ratio, name in slower[:LISTED])
            + ".",
        ]
    agree = sum(not row.problem for row in rows)
    lines += ["", f"Results agree in {agree} of {len(rows)} cases (a shape in a precision)."]
    troubled = [f"- {row.shape} {row.precision}: {row.problem}" for row in rows if row.problem]
    if troubled:
        more = [f"- and {len(troubled) - LISTED} more"] if len(troubled) > LISTED else []
        lines += ["", "Not timed:", "", *troubled[:LISTED], *more]
    if left_out:
        names = "; ".join(str(shape) for shape in left_out)
        lines += ["", f"Left out, for want of time or memory ({len(left_out)} shapes): {names}."]
    return lines


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "cell",
                "T",
                "B",
                "H",
                "layers",
                "directions",
                "precision",
                "peer_precision",
                "mode",
                "ours_ms",
                "pytorch_ms",
                "ratio",
                "floor_ms",
                "floor_percent",
                "bound",
                "ours_error_outputs",
                "ours_error_gradients",
                "pytorch_error_outputs",
                "pytorch_error_gradients",
                "problem",
            ]
        )
        for row in rows:
            shape = row.shape
            head = [
                shape.cell,
                shape.steps,
                shape.batch,
                shape.hidden,
                shape.layers,
                shape.directions,
                row.precision,
                row.peer,
            ]
            errors = [f"{error:.3g}" for error in row.errors] or [""] * 4
            for mode in MODES:
                times = [""] * 6
                if mode in row.times:
                    ours, peer, floor, bound = row.times[mode]
                    times = [
                        f"{ours:.5f}",
                        f"{peer:.5f}",
                        f"{peer / ours:.4f}",
                        f"{floor:.5f}",
                        f"{100 * floor / ours:.2f}",
                        bound,
                    ]
                writer.writerow([*head, mode, *times, *errors, row.problem])


def _cells(row, mode):
    if mode not in row.times:
        return "| – | – | – | – "
    ours, peer, floor, bound = row.times[mode]
    return f"| {ours:.3f} | {peer:.3f} | {peer / ours:.2f} | {100 * floor / ours:.0f} {bound} "


def write_markdown(path, rows, machine_lines, left_out):
    lines = ["# Results", "", "Written by bench/gpu/run.sh; README.md says how it was measured.", ""]
    lines += [f"- {text}" for text in machine_lines] + ["", *summary(rows, left_out)]
    for precision in PRECISIONS:
        chosen = [row for row in rows if row.precision == precision]
        if not chosen:
            continue
        peers = sorted({row.peer for row in chosen})
        lines += [
            "",
            f"## {precision}, PyTorch in {' or '.join(peers)}",
            "",
            "Milliseconds of NativeRnn and of PyTorch, how many times faster NativeRnn is, and the floor's per cent "
            "with what it consists of; forward, then forward + backward, then a training step.",
            "",
            "| | ours | PyTorch | x | floor | ours | PyTorch | x | floor | ours | PyTorch | x | floor |",
            "|---|" + "---|" * 12,
        ]
        lines += [f"| {row.shape} " + "".join(_cells(row, mode) for mode in MODES) + "|" for row in chosen]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
