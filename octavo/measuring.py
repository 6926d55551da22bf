"""A run is measured: its own metrics on a split of its data or on another source, every token once."""

import copy
import dataclasses
import time
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from pydantic import PositiveInt

from octavo import latents
from octavo.config import config
from octavo.data import corpora
from octavo.data.batching import SamplesConfig
from octavo.data.chosen import sample, sample_stretches
from octavo.data.codecs import Codec
from octavo.data.compression import STDIN
from octavo.data.encoding import UNSEEN_LABEL, texts
from octavo.data.files import FilesConfig, read
from octavo.data.pieces import Piece
from octavo.data.prepare import OF_DOCUMENTS, pieces_of, prepare, prepare_text
from octavo.data.store import Store
from octavo.evaluation.baselines import counts, xz
from octavo.evaluation.clusters import agreement, assigned
from octavo.evaluation.contexts import ContextsConfig
from octavo.evaluation.latent import bounds, bounds_over_labels, described, named_bounds, posteriors, terms
from octavo.evaluation.likelihood import readable, sums
from octavo.evaluation.seen import Seen
from octavo.evaluation.tasks import accuracy_by_label, bleu, confusion, load_bleu
from octavo.evaluation.words import count_words, word_perplexity
from octavo.extent import TEXTS_SEED, bytes_of, first_tokens, scale, scale_of, some_texts, whole
from octavo.generation.translations import SearchConfig
from octavo.interfaces import Batch, TextModel
from octavo.layers.rounding import round_weights
from octavo.models.discrete_vae import DiscreteVAE
from octavo.models.told import at_each_label, posterior_of
from octavo.ops.streaming import WeightForm
from octavo.running_text import at_contexts, dynamically, in_windows
from octavo.runs import Run
from octavo.texts import translate
from octavo.training.dynamic import DynamicConfig

RECONSTRUCTED, BEAMS = 256, 2


@config
class Measuring:
    """How much is measured, and what beside the metrics.

    With `details` a classifier tells its labels apart. BLEU is of the first `limit` texts, reconstructions are of as
    many chosen by chance, or of RECONSTRUCTED; nats are of as many tokens, in whole batches, as reach `tokens`. The
    result says how many. A language model is measured at exact `contexts`, over all of `windows` so long, and once
    more while it learns (`dynamic`), where these are given; `words` adds what words cost, `baselines` what counts and
    xz do, and `rounded` the metrics once more with weights of fewer bits.

    A latent variable is measured on `texts` that are drawn alike for every model, and by importance-weighting
    `samples` draws, if asked for, on `limit` of these. What has none is measured once more on `drawn` texts, to stand
    beside such bounds.
    """

    details: bool = False
    tokens: PositiveInt | None = None
    search: SearchConfig = SearchConfig()
    limit: PositiveInt | None = None
    contexts: ContextsConfig | None = None
    windows: PositiveInt | None = None
    baselines: bool = False
    dynamic: DynamicConfig | None = None
    words: bool = False
    rounded: bool = False
    texts: PositiveInt = 2000
    samples: PositiveInt | None = None
    drawn: PositiveInt | None = None


def evaluate(
    run: Run, split: str = "test", source: str | None = None, rows: int = 1, measuring: Measuring | None = None
) -> dict[str, Any]:
    """A run's own metrics on a split of its data, or on another source, every token once, in fp32."""
    if source in corpora.names():
        run, source = _on_corpus(run, source), None
    store = _store_of(run, split, source)
    started = time.monotonic()
    batching = run.recipe.data.batching
    if batching.kind in OF_DOCUMENTS or (batching.kind == "windows" and batching.apart):
        rows = max(rows, run.recipe.training.evaluate_rows)  # which tell nothing of one another
    measuring = measuring or Measuring()
    of_task = _of_task(run, split, source, store, rows, measuring)
    of_language = _of_language(run, store, rows, measuring)  # first, since it may refuse what was asked
    batches = first_tokens(store, run.recipe.data, run.codec, run.model, rows, measuring.tokens)
    seen = Seen(batches, run.codec.alphabet.size)
    figures = _figures(run, run.model, seen, store)
    return {
        "recipe": run.recipe.name,
        "data": source or run.recipe.data.train,
        "split": "all" if source else split,
        **figures,
        **of_task,
        **of_language,
        **({"rounded": _rounded(run, store, rows, measuring.tokens)} if measuring.rounded else {}),
        **(_of_words(figures, _pieces(run, split, source), run, store) if measuring.words else {}),
        **_measured_of(seen, store, run.codec),
        "seconds": round(time.monotonic() - started, 2),
    }


def _figures(run: Run, model: TextModel, seen: Seen, store: Store) -> dict[str, float]:
    totals = sums(model, seen, run.device)
    scale = scale_of(seen, store, run.codec)
    each = terms(totals, scale) if "kl" in totals else {}
    return {name: value for name, (value, _) in readable(totals, scale).items()} | each


def _rounded(run: Run, store: Store, rows: int, tokens: int | None) -> dict[WeightForm, dict[str, float]]:
    """The same metrics with the weights that `--precision` names."""
    forms: tuple[WeightForm, ...] = ("bf16", "int8")
    found = {}
    for form in forms:
        model = copy.deepcopy(run.model)
        round_weights(model, form)
        seen = Seen(first_tokens(store, run.recipe.data, run.codec, model, rows, tokens), run.codec.alphabet.size)
        found[form] = _figures(run, model, seen, store)
    return found


def _on_corpus(run: Run, name: str) -> Run:
    """The run with a named corpus instead of its own data: the split that is asked for is then the corpus's."""
    data = dataclasses.replace(run.recipe.data, train=name, valid=None, test=None)
    return dataclasses.replace(run, recipe=dataclasses.replace(run.recipe, data=data))


def _measured_of(seen: Seen, store: Store, codec: Codec) -> dict[str, Any]:
    """How much was measured, where that is not all, and the share of tokens that are unknown, where there are any.

    An unknown word costs a model little, whatever it was: with them, bits per byte are not those of the text.
    """
    found: dict[str, Any] = {"tokens": len(store.tokens), "bytes": store.bytes}
    if seen.tokens != len(store.tokens):
        found |= {"tokens_measured": seen.tokens, "bytes_measured": round(bytes_of(seen, store, codec))}
    unknown = seen.share(codec.unknown)
    return {"unknown_share": unknown, **found} if unknown else found


def _of_task(run: Run, split: str, source: str | None, store: Store, rows: int, measuring: Measuring) -> dict[str, Any]:
    """BLEU of a model that translates; which labels one that classifies takes for which; what a vector gives back."""
    model: Any = run.model
    if hasattr(model, "read"):
        return _bleu(run, islice(_pairs(run, split, source), measuring.limit), measuring.search)
    if isinstance(model, DiscreteVAE):
        of_labels = (
            _clusters(run, split, store, rows) if hasattr(model, "assign") else _labels(run, store, rows, measuring)
        )
        return of_labels | _latent(run, store, rows, measuring)
    if hasattr(model, "classify"):
        return _labels(run, store, rows, measuring)
    if hasattr(model, "posterior"):
        return _latent(run, store, rows, measuring)
    if hasattr(model, "encode") and run.codec.alphabet.end is not None:
        return _reconstructions(run, store, measuring.limit or RECONSTRUCTED)
    return {}


def _clusters(run: Run, split: str, store: Store, rows: int) -> dict[str, Any]:
    """How far the clusters are the labels, if there are any: named by the validation split, or else by their own."""
    if store.labels is None:
        return {}
    model: Any = run.model
    naming = prepare(run.recipe.data, codec=run.codec).valid if split != "valid" else store
    found = [
        assigned(model.assign, whole(part, run.recipe.data, run.codec, model, rows), run.device)
        for part in (naming or store, store)
    ]
    return agreement(*found)


def _labels(run: Run, store: Store, rows: int, measuring: Measuring) -> dict[str, Any]:
    """Which labels are taken for which, if that is asked for."""
    if not measuring.details:
        return {}
    model: Any = run.model
    batches = whole(store, run.recipe.data, run.codec, run.model, rows)
    counts = confusion(model.classify, batches, run.about.label_names, run.device)
    return {"accuracy_by_label": accuracy_by_label(counts), "confusion": counts}


def _latent(run: Run, store: Store, rows: int, measuring: Measuring) -> dict[str, Any]:
    """What the latent variable is worth; beside a label, at each text's likeliest, its bounds over all labels."""
    model: Any = run.model
    some, posterior = partial(some_texts, store, run.recipe.data, run.codec, model, rows), posterior_of(model)
    assert posterior is not None, "no other model is asked"
    found = described(posteriors(posterior, some(measuring.texts), run.device)) | {"texts_seed": TEXTS_SEED}
    if measuring.samples:
        seen = Seen(some(measuring.limit or measuring.texts), run.codec.alphabet.size)
        if isinstance(model, DiscreteVAE):
            weighed = bounds_over_labels(partial(at_each_label, model), seen, run.device, measuring.samples)
        else:
            weighed = bounds(model, seen, run.device, measuring.samples)
        found |= named_bounds(weighed, scale_of(seen, store, run.codec), measuring.samples)
    return found


def _reconstructions(run: Run, store: Store, count: int) -> dict[str, Any]:
    """What comes back of texts no longer than those of training, by a search with the beams of Zhang & LeCun (2018).

    Where training reads random stretches of longer texts, what comes back of such stretches stands beside it.
    """
    trained, batching = latents.longest_trained(run), run.recipe.data.batching
    ids = sample(store, count, trained)
    found = {
        **latents.errors(run, ids, BEAMS),
        "texts_reconstructed": len(ids),
        "longest_reconstructed": max(map(len, ids)),
    }
    if isinstance(batching, SamplesConfig):
        stretches = sample_stretches(store, count, batching.longest, run.codec.inside)
        of_stretches = latents.errors(run, stretches, BEAMS)
        found |= {f"{name}_of_stretches": value for name, value in of_stretches.items()}
        found |= {"stretches_reconstructed": len(stretches)}
    return found


def _of_language(run: Run, store: Store, rows: int, measuring: Measuring) -> dict[str, Any]:
    """What is asked of a language model beyond its own metrics."""
    found: dict[str, Any] = {}
    if measuring.contexts:
        found["contexts"] = at_contexts(run, store, measuring.contexts)
    if measuring.baselines:
        found["baselines"] = _baselines(run, store, rows, measuring.tokens)
    if measuring.windows:
        found["windows"] = in_windows(run, store, measuring.windows)
    if measuring.dynamic:
        found["dynamic"] = dynamically(run, store, measuring.dynamic, scale(store, run.codec), measuring.tokens)
    if measuring.drawn:
        found |= _of_drawn(run, store, rows, measuring.drawn)
    return found


def _of_drawn(run: Run, store: Store, rows: int, texts: int) -> dict[str, Any]:
    """The metrics of the very texts that the bounds of a latent variable would be of."""
    seen = Seen(some_texts(store, run.recipe.data, run.codec, run.model, rows, texts), run.codec.alphabet.size)
    own = {f"{name}_drawn": value for name, value in _figures(run, run.model, seen, store).items()}
    return {**own, "drawn_texts": min(texts, len(store)), "texts_seed": TEXTS_SEED}


def _baselines(run: Run, store: Store, rows: int, tokens: int | None) -> dict[str, float]:
    """Bits per byte of the same text, by counts of the training text, and by xz without it."""
    train = run.codec.decode(prepare(run.recipe.data, codec=run.codec).train.tokens)
    text = run.codec.decode(_read_in_order(first_tokens(store, run.recipe.data, run.codec, run.model, rows, tokens)))
    return {"order_0": counts(train, text, 0), "order_3": counts(train, text, 3), "xz_9": xz(b"", text)}


def _read_in_order(batches: Iterable[Batch]) -> np.ndarray:
    """What is measured, as it stands in the text: stretches that were side by side come one after another."""
    windows: list[tuple[int, np.ndarray]] = []
    for batch in batches:
        assert batch.documents_B is not None
        texts = zip(batch.documents_B.tolist(), batch.tokens_LB.T.numpy(), batch.lengths_B.tolist(), strict=True)
        windows += [(document, ids_L[:length]) for document, ids_L, length in texts]
    return np.concatenate([ids_L for _, ids_L in sorted(windows, key=lambda window: window[0])])


def _of_words(figures: dict[str, float], pieces: Iterable[Piece], run: Run, store: Store) -> dict[str, Any]:
    """How many words the text has, the ends of its lines or documents among them, and their perplexity."""
    if "bits_per_byte" not in figures:
        raise ValueError(f"--words is of models that give a text's likelihood, which {run.recipe.name} does not")
    end = b"" if run.codec.alphabet.end is None else b"\n"
    words = count_words(piece.text + (end if piece.ends else b"") for piece in pieces)
    return {"words": words, "word_perplexity": word_perplexity(figures["bits_per_byte"], store.bytes, words)}


def _bleu(run: Run, pairs: Iterable[tuple[bytes, bytes]], search: SearchConfig) -> dict[str, Any]:
    load_bleu()
    sources, targets = zip(*pairs, strict=True)
    score, signature = bleu(translate(run, sources, search), [target.decode("utf-8", "replace") for target in targets])
    return {"bleu": score, "bleu_signature": signature, "bleu_texts": len(targets), **dataclasses.asdict(search)}


def _pairs(run: Run, split: str, source: str | None) -> Iterator[tuple[bytes, bytes]]:
    """Sources and targets as they are written, before any codec, but for those with one side alone."""
    for text in texts(_pieces(run, split, source)):
        pieces = list(text)
        origin, target = pieces[0].other or b"", b"".join(piece.text for piece in pieces)
        if origin.strip() and target.strip():
            yield origin, target


def _pieces(run: Run, split: str, source: str | None) -> Iterator[Piece]:
    if source == STDIN:
        raise ValueError("the standard input can be read only once, and this needs it twice: give a file")
    return pieces_of(run.recipe.data, split) if source is None else read(source, _files(run))


def _files(run: Run) -> FilesConfig:
    """How another text is read: by lines where a corpus gave training its documents, as `octavo score` does."""
    files = run.recipe.data.files
    by_lines = files.unit == "stream" and run.codec.alphabet.end is not None
    return dataclasses.replace(files, unit="lines") if by_lines else files


def _store_of(run: Run, split: str, source: str | None) -> Store:
    data, names = run.recipe.data, run.about.label_names
    if source is not None:
        pairs = data.batching.kind == "pairs"
        store = prepare_text(source, _files(run), run.codec, pairs=pairs, label_names=names)
    else:
        store = getattr(prepare(data, codec=run.codec), split, None)
    if store is None:
        raise ValueError(f"{data.train} has no {split} split: give --data, or choose train, valid or test")
    if UNSEEN_LABEL in store.skipped:
        pieces = _pieces(run, split, source)
        label = next(piece.label for piece in pieces if piece.label is not None and piece.label not in names)
        known = ", ".join(names) or "none"
        raise ValueError(f"{source or split} has the label {label!r}, which training had not: its labels are {known}")
    return store
