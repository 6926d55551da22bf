"""The output product and its cross entropy, forward and backward: fused, in chunks, against all logits at once.

2100 positions of 640 features, as many words as a row says. Beside it stands the estimate from the positions' own words
(evenly spread here, so that they are more than a text's) and some others. N positions, D features, V words.
"""

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from octavo.bench.timing import medians
from octavo.ops.losses import linear_cross_entropy, sampled_cross_entropy
from octavo.training.precision import autocast, resolve_precision

POSITIONS, FEATURES, WORDS = 2100, 640, (10_000, 20_000, 50_000)
DRAWS = 1_000
Form = Callable[[nn.Linear, Tensor, Tensor], Tensor]


def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row for each number of words: milliseconds of both forms, and what each adds to a process at its peak."""
    precision = resolve_precision("auto", device)
    for words in WORDS:
        head, x_ND, target_N = _problem(words, device)
        peaks = {name: _peak(name, words, device) for name in FORMS}
        forms = {**FORMS, "sampled": sampled}
        works = {name: partial(_run, form, head, x_ND, target_N, precision) for name, form in forms.items()}
        taken = medians(works, rounds=3, seconds=0.2)
        yield {
            "words": words,
            "precision": precision,
            "stock_ms": round(1e3 * taken["stock"], 1),
            "fused_ms": round(1e3 * taken["fused"], 1),
            "times_faster": round(taken["stock"] / taken["fused"], 2),
            "sampled_ms": round(1e3 * taken["sampled"], 1),
            "sampled_times_faster": round(taken["stock"] / taken["sampled"], 2),
            **{f"{name}_peak_MB": round(peak / 1e6) for name, peak in peaks.items()},
            "times_smaller": round(peaks["stock"] / peaks["fused"], 2),
        }


def stock(head: nn.Linear, x_ND: Tensor, target_N: Tensor) -> Tensor:
    """What PyTorch offers: every logit is stored, and so is its gradient."""
    return F.cross_entropy(head(x_ND), target_N, reduction="sum")


def fused(head: nn.Linear, x_ND: Tensor, target_N: Tensor) -> Tensor:
    return linear_cross_entropy(x_ND, head.weight, head.bias, target_N, torch.ones_like(target_N, dtype=x_ND.dtype))[0]


def sampled(head: nn.Linear, x_ND: Tensor, target_N: Tensor) -> Tensor:
    share_N = torch.ones_like(target_N, dtype=x_ND.dtype)
    return sampled_cross_entropy(x_ND, head.weight, head.bias, target_N, share_N, DRAWS)[0]


FORMS: dict[str, Form] = {"stock": stock, "fused": fused}


def _problem(words: int, device: torch.device) -> tuple[nn.Linear, Tensor, Tensor]:
    head = nn.Linear(FEATURES, words, device=device)
    return head, torch.randn(POSITIONS, FEATURES, device=device), torch.randint(words, (POSITIONS,), device=device)


def _run(form: Form, head: nn.Linear, x_ND: Tensor, target_N: Tensor, precision: Any) -> None:
    head.zero_grad()
    with autocast(x_ND.device, precision):
        total = form(head, x_ND.detach().requires_grad_(), target_N)
    total.backward()


def _peak(name: str, words: int, device: torch.device) -> int:
    """Bytes that one call adds at its peak: on CPU of a process of its own, for no process gives its memory back."""
    if device.type == "cuda":
        return _peak_here(name, words, device)
    call = f"softmax._peak_here({name!r}, {words}, torch.device('cpu'))"
    command = f"import torch; from octavo.bench import softmax; print({call})"
    return int(subprocess.run([sys.executable, "-c", command], check=True, capture_output=True, text=True).stdout)


def _peak_here(name: str, words: int, device: torch.device) -> int:
    precision = resolve_precision("auto", device)
    _run(FORMS[name], *_problem(8, device), precision)  # what is loaded once is not counted
    head, x_ND, target_N = _problem(words, device)
    head.weight.grad, head.bias.grad = torch.ones_like(head.weight), torch.ones_like(head.bias)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    before = _most_held(device)
    _run(FORMS[name], head, x_ND, target_N, precision)
    return _most_held(device) - before


def _most_held(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would tell of the parent's image too, from before this one began
        [peak] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(peak.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
