"""Every table and figure of the five papers: what was published, what runs it here, and what that gave."""

from octavo.reproduce import dilated_vae, hybrid_vae, qrnn, recursive, transformer
from octavo.reproduce.exhibits import Exhibit
from octavo.spelling import nearest

PAPERS = (qrnn, recursive, hybrid_vae, dilated_vae, transformer)
EXHIBITS: dict[str, Exhibit] = {exhibit.name: exhibit for paper in PAPERS for exhibit in paper.EXHIBITS}


def exhibit(name: str) -> Exhibit:
    """The exhibit of this name."""
    if name not in EXHIBITS:
        raise ValueError(f"no exhibit {name!r}: {nearest(name, EXHIBITS)}")
    return EXHIBITS[name]
