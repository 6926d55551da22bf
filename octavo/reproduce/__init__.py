"""Every table and figure of the five papers: what was published, what runs it here, and what that gave."""

from octavo.reproduce import dilated_vae, dilated_vae_labels, hybrid_vae, qrnn, recursive, transformer
from octavo.reproduce.exhibits import Exhibit
from octavo.spelling import nearest

PARTS = (qrnn, recursive, hybrid_vae, dilated_vae, dilated_vae_labels, transformer)
EXHIBITS: dict[str, Exhibit] = {exhibit.name: exhibit for part in PARTS for exhibit in part.EXHIBITS}


def exhibit(name: str) -> Exhibit:
    """The exhibit of this name."""
    if name not in EXHIBITS:
        raise ValueError(f"no exhibit {name!r}: {nearest(name, EXHIBITS)}")
    return EXHIBITS[name]
