"""Deep character transformers: the published one (Al-Rfou et al. 2019), and one as they are built today.

Shapes: L length, B batch, C condition, D features.
"""

from typing import Annotated, Literal, NamedTuple

from pydantic import PositiveInt
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from octavo.config import Share, Tiny, config
from octavo.interfaces import Alphabet, Condition, Writer, Written, vector_of
from octavo.layers.causal_attention import Cache, CausalAttention
from octavo.layers.feed_forward import FEEDS, Feed, ReLUFeed
from octavo.layers.positions import LearnedPositions, Place, QueriesAndKeys, SinusoidalPositions, place_of
from octavo.layers.transformer import Norm, NormedAfter, NormedBefore


@config
class TransformerWriterConfig:
    """`filter` are the features inside the feed-forward; dropout is on attention weights and after the ReLU alone.

    `norm` is where a layer's norms stand, after its sub-layers or before them, and then one before the output too.
    `recompute` keeps of a layer its input alone and makes the rest again for the backward: deep models then fit on one
    device, at a third more work, and their training hands no state on.
    """

    kind: Literal["transformer"] = "transformer"
    width: Annotated[PositiveInt, Tiny(16)] = 512
    layers: Annotated[PositiveInt, Tiny(2)] = 12
    heads: Annotated[PositiveInt, Tiny(2)] = 2
    filter: Annotated[PositiveInt, Tiny(32)] = 2048
    context: Annotated[PositiveInt, Tiny(16)] = 512
    positions: Literal["per-layer", "sinusoidal"] = "per-layer"
    norm: Literal["after", "before"] = "after"
    dropout: Share = 0.0
    recompute: bool = False


@config
class ModernTransformerWriterConfig:
    """RMS norms that stand where `norm` says, queries and keys normalised, no biases but the output's.

    With rotary positions texts of any length are read, each layer seeing the newest `context` positions; without them
    positions are learned, for each layer its own. Without `rms` norms subtract the mean and have a bias.
    """

    kind: Literal["modern_transformer"] = "modern_transformer"
    width: Annotated[PositiveInt, Tiny(16)] = 512
    layers: Annotated[PositiveInt, Tiny(2)] = 12
    heads: Annotated[PositiveInt, Tiny(2)] = 4
    filter: Annotated[PositiveInt, Tiny(32)] = 2048
    context: Annotated[PositiveInt, Tiny(16)] = 512
    rotary: bool = True
    feed: Feed = "squared-relu"
    query_key_norm: bool = True
    rms: bool = True
    norm: Literal["after", "before"] = "before"
    dropout: Share = 0.0
    recompute: bool = False


AnyConfig = TransformerWriterConfig | ModernTransformerWriterConfig


class TransformerState(NamedTuple):
    """Each layer's keys and values, how much has been read, and what the condition adds to every input, 1 × B × D."""

    caches: tuple[Cache, ...]
    place: int
    condition_1BD: Tensor | None


class TransformerWriter(Writer):
    """Embedding, with what the condition adds to each, layers, output."""

    def __init__(
        self,
        config: AnyConfig,
        alphabet: Alphabet,
        condition: int = 0,
    ) -> None:
        super().__init__()
        modern = isinstance(config, ModernTransformerWriterConfig)
        self.context, self.recompute = config.context, config.recompute
        self.rolls = modern and config.rotary
        self.turned = config.width // config.heads if self.rolls else 0  # features of a head
        self.inner_widths = (config.width,) * (config.layers - 1)
        self.embedding = nn.Embedding(alphabet.size, config.width)
        self.conditioned = nn.Linear(condition, config.width, bias=False) if condition else None
        self.layers = nn.ModuleList(_modern(config) if modern else _published(config, n) for n in range(config.layers))
        before, norm = _norms(config)
        self.norm = norm(config.width) if before else nn.Identity()
        self.head = nn.Linear(config.width, alphabet.size)

    def begin(self, condition: Condition, batch: int) -> TransformerState:
        """Empty caches, and V c."""
        caches = tuple(layer.attention.begin(batch) for layer in self.layers)  # type: ignore[operator, union-attr]
        if self.conditioned is None:
            return TransformerState(caches, 0, None)
        return TransformerState(caches, 0, self.conditioned(vector_of(condition))[None])

    def forward(self, inputs_LB: Tensor, state: TransformerState) -> Written:
        end = state.place + len(inputs_LB)
        self._check_room(end)
        x_LBD = self.embedding(inputs_LB)
        if state.condition_1BD is not None:
            x_LBD = x_LBD + state.condition_1BD
        place = place_of(state.place, len(inputs_LB), self.turned, inputs_LB.device)
        outputs, caches = [], []
        for layer, cache in zip(self.layers, state.caches, strict=True):
            if self.recompute and self.training:
                x_LBD = checkpoint(_output, layer, x_LBD, cache, place, use_reentrant=False)
            else:
                x_LBD, cache = layer(x_LBD, cache, place)
            outputs.append(x_LBD)
            caches.append(cache)
        # Caches are activations: who recomputes them must not keep them.
        after = None if self.recompute and self.training else TransformerState(tuple(caches), end, state.condition_1BD)
        return Written(self.norm(outputs[-1]), after, tuple(outputs[:-1]))

    def _check_room(self, end: int) -> None:
        if self.context is not None and end > self.context and not self.rolls:
            raise ValueError(
                f"a text of {end} tokens is more than the {self.context} that this writer has learned positions for: "
                "cut it, raise model.writer.context, or take rotary positions"
            )


def _published(config: TransformerWriterConfig, number: int) -> nn.Module:
    """A layer with learned positions of its own, or the first with sinusoidal ones and the others without."""
    learned = config.positions == "per-layer"
    wave = SinusoidalPositions() if number == 0 else None
    return _layer(
        config,
        CausalAttention(config.width, config.heads, config.context, config.dropout),
        ReLUFeed(config.width, config.filter, config.dropout),
        LearnedPositions(config.context, config.width) if learned else wave,
    )


def _modern(config: ModernTransformerWriterConfig) -> nn.Module:
    prepare = QueriesAndKeys(config.width // config.heads, config.query_key_norm, config.rotary)
    return _layer(
        config,
        CausalAttention(config.width, config.heads, config.context, config.dropout, prepare),
        FEEDS[config.feed](config.width, config.filter, config.dropout),
        None if config.rotary else LearnedPositions(config.context, config.width),
    )


def _layer(config: AnyConfig, attention: CausalAttention, feed: nn.Module, positions: nn.Module | None) -> nn.Module:
    before, norm = _norms(config)
    if before:
        return NormedBefore(attention, feed, positions, norm, config.layers)
    return NormedAfter(attention, feed, positions, norm)


def _norms(config: AnyConfig) -> tuple[bool, Norm]:
    """Whether they stand before the sub-layers, and which they are."""
    rms = isinstance(config, ModernTransformerWriterConfig) and config.rms
    return config.norm == "before", nn.RMSNorm if rms else nn.LayerNorm


def _output(layer: nn.Module, x_LBD: Tensor, cache: Cache, place: Place) -> Tensor:
    return layer(x_LBD, cache, place)[0]
