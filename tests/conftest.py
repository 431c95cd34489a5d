"""Settings for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

# The same examples in every run, and no deadline: the machines that run these tests are small and busy.
settings.register_profile("posteye", derandomize=True, deadline=None)
settings.load_profile("posteye")


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Tensors as small as those of the tests only lose by threads, and much where other programs run."""
    import torch  # here, since a reader alone has none

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
