"""The Python door: `octavo.load(path)` gives a trained model that takes text and gives text.

>>> import octavo                                        # doctest: +SKIP
>>> model = octavo.load("runs/manual")                   # doctest: +SKIP
>>> model.generate("The ", num=3, max_new_tokens=80)     # doctest: +SKIP
"""

import dataclasses
import json
import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from huggingface_hub import ModelHubMixin, snapshot_download

from octavo import analyses, hub, latents, runs
from octavo.abilities import able
from octavo.analyses import Completed, Held
from octavo.evaluation.characters import Thought
from octavo.evaluation.copying import Copied
from octavo.evaluation.likelihood import scores
from octavo.evaluation.reconstruction import before_end
from octavo.generation.beam import beam_search, mean
from octavo.generation.choosing import ids_of
from octavo.generation.reconstructions import longest_reconstruction
from octavo.generation.sampling import Generated, SamplingConfig, generate
from octavo.generation.translations import SearchConfig
from octavo.generation.windows import Window, in_sight, windowed
from octavo.interfaces import OneShot, Writer
from octavo.latents import Latents
from octavo.layers.rounding import round_weights
from octavo.ops.streaming import WeightForm
from octavo.spelling import nearest
from octavo.texts import Text, as_bytes, as_trained, batches, encoded, of_each, spoken, translate, window_of
from octavo.training.precision import Device, resolve_device
from octavo.training.state import flatten_model
from octavo.writers import streaming


class Scored(NamedTuple):
    """What a text costs."""

    bits_per_byte: float
    nats: float
    bytes: int
    tokens: int


class Pretrained(ModelHubMixin, library_name="octavo", tags=["octavo", "tokenizer-free"]):
    """A trained model with its codec: texts in, texts, figures and vectors out."""

    def __init__(self, run: runs.Run, precision: WeightForm = "fp32") -> None:
        self.run, self.precision = run, precision
        round_weights(run.model, precision)

    def generate(
        self,
        prompt: Text = "",
        num: int = 1,
        *,
        num_beams: int = 1,
        window: Window | None = None,
        label: str | None = None,
        **options: Any,
    ) -> list[str]:
        """`num` continuations of a prompt, which may be empty; the options are SamplingConfig's fields.

        With beams they are the best of one search, by the log-probability of a token; nothing is drawn then, and of
        the options `max_new_tokens` and `bad_words` alone apply. `window` says what a writer of bounded sight does
        beyond it. A model of texts with labels writes texts with this `label`; another label keeps all else that was
        drawn. A one-shot writer begins from a vector and a length, as training's texts had them, that are drawn by
        `seed`, and chooses the token of each position whatever the others are.
        """
        self._able("condition")
        ids = self.run.codec.encode(as_bytes(prompt)).tolist()
        if isinstance(self._able("writer"), OneShot):
            _refuse_at_once(num_beams=num_beams > 1, window=window)
            return self._from_nothing_at_once(ids, num, options, label)
        if num_beams > 1:
            if options.get("stop"):
                raise ValueError("a beam search has no stop strings: leave out stop, or sample with num_beams=1")
            written = self._search(ids, num, num_beams, _settings(options), window, label)
        else:
            condition = self._condition(num, _settings(options).seed, label)
            written = [one.ids for one in self._write(condition, [ids] * num, options, window)]
        return [spoken(self.run, one) for one in written]

    def score(self, texts: Sequence[Text]) -> list[Scored]:
        """The cost of each text on its own."""
        originals = self._as_trained(texts)
        windows = batches(self.run, originals, window_of(self.run.model))
        costs = scores(self._able("score"), windows, self.run.device)
        found = {one.document: one for one in costs}
        return [
            Scored(found[i].nats / math.log(2) / max(len(text), 1), found[i].nats, len(text), found[i].tokens)
            for i, text in enumerate(originals)
        ]

    def encode(self, texts: Sequence[Text]) -> np.ndarray:
        """Each text's vector."""
        return self.latents(texts).vectors_NZ

    def latents(self, texts: Sequence[Text]) -> Latents:
        """Each text's vector and the length to write it at, which a one-shot writer cannot do without."""
        self._able("encode")
        return latents.encode(self.run, [encoded(self.run, text) for text in self._as_trained(texts)])

    def decode(
        self, vectors: np.ndarray, levels: Sequence[int] | np.ndarray | None = None, **options: Any
    ) -> list[str]:
        """A text written from each vector at its level, greedily unless the options ask for sampling."""
        self._able("encode")
        options = {"do_sample": not options.keys().isdisjoint(("temperature", "top_k", "top_p")), **options}
        if isinstance(self._able("writer"), OneShot):
            return self._at_once(vectors, levels, options)
        condition_BZ = torch.as_tensor(vectors, dtype=torch.float32, device=self.run.device)
        prompts = [np.zeros(0, np.int64)] * len(vectors)
        longest = {} if levels is None else {"max_new_tokens": longest_reconstruction(int(np.max(levels)))}
        made = self._write(condition_BZ, prompts, {**longest, **options})
        return [spoken(self.run, one.ids) for one in made]

    def reconstruct(self, texts: Sequence[Text], **options: Any) -> list[str]:
        """Each text through its vector and back."""
        return self.decode(*self.latents(texts), **options) if texts else []

    def interpolate(self, first: Text, last: Text, steps: int = 7, **options: Any) -> list[str]:
        """The texts on the straight line from one text's vector to another's, both ends included.

        All are written at the larger of the two texts' lengths.
        """
        ends_2Z, levels_2 = self.latents([first, last])
        shares_S1 = np.linspace(0.0, 1.0, steps)[:, None]
        between_SZ = (1 - shares_S1) * ends_2Z[0] + shares_S1 * ends_2Z[1]
        return self.decode(between_SZ, np.full(steps, levels_2.max()), **options)

    def inspect(self, text: Text, window: Window | None = None) -> list[Thought]:
        """At each token of a text: the entropy of what the model expected, and the loss and rank of what came.

        `window` is for texts longer than what a language model's writer sees: `exact` gives each token all that can be.
        """
        return list(self.inspected(text, window))

    def inspected(self, text: Text, window: Window | None = None) -> Iterator[Thought]:
        """The same of a text of any length, some tokens at a time."""
        return analyses.inspected(self.run, text, window)

    def copy_test(self, text: str, name: str, fake: str, pronoun: str = "she", given: int = 512) -> Copied:
        """Whether a made-up name is taken up again: the first `given` characters are gone on from, the rest ranked.

        Each character is given as many before it as the writer sees.
        """
        return analyses.copied(self.run, text, name, fake, pronoun, given)

    def hidden(self, text: Text) -> list[Held]:
        """At each token of a text, what the reader's last layer holds before its output gate."""
        return analyses.hidden(self.run, text)

    def complete(self, prompt: Text, threshold: float = 0.001) -> list[Completed]:
        """Every way to go on with the word that the prompt ends in, down to a probability of `threshold`."""
        return analyses.completed(self.run, self._condition(1), prompt, threshold)

    def classify(self, texts: Sequence[Text]) -> list[dict[str, float]]:
        """The probability of every label, or cluster, for each text."""
        classify, names = self._able("classify", "assign"), self._label_names
        found = of_each(self.run, self._as_trained(texts), lambda batch: classify(batch).float().exp().tolist())
        return [dict(zip(names, probability_C, strict=True)) for probability_C in found]

    def translate(self, texts: Sequence[Text], num_beams: int = 8, alpha: float = 0.6) -> list[str]:
        """Each text's translation, the best that a beam search finds; of nothing, nothing.

        `alpha` pulls towards the source's length plus five, from 0, not at all, to 1. A translation of n tokens has at
        most 2 n + 50, and does not depend on the texts beside it.
        """
        self._able("read")
        return translate(self.run, texts, SearchConfig(num_beams=num_beams, alpha=alpha))

    def _as_trained(self, texts: Sequence[Text]) -> list[bytes]:
        return [as_trained(self.run, text) for text in texts]

    def _write(
        self, condition: Any, prompts: Sequence[Any], options: dict[str, Any], window: Window | None = None
    ) -> list[Generated]:
        codec, settings = self.run.codec, _settings(options)
        return generate(self._streaming, condition, prompts, codec.alphabet, settings, codec.decode, window=window)

    @torch.no_grad()
    def _search(
        self,
        prompt: Sequence[int],
        num: int,
        num_beams: int,
        settings: SamplingConfig,
        window: Window | None,
        label: str | None,
    ) -> list[list[int]]:
        if num > num_beams:
            raise ValueError(
                f"a search with {num_beams} beams finds {num_beams} texts, not {num}: "
                "ask for fewer (num) or search with more (num_beams)"
            )
        alphabet, writer = self.run.codec.alphabet, windowed(self._able("writer"), window)
        inputs_L1 = torch.tensor([in_sight(writer, [alphabet.begin, *prompt])], device=self.run.device).T
        state = writer.begin(self._condition(1, settings.seed, label), 1)
        if len(inputs_L1) > 1:
            state = writer(inputs_L1[:-1], state).state
        [found] = beam_search(
            writer.advance,
            state,
            inputs_L1[-1],
            alphabet,
            [mean],
            beams=num_beams,
            longest=settings.max_new_tokens,
            barred=ids_of(settings.bad_words, alphabet.size, self.run.codec.decode),
        )
        return [one.ids for one in found[:num]]

    def _condition(self, count: int, seed: int = 0, label: str | None = None) -> Any:
        """What new texts are written from; where that is drawn, by this seed."""
        told = {} if label is None else {"label": self._number_of(label)}
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return self._able("condition")(count, **told)

    @property
    def _label_names(self) -> Sequence[str]:
        """The labels' names, or the clusters' numbers."""
        model: Any = self.run.model
        return self.run.about.label_names if hasattr(model, "classify") else [*map(str, range(model.classes))]

    def _number_of(self, label: str) -> int:
        """A label's number, or a cluster's own."""
        if not hasattr(self.run.model, "classes"):
            raise ValueError(
                "this run's model writes texts without a label: a labelled VAE's, as scnn-vae-semi-20news, has one"
            )
        names = self._label_names
        if label not in names:
            raise ValueError(f"no label {label!r}: {nearest(label, names)}")
        return list(names).index(label)

    @cached_property
    def _streaming(self) -> Writer:
        return streaming(self._able("writer"), self.precision)

    def _at_once(self, vectors: np.ndarray, levels: Any, options: dict[str, Any]) -> list[str]:
        settings, longest = _settings(options), options.get("max_new_tokens")
        _refuse_at_once(stop=settings.stop, bad_words=settings.bad_words)
        known = np.full(len(vectors), latents.UNKNOWN) if levels is None else np.asarray(levels)
        written = latents.decode(self.run, Latents(np.asarray(vectors), known), options=settings)
        return [spoken(self.run, before_end(ids, self.run.codec.alphabet.end)[:longest]) for ids in written]

    def _from_nothing_at_once(
        self, prompt: Sequence[int], num: int, options: dict[str, Any], label: str | None
    ) -> list[str]:
        if prompt:
            raise ValueError("this run's writer writes all positions at once: it goes on with no prompt")
        settings = _settings(options)
        levels = latents.drawn_levels(self.run, num, settings.max_new_tokens, settings.seed)
        vectors = self._condition(num, settings.seed, label).cpu().numpy()
        return self._at_once(vectors, levels, {**options, "max_new_tokens": settings.max_new_tokens})

    def _able(self, *capabilities: str) -> Any:
        return able(self.run.model, *capabilities)

    def _save_pretrained(self, save_directory: Path) -> None:
        runs.save_weights(flatten_model(self.run.model), save_directory / runs.WEIGHTS)
        runs.describe(save_directory, self.run.recipe, self.run.codec, self.run.about)
        runs.write_json(save_directory / "config.json", _config_json(self.run))

    @classmethod
    def _from_pretrained(
        cls, *, model_id: str, device: Device = "auto", precision: WeightForm = "fp32", **settings: Any
    ) -> "Pretrained":
        known = ("revision", "cache_dir", "force_download", "local_files_only", "token")
        wanted = {name: settings[name] for name in known if name in settings}
        folder = Path(model_id) if Path(model_id).is_dir() else Path(snapshot_download(model_id, **wanted))
        return load(folder, device, precision)


def load(path: str | Path, device: Device = "auto", precision: WeightForm = "fp32") -> Pretrained:
    """A trained model from a run's folder, an exported one, or the hub, its weights in fp32, bf16 or int8."""
    if not Path(path).exists() and hub.looks_like_id(str(path)):
        hub.check(str(path))
        return Pretrained.from_pretrained(str(path), device=device, precision=precision)
    return Pretrained(runs.load_run(Path(path), resolve_device(device)), precision)


def _refuse_at_once(**given: Any) -> None:
    """Options that steer how a text grows, of which a one-shot writer has nothing."""
    for name, value in given.items():
        if value:
            raise ValueError(f"{name}: this run's writer writes all positions at once: leave it out")


def _settings(options: dict[str, Any]) -> SamplingConfig:
    known = [field.name for field in dataclasses.fields(SamplingConfig)]
    for name in options:
        if name not in known:
            raise ValueError(f"generate has no option {name!r}: {nearest(name, known)}")
    return SamplingConfig(**options)


def _config_json(run: runs.Run) -> dict[str, Any]:
    return {
        "library": "octavo",
        "recipe": run.recipe.name,
        "model": json.loads(json.dumps(dataclasses.asdict(run.recipe.model))),
        "alphabet": run.codec.alphabet._asdict(),
        "unit": run.codec.unit,
    }
