from collections.abc import Callable
from typing import Any

import pytest
import torch

from octavo.generation.sampling import SamplingConfig, generate
from octavo.interfaces import Alphabet

STREAM, DOCUMENTS = Alphabet(5, 0), Alphabet(5, 4, 4)
GREEDY = SamplingConfig(max_new_tokens=12, do_sample=False)
SAMPLED = SamplingConfig(max_new_tokens=12, seed=3)
PROMPTS = [[1, 2, 3], [], [2], [3, 3, 1, 1, 2, 0], [2, 1]]


def decode(ids: list[int]) -> bytes:
    return bytes(ord("a") + one for one in ids)


def write(writer: Any, prompts: list[list[int]], alphabet: Alphabet, options: SamplingConfig) -> list[Any]:
    return generate(writer, None, prompts, alphabet, options, decode)


def test_greedy_follows_the_likeliest(chain: Callable) -> None:
    writer = chain([[0.1, 0.6, 0.3], [0.2, 0.2, 0.6], [0.5, 0.4, 0.1]])
    (text,) = write(writer, [[]], Alphabet(3, 0), SamplingConfig(max_new_tokens=5, temperature=0.0))
    assert text == ([1, 2, 0, 1, 2], False)


@pytest.mark.parametrize("alphabet", [STREAM, DOCUMENTS])
def test_greedy_side_by_side_is_greedy_alone(rememberer: Callable, alphabet: Alphabet) -> None:
    for seed in range(10):
        writer = rememberer(5, seed)
        assert write(writer, PROMPTS, alphabet, GREEDY) == [
            write(writer, [prompt], alphabet, GREEDY)[0] for prompt in PROMPTS
        ]


@pytest.mark.parametrize("alphabet", [STREAM, DOCUMENTS])
def test_a_sample_does_not_depend_on_its_companions(rememberer: Callable, alphabet: Alphabet) -> None:
    writer = rememberer(5, 0)
    texts = write(writer, PROMPTS, alphabet, SAMPLED)
    others = [[2, 2], [1, 0, 1, 2], [2], [], [0]]
    assert write(writer, others, alphabet, SAMPLED)[2] == texts[2]
    assert write(writer, PROMPTS[:3], alphabet, SAMPLED) == texts[:3]


def test_rows_and_seeds_draw_differently(rememberer: Callable) -> None:
    writer = rememberer(5, 0)
    texts = [write(writer, [[], []], STREAM, SamplingConfig(max_new_tokens=20, seed=seed)) for seed in (0, 1)]
    assert len({tuple(text.ids) for pair in texts for text in pair}) == 4
    assert texts[0] == write(writer, [[], []], STREAM, SamplingConfig(max_new_tokens=20, seed=0))


def test_samples_have_the_writers_frequencies(chain: Callable) -> None:
    writer = chain([[0.7, 0.2, 0.1]] * 3)
    (text,) = write(writer, [[]], Alphabet(3, 0), SamplingConfig(max_new_tokens=2000))
    shares_V = torch.tensor(text.ids).bincount(minlength=3) / 2000
    torch.testing.assert_close(shares_V, torch.tensor([0.7, 0.2, 0.1]), atol=0.03, rtol=0)


@pytest.mark.parametrize("drawn", [True, False])
def test_a_bad_word_is_never_written(chain: Callable, drawn: bool) -> None:
    writer = chain([[0.1, 0.6, 0.3], [0.2, 0.2, 0.6], [0.5, 0.4, 0.1]])
    options = SamplingConfig(max_new_tokens=50, do_sample=drawn, bad_words=(b"b",))
    (text,) = write(writer, [[]], Alphabet(3, 0), options)
    assert set(text.ids) == {0, 2}


def test_the_ended_leave_the_batch(chain: Callable) -> None:
    # 0 → 1 → 2 → 3, the end.
    writer = chain([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0]])
    texts = write(writer, [[0], [2], [1]], Alphabet(4, 3, 3), GREEDY)
    assert texts == [([1, 2], True), ([], True), ([2], True)]
    assert writer.rows_advanced == [2, 1]


def test_a_begin_apart_from_the_end_is_never_written(chain: Callable) -> None:
    writer = chain([[0.9, 0.1, 0.0], [0.8, 0.15, 0.05], [1.0, 0.0, 0.0]])
    (text,) = write(writer, [[]], Alphabet(3, 0, 2), GREEDY)
    assert text.ids == [1] * 12


def test_a_stop_string_ends_a_text_and_stays(chain: Callable) -> None:
    writer = chain([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    options = SamplingConfig(max_new_tokens=9, do_sample=False, stop=(b"bcab", b"cc"))
    # What the prompt holds does not count: only the new text's b, c, a, b.
    assert write(writer, [[1, 2, 0], [1]], Alphabet(3, 0), options) == [
        ([1, 2, 0, 1], True),
        ([2, 0, 1, 2, 0, 1], True),
    ]


def test_new_tokens_are_told_as_they_come(rememberer: Callable) -> None:
    told: dict[int, list[int]] = {row: [] for row in range(len(PROMPTS))}
    texts = generate(
        rememberer(5, 0), None, PROMPTS, DOCUMENTS, SAMPLED, decode, lambda row, one: told[row].append(one)
    )
    assert [text.ids for text in texts] == list(told.values())


def test_each_text_has_its_own_condition(rememberer: Callable) -> None:
    writer, condition_BD = rememberer(5, 0), torch.tensor([[3], [50]])
    together = generate(writer, condition_BD, [[1], [1, 2]], STREAM, GREEDY, decode)
    apart = [generate(writer, condition_BD[i : i + 1], [[1, 2][: i + 1]], STREAM, GREEDY, decode)[0] for i in (0, 1)]
    assert together == apart
    assert together[0] != generate(writer, condition_BD[1:], [[1]], STREAM, GREEDY, decode)[0]


def test_no_prompts_no_texts(rememberer: Callable) -> None:
    assert write(rememberer(5, 0), [], STREAM, GREEDY) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_new_tokens", 0),
        ("temperature", -0.1),
        ("temperature", float("nan")),
        ("temperature", float("inf")),
        ("top_k", 0),
        ("top_p", 0.0),
        ("top_p", 1.1),
        ("seed", -1),
        ("stop", (b"x", b"")),
    ],
)
def test_a_bad_option_is_named(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{name} is .*: it must be"):
        SamplingConfig(**{name: value})
