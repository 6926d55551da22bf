"""How the words of a command line are taken apart: a recipe's fields anywhere among a verb's options."""

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from octavo.spelling import meant, nearest

Overrides = dict[str, str]


class UsageError(Exception):
    """The command line is wrong: one line, exit 2."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line with the nearest choices."""

    verbs: dict[str, argparse.ArgumentParser]

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            f"{message} (octavo {self.prog.removeprefix('octavo ')} --help)".replace("octavo octavo", "octavo")
        )

    def parse(self, arguments: Sequence[str]) -> tuple[argparse.Namespace, Overrides]:
        """The options, and what of the command line sets a recipe's fields: `--model.writer.width 300`."""
        words, overrides = _without_overrides(_with_numbers(arguments))
        own = [text for action in self._actions for text in action.option_strings]
        if words and words[0].startswith("-") and words[0] not in own:
            raise UsageError(f"{words[0]}: {_unknown(words[0], own)}")
        options, unknown = self._parse_verb(words)
        if unknown:
            known = [text for action in self.verbs[options.verb]._actions for text in action.option_strings]
            raise UsageError(f"{unknown[0]}: {_unknown(unknown[0], known)}")
        if overrides and options.verb != "train":
            raise UsageError(f"--{next(iter(overrides))}: only octavo train sets a recipe's fields")
        return options, overrides

    def _parse_verb(self, words: list[str]) -> tuple[argparse.Namespace, list[str]]:
        """A verb's own words, options before and after what has none: `octavo score RUN --json FILE`."""
        if words and words[0] in self.verbs:
            return self.verbs[words[0]].parse_known_intermixed_args(words[1:])
        return self.parse_known_args(words)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, f"{value!r} is not known: {nearest(value, action.choices)}")


def _with_numbers(arguments: Sequence[str]) -> list[str]:
    """`--time-limit -5m` as `--time-limit=-5m`: a number below zero is a value, whatever comes after it."""
    words: list[str] = []
    for word in arguments:
        if words and re.match(r"-\d", word) and words[-1].startswith("--") and "=" not in words[-1]:
            words[-1] += f"={word}"
        else:
            words.append(word)
    return words


def _without_overrides(arguments: Sequence[str]) -> tuple[list[str], Overrides]:
    """The words that are no recipe's field, and the fields with their values."""
    words: list[str] = []
    overrides: Overrides = {}
    rest = iter(arguments)
    for word in rest:
        name, equals, value = word.partition("=")
        if not name.startswith("--") or "." not in name:
            words.append(word)
            continue
        overrides[name[2:]] = value if equals else next(rest, "")
        if not equals and not overrides[name[2:]]:
            raise UsageError(f"{name} needs a value")
    return words, overrides


def _unknown(word: str, known: list[str]) -> str:
    if not word.startswith("-"):
        return "one argument too many"
    return "; ".join(filter(None, ("no such option", meant(word.partition("=")[0], known, like=0.6))))
