"""Statistics of experiments: pure functions from sufficient statistics to frozen results.

Summarise each arm (:class:`Proportion`, :class:`Mean`, :class:`Ratio`), then ``compare`` them.
Importing this package loads neither lifelines nor statsmodels.
"""

from helpers.stats.adjustment import LinArrays, RegressionAdjusted, lin_adjustment, lin_arrays
from helpers.stats.arm_estimate import ArmEstimate
from helpers.stats.bayes import BayesEffect, compare_bayes
from helpers.stats.beta import BetaPrior
from helpers.stats.bootstrap_intervals import compare_replicates, replicate_effects
from helpers.stats.bootstrap_replicates import Replicates, replicates
from helpers.stats.calibration import BinomialInterval, MonteCarlo, binomial_interval, monte_carlo
from helpers.stats.clusters import ClusteredEffect, analyse_rows, compare_clusters
from helpers.stats.confidence_sequences import ConfidencePath, confidence_path, confidence_sequence, mixture_rate
from helpers.stats.daily_effects import DailyEffects
from helpers.stats.design import Plan
from helpers.stats.duration import Duration, weeks
from helpers.stats.effects import Effect, compare, comparison
from helpers.stats.hazards import HazardArrays, HazardRatio, hazard_ratio, hazard_ratios
from helpers.stats.heterogeneity import Heterogeneity, SegmentEffect, heterogeneity, segment_estimate
from helpers.stats.inference import Alternative, EffectArrays
from helpers.stats.linear import welch
from helpers.stats.mixture import mixture_critical, mixture_intervals, mixture_p, msprt
from helpers.stats.moments import Moments
from helpers.stats.multiplicity import (
    AdjustedEffect,
    AdjustedPValues,
    adjust,
    adjusted_effects,
    adjusted_p_values,
    decision_levels,
)
from helpers.stats.noninferiority import NonInferiority, noninferiority
from helpers.stats.novelty import Novelty, TrendArrays, novelty, trends
from helpers.stats.peeking import PeekingCost, StopProbabilities, peeking_cost, simulate_peeking, stop_probabilities
from helpers.stats.pooling import PoolingArrays, partial_pooling
from helpers.stats.posterior import Posterior, false_positive_risk, posterior
from helpers.stats.power import MeanDesign, ProportionDesign, RatioDesign
from helpers.stats.quantile_bootstrap import bootstrap_quantiles, quantile_replicates
from helpers.stats.quantiles import Quantile, RankWindow, quantile_effects
from helpers.stats.randomised_units import ClusterTotals, IntraclusterCorrelation, cluster_totals, correlation_of
from helpers.stats.retention import Retention, RetentionCurve, retention
from helpers.stats.risk_sets import LogRankArrays, RiskSets, log_ranks
from helpers.stats.score import score_intervals
from helpers.stats.sequential_srm import SequentialSRM, sequential_srm
from helpers.stats.simulated_experiments import SimulatedPower
from helpers.stats.simulated_power import SimulatedPlan, simulated_mde, simulated_power, simulated_size
from helpers.stats.spending import GroupSequential, SequentialPlan, Spending, group_sequential, wang_tsiatis
from helpers.stats.srm import SRM, SRMByGroup, srm, srm_by_group
from helpers.stats.srm_diagnosis import SRMDiagnosis, diagnose_srm
from helpers.stats.stopping import LookResult, SequentialAnalysis, Stagewise, monitor, stagewise
from helpers.stats.stratification import PostStratified, post_stratify, post_stratify_arrays
from helpers.stats.summaries import Mean, Proportion, Ratio, Summary, standard_error
from helpers.stats.survival import (
    Lifetimes,
    LogRank,
    RestrictedMean,
    SurvivalCurve,
    compare_restricted_means,
    kaplan_meier,
    log_rank,
    restricted_mean,
)
from helpers.stats.validation import InputError
from helpers.stats.variance import Adjusted, VarianceReduction, cuped

__all__ = [
    "Adjusted",
    "AdjustedEffect",
    "AdjustedPValues",
    "Alternative",
    "ArmEstimate",
    "BayesEffect",
    "BetaPrior",
    "BinomialInterval",
    "ClusterTotals",
    "ClusteredEffect",
    "ConfidencePath",
    "DailyEffects",
    "Duration",
    "Effect",
    "EffectArrays",
    "GroupSequential",
    "HazardArrays",
    "HazardRatio",
    "Heterogeneity",
    "InputError",
    "IntraclusterCorrelation",
    "Lifetimes",
    "LinArrays",
    "LogRank",
    "LogRankArrays",
    "LookResult",
    "Mean",
    "MeanDesign",
    "Moments",
    "MonteCarlo",
    "NonInferiority",
    "Novelty",
    "PeekingCost",
    "Plan",
    "PoolingArrays",
    "PostStratified",
    "Posterior",
    "Proportion",
    "ProportionDesign",
    "Quantile",
    "RankWindow",
    "Ratio",
    "RatioDesign",
    "RegressionAdjusted",
    "Replicates",
    "RestrictedMean",
    "Retention",
    "RetentionCurve",
    "RiskSets",
    "SRM",
    "SRMByGroup",
    "SRMDiagnosis",
    "SegmentEffect",
    "SequentialAnalysis",
    "SequentialPlan",
    "SequentialSRM",
    "SimulatedPlan",
    "SimulatedPower",
    "Spending",
    "Stagewise",
    "StopProbabilities",
    "Summary",
    "SurvivalCurve",
    "TrendArrays",
    "VarianceReduction",
    "adjust",
    "adjusted_effects",
    "adjusted_p_values",
    "analyse_rows",
    "binomial_interval",
    "bootstrap_quantiles",
    "cluster_totals",
    "compare",
    "compare_bayes",
    "compare_clusters",
    "compare_replicates",
    "compare_restricted_means",
    "comparison",
    "confidence_path",
    "confidence_sequence",
    "correlation_of",
    "cuped",
    "decision_levels",
    "diagnose_srm",
    "false_positive_risk",
    "group_sequential",
    "hazard_ratio",
    "hazard_ratios",
    "heterogeneity",
    "kaplan_meier",
    "lin_adjustment",
    "lin_arrays",
    "log_rank",
    "log_ranks",
    "mixture_critical",
    "mixture_intervals",
    "mixture_p",
    "mixture_rate",
    "monitor",
    "monte_carlo",
    "msprt",
    "noninferiority",
    "novelty",
    "partial_pooling",
    "peeking_cost",
    "post_stratify",
    "post_stratify_arrays",
    "posterior",
    "quantile_effects",
    "quantile_replicates",
    "replicate_effects",
    "replicates",
    "restricted_mean",
    "retention",
    "score_intervals",
    "segment_estimate",
    "sequential_srm",
    "simulate_peeking",
    "simulated_mde",
    "simulated_power",
    "simulated_size",
    "srm",
    "srm_by_group",
    "stagewise",
    "standard_error",
    "stop_probabilities",
    "trends",
    "wang_tsiatis",
    "weeks",
    "welch",
]
