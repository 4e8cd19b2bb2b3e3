"""What tests of several modules share."""

import pytest

from cleaner import language_model
from cleaner.language_model import LanguageModel


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    found = language_model.load()
    if found is None:
        pytest.skip("the language model is not installed: `cleaner doctor --install` brings it")
    return found
