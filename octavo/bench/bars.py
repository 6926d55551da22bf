"""What Octavo asks of itself, and how far a machine comes: ratios, most of them of two ways to do one thing.

Those that need bf16 were set where a CPU multiplies bf16 matrices many times faster than fp32 ones; on a machine
without that they tell of the machine.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from octavo.bench.bounds import Bound, Rows, of_arithmetic, of_figure, of_parts, of_share, unknown

Of = Callable[[Sequence[float]], float]


def last(values: Sequence[float]) -> float:
    """Rows of one shape end with the precision that a training takes by default."""
    return values[-1]


class Bar(NamedTuple):
    """The least that is wanted (or, of seconds, the most) of a measure in a bench's rows, of those that are `where`.

    `bound` is what the machine's ceilings, as they were measured beside it, would let it be.
    """

    bench: str
    what: str
    wanted: float
    measure: str
    where: Mapping[str, Any] = {}
    of: Of = min
    bf16: bool = False
    at_most: bool = False
    bound: Bound = unknown

    def own(self, rows: Rows) -> Rows:
        """Those of a bench that came so far."""
        return [row for row in rows if self.measure in row and self.where.items() <= row.items()]

    def reached(self, rows: Rows) -> float | None:
        """The figure that is held against the bar."""
        own = [row[self.measure] for row in self.own(rows)]
        return self.of(own) if own else None

    def is_met(self, reached: float) -> bool:
        return reached <= self.wanted if self.at_most else reached >= self.wanted


LACKING = "no, without bf16 products"
STEP = {"n": 8}
RECURSIVE = {"system": "recursive-autoencoder"}
FIRST_STEP = {"what": "first step of a prepared corpus"}
FUSED = {"way": "QRNN, fused fp32"}
BARS = (
    Bar("recurrence", "forward, share of the copy rate, least", 0.5, "forward_share_of_copy",
        bound=of_arithmetic),
    Bar("recurrence", "backward, share of the copy rate, least", 0.6, "backward_share_of_copy",
        bound=of_arithmetic),
    Bar("qrnn", "fp32 training, times nn.LSTM, least", 1, "times_lstm_training_fp32"),
    Bar("qrnn", "fp32 forward of one text, times nn.LSTM, least", 2.8, "times_lstm_forward_fp32", {"batch": 1}),
    Bar("qrnn", "training, times nn.LSTM in fp32, median", 6, "times_lstm_training_as_called", of=median, bf16=True),
    Bar("qrnn", "the same, texts of 512, best", 7, "times_lstm_training_as_called", {"length": 512}, max, bf16=True),
    Bar("lm-step", "QRNN, times stock nn.LSTM in fp32", 5.5, "times_stock_fp32", {"layer": "QRNN"}, last, bf16=True),
    Bar("softmax", "time, times stock, 10,000 words", 2.7, "times_faster", {"words": 10_000}, bf16=True),
    Bar("softmax", "memory, times less than stock, 20,000 words", 2, "times_smaller", {"words": 20_000}),
    Bar("softmax", "memory, times less than stock, 50,000 words", 2, "times_smaller", {"words": 50_000}),
    Bar("conv", "n = 8, 1,024 bytes: share of the rate of its products", 0.6, "share_of_product_rate", STEP, last),
    Bar("conv", "n = 2, 256 bytes: the same", 0.6, "share_of_product_rate", {"n": 2}, last),
    Bar("systems", "n = 2, 1,024 bytes, a whole step: share of the machine's", 0.6, "share_of_product_rate", RECURSIVE),
    Bar("conv", "n = 8, times nn.Conv1d in fp32", 4, "times_plain_fp32", STEP, last, bf16=True),
    Bar("conv", "n = 2, lengths by turns: time, times that of each alone", 1.1, "time_of_mixed_lengths", at_most=True),
    Bar("transformer", "T12, share of the product rate", 0.35, "share_of_product_rate"),
    Bar("transformer", "T12, times stock layers in bf16", 1.6, "times_stock_bf16", bf16=True),
    Bar("transformer", "T12, times stock layers in fp32", 3.3, "times_stock_fp32", bf16=True),
    Bar("optimizers", "SGD with clipping, times stock", 4.75, "times_stock", {"optimizer": "SGD"},
        bound=of_share("share_of_copy")),
    Bar("optimizers", "Adam with clipping, times stock", 3.1, "times_stock", {"optimizer": "Adam"},
        bound=of_share("share_of_copy")),
    Bar("allocator", "QRNN, 64 texts of 512, times the system's", 2.1, "times_faster", bf16=True),
    Bar("streaming", "fp32, times nn.LSTM", 7, "times_nn.LSTM", FUSED),
    Bar("streaming", "fp32, times nn.LSTMCell", 2, "times_nn.LSTMCell", FUSED),
    Bar("streaming", "bf16 weights, tokens a second", 1500, "tokens_per_s", {"way": "QRNN, fused bf16"},
        bound=of_share("share_of_read")),
    Bar("streaming", "int8 weights, tokens a second", 2500, "tokens_per_s", {"way": "QRNN, fused int8"},
        bound=of_share("share_of_read")),
    Bar("streaming", "64 texts, times one at a time", 20, "times_one_at_a_time",
        bound=of_figure("products_alone_would")),
    Bar("decoding", "64 texts of 100 bytes, times recomputed, least", 10, "ratio", {"batch": 64, "ids": 257}),
    Bar("decoding", "the same of 20,000 words", 10, "ratio", {"batch": 64, "ids": 20_000},
        bound=of_share("output_share_of_kept")),
    Bar("generate", "beyond the context, times recomputed", 6, "times_exact", {"window": "half"}),
    Bar("data", "batches, times the fastest model's rate, least", 20, "times_the_model"),
    Bar("data", "first step of a prepared corpus, seconds", 3, "seconds", FIRST_STEP, at_most=True,
        bound=of_parts("of these, importing torch", "of these, the step itself")),
    Bar("whole", "all of this, seconds", 900, "seconds", {"bench": "all"}, at_most=True),
)  # fmt: skip


def judged(bench: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A row for every bar of what was run: what was wanted and reached, whether that is enough, what could be had."""
    for bar in BARS:
        if rows := bench.get(bar.bench):
            reached, bound = bar.reached(rows), bar.bound(rows, bar.own(rows), bar.measure)
            yield {
                "bench": bar.bench,
                "what": bar.what,
                "wanted": f"{'at most' if bar.at_most else 'at least'} {bar.wanted:g}",
                "reached": "not measured" if reached is None else _short(reached),
                "met": "" if reached is None else _met(bar, reached, bench),
                "bound here": "" if bound is None else _short(bound),
            }


def _met(bar: Bar, reached: float, bench: Mapping[str, Any]) -> str:
    return "yes" if bar.is_met(reached) else LACKING if lacks_bf16(bar, bench) else "no"


def _short(figure: float) -> str:
    return f"{figure:.3g}" if figure < 1000 else f"{figure:.0f}"


def lacks_bf16(bar: Bar, bench: Mapping[str, Any]) -> bool:
    """Whether a bar needs products that this machine has none of."""
    machine = bench["machine"]
    return bar.bf16 and machine["product_bf16_GFLOP_per_s"] < machine["product_fp32_GFLOP_per_s"]
