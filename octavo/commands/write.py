"""Verbs that write: generate, translate, complete."""

import argparse
import sys

from octavo.abilities import able
from octavo.commands.output import columns_of, one_text_of, print_json, print_rows, some_of, texts_of
from octavo.evaluation.overlap import Nearest
from octavo.pretrained import load
from octavo.remembered import nearest_in_training
from octavo.runs import Run
from octavo.texts import as_bytes


def generate(options: argparse.Namespace) -> None:
    """Texts that go on from a prompt, a line between one and the next; or from a file's beginning, beside its truth."""
    prompt, truth = (options.prompt, None) if options.text is None else _opened(options)
    model = load(options.run_folder, options.device, options.precision)
    texts = model.generate(
        prompt,
        options.num,
        num_beams=options.num_beams,
        label=options.label,
        window=options.window,
        max_new_tokens=options.max_new_tokens,
        temperature=options.temperature,
        top_k=options.top_k,
        top_p=options.top_p,
        seed=options.seed,
        stop=tuple(as_bytes(text) for text in options.stop),
        bad_words=tuple(as_bytes(word) for word in options.bad_words),
    )
    if len(texts) > 1 and len(set(texts)) == 1:
        print(f"all {len(texts)} texts are the same: by beams or at temperature 0 nothing is drawn", file=sys.stderr)
    prompt = as_bytes(prompt).decode("utf-8", "replace")
    whole = [_joined(model.run, prompt, text) for text in texts]
    near = nearest_in_training(model.run, whole) if options.nearest else []
    if options.json:
        beside = {} if truth is None else {"truth": truth}
        nearest = [{"nearest": one.text, "overlap": one.overlap} for one in near] or [{}] * len(texts)
        rows = ({"prompt": prompt, "text": text, **beside} for text in texts)
        print_rows((row | one for row, one in zip(rows, nearest, strict=True)), True)
        return
    shown = whole if truth is None else texts
    shown = [text + _beside(one) for text, one in zip(shown, near, strict=True)] if near else shown
    if truth is None:
        print(("\n" + "-" * 40 + "\n").join(shown))
        return
    samples = {f"sample {number}": text for number, text in enumerate(shown, start=1)}
    for name, text in {"prompt": prompt, **samples, "truth": truth}.items():
        print(f"{name:-<40}\n{text}")


def _joined(run: Run, prompt: str, text: str) -> str:
    """A prompt and what goes on from it: between words that a space parted in training, there is one."""
    words = run.codec.unit == "word" and prompt and text
    apart = words and not prompt[-1].isspace() and not text[0].isspace()
    return f"{prompt} {text}" if apart else prompt + text


def _beside(near: Nearest) -> str:
    return f"\n  nearest in training, {near.overlap:.0%} the same: {near.text.strip()}"


def _opened(options: argparse.Namespace) -> tuple[str, str]:
    """The first `given` characters of a file, and as many after them as there will be new tokens."""
    if options.prompt:
        raise ValueError("--prompt and --text both say what the texts go on from: give one of them")
    text = one_text_of(options.text).decode("utf-8", "replace")
    if len(text) <= options.given:
        raise ValueError(
            f"{options.text} has {len(text):,} characters: of {options.given:,} given none is left as truth"
        )
    return text[: options.given], text[options.given : options.given + options.max_new_tokens]


def translate(options: argparse.Namespace) -> None:
    """A translation of each line."""
    model = load(options.run_folder, options.device)
    able(model.run.model, "read")
    for some in some_of(texts_of(options.file, columns=columns_of(model.run, options))):
        for text, translation in zip(some, model.translate(some, options.num_beams, options.alpha), strict=True):
            if options.json:
                print_json({"text": text.decode("utf-8", "replace"), "translation": translation})
            else:
                print(translation)


def complete(options: argparse.Namespace) -> None:
    """Every completion of the word begun whose probability is above the threshold, the likeliest first."""
    model = load(options.run_folder, options.device)
    rows = model.complete(options.prompt, options.threshold)
    if not rows:
        print(f"no word after {options.prompt!r} is as likely as {options.threshold:g}", file=sys.stderr)
    print_rows((one._asdict() for one in rows), options.json)
