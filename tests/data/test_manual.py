"""The language manual as a corpus."""

import pytest

from octavo.data.manual import SPLITS, ManualSplit, names_of, topics


def text_of(split: str) -> bytes:
    return b"".join(piece.text for piece in ManualSplit(split=split, unit="stream").pieces())


def test_every_topic_is_in_one_split() -> None:
    names = [name for split in SPLITS for name in names_of(split)]
    assert sorted(names) == sorted(topics()) == sorted(set(names))


def test_it_is_some_hundred_kilobytes_most_of_them_for_training() -> None:
    sizes = {split: len(text_of(split)) for split in SPLITS}
    assert sum(sizes.values()) > 300_000
    assert 0.04 < sizes["valid"] / sum(sizes.values()) < 0.2
    assert 0.04 < sizes["test"] / sum(sizes.values()) < 0.2


@pytest.mark.parametrize("split", ["valid", "test"])
def test_hardly_a_held_out_paragraph_was_trained_on(split: str) -> None:
    train = text_of("train")
    paragraphs = [text for text in text_of(split).split(b"\n\n") if len(text) > 40]
    assert sum(text in train for text in paragraphs) < 0.02 * len(paragraphs)


def test_units() -> None:
    documents = list(ManualSplit(split="valid", unit="documents").pieces())
    assert len(documents) == len(names_of("valid"))
    assert all(piece.ends and piece.text.endswith(b"\n") for piece in documents)
    paragraphs = list(ManualSplit(split="valid", unit="paragraphs").pieces())
    assert len(paragraphs) > 10 * len(documents)
    assert not any(piece.ends for piece in ManualSplit(split="valid", unit="stream").pieces())


def test_the_key_depends_on_split_and_unit() -> None:
    assert len({ManualSplit(split=split, unit=unit).key for split in SPLITS for unit in ("stream", "lines")}) == 6
