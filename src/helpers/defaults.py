"""The only place, beside the study files, where a threshold is written down."""

from typing import Final

CONFIDENCE: Final = 0.95
"""Confidence level of every interval unless the study file says otherwise."""
CONFIDENT: Final = f"{CONFIDENCE * 100:g} %"
"""The same as readers are told it."""

ALPHA: Final = 0.05
"""Two-sided significance level: one minus the confidence level."""

POWER: Final = 0.80
"""Planned power."""

PRIOR_IMPROVE: Final = 0.2
"""Share of ideas that improve their metric: between a tenth and a third at the companies that have told theirs."""

PRIOR_HARM: Final = 0.2
"""Share of ideas that make it worse, taken to be as many."""

PRIOR_SIZE: Final = 0.05
"""Typical relative effect of the ideas that do something: the mean of four in five, the others are far larger."""

MAX_RISK: Final = 0.05
"""Largest chance of no improvement with which a change ships."""
MIN_UPLIFT: Final = 0.05
"""Smallest relative uplift that is worth shipping."""

MAY_OVERRIDE: Final = ("product", "leadership")
"""Roles that may record a decision against the rule."""

SRM_THRESHOLD: Final = 0.001
"""A sample-ratio mismatch is called below this p-value (design rule 19)."""

SRM_DOUBT: Final = 0.05
"""Above the threshold and below this p-value a sample ratio passes, and the report says that the split is doubtful."""

LEAKING_CORRELATION: Final = 0.95
"""A history that goes with its outcome more closely than this is likely the outcome itself."""

UNITS_PER_SQUARED_SKEWNESS: Final = 355.0
"""A mean needs so many units times its squared skewness before a t interval of 95 % holds its level."""

MATURE_QUANTILE: Final = 0.9
"""Share of the converting units by which the usual time to the outcome is told."""

MATURE_MINIMUM: Final = 30
"""Earlier units with the outcome below which its usual time is not told."""

IMMATURE_SHARE: Final = 0.10
"""More units than this share with less than the usual time are warned of."""

SENTINEL_SHARE: Final = 0.005
"""Share of an event's amounts from which on a value like 0, -1 or 999 is warned of."""

SPIKE_SHARE: Final = 0.20
"""Share of an event's amounts that one value of many may hold."""

SPIKE_VALUES: Final = 50
"""Distinct amounts from which on a column counts as continuous."""

DUPLICATE_SHARE: Final = 0.01
"""Share of rows dropped as equal in a log without event ids from which on a reader is warned."""

UNASSIGNED: Final = 0.05
"""Share of the rows of a table of facts whose unit was never assigned from which on a reader is warned."""

UNDESCRIBED: Final = 0.01
"""Share of the assigned units without a row in the table of units from which on a reader is warned."""

BARELY_MATCHED: Final = 0.01
"""Share of the units of either table that the other one knows, below which their ids are taken for those of others."""

FEW_CLUSTERS: Final = 10
"""Equal clusters that an arm is worth, below which a reader is warned that intervals and tests are rough."""

FEWEST_CLUSTERS: Final = 5
"""Equal clusters that an arm is worth, below which no test of clusters is good enough for a GO."""

UNEVEN_CLUSTERS: Final = 2.0
"""Times as many clusters in one arm as in another, above which skewed outcomes put the misses of an interval on one side ..."""

MANY_CLUSTERS: Final = 50
"""... unless each arm has so many."""

DESIGN_EFFECT: Final = 1.05
"""Inflation of the variance by units that share a session from which on a reader is warned."""

CUPED_GAIN_THRESHOLD: Final = 0.98
"""CUPED is said to gain nothing when more than this share of the variance remains."""

MIN_SEGMENT: Final = 100
"""Segments with fewer units are pooled into ``other`` before anything is shown."""

AA_RUNS: Final = 1_000
"""Re-salted assignments in the A/A test."""

FALSE_DOUBT: Final = 0.01
"""Share of reports, nothing being wrong, in which some error rate of the re-salted experiments is called off."""

COVERAGE_RUNS: Final = 500
"""Re-salted experiments behind the coverage and false-positive figures."""

MISSING_SHARE: Final = 0.01
"""Share of the events of a log without the amount that is summed, from which on the sum is noticeably too low."""

RESAMPLES: Final = 9_999
"""Resamples of a bootstrap: with the sample itself 10,000."""

WINSORIZE_UPPER: Final = 0.99
"""Pooled quantile above which values are pulled in."""

NOVELTY_LAST_DAYS: Final = 7
"""The long-run effect is that of the last whole week."""

SEQUENCE_TUNED_FOR: Final = 5_000
"""Total units at which a confidence sequence is tightest unless told otherwise."""

SRM_CONCENTRATION: Final = 1_000.0
"""Prior units behind the design in the sequential SRM test: it is fastest once about ten times as many have arrived."""

EXTEND_WEEKS: Final = 4.0
"""Weeks by which a test is extended when that is weighed against shipping."""

STAGED_SHARE: Final = 0.10
"""Share of the units that get the change in a staged rollout, until its look."""

STAGED_WEEKS: Final = 2.0
"""Weeks of a staged rollout before its look."""

MONITORING_WEEKS: Final = 4.0
"""Weeks of monitoring after a full launch, compared with as many before it."""

MAX_CHANCE_OF_HARM: Final = 0.10
"""No option is recommended under which a change that does harm reaches everyone with more than this probability."""

BASELINE_DRIFT: Final = 0.01
"""Standard deviation, relative to the control, by which a metric moves between two periods without any change."""

CUSUM_ALLOWANCE: Final = 0.5
"""Allowance k of a CUSUM in standard errors of a day: tuned to a shift of one."""

CUSUM_LIMIT: Final = 4.0
"""Limit h of a CUSUM in standard errors of a day."""

EWMA_WEIGHT: Final = 0.2
"""Weight of today in an EWMA."""

EWMA_LIMIT: Final = 2.962
"""Limit of an EWMA in its own standard errors: about 500 points between false alarms at the weight above."""

ROLLBACK_DROP: Final = 0.01
"""Roll back when the rate is further below its baseline than this, a difference of shares ..."""

ROLLBACK_DAYS: Final = 3
"""... on as many observed days in a row."""

ROLLBACK_TICKETS: Final = 2.0
"""Roll back when a day's tickets exceed this multiple of their baseline."""

MONITORING_LEAST: Final = 10
"""Units a day below which a study without a plan of its own is not watched day by day."""

MONITORING_MINIMUM: Final = 200
"""Checkouts below which a day is treated as missing."""

BLIND_DAYS: Final = 3
"""Missing days in a row after which a ramp pauses: nobody is watching."""

MONITORING_RUNS: Final = 2_000
"""Simulated launches behind each false-alarm rate and delay."""

LIVE_CLEAR_P: Final = 0.2
"""A live alarm that an always-valid p-value raised is cleared when p is above this again."""

LIVE_CLEAR_SIGMA: Final = 2.0
"""A live guardrail alarm is cleared when its window is within so many standard errors."""

LEAKING_AUC: Final = 0.80
"""A single feature that separates leavers better than this, and did not a horizon before, likely was written afterwards."""

RIVAL_GAIN: Final = 0.01
"""A model that is harder to read must separate better than the readable one by more than this AUC."""


THREADS = 2
"""Of the database. What rests on it reads it when it asks, for the tests have a core each."""

MEMORY = "3GB"
