"""The command line: a few lines a verb. Nothing heavy is imported before a verb is known."""

import os
import sys
import traceback
from collections.abc import Sequence

from octavo.commands.arguments import UsageError
from octavo.commands.parser import build_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0, 1 a failure at run time, 2 wrong usage, 130 and 143 interrupted."""
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        if sys.stdout:
            sys.stdout.flush()
    except OSError as error:
        # Nobody takes the output any more; the interpreter's own last flush must not complain of it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return 0
        print(f"octavo: standard output: {error.strerror}", file=sys.stderr)
        return 1
    return code


def _run(given: list[str]) -> int:
    try:
        options, overrides = build_parser().parse(given)
        options.run(options, overrides)
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 0
    except KeyboardInterrupt:
        print("octavo: stopped by Ctrl-C", file=sys.stderr)
        return 130
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None and error.filename is None:
            raise  # what writes files names them: this is of the standard output
        if "--debug" in given:
            traceback.print_exc()
        usage = isinstance(error, UsageError | ValueError)
        print(f"octavo: {_one_line(error)}{'' if usage else ' (--debug shows where)'}", file=sys.stderr)
        return 2 if usage else 1
    return 0


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    text = " ".join(str(error).split()) or "no message"
    speaks_for_itself = isinstance(error, UsageError | ValueError | RuntimeError | OSError)
    return text if speaks_for_itself else f"{type(error).__name__}: {text}"


if __name__ == "__main__":
    sys.exit(main())
