"""Shapes: L length, B batch, D features."""

import pytest
import torch

from octavo.layers.dropout import Dropout, WordDropout

L, B, D = 6, 40, 50


@pytest.mark.parametrize("layer", [Dropout(0.5), Dropout(0.5, variational=True), WordDropout(0.5)])
def test_nothing_is_dropped_outside_of_training(layer: torch.nn.Module) -> None:
    x_LBD = torch.randn(L, B, D)
    assert layer.eval()(x_LBD) is x_LBD
    assert not torch.equal(layer.train()(x_LBD), x_LBD)


@pytest.mark.parametrize("layer", [Dropout(0.0), Dropout(0.0, variational=True), WordDropout(0.0)])
def test_a_share_of_zero_costs_nothing(layer: torch.nn.Module) -> None:
    x_LBD = torch.randn(L, B, D)
    assert layer.train()(x_LBD) is x_LBD


@pytest.mark.parametrize("variational", [False, True])
@pytest.mark.parametrize("share", [0.2, 0.7])
def test_dropout_zeroes_its_share_and_rescales_the_rest(share: float, variational: bool) -> None:
    torch.manual_seed(0)
    dropped_LBD = Dropout(share, variational)(torch.ones(L, B, D))
    kept_LBD = dropped_LBD != 0
    torch.testing.assert_close(dropped_LBD[kept_LBD], torch.full_like(dropped_LBD[kept_LBD], 1 / (1 - share)))
    assert abs(float(kept_LBD[0].float().mean()) - (1 - share)) < 0.05


def test_variational_dropout_has_one_mask_for_a_whole_text() -> None:
    torch.manual_seed(0)
    dropped_LBD = Dropout(0.5, variational=True)(torch.ones(L, B, D))
    assert torch.equal(dropped_LBD, dropped_LBD[:1].expand(L, B, D))
    assert not torch.equal(dropped_LBD[:, 0], dropped_LBD[:, 1])
    plain_LBD = Dropout(0.5)(torch.ones(L, B, D))
    assert not torch.equal(plain_LBD[0], plain_LBD[1])


def test_word_dropout_hides_whole_positions_without_rescaling() -> None:
    torch.manual_seed(0)
    x_LBD = torch.randn(L, B, D)
    dropped_LBD = WordDropout(0.3)(x_LBD)
    hidden_LB = (dropped_LBD == 0).all(-1)
    assert torch.equal(dropped_LBD[~hidden_LB], x_LBD[~hidden_LB])
    assert abs(float(hidden_LB.float().mean()) - 0.3) < 0.1


@pytest.mark.parametrize("training", [True, False])
def test_a_writer_without_history_is_one_in_evaluation_too(training: bool) -> None:
    assert not WordDropout(1.0).train(training)(torch.ones(L, B, D)).any()
