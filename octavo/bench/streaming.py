"""Tokens a second, one at a time: a character model of two layers of 1024 with 256 outputs, batch 1.

The fused step against the QRNN called eagerly and against what stock PyTorch offers. L length, B batch, D features.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from octavo.bench.ceilings import read_rate
from octavo.bench.timing import medians
from octavo.interfaces import Alphabet, Writer
from octavo.layers.rounding import round_weights
from octavo.ops.shifted_products import shifted_products
from octavo.ops.streaming import WeightForm
from octavo.writers import streaming
from octavo.writers.lstm import LSTMWriter, LSTMWriterConfig
from octavo.writers.qrnn import QRNNWriter, QRNNWriterConfig

WIDTH, LAYERS, OUTPUTS, TOGETHER = 1024, 2, 256, 64
FORMS: tuple[WeightForm, ...] = ("fp32", "bf16", "int8")
Step = Callable[[], object]


@torch.inference_mode()
def rows(device: torch.device) -> Iterator[dict[str, Any]]:
    """A row for each way to advance by one token, with its rate beside the slowest's and beside `nn.LSTMCell`'s."""
    taken = medians(_ways(device), rounds=5, seconds=0.2)
    together, products = (taken.pop(name) / TOGETHER for name in ("QRNN, 64 texts", "its products alone"))
    for name, seconds in taken.items():
        size = _weights(name) * _bytes(name)
        yield {
            "way": name,
            "tokens_per_s": round(1 / seconds),
            "times_nn.LSTM": round(taken["nn.LSTM"] / seconds, 2),
            "times_nn.LSTMCell": round(taken["nn.LSTMCell"] / seconds, 2),
            "weights_GB_per_s": round(size / seconds / 1e9, 1),
            "share_of_read": round(size / seconds / read_rate(size, device), 3),
        }
    yield {
        "way": "QRNN, 64 texts",
        "tokens_per_s": round(1 / together),
        "times_one_at_a_time": round(taken["QRNN, eager"] / together, 1),
        "products_alone_would": round(taken["QRNN, eager"] / products, 1),
    }


def _ways(device: torch.device) -> dict[str, Step]:
    writer = _qrnn(device)
    forms = {f"QRNN, fused {form}": _advancing(streaming(_qrnn(device, form), form), 1) for form in FORMS}
    return {
        "nn.LSTM": _lstm(device),
        "nn.LSTMCell": _lstm_cells(device),
        "Octavo's LSTM": _advancing(_octavos_lstm(device), 1),
        "QRNN, eager": _advancing(writer, 1),
        "QRNN, 64 texts": _advancing(writer, TOGETHER),
        "its products alone": _products(device),
        **(forms if device.type == "cpu" else {}),
    }


def _qrnn(device: torch.device, form: WeightForm = "fp32") -> QRNNWriter:
    writer = QRNNWriter(QRNNWriterConfig(width=WIDTH, embedding=WIDTH, layers=LAYERS), Alphabet(OUTPUTS, 0))
    round_weights(writer, form)
    return writer.to(device).eval()


def _octavos_lstm(device: torch.device) -> LSTMWriter:
    return LSTMWriter(LSTMWriterConfig(width=WIDTH, embedding=WIDTH, layers=LAYERS), Alphabet(OUTPUTS, 0)).to(device)


def _advancing(writer: Writer, batch: int) -> Step:
    """Each call goes on from the state that the last one left."""
    state = writer.begin(None, batch)
    token_B = torch.zeros(batch, dtype=torch.int64, device=writer.head.weight.device)

    def step() -> Tensor:
        nonlocal state
        logits_BV, state = writer.advance(token_B, state)
        return logits_BV

    return step


def _products(device: torch.device) -> Step:
    """What a step of all texts multiplies, as the QRNN does it: of each layer two taps, and the output."""
    head = nn.Linear(WIDTH, OUTPUTS).to(device)
    taps_LKDG = torch.randn(LAYERS, 2, WIDTH, 3 * WIDTH, device=device)
    x_1BD = torch.randn(1, TOGETHER, WIDTH, device=device)

    def step() -> Tensor:
        for taps_KDG in taps_LKDG:
            shifted_products(x_1BD, taps_KDG, before_PBD=x_1BD, left=1)
        return head(x_1BD[0])

    return step


def _lstm(device: torch.device) -> Step:
    embedding, lstm, head = _around(nn.LSTM(WIDTH, WIDTH, LAYERS), device)
    token_LB, state = torch.zeros(1, 1, dtype=torch.int64, device=device), None

    def step() -> Tensor:
        nonlocal state
        output_LBD, state = lstm(embedding(token_LB), state)
        return head(output_LBD)

    return step


def _lstm_cells(device: torch.device) -> Step:
    embedding, cells, head = _around(nn.ModuleList(nn.LSTMCell(WIDTH, WIDTH) for _ in range(LAYERS)), device)
    token_B = torch.zeros(1, dtype=torch.int64, device=device)
    states: list[Any] = [None] * LAYERS

    def step() -> Tensor:
        x_BD = embedding(token_B)
        for depth, cell in enumerate(cells):
            states[depth] = cell(x_BD, states[depth])
            x_BD = states[depth][0]
        return head(x_BD)

    return step


def _around(recurrent: Any, device: torch.device) -> tuple[nn.Module, Any, nn.Module]:
    return nn.Embedding(OUTPUTS, WIDTH).to(device), recurrent.to(device), nn.Linear(WIDTH, OUTPUTS).to(device)


def _bytes(name: str) -> int:
    """Of a weight, in the form that is read for each token."""
    return {"bf16": 2, "int8": 1}.get(name.rpartition(" ")[2], 4)


def _weights(name: str) -> int:
    gates = 3 if name.startswith("QRNN") else 4
    return LAYERS * gates * WIDTH * 2 * WIDTH + WIDTH * OUTPUTS
