"""How long a survey was filled in stands beside its answers, and is no outcome before them."""

from pathlib import Path

import pytest

from tests.ingest.new_study.tables import proposed, written

ANSWERS = """select 'R' || i as ResponseId, if(i % 2 = 0, 'control', 'treatment') as condition, 100 + hash(i) % 300 as "{called}",
    (hash(i + 5) % 11)::integer as nps, ['Agree', 'Neutral', 'Strongly agree', 'Disagree'][(1 + hash(i + 9) % 4)::integer] as "{beside}" from range(400) as t(i)"""


@pytest.mark.parametrize("called", ["Duration", "Duration (in seconds)", "survey_time", "interviewtime"])
def test_the_length_of_a_survey_is_no_outcome(tmp_path: Path, called: str) -> None:
    file = written(tmp_path / "nps.csv", ANSWERS.format(called=called, beside="ease"))
    study, _, told = proposed(tmp_path, file)
    assert "how long a survey was filled in" in told and list(study.data.outcomes) == ["nps"]  # type: ignore[union-attr]
    study, _, _ = proposed(tmp_path, file, primary=called, force=True)
    assert list(study.data.outcomes.values()) == [called]  # type: ignore[union-attr]


def test_a_length_of_time_elsewhere_stays_an_outcome(tmp_path: Path) -> None:
    file = written(tmp_path / "calls.csv", ANSWERS.format(called="duration", beside="region").replace("Agree", "North").replace("Strongly agree", "South")
                   .replace("Neutral", "East").replace("Disagree", "West").replace("ResponseId", "caller_id"))  # fmt: skip
    study, _, _ = proposed(tmp_path, file)
    assert "duration" in study.data.outcomes  # type: ignore[union-attr]
