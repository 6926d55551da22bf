"""The nearest text of training is found in documents and in a stream's lines."""

from pathlib import Path

import octavo
from octavo.data.prepare import pieces_of
from octavo.remembered import nearest_in_training


def test_a_text_that_was_trained_on_is_its_own_nearest(language_model_run: Path, vae_run: Path) -> None:
    for folder in (language_model_run, vae_run):
        run = octavo.load(folder, "cpu").run
        *_, last = pieces_of(run.recipe.data, "train")
        line = last.text.decode().splitlines()[-1]
        made, other = nearest_in_training(run, [line, "xyz"])
        assert (made.text.strip(), made.overlap) == (line.strip(), 1.0)
        assert other.overlap == 0
