"""What several folders of tests share."""

from collections.abc import Iterator

import pytest

from tests.nursery import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where processes start at once: it costs two seconds when it is first asked for."""
    opened = Nursery.open()
    yield opened
    opened.close()
