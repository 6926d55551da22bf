import torch

from octavo.bench import BENCHES
from octavo.bench.transformer import BYTES, SMALLER, Stock, compared, remembered
from octavo.interfaces import Batch
from octavo.recipe import override, tiny
from octavo.recipes import recipe
from octavo.writers.transformer import TransformerWriterConfig


def test_octavos_step_stands_beside_the_stock_one() -> None:
    smallest = tiny(override(recipe("t12-text8"), SMALLER))
    row = compared(smallest, torch.device("cpu"), "fp32")
    assert (row["layers"], row["batch"], row["length"]) == (2, 2, 16)
    assert all(row[f"{name}_tokens_per_s"] > 0 for name in ("octavo", "octavo_all_losses", "stock_fp32"))
    assert row["times_stock_fp32"] > 0
    assert "transformer" in BENCHES


def test_what_is_made_again_is_not_kept() -> None:
    """Of a deep model what its heads read and give; each row says how deep it is, and of how much."""
    deep = override(tiny(recipe("t64-text8")), {"model.writer.layers": 8})
    made_again, kept = remembered(deep, torch.device("cpu"))
    assert (made_again["recompute"], kept["recompute"]) == (True, False)
    assert made_again["layers"] == 8
    assert made_again["kept_for_backward_MB"] < 0.8 * kept["kept_for_backward_MB"]


def test_the_stock_model_does_not_see_the_future() -> None:
    torch.manual_seed(0)
    model = Stock(TransformerWriterConfig(width=8, layers=2, heads=2, filter=12, context=6)).eval()
    found = []
    for last in (3, 4):
        tokens_LB = torch.tensor([[1], [2], [5], [last]])
        batch = Batch(tokens_LB, torch.tensor([4]), torch.tensor([0]))
        future = torch.nn.Transformer.generate_square_subsequent_mask(4)
        x_BLD = model.embedding(tokens_LB.t()) + model.places.weight[:4]
        found.append(model.layers(x_BLD, mask=future, is_causal=True)[:, :3])
        assert model(batch).isfinite()
    assert torch.equal(*found)
    assert model.head.out_features == BYTES.size
