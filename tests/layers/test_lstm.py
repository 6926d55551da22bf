"""The stack and the normalised cell. Shapes: L length, B batch, D features, G = 4D gates."""

import pytest
import torch
from torch import Tensor

from octavo.layers.lstm import LSTM, CellState, LSTMStack, NormalisedLSTM

L, B, INPUTS, WIDTH = 5, 3, 4, 6


def cell_state(seed: int = 0) -> CellState:
    chance = torch.Generator().manual_seed(seed)
    h_1BD, c_1BD = torch.randn(2, 1, B, WIDTH, generator=chance, dtype=torch.float64)
    return h_1BD, c_1BD


def test_the_stack_is_torchs_own() -> None:
    """Layer by layer the same as nn.LSTM of several layers."""
    stack, whole = LSTMStack(INPUTS, WIDTH, 2).double(), torch.nn.LSTM(INPUTS, WIDTH, 2).double()
    for name, parameter in whole.named_parameters():
        layer = int(name[-1])
        parameter.data.copy_(dict(stack.layers[layer].named_parameters())[name[:-1] + "0"])
    x_LBD, first, second = torch.randn(L, B, INPUTS, dtype=torch.float64), cell_state(1), cell_state(2)
    stacked = stack(x_LBD, (first, second))
    output_LBD, (h_2BD, c_2BD) = whole(x_LBD, (torch.cat([first[0], second[0]]), torch.cat([first[1], second[1]])))
    torch.testing.assert_close(stacked.layers[-1], output_LBD)
    torch.testing.assert_close(torch.cat([h for h, _ in stacked.state]), h_2BD)
    torch.testing.assert_close(torch.cat([c for _, c in stacked.state]), c_2BD)


@torch.no_grad()
def test_one_token_at_a_time_is_the_same_text() -> None:
    """One by one PyTorch's cell steps, all at once its form for sequences."""
    stack = LSTMStack(INPUTS, WIDTH, 2).double()
    x_LBD, state = torch.randn(L, B, INPUTS, dtype=torch.float64), (cell_state(1), cell_state(2))
    whole, last_L = stack(x_LBD, state), []
    for x_1BD in x_LBD.split(1):
        stepped = stack(x_1BD, state)
        last_L.append(stepped.layers[-1])
        state = stepped.state
    torch.testing.assert_close(torch.cat(last_L), whole.layers[-1])
    torch.testing.assert_close(state, whole.state)


@pytest.mark.parametrize("normalised", [False, True])
def test_a_stack_begins_with_zeros_of_its_own_kind(normalised: bool) -> None:
    stack = LSTMStack(INPUTS, WIDTH, 3, normalised=normalised).double()
    state = stack.begin(B)
    assert len(state) == 3
    for tensor in (tensor for cell in state for tensor in cell):
        assert tensor.shape == (1, B, WIDTH)
        assert tensor.dtype == torch.float64
        assert not tensor.any()


def test_dropout_is_between_layers_alone() -> None:
    """One layer's outputs and inputs are whole; the second one's inputs are not."""
    stack = LSTMStack(INPUTS, WIDTH, 2, dropout=0.5)
    seen = []
    for layer in stack.layers:
        layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    torch.manual_seed(0)
    stacked = stack(torch.randn(L, B, INPUTS), stack.begin(B))
    first_LBD, second_LBD = seen
    assert (first_LBD != 0).all()
    assert (second_LBD == 0).any()
    assert all((states_LBD != 0).all() for states_LBD in stacked.layers)


@pytest.mark.parametrize("normalised", [False, True])
def test_recurrent_weights_are_away_in_training_alone(normalised: bool) -> None:
    """The first step, from zeros, has nothing to miss."""
    stack = LSTMStack(INPUTS, WIDTH, 1, normalised=normalised, drop_recurrent=0.5).double()
    same = LSTMStack(INPUTS, WIDTH, 1, normalised=normalised).double()
    same.load_state_dict(stack.state_dict())
    x_LBD, begin = torch.randn(L, B, INPUTS, dtype=torch.float64), stack.begin(B)
    whole_LBD = same(x_LBD, begin).layers[-1]
    dropped_LBD = stack(x_LBD, begin).layers[-1]
    torch.testing.assert_close(dropped_LBD[0], whole_LBD[0])
    assert ((dropped_LBD[1:] - whole_LBD[1:]).abs() > 1e-6).all()
    assert not torch.equal(dropped_LBD, stack(x_LBD, begin).layers[-1])
    torch.testing.assert_close(stack.eval()(x_LBD, begin).layers[-1], whole_LBD)


def test_a_layer_begins_with_zeros_where_none_is_given() -> None:
    layer, x_LBD, zeros_1BD = LSTM(INPUTS, WIDTH, 0.5), torch.randn(L, B, INPUTS), torch.zeros(1, B, WIDTH)
    outputs = []
    for state in (None, (zeros_1BD, zeros_1BD)):
        torch.manual_seed(0)
        outputs.append(layer(x_LBD, state)[0])
    torch.testing.assert_close(*outputs)


@pytest.mark.parametrize("normalised", [False, True])
def test_recurrent_weights_that_are_away_get_no_gradient(normalised: bool) -> None:
    stack = LSTMStack(INPUTS, WIDTH, 1, normalised=normalised, drop_recurrent=0.5)
    stack(torch.randn(L, B, INPUTS), stack.begin(B)).layers[-1].sum().backward()
    gradients = {name: weight.grad for name, weight in stack.layers[0].named_parameters()}
    gradient_GD = gradients["hidden.weight" if normalised else "weight_hh_l0"]
    assert gradient_GD is not None
    assert 0.25 < (gradient_GD == 0).double().mean() < 0.75


def normalised(x: Tensor, gain: Tensor, bias: Tensor | float = 0.0) -> Tensor:
    spread = ((x - x.mean(-1, keepdim=True)) ** 2).mean(-1, keepdim=True)
    return (x - x.mean(-1, keepdim=True)) / (spread + 1e-5).sqrt() * gain + bias


def test_the_normalised_cell_is_the_papers_equation() -> None:
    cell = NormalisedLSTM(INPUTS, WIDTH).double()
    for parameter in cell.parameters():
        torch.nn.init.normal_(parameter)
    x_1BD, (h_1BD, c_1BD) = torch.randn(1, B, INPUTS, dtype=torch.float64), cell_state()
    from_hidden = normalised(h_1BD @ cell.hidden.weight.T, cell.hidden_norm.weight)
    from_input = normalised(x_1BD @ cell.input.weight.T, cell.input_norm.weight)
    f, i, o, g = (from_hidden + from_input + cell.bias_G).split(WIDTH, dim=-1)
    c = torch.sigmoid(f) * c_1BD + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(normalised(c, cell.cell_norm.weight, cell.cell_norm.bias))
    output_1BD, (h_after, c_after) = cell(x_1BD, (h_1BD, c_1BD))
    torch.testing.assert_close(output_1BD, h)
    torch.testing.assert_close(h_after, h)
    torch.testing.assert_close(c_after, c)


def test_the_normalised_cell_in_two_pieces_is_the_whole() -> None:
    cell, state = NormalisedLSTM(INPUTS, WIDTH).double(), cell_state()
    x_LBD = torch.randn(L, B, INPUTS, dtype=torch.float64)
    whole_LBD, after = cell(x_LBD, state)
    first_LBD, between = cell(x_LBD[:2], state)
    second_LBD, after_pieces = cell(x_LBD[2:], between)
    torch.testing.assert_close(torch.cat([first_LBD, second_LBD]), whole_LBD)
    torch.testing.assert_close(after_pieces, after)
