"""The command line: a few lines a verb. Nothing heavy is imported before a verb is known."""

import sys
from collections.abc import Callable, Sequence

from octavo.commands.parser import UsageError, build_parser

Verb = Callable[..., None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code: 0, 1 a failure at run time, 2 wrong usage, 130 and 143 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    try:
        options, overrides = build_parser().parse(given)
        options.run(options, overrides)
    except UsageError as error:
        return _fail(f"octavo: {error}", 2)
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 0
    except KeyboardInterrupt:
        return _fail("octavo: stopped by Ctrl-C", 130)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except ValueError as error:
        if debug:
            raise
        return _fail(f"octavo: {error}", 2)
    except Exception as error:
        if debug:
            raise
        return _fail(f"octavo: {_one_line(error)} (--debug shows where)", 1)
    return 0


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split()) or "no message"
    return text if isinstance(error, RuntimeError | OSError) else f"{type(error).__name__}: {text}"


def _fail(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
