import pytest
import torch

from octavo.data.codecs import Words
from octavo.generation.choosing import at_temperature, draw, ids_of, top_k, top_p, without, without_begin
from octavo.interfaces import Alphabet

# 0.5, 0.3, 0.15 and 0.05, in another order.
LOGITS_BV = torch.tensor([[0.15, 0.5, 0.05, 0.3]]).log()


def left(logits_BV: torch.Tensor) -> list[int]:
    return logits_BV[0].isfinite().nonzero()[:, 0].tolist()


def test_temperature_takes_powers_of_the_probabilities() -> None:
    squares_BV = LOGITS_BV.exp() ** 2
    torch.testing.assert_close(at_temperature(LOGITS_BV, 0.5).softmax(-1), squares_BV / squares_BV.sum())


def test_temperature_zero_leaves_the_likeliest() -> None:
    assert left(at_temperature(LOGITS_BV, 0.0)) == [1]


@pytest.mark.parametrize(("k", "ids"), [(1, [1]), (2, [1, 3]), (3, [0, 1, 3]), (4, [0, 1, 2, 3]), (9, [0, 1, 2, 3])])
def test_top_k(k: int, ids: list[int]) -> None:
    filtered_BV = top_k(LOGITS_BV, k)
    assert left(filtered_BV) == ids
    assert torch.equal(filtered_BV[0, ids], LOGITS_BV[0, ids])


@pytest.mark.parametrize(
    ("p", "ids"), [(0.01, [1]), (0.49, [1]), (0.51, [1, 3]), (0.79, [1, 3]), (0.81, [0, 1, 3]), (1.0, [0, 1, 2, 3])]
)
def test_top_p_holds_at_least_the_share(p: float, ids: list[int]) -> None:
    filtered_BV = top_p(LOGITS_BV, p)
    assert left(filtered_BV) == ids
    assert torch.equal(filtered_BV[0, ids], LOGITS_BV[0, ids])


def test_filters_look_at_each_text_alone() -> None:
    logits_BV = torch.randn(5, 11, generator=torch.Generator().manual_seed(1))
    for keep in (lambda one_BV: top_k(one_BV, 3), lambda one_BV: top_p(one_BV, 0.6)):
        assert torch.equal(keep(logits_BV), torch.cat([keep(row_V[None]) for row_V in logits_BV]))


@pytest.mark.parametrize(
    ("alphabet", "ids"),
    [(Alphabet(4, 1), [0, 1, 2, 3]), (Alphabet(4, 1, 1), [0, 1, 2, 3]), (Alphabet(4, 1, 2), [0, 2, 3])],
)
def test_a_begin_that_only_begins_is_never_written(alphabet: Alphabet, ids: list[int]) -> None:
    assert left(without_begin(LOGITS_BV, alphabet)) == ids


def test_what_is_barred_is_taken_out_and_nothing_else() -> None:
    assert left(without(LOGITS_BV, [1, 2])) == [0, 3]
    assert torch.equal(without(LOGITS_BV, []), LOGITS_BV)


def test_bad_words_are_tokens() -> None:
    codec = Words(["the", "cat"], documents=True)
    assert ids_of([b"<unk>", b"cat"], codec.alphabet.size, codec.decode) == [0, 3]
    for word in (b"dog", b"the cat", b"ca"):
        with pytest.raises(ValueError, match=f"'{word.decode()}' is no token"):
            ids_of([word], codec.alphabet.size, codec.decode)


def test_draw_gives_each_id_its_share() -> None:
    uniform_B = [(place + 0.5) / 100 for place in range(100)]
    drawn_B = draw(LOGITS_BV.expand(100, -1), uniform_B)
    assert drawn_B.bincount().tolist() == [15, 50, 5, 30]


def test_draw_never_takes_what_a_filter_took_away() -> None:
    never = float("-inf")
    logits_BV = torch.tensor([[never, 0.0, never, 1.0, never]])
    almost_one = 1.0 - 2.0**-53
    assert draw(logits_BV.expand(2, -1), [0.0, almost_one]).tolist() == [1, 3]
