"""QRNN layers. Shapes: L length, B batch, D features, H channels."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence

from octavo.interfaces import map_state, select_state
from octavo.layers.qrnn import QRNN
from octavo.layers.qrnn_layer import QRNNLayer

FORMS = {
    "f": {"pooling": "f"},
    "fo": {},
    "ifo": {"pooling": "ifo", "window": 3},
    "window 1": {"window": 1},
    "wide": {"window": 5},
    "dense": {"dense": True, "num_layers": 3, "window": (4, 2, 3)},
}
BLIND = {"centred": {"causal": False, "window": 4}, "both ways": {"bidirectional": True, "num_layers": 2}}


def build(num_layers: int = 2, **options: Any) -> QRNN:
    torch.manual_seed(0)
    return QRNN(4, 6, num_layers, **options, dtype=torch.float64)


def text(length: int, batch: int = 3) -> Tensor:
    return torch.randn(length, batch, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(length))


def by_hand(layer: QRNNLayer, x_LBD: Tensor) -> Tensor:
    """The paper's equations 1 to 5, a step and a tap at a time."""
    assert layer.bias_G is not None
    outputs, c_BH = [], torch.zeros(x_LBD.shape[1], layer.width, dtype=x_LBD.dtype)
    bias_BG = layer.bias_G.expand(x_LBD.shape[1], -1)
    for t in range(len(x_LBD)):
        reads = [(tap, t + tap - layer.left) for tap in range(layer.window)]
        read = [x_LBD[at] @ layer.weight_KDG[tap] for tap, at in reads if 0 <= at < len(x_LBD)]
        gates_BG = torch.stack([*read, bias_BG]).sum(0)
        z, f, *others = gates_BG.chunk(layer.gates, dim=-1)
        o, i = (*(gate.sigmoid() for gate in others), None, None)[:2]
        c_BH = f.sigmoid() * c_BH + (1 - f.sigmoid() if i is None else i) * z.tanh()
        outputs.append(c_BH if o is None else o * c_BH)
    return torch.stack(outputs)


@pytest.mark.parametrize("pooling", ["f", "fo", "ifo"])
@pytest.mark.parametrize("window", [1, 2, 3, 6])
@pytest.mark.parametrize("causal", [True, False])
def test_a_layer_is_the_equations(pooling: Any, window: int, causal: bool) -> None:
    layer = QRNNLayer(4, 6, pooling=pooling, window=window, causal=causal, dtype=torch.float64)
    nn.init.normal_(layer.get_parameter("bias_G"))
    for length in (1, 2, 7):
        torch.testing.assert_close(layer(text(length)).output_LBH, by_hand(layer, text(length)))


def test_an_even_centred_window_has_its_odd_step_after() -> None:
    layer = QRNNLayer(4, 6, window=2, causal=False, dtype=torch.float64)
    x_LBD, later_LBD = text(5), text(5)
    later_LBD[3] += 1
    changed_L = (layer(x_LBD).gates_LBGH != layer(later_LBD).gates_LBGH).flatten(1).any(1)
    assert changed_L.tolist() == [False, False, True, True, False]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_pieces_equal_the_whole(form: dict) -> None:
    qrnn, x_LBD = build(**form), text(11)
    whole, last = qrnn(x_LBD)
    outputs, state = [], qrnn.begin(3)
    for piece_LBD in x_LBD.split([1, 1, 4, 2, 3]):
        output, state = qrnn(piece_LBD, state)
        outputs.append(output)
    torch.testing.assert_close(torch.cat(outputs), whole, rtol=0, atol=1e-12)
    assert [item.shape for item in state.pool + state.inputs] == [item.shape for item in last.pool + last.inputs]
    for got, wanted in zip(state.pool + state.inputs, last.pool + last.inputs, strict=True):
        torch.testing.assert_close(got, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("form", [*FORMS.values(), *BLIND.values()], ids=[*FORMS, *BLIND])
def test_a_text_does_not_depend_on_its_companions(form: dict) -> None:
    qrnn, lengths = build(**form), [7, 2, 5, 1]
    texts = [text(length, batch=1)[:, 0] for length in lengths]
    packed, state = qrnn(pack_sequence(texts, enforce_sorted=False))
    together_LBH, got_lengths = pad_packed_sequence(packed)
    assert got_lengths.tolist() == lengths
    for column, alone_LD in enumerate(texts):
        alone_LH, alone_state = qrnn(alone_LD)
        torch.testing.assert_close(together_LBH[: len(alone_LD), column], alone_LH)
        for got, wanted in zip(state.pool + state.inputs, alone_state.pool + alone_state.inputs, strict=True):
            torch.testing.assert_close(got[:, column], wanted)


def test_packed_texts_go_on_from_a_state_in_their_own_order() -> None:
    qrnn, texts = build(window=3), [text(length, batch=1)[:, 0] for length in (3, 9, 6)]
    _, state = qrnn(pack_sequence([whole[:2] for whole in texts], enforce_sorted=False))
    packed, _ = qrnn(pack_sequence([whole[2:] for whole in texts], enforce_sorted=False), state)
    rest_LBH, _ = pad_packed_sequence(packed)
    for column, whole in enumerate(texts):
        torch.testing.assert_close(rest_LBH[: len(whole) - 2, column], qrnn(whole)[0][2:])


def test_packed_data_keeps_its_layout() -> None:
    packed = pack_padded_sequence(text(5, batch=4), torch.tensor([2, 5, 5, 2]), enforce_sorted=False)
    output, _ = build()(packed)
    first_rows = packed.batch_sizes[0]
    torch.testing.assert_close(output.data[:first_rows], build()(packed.data[None, :first_rows])[0][0])
    assert torch.equal(output.batch_sizes, packed.batch_sizes)
    assert output.sorted_indices is packed.sorted_indices


@pytest.mark.parametrize("form", BLIND.values(), ids=BLIND)
def test_a_qrnn_that_reads_ahead_refuses_a_state(form: dict) -> None:
    qrnn = build(**form)
    with pytest.raises(ValueError, match="reads ahead"):
        qrnn(text(2), qrnn.begin(3))


def test_it_is_called_as_an_lstm_is() -> None:
    forms: list[Any] = [{}, {"bidirectional": True}, {"batch_first": True}, {"num_layers": 3, "dropout": 0.5}]
    for options in forms:
        ours, theirs = QRNN(4, 6, **options), nn.LSTM(4, 6, **options)
        for shape in ((5, 3, 4), (5, 4)):
            x = torch.randn(shape)
            (output, state), (wanted, (_, cell)) = ours(x), theirs(x)
            assert output.shape == wanted.shape
            assert torch.cat(state.pool).shape == cell.shape
    x = torch.randn(3, 5, 4)
    first, last = QRNN(4, 6, batch_first=True), QRNN(4, 6)
    last.load_state_dict(first.state_dict())
    assert torch.equal(first(x)[0], last(x.transpose(0, 1))[0].transpose(0, 1))


def test_the_second_direction_reads_backward() -> None:
    qrnn = build(num_layers=1, bidirectional=True)
    output_LBH, state = qrnn(text(6))
    wanted_LBH = qrnn.backward_layers[0](text(6).flip(0)).output_LBH.flip(0)
    torch.testing.assert_close(output_LBH[..., 6:], wanted_LBH)
    torch.testing.assert_close(qrnn.unroll(text(6)).last[0][:, 6:], output_LBH[0, :, 6:])
    assert state.pool[0].shape == (2, 3, 6)


def test_dense_layers_read_all_before_them() -> None:
    qrnn = build(num_layers=3, dense=True)
    first_LBH = qrnn.layers[0](text(5)).output_LBH
    second_LBH = qrnn.layers[1](torch.cat([text(5), first_LBH], -1)).output_LBH
    third_LBH = qrnn.layers[2](torch.cat([text(5), first_LBH, second_LBH], -1)).output_LBH
    torch.testing.assert_close(qrnn(text(5))[0], third_LBH)


@pytest.mark.parametrize("pooling", ["f", "fo", "ifo"])
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16, torch.float64])
def test_zoned_channels_copy_their_state(pooling: Any, precision: torch.dtype) -> None:
    torch.manual_seed(0)
    layer = QRNNLayer(8, 200, pooling=pooling, zoneout=0.3, dtype=precision)
    states_LBH = layer(torch.randn(50, 2, 8, dtype=precision)).states_LBH
    copied = (states_LBH[1:] == states_LBH[:-1]).double().mean()
    assert 0.28 < copied < 0.32
    layer.zoneout = 1.0
    pool_1BH = torch.randn(1, 2, 200, dtype=states_LBH.dtype)
    state = layer.begin(2)._replace(pool_1BH=pool_1BH)
    assert torch.equal(layer(torch.randn(5, 2, 8, dtype=precision), state).state.pool_1BH, pool_1BH)
    layer.eval()
    assert not torch.equal(layer(torch.randn(5, 2, 8, dtype=precision), state).state.pool_1BH, pool_1BH)


def test_zoneout_does_not_rescale_and_has_the_masked_gradient() -> None:
    layer = QRNNLayer(4, 6, pooling="ifo", zoneout=0.5, dtype=torch.float64)
    torch.manual_seed(3)
    run = layer(text(9))
    _, f, _, i = run.gates_LBGH.unbind(2)
    zoned_LBH = f == 1e4
    assert torch.equal(zoned_LBH, i == -1e4)
    layer.eval()
    plain = layer(text(9)).gates_LBGH
    masked_LBH = plain[:, :, 1].sigmoid().where(~zoned_LBH, 1.0)
    let_in_LBH = plain[:, :, 3].sigmoid().where(~zoned_LBH, 0.0)
    c_BH, outputs = torch.zeros(3, 6, dtype=torch.float64), []
    for t in range(9):
        c_BH = masked_LBH[t] * c_BH + let_in_LBH[t] * plain[t, :, 0].tanh()
        outputs.append(c_BH * plain[t, :, 2].sigmoid())
    torch.testing.assert_close(run.output_LBH, torch.stack(outputs))
    wanted = torch.autograd.grad(torch.stack(outputs).square().sum(), [*layer.parameters()])
    got = torch.autograd.grad(run.output_LBH.square().sum(), [*layer.parameters()])
    torch.testing.assert_close(got, wanted)


@pytest.mark.parametrize("form", [*FORMS.values(), *BLIND.values()], ids=[*FORMS, *BLIND])
def test_gradients_are_right(form: dict) -> None:
    qrnn = build(**form)
    streams = form not in BLIND.values() and form.get("window") != 1  # gradcheck takes no empty tensor

    def run(x_LBD: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        depth = qrnn.num_layers
        state = (tuple(rest[:depth]), tuple(rest[depth : 2 * depth])) if streams else None
        parameters = dict(zip([name for name, _ in qrnn.named_parameters()], rest[2 * depth * streams :], strict=True))
        output, final = torch.func.functional_call(qrnn, parameters, (x_LBD, state))
        return (output, *final.pool)

    start = qrnn.begin(2)
    inputs = [text(5, batch=2), *(start.pool + start.inputs if streams else ()), *qrnn.parameters()]
    inputs = [torch.randn_like(item).mul(0.5).requires_grad_() for item in inputs]
    assert torch.autograd.gradcheck(run, inputs, fast_mode=True)
    assert torch.autograd.gradgradcheck(run, inputs, fast_mode=True)


def test_conditions_shift_every_step() -> None:
    qrnn, condition_BG = build(), torch.randn(3, 18, dtype=torch.float64)
    run = qrnn.unroll(text(5), conditions=[None, condition_BG])
    first_LBH = qrnn.layers[0](text(5)).output_LBH
    gates_LBG = qrnn.layers[1](first_LBH).gates_LBGH.flatten(2) + condition_BG
    torch.testing.assert_close(run.gates_LBGH.flatten(2), gates_LBG)
    opened_LBH = run.gates_LBGH[:, :, 2].sigmoid() * run.states_LBH
    torch.testing.assert_close(run.output_LBH, opened_LBH)


def test_last_outputs_stand_at_each_texts_end() -> None:
    qrnn, lengths_B = build(), torch.tensor([5, 2, 4])
    run = qrnn.unroll(text(5), lengths_B=lengths_B)
    assert torch.equal(run.last[-1], run.output_LBH[lengths_B - 1, torch.arange(3)])
    assert not run.output_LBH[2:, 1].any()


def test_states_can_be_selected_and_detached() -> None:
    qrnn = build(window=3)
    _, state = qrnn(text(4))
    chosen = select_state(state, torch.tensor([2, 2, 0]))
    assert type(chosen) is type(state)
    output, _ = qrnn(text(2)[:, [2, 2, 0]], map_state(Tensor.detach, chosen))
    torch.testing.assert_close(output, qrnn(text(2), state)[0][:, [2, 2, 0]])


def test_autocast_multiplies_in_bfloat16_and_remembers_in_float32() -> None:
    torch.manual_seed(0)
    qrnn, x_LBD = QRNN(32, 64, num_layers=2), torch.randn(20, 3, 32)
    exact, _ = qrnn(x_LBD)
    with torch.autocast("cpu", torch.bfloat16):
        output, state = qrnn(x_LBD)
    output.float().square().sum().backward()
    assert (output.dtype, state.pool[0].dtype) == (torch.bfloat16, torch.float32)
    assert all(p.grad is not None and p.grad.dtype == torch.float32 for p in qrnn.parameters())
    assert (output - exact).abs().max() < 0.02


@pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")  # by the compiler itself
def test_it_compiles_without_a_graph_break() -> None:
    torch.manual_seed(0)
    qrnn, x_LBD = QRNN(4, 6, num_layers=2, window=3, dropout=0.5, zoneout=0.5), torch.randn(5, 3, 4)
    fast = torch.compile(qrnn, fullgraph=True, backend="aot_eager")
    results = []
    for run in (qrnn, fast):
        torch.manual_seed(1)
        output, _ = run(x_LBD, qrnn.begin(3))
        results.append([output, *torch.autograd.grad(output.square().sum(), [*qrnn.parameters()])])
    torch.testing.assert_close(*results)


@pytest.mark.parametrize("variational", [False, True])
def test_dropout_is_between_layers_alone(variational: bool) -> None:
    """A variational one hides the same features of a text all along."""
    qrnn, seen = build(dropout=0.5, variational=variational), []
    for layer in qrnn.layers:
        layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    output_LBH, _ = qrnn(text(20))
    first_LBD, second_LBD = seen
    assert (first_LBD != 0).all()
    assert (output_LBH != 0).all()
    hidden_LBD = second_LBD == 0
    assert 0.2 < hidden_LBD.double().mean() < 0.8
    assert (hidden_LBD == hidden_LBD[:1]).all() == variational


def test_initial_weights_and_forget_bias() -> None:
    layer = QRNNLayer(400, 50, window=4, forget_bias=2.0)
    assert layer.weight_KDG.std().item() == pytest.approx(1600**-0.5, rel=0.02)
    assert layer.get_parameter("bias_G").view(3, 50).mean(1).tolist() == [0, 2, 0]
    assert QRNNLayer(4, 6, bias=False).bias_G is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pooling": "of"}, "choose from f, fo, ifo"),
        ({"window": 0}, "window 0"),
        ({"window": (2, 2, 2)}, "one for each"),
        ({"zoneout": 1.5}, "zoneout 1.5"),
        ({"bias": False, "forget_bias": 1.0}, "needs bias=True"),
    ],
)
def test_wrong_options_are_named(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(**options)


def test_wrong_inputs_are_named() -> None:
    with pytest.raises(ValueError, match=r"\(5, 3, 7\): \[length, batch, 4\] or \[length, 4\]"):
        build()(torch.zeros(5, 3, 7))
