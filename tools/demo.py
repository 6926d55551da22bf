"""The demo, `make demo`: train for a minute, hold the result against its baselines, write samples and a figure."""

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from octavo.data.prepare import prepare
from octavo.evaluation.baselines import counts, xz
from octavo.runs import stored_codec, stored_recipe

FOLDER = Path("demo")
RUN = FOLDER / "run"
SAMPLES, FIGURE = FOLDER / "samples.txt", FOLDER / "learning.png"
# A minute is worth more to a small model that is updated often than to a large one.
SMALL = "--model.writer.width 256 --data.batching.batch 16 --data.batching.window 64"
COMMANDS = {
    "train": f"octavo train qrnn-bytes --data manual --out {RUN} --time-limit 60s --steps 4000 {SMALL}",
    "evaluate": f"octavo evaluate {RUN} --split test --json",
    "generate": f"octavo generate {RUN} --num 3 --max-new-tokens 300 --temperature 0.7",
    "figure": f"octavo figure learning {RUN} --out {FIGURE}",
}


def main() -> None:
    shutil.rmtree(RUN, ignore_errors=True)
    run(COMMANDS["train"])
    measured = json.loads(run(COMMANDS["evaluate"]))
    SAMPLES.write_text(run(COMMANDS["generate"]), "utf-8")
    run(COMMANDS["figure"])
    print(f"\nThree samples, also in {SAMPLES}; {FIGURE} shows how it learnt:\n")
    print(SAMPLES.read_text("utf-8"))
    print(compared(measured["bits_per_byte"]))
    print("What was run, to try next:\n")
    print("\n".join(f"  {command}" for command in COMMANDS.values()))


def run(command: str) -> str:
    """What the command writes to stdout; its progress goes to the terminal."""
    print(f"\n$ {command}", file=sys.stderr)
    _, *arguments = shlex.split(command)
    octavo = [sys.executable, "-m", "octavo", *arguments]
    ran = subprocess.run(octavo, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    return ran.stdout if ran.returncode == 0 else sys.exit(ran.returncode)


def compared(bits_per_byte: float) -> str:
    """The model beside its baselines, all in bits per byte of the held-out text."""
    data = prepare(stored_recipe(RUN).data, codec=stored_codec(RUN))
    assert data.test is not None
    train, test = data.train.tokens.tobytes(), data.test.tokens.tobytes()
    rows = {
        "order-0 entropy, byte frequencies of the training text": counts(train, test, 0),
        "order-3 counts of the training text": counts(train, test, 3),
        "xz -9 of the held-out text": xz(b"", test),
        "xz -9 of it after the training text": xz(train, test),
        "this model": bits_per_byte,
    }
    lines = [f"  {name:<56}{bits:5.2f}" for name, bits in rows.items()]
    return "\n".join([f"Bits per byte of {len(test):,} held-out bytes:\n", *lines, ""])


if __name__ == "__main__":
    main()
