"""The public corpora that are known by name."""

from octavo.data.catalogue.labelled import LABELLED
from octavo.data.catalogue.pairs import PAIRS
from octavo.data.catalogue.paragraphs import PARAGRAPHS
from octavo.data.catalogue.running import RUNNING

CATALOGUE = {corpus.name: corpus for corpus in (*RUNNING, *LABELLED, *PAIRS, *PARAGRAPHS)}
