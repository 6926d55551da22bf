"""Models on the Hugging Face hub: what may be the id of one, and a single short question whether it is."""

import re
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import LocalEntryNotFoundError, RepositoryNotFoundError

from octavo.spelling import meant

ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
SECONDS = 10


def looks_like_id(name: str) -> bool:
    """Two names with a stroke between them, where there is nothing here that may have been meant by the first."""
    if not ID.fullmatch(name):
        return False
    owner = name.partition("/")[0]
    here = [path.name for path in Path().iterdir() if path.is_dir()]
    return not Path(owner).exists() and not meant(owner, [*here, "runs"], like=0.6)


def check(model_id: str) -> None:
    """Pass if the hub, asked once, has such a model, or if a copy of it is here and the hub cannot be reached."""
    try:
        HfApi().model_info(model_id, timeout=SECONDS)
    except RepositoryNotFoundError:
        raise ValueError(f"no run {model_id} here, and no such model on the hub") from None
    except Exception as error:  # whatever the HTTP library of the day raises
        if not _is_cached(model_id):
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise ValueError(f"no run {model_id} here, and the hub does not answer: {reason}") from None


def _is_cached(model_id: str) -> bool:
    try:
        snapshot_download(model_id, local_files_only=True)
    except LocalEntryNotFoundError:
        return False
    return True
