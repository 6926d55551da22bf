import pytest
import torch

from octavo.training.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(8, 8), (6, 20), (20, 6)])
def test_singular_values_come_near_one_and_directions_stay(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    matrix = torch.randn(shape)
    made = orthogonal(matrix).float()
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    values = torch.linalg.svdvals(made)
    assert values.min() > 0.4
    assert values.max() < 1.4
    torch.testing.assert_close(u.T @ made @ v.T, torch.diag((u.T @ made @ v.T).diag()), atol=0.05, rtol=0)


@pytest.mark.parametrize("nesterov", [True, False])
def test_steps_are_those_of_torch_but_for_the_precision_of_products(nesterov: bool) -> None:
    torch.manual_seed(0)
    own, theirs = (torch.nn.Parameter(torch.ones(3, 5)) for _ in range(2))
    ours = Muon([{"params": [own], "weight_decay": 0.1}], momentum=0.9, nesterov=nesterov)
    settings = {"momentum": 0.9, "nesterov": nesterov, "adjust_lr_fn": "match_rms_adamw"}
    reference = torch.optim.Muon([theirs], lr=0.1, weight_decay=0.1, **settings)
    ours.param_groups[0]["lr"] = 0.1
    for _ in range(3):
        own.grad = torch.randn(3, 5)
        theirs.grad = own.grad.clone()
        ours.step()
        reference.step()
    torch.testing.assert_close(own, theirs, atol=0.01, rtol=0)
