"""Shapes: L length, B batch, D features."""

import torch

from octavo.layers.texts import last_valid, reversed_texts

LENGTHS = [5, 3, 1, 0]


def test_each_text_is_turned_around_and_its_padding_stays() -> None:
    x_LB = torch.arange(20).view(5, 4)
    turned_LB = reversed_texts(x_LB, torch.tensor(LENGTHS))
    for column, length in enumerate(LENGTHS):
        before, after = x_LB[:, column].tolist(), turned_LB[:, column].tolist()
        assert after == before[:length][::-1] + before[length:]


def test_twice_around_is_where_it_was() -> None:
    x_LB, lengths_B = torch.arange(20).view(5, 4), torch.tensor(LENGTHS)
    assert torch.equal(reversed_texts(reversed_texts(x_LB, lengths_B), lengths_B), x_LB)


def test_features_are_turned_with_their_positions() -> None:
    x_LBD, lengths_B = torch.randn(5, 4, 3), torch.tensor(LENGTHS)
    turned_LBD = reversed_texts(x_LBD, lengths_B)
    for feature in range(3):
        assert torch.equal(turned_LBD[..., feature], reversed_texts(x_LBD[..., feature], lengths_B))


def test_the_last_valid_is_each_texts_own() -> None:
    x_LBD = torch.randn(5, 4, 3)
    last_BD = last_valid(x_LBD, torch.tensor(LENGTHS))
    for column, length in enumerate(LENGTHS[:3]):
        assert torch.equal(last_BD[column], x_LBD[length - 1, column])


def test_of_an_empty_text_nothing_is_known() -> None:
    assert not last_valid(torch.randn(5, 4, 3), torch.tensor(LENGTHS))[3].any()
