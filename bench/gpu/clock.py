"""The time of a call, measured alike for both sides: many calls between two waits for the whole GPU, in turns."""

import statistics
import time

import torch

ROUND_MS = 8.0
ROUNDS = 5
LONG_ROUNDS = 3
MAX_CALLS = 200


class GpuClock:
    """CUDA events on PyTorch's stream. Each is recorded when the whole GPU is idle, NativeRnn's own streams too, so
    that a turn is from the first call until the last one's work is done, whatever streams it runs on."""

    def __init__(self):
        self._start, self._end = (torch.cuda.Event(enable_timing=True) for _ in range(2))

    def turn(self, call, calls):
        """Milliseconds of one of so many calls."""
        torch.cuda.synchronize()
        self._start.record()
        for _ in range(calls):
            call()
        torch.cuda.synchronize()
        self._end.record()
        self._end.synchronize()
        return self._start.elapsed_time(self._end) / calls


class HostClock:
    """For a run without a GPU, where every call is done when it returns."""

    def turn(self, call, calls):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        return (time.perf_counter() - start) * 1e3 / calls


def measure(clock, contestants, round_ms=ROUND_MS, rounds=ROUNDS):
    """The median turn of each call, in milliseconds; the contestants take turns."""
    calls = []
    for call in contestants:
        clock.turn(call, 2)  # plans, packed weights, memory
        once = clock.turn(call, 1)
        calls.append(max(1, min(MAX_CALLS, round(round_ms / max(once, 1e-3)))))
        if once > 10 * round_ms:
            rounds = min(rounds, LONG_ROUNDS)
    turns = [[] for _ in contestants]
    for _ in range(rounds):
        for call, count, kept in zip(contestants, calls, turns):
            kept.append(clock.turn(call, count))
    return [statistics.median(kept) for kept in turns]
