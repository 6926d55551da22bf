from collections.abc import Mapping

import pytest
import torch

from octavo.bench import generate
from octavo.bench.timing import Work
from octavo.writers.transformer import ModernTransformerWriterConfig, TransformerWriterConfig

SMALL = {"width": 8, "layers": 1, "heads": 2, "filter": 8, "context": 6}


def test_a_row_says_how_many_times_the_recomputing_loop_a_policy_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def called(works: Mapping[str, Work], **settings: float) -> dict[str, float]:
        for work in works.values():
            assert isinstance(work, generate.Advances)
            assert work().isfinite().all()
        return {window: {"exact": 0.6, "half": 0.3, "roll": 0.8}[window] for window in works}

    monkeypatch.setattr(generate, "medians", called)
    configs = {"old": TransformerWriterConfig(**SMALL), "new": ModernTransformerWriterConfig(**SMALL)}  # pyrefly: ignore
    monkeypatch.setattr(generate, "CONFIGS", configs)
    rows = {(row["writer"], row["window"]): row for row in generate.rows(torch.device("cpu"))}
    assert [*rows] == [("old", "exact"), ("old", "half"), ("new", "exact"), ("new", "roll")]
    assert rows["old", "half"]["times_exact"] == 6.0, "three tokens in half the time of one"
    assert rows["new", "roll"]["tokens_per_s"] == 20.0
