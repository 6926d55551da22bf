"""Bounds on a case small enough to integrate: two words, two classes, a z of one dimension.

Shapes: L length, B batch, C classes, Z latent, N nodes.
"""

import dataclasses
import math
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from octavo.evaluation.latent import bounds_over_labels
from octavo.generation.sampling import SamplingConfig, generate
from octavo.interfaces import Alphabet, Batch, Progress
from octavo.layers.latent import standard_log_density
from octavo.models.discrete_vae import Bound
from octavo.models.labelled_vae import LabelledVAE, LabelledVAEConfig
from octavo.models.reconstruction import cost
from octavo.models.told import at_each_label, at_likeliest_label
from octavo.readers.lstm import LSTMReaderConfig
from octavo.schedules import Constant, Ramp
from octavo.writers.dilated import DilatedWriterConfig

WORDS = Alphabet(4, 2, 3)  # two words, what begins a text and what ends it
READER = LSTMReaderConfig(width=4, embedding=3, backwards=False)
WRITER = DilatedWriterConfig(width=5, inner=4, embedding=3, dilations=(1,), dropout=0.0)
NODES, WEIGHTS = (torch.from_numpy(part) for part in np.polynomial.hermite_e.hermegauss(80))
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def tiny_model(alphabet: Alphabet = WORDS, **fields: object) -> LabelledVAE:
    """With weights so large that class and z matter."""
    torch.manual_seed(1)
    config = LabelledVAEConfig(reader=READER, writer=WRITER, latent=1, hidden=4, **fields)  # type: ignore[arg-type]
    model = LabelledVAE(config, alphabet, 2).double().eval()
    for weight in model.parameters():
        weight.data.normal_(0, 0.5)
    return model


def text_of(*tokens: int, copies: int = 1, label: int = -1) -> Batch:
    tokens_LB = torch.tensor([*tokens, WORDS.end])[:, None].expand(-1, copies)
    lengths_B, begin_B = torch.full((copies,), len(tokens_LB)), torch.full((copies,), WORDS.begin)
    return Batch(tokens_LB, lengths_B, begin_B, labels_B=torch.full((copies,), label))


def one(label: int, copies: int = 1) -> Tensor:
    return torch.eye(2, dtype=torch.double)[label].expand(copies, 2)


@torch.no_grad()
def integrated(model: LabelledVAE, text: Batch, label: int) -> tuple[float, float, float]:
    """log p(x | y), −L(x, y), and KL(q(z | x, y) ‖ p(z | x, y)), each from the nodes."""
    batch = dataclasses.replace(text_of(*text.tokens_LB[:-1, 0].tolist(), copies=len(NODES)))
    summary_ND, _ = model.read_labels(batch)
    y_NC, node_NZ = one(label, len(NODES)), NODES[:, None]
    nats_N = cost(model.writer, torch.cat([node_NZ, y_NC], -1), batch).nats_LB.sum(0)
    log_p = (WEIGHTS.log() - nats_N).logsumexp(0)
    bound = model.bound(batch, summary_ND, y_NC, node_NZ, WEIGHTS)
    gaussian = model.given_label(summary_ND, y_NC)
    z_NZ = gaussian.at(node_NZ)
    log_posterior_N = standard_log_density(z_NZ) - bound.nats_LB.sum(0) - log_p
    gap = (WEIGHTS * (gaussian.log_density(z_NZ) - log_posterior_N)).sum()
    return float(log_p), float(bound.total), float(gap)


@pytest.mark.parametrize("words", [(0,), (0, 1), (1, 1, 0)])
def test_both_bounds_are_below_the_likelihood_by_the_posteriors_divergence(words: tuple[int, ...]) -> None:
    model, text = tiny_model(), text_of(*words)
    _, log_BC = model.read_labels(text)
    log_q_C = log_BC[0].detach()
    parts = [integrated(model, text, label) for label in range(2)]
    log_p_C, cost_C, gap_C = (torch.tensor(column, dtype=torch.double) for column in zip(*parts, strict=True))
    assert (gap_C > 0).all()
    torch.testing.assert_close(-cost_C + gap_C, log_p_C)
    log_joint_C = log_p_C - math.log(2)
    log_p = log_joint_C.logsumexp(0)
    unlabelled = -(log_q_C.exp() * cost_C).sum() - model.label_kl(log_BC)[0]
    log_true_C = log_joint_C - log_p
    gap = (log_q_C.exp() * (log_q_C - log_true_C + gap_C)).sum()
    assert unlabelled < log_p
    torch.testing.assert_close(unlabelled + gap, log_p)


@pytest.mark.parametrize("expectation", ["exact", "gumbel"])
def test_the_objective_is_these_bounds_on_average(expectation: str) -> None:
    """Over draws of z and, relaxed at a temperature near nothing, of y: the Gumbel limit."""
    model = tiny_model(expectation=expectation, temperature=Constant(value=1e-3), alpha=3.0).train()
    text = text_of(0, 1)
    costs_C = torch.tensor([integrated(model, text, label)[1] for label in range(2)], dtype=torch.double)
    log_BC = model.read_labels(text)[1].detach()
    unlabelled = float((log_BC[0].exp() * costs_C).sum() + model.label_kl(log_BC)[0])
    labelled = float(costs_C[1] + math.log(2) - 3.0 * log_BC[0, 1])
    torch.manual_seed(0)
    with torch.no_grad():
        for label, wanted in ((-1, unlabelled), (1, labelled)):
            loss = model(text_of(0, 1, copies=40_000, label=label), Progress())
            assert loss.objective.value == pytest.approx(wanted, abs=0.03)


def test_a_relaxed_draw_teaches_the_guess_what_the_sum_over_classes_does() -> None:
    """The gradient through the draw alone, without that of the label's own KL."""
    gradients = {}
    for expectation in ("exact", "gumbel"):
        model = tiny_model(expectation=expectation, temperature=Constant(value=0.1)).train()
        torch.manual_seed(0)
        batch = text_of(0, 1, copies=40_000)
        objective = model(batch, Progress()).objective
        own = model.label_kl(model.read_labels(batch)[1]).mean()
        told = torch.autograd.grad(objective.total / objective.count - own, list(model.guess.parameters()))
        gradients[expectation] = torch.cat([part.flatten() for part in told])
    assert gradients["exact"].abs().max() > 0.1
    torch.testing.assert_close(gradients["gumbel"], gradients["exact"], rtol=0.1, atol=0.01)


def test_the_draw_sharpens_as_training_goes_on() -> None:
    """One seed gives one draw, whose temperature alone tells a training's beginning from its end."""
    found = {}
    for name, share, temperature in (
        ("begun", 0.0, Ramp(start=5.0, end=1e-3, until=1.0, unit="share")),
        ("warm", 1.0, Constant(value=5.0)),
        ("ended", 1.0, Ramp(start=5.0, end=1e-3, until=1.0, unit="share")),
        ("cold", 0.0, Constant(value=1e-3)),
    ):
        model = tiny_model(temperature=temperature).train()
        torch.manual_seed(0)
        found[name] = model(text_of(0, 1, copies=50), Progress(share=share)).objective.value
    assert found["begun"] == found["warm"] != found["cold"] == found["ended"]


def test_free_nats_of_z_have_no_gradient_and_are_in_no_figure() -> None:
    batch, progress = text_of(0, 1, label=1), Progress(share=1.0)
    plain, free = (tiny_model(expectation="exact", target=target) for target in (0.0, 1e3))
    loss, charged = (model(batch, progress) for model in (plain, free))
    assert loss.metrics["kl"].value == pytest.approx(charged.metrics["kl"].value)
    more = (charged.objective.total - loss.objective.total).detach()
    assert float(more) == pytest.approx(1e3 - float(loss.metrics["kl"].value))
    weightless = tiny_model(expectation="exact", kl_weight=Constant(value=0.0))
    gradients = [
        torch.autograd.grad(model(batch, progress).objective.total, list(model.head.parameters()))
        for model in (free, weightless)
    ]
    torch.testing.assert_close(*gradients)


def test_a_vae_that_is_told_its_label_has_the_same_bound() -> None:
    model, batch = tiny_model(), text_of(0, 1)
    summary_BD, _ = model.read_labels(batch)
    bound = model.bound(batch, summary_BD, one(1), torch.zeros(1, 1).double(), torch.ones(1).double())
    log_BC, latents = at_each_label(model, batch)
    torch.testing.assert_close(log_BC, model.classify(batch))
    torch.testing.assert_close(latents[1].given(latents[1].gaussian.mean_BZ), bound.nats_LB)
    torch.testing.assert_close(at_likeliest_label(model, batch), latents[int(log_BC.argmax())].gaussian)


def test_weighing_a_text_at_each_label_reads_it_once() -> None:
    model, batch = tiny_model(), text_of(0, 1)
    readings: list[object] = []
    model.reader.register_forward_hook(lambda *called: readings.append(called))
    bounds_over_labels(partial(at_each_label, model), [batch, batch], torch.device("cpu"), draws=3)
    assert len(readings) == 2


def test_dropout_falls_on_what_labels_are_told_from_and_on_nothing_else() -> None:
    model, batch = tiny_model(dropout=0.5), text_of(0, 1, copies=64)
    still_BD, told_BC = model.read_labels(batch)
    summary_BD, log_BC = model.train().read_labels(batch)
    torch.testing.assert_close(summary_BD, still_BD)
    torch.testing.assert_close(told_BC, told_BC[:1].expand_as(told_BC))
    assert log_BC[:, 0].std() > 0.01


def test_a_warm_draw_is_another_expectation() -> None:
    """So the limit above is one."""
    wanted = {}
    for temperature in (1e-3, 5.0):
        model = tiny_model(temperature=Constant(value=temperature)).train()
        torch.manual_seed(0)
        with torch.no_grad():
            wanted[temperature] = model(text_of(0, 1, copies=20_000), Progress()).objective.value
    assert abs(wanted[5.0] - wanted[1e-3]) > 0.1


def test_the_means_of_labelled_and_unlabelled_are_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_model(expectation="exact").train()
    quiet = lambda batch, log_BC: (torch.zeros(len(log_BC), 1, dtype=torch.double), torch.zeros_like(log_BC))  # noqa: E731
    monkeypatch.setattr(model, "_noises", quiet)
    texts = [text_of(0, 1, label=0), text_of(1, 1, label=1), text_of(0, 0), text_of(1, 0), text_of(0, 1)]
    alone = [model(text, Progress()).objective.value for text in texts]
    fields = {
        name: torch.cat([getattr(text, name) for text in texts]) for name in ("lengths_B", "previous_B", "labels_B")
    }
    tokens_LB = torch.cat([text.tokens_LB for text in texts], dim=1)
    batch = Batch(tokens_LB, **fields, weights_B=torch.tensor([1, 1, 2 / 3, 2 / 3, 2 / 3]))  # type: ignore[arg-type]
    wanted = sum(alone[:2]) / 2 + sum(alone[2:]) / 3
    assert model(batch, Progress()).objective.value == pytest.approx(wanted)
    halves = [batch.map(lambda tensor: tensor[..., ::2]), batch.map(lambda tensor: tensor[..., 1::2])]
    parts = [model(half, Progress()).objective for half in halves]
    assert (parts[0] + parts[1]).value == pytest.approx(wanted)


def test_a_known_label_is_decoded_once_and_nothing_else_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the sum that decodes every text at every label, the impossible ones with weight 0."""
    model = tiny_model(expectation="exact", kl_weight=Constant(value=0.7)).train()
    tokens_LB = torch.tensor([[0, 1, 0, 1], [1, 1, 0, 0], [0, 0, 1, 1], [3, 3, 3, 3]])
    begin_B = torch.full((4,), WORDS.begin)
    batch = Batch(tokens_LB, torch.full((4,), 4), begin_B, labels_B=torch.tensor([1, -1, 0, 1]))
    noise_BZ = torch.randn(4, 1, dtype=torch.double)
    decoded: list[int] = []
    monkeypatch.setattr(model, "_noises", lambda batch, log_BC: (noise_BZ, torch.zeros_like(log_BC)))
    model.writer.register_forward_hook(lambda writer, inputs, written: decoded.append(inputs[0].shape[1]))

    def found() -> list[Tensor]:
        loss = model(batch, Progress(share=0.5))
        gradients = torch.autograd.grad(loss.objective.total, list(model.parameters()))
        return [loss.objective.total, *(torch.as_tensor(mean.value) for mean in loss.metrics.values()), *gradients]

    def at_every_label(batch: Batch, summary_BD: Tensor, q_BC: Tensor, *rest: Any) -> Bound:
        noise_BZ, weight_B, weigh = rest
        bounds = [model.bound(batch, summary_BD, one(y, 4), noise_BZ, weight_B * q_BC[:, y], weigh) for y in (0, 1)]
        nats_LB, kl_B = (sum(q_BC[:, y].detach() * bounds[y][part] for y in (0, 1)) for part in (1, 2))
        return Bound(bounds[0].total + bounds[1].total, nats_LB, kl_B)  # type: ignore[arg-type]

    short = found()
    assert sum(decoded) == 3 + 2
    monkeypatch.setattr(model, "_summed", at_every_label)
    torch.testing.assert_close(short, found())
    assert sum(decoded) == 3 + 2 + 8


def test_a_measure_does_not_know_the_label() -> None:
    model = tiny_model()
    with torch.no_grad():
        known, other, unknown = (model(text_of(0, 1, label=label), Progress()) for label in (0, 1, -1))
    for name in ("nats", "kl", "reconstruction"):
        assert known.metrics[name].value == other.metrics[name].value == unknown.metrics[name].value
    assert known.metrics["accuracy"].value != other.metrics["accuracy"].value
    assert float(unknown.metrics["accuracy"].count) == 0


def test_few_labels_suffice_where_texts_tell_their_class_and_the_label_decides_what_is_written() -> None:
    """Texts of one word each, of which one a class is labelled: z is as good as shut, so that y must tell."""
    torch.manual_seed(0)
    tokens_LB = torch.tensor([0, 1] * 8).expand(4, -1).clone()
    lengths_B = torch.tensor([5, 5, 4, 4, 3, 3, 5, 5] * 2)
    tokens_LB = torch.cat([tokens_LB, tokens_LB[:1]])
    tokens_LB[lengths_B - 1, torch.arange(16)] = 3
    labels_B = torch.tensor([0, 1] + [-1] * 14)
    weights_B = torch.where(labels_B >= 0, 1.0, 1 / 7)
    batch = Batch(tokens_LB, lengths_B, torch.full((16,), WORDS.begin), labels_B=labels_B, weights_B=weights_B)
    config = LabelledVAEConfig(reader=READER, writer=WRITER, latent=1, hidden=8, alpha=5.0)
    model = LabelledVAE(config, WORDS, 2).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for step in range(50):
        optimizer.zero_grad()
        loss = model(batch, Progress(step, step, step / 50)).objective
        (loss.total / loss.count).backward()
        optimizer.step()
    model.eval()
    assert model.classify(batch).argmax(-1).tolist() == [0, 1] * 8
    for label in (0, 1):
        options = SamplingConfig(do_sample=False, max_new_tokens=6)
        written = generate(model.writer, model.condition(3, label), [[]] * 3, WORDS, options, bytes)  # type: ignore[arg-type]
        assert {token for text in written for token in text.ids} == {label}


def test_another_label_keeps_z() -> None:
    model, drawn = tiny_model(), []
    for label in (0, 1, None):
        torch.manual_seed(4)
        drawn.append(model.condition(5, label))
    assert torch.equal(drawn[0][:, :1], drawn[1][:, :1])
    assert torch.equal(drawn[0][:, :1], drawn[2][:, :1])
    assert drawn[0][:, 1:].tolist() == [[1, 0]] * 5
    assert drawn[1][:, 1:].tolist() == [[0, 1]] * 5
    assert drawn[2][:, 1:].sum(-1).tolist() == [1] * 5


def test_data_without_labels_is_refused() -> None:
    with pytest.raises(ValueError, match="needs two labels or more, the data has 1"):
        LabelledVAE(LabelledVAEConfig(), WORDS, 1)
