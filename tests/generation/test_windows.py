"""Texts longer than a writer's context, by each policy. Shapes: L length, B batch, V vocabulary."""

import pytest
import torch

from octavo.generation.sampling import SamplingConfig, generate
from octavo.generation.windows import Window, in_sight, windowed
from octavo.interfaces import Alphabet, Writer
from octavo.writers.lstm import LSTMWriter, LSTMWriterConfig
from octavo.writers.transformer import ModernTransformerWriterConfig, TransformerWriter
from tests.bounded import BoundedWriter

STREAM = Alphabet(5, 0)
PROMPT = [1, 3, 2, 4, 4, 1, 2, 0, 3]


@torch.no_grad()
def recomputed(writer: Writer, prompt: list[int], count: int) -> list[int]:
    """The likeliest ids, each from a forward over the newest tokens that the context holds."""
    ids = [STREAM.begin, *prompt]
    for _ in range(count):
        inputs_L1 = torch.tensor([ids[-(writer.context or 0) :]]).T
        ids.append(int(writer.head(writer(inputs_L1, writer.begin(None, 1)).states_LBD[-1, 0]).argmax()))
    return ids[len(prompt) + 1 :]


def written(writer: Writer, prompts: list[list[int]], window: Window, do_sample: bool = False) -> list[list[int]]:
    settings = SamplingConfig(max_new_tokens=15, do_sample=do_sample)
    made = generate(writer, None, prompts, STREAM, settings, bytes, window=window)
    return [text.ids for text in made]


@pytest.mark.parametrize("length", [0, 1, 3, 4, 9])
def test_exact_is_the_recomputing_loop(length: int) -> None:
    writer = BoundedWriter(context=4)
    assert written(writer, [PROMPT[:length]], "exact") == [recomputed(writer, PROMPT[:length], 15)]


@pytest.mark.parametrize("window", ["half", "exact"])
@pytest.mark.parametrize("do_sample", [True, False])
def test_texts_side_by_side_are_texts_alone(window: Window, do_sample: bool) -> None:
    """Whatever the lengths of their prompts, within the context or beyond."""
    writer = BoundedWriter(context=4)
    prompts = [PROMPT[:length] for length in (2, 0, 9, 4)]
    together = written(writer, prompts, window, do_sample)
    if not do_sample:
        assert together == [written(writer, [prompt], window)[0] for prompt in prompts]
    assert together[:2] == written(writer, prompts[:2], window, do_sample)


def test_rolling_is_a_whole_forward_under_a_banded_mask() -> None:
    """Greedily, each id from all that was before it at once: every layer sees its newest six positions."""
    torch.manual_seed(5)
    config = ModernTransformerWriterConfig(width=16, layers=3, heads=2, filter=16, context=6)
    writer = TransformerWriter(config, STREAM).double().eval()
    for weight in writer.parameters():
        torch.nn.init.normal_(weight)  # what has not been trained looks back as far as it can only if it is not small
    [rolled] = written(writer, [PROMPT], "roll")
    ids = [STREAM.begin, *PROMPT]
    for token in rolled:
        inputs_L1 = torch.tensor([ids]).T
        with torch.no_grad():
            logits_V = writer.head(writer(inputs_L1, writer.begin(None, 1)).states_LBD[-1, 0])
        assert int(logits_V.argmax()) == token
        ids.append(token)
    assert rolled != written(writer, [PROMPT], "exact")[0], "a layer above sees further than the context below it"


def test_what_can_roll_rolls_and_what_cannot_drops_half() -> None:
    bounded, rolling, free = BoundedWriter(), BoundedWriter(), LSTMWriter(LSTMWriterConfig(width=4), STREAM)
    rolling.rolls = True
    assert windowed(free) is free
    assert windowed(rolling) is windowed(rolling, "roll") is rolling
    assert windowed(bounded).keep == 2
    assert windowed(rolling, "exact").keep == 3
    with pytest.raises(ValueError, match=r"window 'roll': .* choose half or exact"):
        windowed(bounded, "roll")
    with pytest.raises(ValueError, match=r"window 'half': .* sees all"):
        windowed(free, "half")


def test_of_a_prompt_a_window_holds_the_newest_and_what_rolls_takes_all() -> None:
    writer = BoundedWriter(context=4)
    assert in_sight(windowed(writer), PROMPT) == PROMPT[-4:]
    assert in_sight(windowed(writer, "exact"), [1]) == [1]
    writer.rolls = True
    assert in_sight(windowed(writer), PROMPT) == PROMPT
