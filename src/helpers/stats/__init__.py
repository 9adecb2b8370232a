"""Statistics of experiments: pure functions from sufficient statistics to frozen results.

Summarise each arm (:class:`Proportion`, :class:`Mean`, :class:`Ratio`), then ``compare`` them.
Importing this package loads neither lifelines nor statsmodels.
"""

from helpers.stats.bayes import Posterior, false_positive_risk, posterior
from helpers.stats.calibration import BinomialInterval, MonteCarlo, binomial_interval, monte_carlo
from helpers.stats.design import Plan
from helpers.stats.duration import Duration, weeks
from helpers.stats.effects import Effect, compare, comparison
from helpers.stats.inference import Alternative, EffectArrays
from helpers.stats.linear import welch
from helpers.stats.moments import Moments
from helpers.stats.multiplicity import AdjustedPValues, adjust
from helpers.stats.noninferiority import NonInferiority, noninferiority
from helpers.stats.power import MeanDesign, ProportionDesign
from helpers.stats.score import score_intervals
from helpers.stats.srm import SRM, SRMByGroup, srm, srm_by_group
from helpers.stats.summaries import Mean, Proportion, Ratio, Summary, standard_error
from helpers.stats.survival import Lifetimes, LogRank, SurvivalCurve, kaplan_meier, log_rank
from helpers.stats.validation import InputError
from helpers.stats.variance import Adjusted, VarianceReduction, cuped
from helpers.stats.wald import compare_wald

__all__ = [
    "SRM",
    "Adjusted",
    "AdjustedPValues",
    "Alternative",
    "BinomialInterval",
    "Duration",
    "Effect",
    "EffectArrays",
    "InputError",
    "Lifetimes",
    "LogRank",
    "Mean",
    "MeanDesign",
    "Moments",
    "MonteCarlo",
    "NonInferiority",
    "Plan",
    "Posterior",
    "Proportion",
    "ProportionDesign",
    "Ratio",
    "SRMByGroup",
    "Summary",
    "SurvivalCurve",
    "VarianceReduction",
    "adjust",
    "binomial_interval",
    "compare",
    "compare_wald",
    "comparison",
    "cuped",
    "false_positive_risk",
    "kaplan_meier",
    "log_rank",
    "monte_carlo",
    "noninferiority",
    "posterior",
    "score_intervals",
    "srm",
    "srm_by_group",
    "standard_error",
    "weeks",
    "welch",
]
