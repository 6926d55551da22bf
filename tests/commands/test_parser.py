"""What the words of a command line become."""

import argparse

import pytest

from octavo.commands.arguments import Overrides, UsageError
from octavo.commands.parser import VERBS, build_parser


def parsed(line: str) -> tuple[argparse.Namespace, Overrides]:
    return build_parser().parse(line.split())


@pytest.mark.parametrize(
    "line",
    [
        "train lstm-bytes --model.writer.width 300 --tiny",
        "train --model.writer.width 300 lstm-bytes --tiny",
        "train --tiny lstm-bytes --model.writer.width=300",
        "--model.writer.width 300 train lstm-bytes --tiny",
    ],
)
def test_fields_are_set_apart_wherever_they_stand(line: str) -> None:
    options, overrides = parsed(line)
    assert overrides == {"model.writer.width": "300"}
    assert (options.verb, options.recipe, options.tiny) == ("train", "lstm-bytes", True)


def test_a_field_may_be_negative_or_look_like_an_option() -> None:
    assert parsed("train x --a.b -1 --c.d --tiny")[1] == {"a.b": "-1", "c.d": "--tiny"}


def test_a_value_with_dots_is_no_field() -> None:
    options, overrides = parsed("train x --data ./a.b --out=runs/x.y")
    assert (options.data, options.out, overrides) == ("./a.b", "runs/x.y", {})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("train x --a.b", "--a.b needs a value"),
        ("generate run --a.b 1", "--a.b: only octavo train sets a recipe's fields"),
        ("generate run --seeed 1", "--seeed: no such option; did you mean --seed?"),
        ("score run --tiny", "--tiny: no such option"),  # it is one of train's
        ("evaluate run --jsom", "--jsom: no such option; did you mean --json?"),
        ("evaluate run more", "more: one argument too many"),
        ("exprt run", "argument COMMAND: 'exprt' is not known: did you mean export? (octavo --help)"),
        ("evaluate run --rows 1.5", "argument --rows: '1.5' is no whole number from 1 up (octavo evaluate --help)"),
        ("", "the following arguments are required: COMMAND (octavo --help)"),
    ],
)
def test_what_cannot_be_understood_is_said_to_the_word(line: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        parsed(line)
    assert str(error.value) == message


def test_every_verb_names_a_function() -> None:
    verbs = {verb.name: verb.target for verb in VERBS}
    assert len(verbs) == len(VERBS)
    assert all(target.count(":") == 1 for target in verbs.values())


WITH_FILE = [verb.name for verb in VERBS if any(name == "file" for name, _ in verb.options)]


def test_some_verbs_take_a_file() -> None:
    assert {"score", "classify", "encode", "reconstruct", "translate"} <= set(WITH_FILE)


@pytest.mark.parametrize("verb", WITH_FILE)
def test_options_may_stand_before_the_file_and_after_it(verb: str) -> None:
    [options] = [one.options for one in VERBS if one.name == verb]
    own = [name for name, settings in options if name.startswith("--") and "action" not in settings]
    assert "--device" in own
    for line in (
        f"{verb} run --device cpu text.txt",
        f"{verb} --device cpu run text.txt",
        f"{verb} run text.txt --device cpu",
    ):
        found, _ = parsed(line)
        assert (found.run_folder, found.file, found.device) == ("run", "text.txt", "cpu")
    assert parsed(f"{verb} run --device cpu")[0].file == "-"


@pytest.mark.parametrize("line", ["train x --time-limit -5m", "train x --time-limit=-5m --tiny"])
def test_a_number_below_zero_is_a_value(line: str) -> None:
    assert parsed(line)[0].time_limit == "-5m"
