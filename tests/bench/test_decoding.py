import pytest
import torch

from octavo.bench import decoding
from octavo.interfaces import Alphabet
from octavo.writers import build_writer
from octavo.writers.dilated import DilatedWriterConfig
from tests.bench.conftest import Timed

SMALL = DilatedWriterConfig(width=8, inner=4, embedding=4, dilations=(1, 2))


def test_both_ways_give_the_same_logits() -> None:
    writer = build_writer(SMALL, Alphabet(9, 0)).double().eval()
    texts_LB = torch.randint(9, (20, 3))
    torch.testing.assert_close(decoding.kept(writer, texts_LB), decoding.recomputed(writer, texts_LB, range(20, 21)))


def test_what_was_sampled_stands_for_all_lengths(monkeypatch: pytest.MonkeyPatch, timed: Timed) -> None:
    timed(decoding, {"kept": 2.0, "recomputed": 3.0, "output": 0.01}.__getitem__)
    monkeypatch.setattr(decoding, "WRITERS", {"small": (SMALL, 9)})
    monkeypatch.setattr(decoding, "SIZES", ((3, 40),))
    [row] = decoding.rows(torch.device("cpu"))
    assert row == {
        "writer": "small",
        "ids": 9,
        "batch": 3,
        "tokens": 40,
        "kept_tokens_per_s": 60,
        "recomputed_tokens_per_s": 3,
        "ratio": 20.0,
        "recomputed_lengths": 3,
        "output_share_of_kept": 0.2,
    }
