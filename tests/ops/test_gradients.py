import torch

from octavo.ops.gradients import scale_gradient, take_part


def test_a_scaled_gradient_is_scaled_once_for_each_use() -> None:
    weight = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    (scale_gradient(weight, 0.5) ** 2 + scale_gradient(weight, 0.25)).backward()
    assert weight.grad == 0.5 * 6 + 0.25


def test_what_only_takes_part_gets_zeros_and_changes_nothing() -> None:
    x, idle = torch.randn(3, requires_grad=True), [torch.ones(2, requires_grad=True), torch.ones(1, requires_grad=True)]
    y = take_part(x, idle)
    y.sum().backward()
    assert torch.equal(y, x)
    assert torch.equal(x.grad, torch.ones(3))  # type: ignore[arg-type]
    assert [one.grad.tolist() for one in idle if one.grad is not None] == [[0, 0], [0]]
