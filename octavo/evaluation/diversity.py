"""How much texts differ from one another: distinct n-grams (Li et al. 2016) and self-BLEU (Zhu et al. 2018)."""

from collections.abc import Sequence

from octavo.evaluation.tasks import load_bleu

ORDERS = (1, 2, 3)
COMPARED = 200  # texts of which each is held against all others: their number squared is what self-BLEU costs


def diversity(texts: Sequence[str]) -> dict[str, float]:
    """The measures of this page, by name, and how many of the texts differ at all."""
    distinct = {f"distinct_{order}": distinct_share(texts, order) for order in ORDERS}
    return {"different": len(set(texts)) / max(len(texts), 1), **distinct, "self_bleu": self_bleu(texts[:COMPARED])}


def distinct_share(texts: Sequence[str], order: int) -> float:
    """Of the n-grams of words in all texts, the share that are different: 0 where there are none.

    >>> distinct_share(["a b a b", "a b"], 2)
    0.5
    """
    grams = [gram for text in texts for gram in _grams(text.split(), order)]
    return len(set(grams)) / max(len(grams), 1)


def self_bleu(texts: Sequence[str]) -> float:
    """The mean BLEU, from 0 to 100, of each text against all others as its references: 100 where all are alike.

    >>> self_bleu(["one and the same text"] * 3)
    100.0
    """
    metric = load_bleu()(effective_order=True)
    scores = [
        metric.sentence_score(text, [*texts[:place], *texts[place + 1 :]]).score for place, text in enumerate(texts)
    ]
    return round(sum(scores) / max(len(scores), 1), 6)


def _grams(words: Sequence[str], order: int) -> list[tuple[str, ...]]:
    return [tuple(words[begin : begin + order]) for begin in range(len(words) - order + 1)]
