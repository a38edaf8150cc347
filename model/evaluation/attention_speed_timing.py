"""How `model.evaluation.attention_speed` takes times and memory, on a GPU and on a CPU."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

import torch

from model.evaluation.attention_speed_figures import Timing

Way = Callable[[], object]
Place = tuple[int, str]
"""What is timed: a cell's number, or −1 for what belongs to the length, and the name of the way."""

_LONG = 100.0
"""Milliseconds from which on few repeats do."""


def timed(
    ways: Mapping[Place, Way], device: str, repeats: int, milliseconds: float
) -> tuple[dict[Place, Timing], dict[Place, str]]:
    """Time all ways; for what fails, what it said. `repeats` on a CPU, `milliseconds` of repeats on a GPU."""
    if device != "cuda":
        return by_turns(ways, repeats)
    found, failed = {}, {}
    for place, way in ways.items():
        try:
            timer = _replayed if place[1].endswith("graph") else gpu_timing
            found[place] = timer(way, milliseconds)
        except Exception as error:
            failed[place] = said(error)
            torch.cuda.empty_cache()
    return found, failed


def gpu_timing(way: Way, milliseconds: float) -> Timing:
    """Of a way that the GPU runs."""
    from triton.testing import do_bench

    way()
    single = _once(way)
    if single > _LONG:
        times = [single, *(_once(way) for _ in range(min(2, int(5 * _LONG / single))))]
        return Timing(min(times), median(times))
    middle, least = do_bench(way, warmup=10, rep=milliseconds, quantiles=[0.5, 0.0])
    return Timing(least, middle)


def _once(way: Way) -> float:
    torch.cuda.synchronize()
    started = time.perf_counter()
    way()
    torch.cuda.synchronize()
    return 1000 * (time.perf_counter() - started)


def _replayed(way: Way, milliseconds: float) -> Timing:
    way()
    torch.cuda.synchronize()
    graph, stream = torch.cuda.CUDAGraph(), torch.cuda.current_stream()
    try:
        with torch.cuda.graph(graph):
            way()
    finally:
        # A capture that fails leaves its own stream as the current one.
        torch.cuda.set_stream(stream)
    return gpu_timing(graph.replay, milliseconds)


def by_turns(ways: Mapping[Place, Way], repeats: int) -> tuple[dict[Place, Timing], dict[Place, str]]:
    """On the CPU: once all ways, untimed, then again, so that a busy spell of the machine meets every way."""
    times: dict[Place, list[float]] = {place: [] for place in ways}
    failed: dict[Place, str] = {}
    for _ in range(1 + repeats):
        for place, way in ways.items():
            if place in failed:
                continue
            started = time.perf_counter()
            try:
                way()
            except Exception as error:
                failed[place] = said(error)
            times[place].append(1000 * (time.perf_counter() - started))
    found = {place: Timing(min(taken[1:]), median(taken[1:])) for place, taken in times.items() if place not in failed}
    return found, failed


def peak_bytes(way: Way, output: int, device: torch.device) -> int | None:
    """The most memory that a call held at once beside its inputs and its `output` bytes; None where it cannot be told."""
    if device.type == "cuda":
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        way()
        torch.cuda.synchronize()
        return max(0, torch.cuda.max_memory_allocated() - before - output)
    try:
        # What was freed goes back to the system, and the high-water mark to what is resident now.
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5", "ascii")
        before = _resident("VmRSS")
        way()
        return max(0, _resident("VmHWM") - before - output)
    except (OSError, AttributeError):
        return None


def _resident(name: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(name + ":"))


def said(error: Exception) -> str:
    """The first line of what an error says."""
    return f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0][:160]}"
