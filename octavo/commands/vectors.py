"""Verbs about vectors: encode, decode, reconstruct, interpolate."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from octavo import latents
from octavo.abilities import able
from octavo.commands.marking import Sign, marked, signs
from octavo.commands.output import columns_of, file_of, print_facts, print_json, print_rows, some_of, texts_of
from octavo.data.compression import STDIN
from octavo.evaluation.reconstruction import Reconstruction, before_end, wrong
from octavo.interfaces import Mean
from octavo.latent_files import KINDS, eight_bits_cost, read_lines, read_npz, to_lines, write
from octavo.latents import Latents
from octavo.pretrained import Pretrained, load
from octavo.runs import Run
from octavo.texts import as_trained, encoded

COMPARED = 256  # texts that eight bits are tried on


def encode(options: argparse.Namespace) -> None:
    """Each text's vector and level, to standard output or a file."""
    run = _able(options).run
    out = _out(options.out)
    parts: list[Latents] = []
    count, seconds = 0, 0.0
    plus, minus = (_vectors_of(run, texts) for texts in (options.plus, options.minus))
    for ids in _some_ids(run, options):
        started = time.monotonic()
        made = latents.shifted(latents.encode(run, ids), plus, minus)
        count, seconds = count + len(ids), seconds + time.monotonic() - started
        # Vectors that were shifted are not these texts' own any more, so there is nothing to hold them against.
        if options.int8 and count == len(ids) and not (options.plus or options.minus):
            _say_cost(run, ids[:COMPARED], made)
        if out:
            parts.append(made)
            continue
        for line in to_lines(made, options.int8):
            print_json(line)
    _say_speed(count, seconds)
    if out:
        write(out, Latents(*map(np.concatenate, zip(*parts, strict=True))), options.int8)
        print(options.out)


def decode(options: argparse.Namespace) -> None:
    """Each vector's text."""
    model = _able(options)
    if options.file.endswith(".npz"):
        found = read_npz(Path(options.file))
    elif options.file == STDIN:
        found = read_lines("the standard input", sys.stdin.buffer)
    else:
        found = read_lines(options.file, Path(options.file).read_bytes().splitlines())
    own, given = model.encode(["a"]).shape[1], found.vectors_NZ.shape[1]
    if own != given:
        raise ValueError(f"{options.file}: vectors of {given:,} numbers are not of this run, whose own have {own:,}")
    _say_beyond(model.run, found.levels_N.tolist())
    started = time.monotonic()
    texts = _spoken(model.run, latents.decode(model.run, found, source=options.file))
    _say_speed(len(texts), time.monotonic() - started)
    for text in texts:
        if options.json:
            print_json({"text": text})
        else:
            print(text)


def reconstruct(options: argparse.Namespace) -> None:
    """Each text beside what its vector gives back, and how much of all is wrong."""
    run = _able(options).run
    if options.posterior == "sample":
        able(run.model, "posterior")
    if options.seed < 0:
        raise ValueError(f"--seed {options.seed}: it must be at least 0")
    if options.num_beams > 1 and latents.at_once(run):
        raise ValueError(
            f"--num-beams {options.num_beams}: this run's writer writes all positions at once: leave it out"
        )
    draw = options.seed if options.posterior == "sample" else None
    sums: dict[str, Mean] = {}
    for ids in _some_ids(run, options):
        found = latents.reconstruct(run, ids, options.num_beams, draw=draw)
        for one in found:
            if options.json:
                print_json(_facts(run, one))
            else:
                _show(run, one)
        for name, mean in latents.totals_of(run, found).items():
            sums[name] = sums.get(name, Mean(0, 0)) + mean
    print_facts({"texts": sums["exact"].count, **{name: mean.value for name, mean in sums.items()}}, options.json)


def interpolate(options: argparse.Namespace) -> None:
    """The texts between two texts, a line each."""
    if options.steps < 2:
        raise ValueError(f"--steps {options.steps}: the two ends alone are 2")
    model = _able(options)
    levels = model.latents([options.first, options.last]).levels_N.tolist()
    if len(set(levels)) > 1 and latents.at_once(model.run):
        _say(f"written at the larger of the two lengths, {max(levels)} instead of {min(levels)}")
    _say_beyond(model.run, levels)
    texts = model.interpolate(options.first, options.last, options.steps)
    shares = [step / (options.steps - 1) for step in range(options.steps)]
    print_rows(({"share": share, "text": text} for share, text in zip(shares, texts, strict=True)), options.json)


def _out(name: str | None) -> Path | None:
    """The file to write, of a kind that `decode` tells by its name; None is standard output."""
    if name in (None, STDIN):
        return None
    if not name.endswith(KINDS):
        raise ValueError(f"--out {name}: vectors go to a file named {' or '.join(f'*{kind}' for kind in KINDS)}")
    return file_of(name)


def _able(options: argparse.Namespace) -> Pretrained:
    model = load(options.run_folder, options.device)
    able(model.run.model, "encode")
    return model


def _vectors_of(run: Run, texts: Sequence[str]) -> Latents:
    """Those of texts typed, or none."""
    ids = [encoded(run, as_trained(run, text)) for text in texts]
    return latents.encode(run, ids) if ids else Latents(np.zeros((0, 1), np.float32), np.zeros(0, np.int32))


def _some_ids(run: Run, options: argparse.Namespace) -> Iterator[list[np.ndarray]]:
    """The texts' ids, several at a time; then a word about those that are longer than any that was trained on."""
    longest, beyond, count = latents.longest_trained(run), 0, 0
    for some in some_of(texts_of(options.file, options.unit, columns_of(run, options))):
        ids = [encoded(run, as_trained(run, text)) for text in some]
        beyond += sum(len(one) > longest for one in ids) if longest else 0
        count += len(ids)
        yield ids
    if beyond:
        _say(f"{beyond:,} of {count:,} texts have more than {longest:,} tokens: they are beyond training")


def _say_beyond(run: Run, levels: Sequence[int]) -> None:
    """A word about vectors whose levels no text of training had."""
    longest = latents.longest_trained(run)
    highest = latents.level_of(run, longest) if longest else None
    beyond = sum(level > highest for level in levels) if highest is not None else 0
    if beyond:
        _say(f"{beyond:,} of {len(levels):,} vectors have a level above {highest:,}: they are beyond training")


def _facts(run: Run, one: Reconstruction) -> dict[str, Any]:
    longest = latents.longest_trained(run)
    text, back = _spoken(run, [one.truth_L, one.made_L])
    places = np.flatnonzero(wrong(one)).tolist()
    level = latents.level_of(run, len(one.truth_L))
    beyond = {"beyond_training": len(one.truth_L) > longest} if longest else {}
    return {"text": text, "reconstruction": back, "exact": not places, "wrong": places, "level": level, **beyond}


def _show(run: Run, one: Reconstruction) -> None:
    """The text as it is, and below what came back; what stands beyond the text's own end is wrong too."""
    longest = latents.longest_trained(run)
    if longest and len(one.truth_L) > longest:
        print(f"  beyond training: {len(one.truth_L):,} tokens, where training had {longest:,} at most")
    wrong_L = wrong(one).tolist()
    made = before_end(one.made_L, run.codec.alphabet.end)
    wrongs = [*wrong_L[: len(made)], *[True] * (len(made) - len(wrong_L))]
    print(marked(_signs(run, before_end(one.truth_L, run.codec.alphabet.end), []), "  text  "))
    print(marked(_signs(run, made, wrongs), "  back  "))


def _signs(run: Run, ids: Sequence[int], wrongs: Sequence[bool]) -> list[Sign]:
    """What ids stand for, each wrong or not: byte by byte, an escape with what it escapes, or a word at a time."""
    flags = wrongs or [False] * len(ids)
    space = b" " if run.codec.unit == "word" else b""
    parts = [(run.codec.decode(ids[part]) + space, any(flags[part])) for part in _together(run, ids)]
    each = chain.from_iterable([flag] * len(spoken) for spoken, flag in parts)
    return [*signs(b"".join(spoken for spoken, _ in parts), [*each])]


def _together(run: Run, ids: Sequence[int]) -> Iterator[slice]:
    """Where ids that only together stand for something begin and end: those of no bytes go with the one after."""
    silent_V, begin = run.codec.spoken_V == 0, 0
    for place, one in enumerate(ids, start=1):
        if place == len(ids) or not silent_V[one]:
            yield slice(begin, place)
            begin = place


def _spoken(run: Run, written: Sequence[Any]) -> list[str]:
    end = run.codec.alphabet.end
    return [run.codec.decode(before_end(ids, end)).decode("utf-8", "replace") for ids in written]


def _say_cost(run: Run, ids: list[np.ndarray], made: Latents) -> None:
    """What eight bits cost: the error of the first texts with and without."""
    whole, eight = eight_bits_cost(run, ids, made)
    _say(f"{run.codec.unit} error of the first {len(ids):,} texts: {whole:.4%}, in eight bits {eight:.4%}")


def _say_speed(texts: int, seconds: float) -> None:
    _say(f"{texts:,} texts in {seconds:.1f} s, {texts / max(seconds, 1e-9):,.0f} a second")


def _say(line: str) -> None:
    print(line, file=sys.stderr)
