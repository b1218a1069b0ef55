from collections.abc import Iterator

import pytest

from nlp.model import PipelineAssessor, load


@pytest.fixture(scope="session")
def assessor() -> Iterator[PipelineAssessor]:
    found = load()
    assert isinstance(found, PipelineAssessor)
    yield found
