import math
import random
from collections import Counter

import pytest

from octavo.evaluation.baselines import counts, xz

TRAIN, TEST = b"the cat sat on the mat; the rat ate the hat", b"the bat sat"


def by_hand(byte: int, before: bytes) -> float:
    """The same, by its definition."""
    shorter = by_hand(byte, before[1:]) if before else 1 / 256
    after = Counter(TRAIN[i + len(before)] for i in range(len(TRAIN) - len(before)) if TRAIN[i:].startswith(before))
    total, kinds = sum(after.values()), len(after)
    return (after[byte] + kinds * shorter) / (total + kinds) if total else shorter


@pytest.mark.parametrize("order", [0, 1, 3])
def test_counts_are_those_of_the_definition(order: int) -> None:
    whole = TRAIN + TEST
    places = range(len(TRAIN), len(whole))
    wanted = -sum(math.log2(by_hand(whole[i], whole[i - order : i])) for i in places) / len(TEST)
    assert counts(TRAIN, TEST, order) == pytest.approx(wanted)


def test_all_bytes_together_have_a_probability_of_one() -> None:
    assert sum(by_hand(byte, b"th") for byte in range(256)) == pytest.approx(1.0)


def test_an_order_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="order 8"):
        counts(TRAIN, TEST, 8)


def test_order_0_is_the_cross_entropy_of_the_training_frequencies() -> None:
    assert counts(b"ab" * 100_000, b"abba", 0) == pytest.approx(1.0, abs=0.01)
    assert counts(b"a" * 100_000, b"aaaa", 0) == pytest.approx(0.0, abs=0.01)


def test_a_text_seen_in_training_costs_xz_next_to_nothing_and_noise_costs_eight_bits() -> None:
    noise = random.Random(1).randbytes(20_000)
    assert xz(noise, noise) < 0.2
    assert xz(b"something else", noise) == pytest.approx(8.0, abs=0.1)
