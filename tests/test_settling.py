"""What is read again once it is settled which changes are made."""

import re
from collections.abc import Iterator

import pytest

from cleaner.analysis import Analysis
from cleaner.config import Config
from cleaner.core import Span
from cleaner.pipeline import NEW_FINDING, Pipeline
from cleaner.registry import Detector, Hit
from cleaner.segment import from_text


@pytest.fixture
def pipeline() -> Iterator[Pipeline]:
    """One rule of ours that repairs alone, and one of another process that dislikes a repaired text."""

    def detect(analysis: Analysis) -> Iterator[Hit]:
        for m in re.finditer("came, then", analysis.document.plain):
            yield Hit(Span(m.start(), m.end()), "not like this", 0.9)

    with Pipeline(Config(select=("doubled-mark",), languagetool=False)) as made:
        made.config = Config(languagetool=False)
        made.rules.append(Detector("far-rule", "fluency/grammar", "minor", "", (), "far", detect, remote=True))
        yield made


def test_what_a_remote_rule_dislikes_is_for_a_person_with_the_reason(pipeline: Pipeline) -> None:
    text = "He came,, then left. She stayed,, then slept."
    result = pipeline.clean(from_text(text))
    assert result.output == "He came,, then left. She stayed, then slept."
    first, second = result.records
    assert (first.status, second.status) == ("review", "fixed")
    [proposal] = first.proposals
    assert proposal.text == "He came, then left."
    assert [(v.passed, v.reason) for v in proposal.verdicts if v.gate == NEW_FINDING] == [(False, "raises far-rule")]


def test_a_record_brings_its_paragraph_along_and_its_neighbours_where_that_ends() -> None:
    text = "The fair opened. Many came. It rained at noon. Few left before dusk.\n\nThe mayor spoke.\n"
    with Pipeline(Config(languagetool=False)) as pipeline:
        records = pipeline.clean(from_text(text)).records
    assert (records[2].before, records[2].after) == ("The fair opened. Many came.", "Few left before dusk.")
    assert (records[4].before, records[4].after) == ("Few left before dusk.", "")


def test_a_record_of_a_long_paragraph_brings_what_is_near() -> None:
    text = " ".join(f"Stall number {n} sold apples." for n in range(200)) + "\n"
    with Pipeline(Config(languagetool=False)) as pipeline:
        record = pipeline.clean(from_text(text)).records[100]
    assert record.before.startswith("… ")
    assert record.before.endswith("Stall number 99 sold apples.")
    assert record.after.endswith(" …")
    assert len(record.before + record.after) < 1650
