"""What tests of several modules share."""

import pytest
from hypothesis import settings

from cleaner import language_model
from cleaner.language_model import LanguageModel

# How long a text takes says more of what else the machine does than of the text.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    found = language_model.load()
    if found is None:
        pytest.skip("the language model is not installed: `cleaner doctor --install` brings it")
    return found
