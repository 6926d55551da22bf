"""The baselines of the demo, on texts whose figures are known."""

import random

import pytest

from tools.demo import order_0, xz


def test_order_0_is_the_cross_entropy_of_the_training_frequencies() -> None:
    halves = b"ab" * 100_000
    assert order_0(halves, b"abba") == pytest.approx(1.0, abs=0.01)
    assert order_0(b"a" * 100_000, b"aaaa") == pytest.approx(0.0, abs=0.01)


def test_a_text_seen_in_training_costs_xz_next_to_nothing_and_noise_costs_eight_bits() -> None:
    noise = random.Random(1).randbytes(20_000)
    assert xz(noise, noise) < 0.2
    assert xz(b"something else", noise) == pytest.approx(8.0, abs=0.1)
