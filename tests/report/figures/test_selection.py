"""The figure of what other choices of units would have shown."""

from helpers import config
from helpers.experiment.selection import RULES, SelectionEffect
from helpers.report.figures.selection import readings
from helpers.stats import Mean, compare

STUDY = config.load("studies/music_recommendations.yml")
MEANS = {"winsorised": 22.0, "as they are": 19.6, "dropped": 21.8}


def test_the_title_names_the_mean_as_it_is():
    """Where its sign turns, a title that names only the two that agree would tell half of what is drawn."""
    found = [
        SelectionEffect(
            rule, compare(Mean.from_moments(900, 20.0, 16.0), Mean.from_moments(900, MEANS[rule.name], 16.0)), None
        )
        for rule in RULES
        if rule.name in MEANS
    ]
    title = readings(found, STUDY).layout.meta["finding"]
    assert title == (
        "The analysis as planned shows +10.0 %, the values as they are -2.0 %, dropping by the outcome +9.0 %"
    )
