"""Verbs that write: generate, translate, complete."""

import argparse

from octavo.commands.output import print_json, print_rows, some_of, texts_of
from octavo.pretrained import able, load


def generate(options: argparse.Namespace) -> None:
    """Texts that go on from a prompt, a line between one and the next."""
    texts = load(options.run_folder, options.device, options.precision).generate(
        options.prompt,
        options.num,
        num_beams=options.num_beams,
        window=options.window,
        max_new_tokens=options.max_new_tokens,
        temperature=options.temperature,
        top_k=options.top_k,
        top_p=options.top_p,
        seed=options.seed,
        stop=tuple(text.encode() for text in options.stop),
    )
    for number, text in enumerate(texts):
        if options.json:
            print_json({"prompt": options.prompt, "text": text})
        else:
            print(("-" * 40 + "\n" if number else "") + options.prompt + text)


def translate(options: argparse.Namespace) -> None:
    """A translation of each line."""
    model = load(options.run_folder, options.device)
    able(model.run.model, "read")
    for some in some_of(texts_of(options.file)):
        for text, translation in zip(some, model.translate(some, options.num_beams, options.alpha), strict=True):
            if options.json:
                print_json({"text": text.decode("utf-8", "replace"), "translation": translation})
            else:
                print(translation)


def complete(options: argparse.Namespace) -> None:
    """Every completion of the word begun whose probability is above the threshold, the likeliest first."""
    model = load(options.run_folder, options.device)
    rows = model.complete(options.prompt, options.threshold)
    print_rows((one._asdict() for one in rows), options.json)
