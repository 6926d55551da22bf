"""Write docs/cli.md from the command line's own parser: `make docs`."""

import argparse
from pathlib import Path

from octavo.commands.parser import build_parser

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"

HEAD = """# Every command

Made from the parser by `make docs`; a test holds it up to date.

Data goes to stdout, progress and errors to stderr, so that output can be piped. Bars are off where stderr is no
terminal. `RUN` is a run's folder, an exported model, or its id on the hub.

| exit code | |
|---|---|
| 0 | done |
| 1 | a failure at run time: one line says which, `--debug` shows where |
| 2 | wrong usage: one line names the bad value and the nearest choices |
| 130, 143 | stopped by Ctrl-C or SIGTERM; a training has written a checkpoint |
"""


def page() -> str:
    """The whole page, as docs/cli.md ought to read."""
    (verbs,) = (action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    return "\n".join([HEAD, *(_command(name, command) for name, command in verbs.choices.items())])


def _command(name: str, command: argparse.ArgumentParser) -> str:
    actions = [action for action in command._actions if action.dest not in ("help", "debug")]
    places = "".join(f" {_place(action)}" for action in actions if not action.option_strings)
    required = "".join(f" {_option(action)}" for action in actions if action.option_strings and action.required)
    lines = [
        f"## octavo {name}",
        "",
        str(command.description),
        "",
        f"    octavo {name}{places}{required} [options]",
        "",
    ]
    return "\n".join([*lines, "| | |", "|---|---|", *(_row(action) for action in actions), ""])


def _row(action: argparse.Action) -> str:
    left = _option(action) if action.option_strings else str(action.metavar)
    right = str(action.help).replace("|", "\\|")
    return f"| `{left}` | {right} |"


def _option(action: argparse.Action) -> str:
    name = action.option_strings[-1]
    return name if action.nargs == 0 else f"{name} {action.metavar or action.dest.upper()}"


def _place(action: argparse.Action) -> str:
    shown = {"?": f"[{action.metavar}]", "+": f"{action.metavar}…", "*": f"[{action.metavar}…]"}
    return shown.get(str(action.nargs), str(action.metavar))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
