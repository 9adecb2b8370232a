"""The workflow of a predictive model: what a study has for each stage, and how feedback moves accuracy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from helpers.config import Study
from helpers.formatting import formatted
from helpers.record import Number
from helpers.site.diagrams.drift import Drift
from helpers.site.diagrams.stage import Artefact, DiagramStage, Feedback, facts, listed
from helpers.site.diagrams.workflow import text_of

NO_MODEL: Final = (
    "What stands here is a simulation, computed by code from what is stated below it: no model is fitted to customers. "
    "Models that are, and how well they predict, stand in notebook 10, of the year of the shop."
)


@dataclass(frozen=True)
class PredictionDiagram:
    """Six stages in a circle and the arrows that lead back."""

    stages: tuple[DiagramStage, ...]
    feedback: tuple[Feedback, ...]
    note: str


def feedback(drift: Drift) -> tuple[Feedback, ...]:
    """The arrows that lead back, with how accuracy moved in the simulation."""
    last = drift.months[-1]
    frozen, retrained, ceiling = drift.frozen[-1], drift.retrained[-1], drift.ceiling[-1]
    return (
        Feedback(
            "deploy",
            "collect",
            "Outcomes become training data",
            f"In the simulation a model trained once falls from an AUC of {drift.frozen[0]:.3f} in month 1 to {frozen:.3f} in "
            f"month {last}. Retrained each month on the latest {drift.window} months it stands at {retrained:.3f}, where "
            f"{ceiling:.3f} is the most that any model could reach.",
        ),
        Feedback(
            "validate",
            "features",
            "When it fails, back to the features",
            "A model that fails on data it has not seen is not tuned until it passes: its features are made again, and the "
            "test is made on data kept back for it. Nothing is measured on this arrow here.",
        ),
    )


def prediction(study: Study, numbers: Mapping[str, Number], drift: Drift) -> PredictionDiagram:
    """The six stages for one study. What the results do not hold is left out."""
    target = study.leaving.event if study.leaving else study.primary.event or study.funnel.steps[-1]
    question = (
        f"Which units will {target} within {study.leaving.horizon_days:g} days?"
        if study.leaving
        else f"Which units that reach {study.exposure} will go on to {target}?"
    )
    history = [m.label for m in study.metrics if m.covariate]
    stages = (
        DiagramStage(
            "question", "Business question", "Name the outcome, the horizon and what a prediction would change.",
            ("State outcome, horizon and unit", "Say who acts on a score, and how", "Agree what accuracy is worth having"),
            ("A score that nobody acts on", "An outcome that can only be known too late"),
            ("The action is named", "A simple rule to beat is named"),
            Artefact("A question for this study", facts(("Question", question), ("Rate today", text_of(numbers, "design.baseline")
                     if not study.leaving and study.primary.type == "proportion" else None))),
        ),
        DiagramStage(
            "collect", "Data collection", "Gather histories with what became of them.",
            ("Freeze what was known on the day of the prediction", "Count what is missing, and why", "Keep both outcomes"),
            ("Only those who stayed are in the data", "Records corrected after the fact"),
            ("Each row has a date of prediction and an outcome after it",),
            Artefact("What this study has", facts(("Units", text_of(numbers, "data.units")), ("Clean events", text_of(numbers, "data.rows_kept")),
                     ("Share of rows kept", text_of(numbers, "data.share_kept")))),
        ),
        DiagramStage(
            "features", "Feature engineering", "Turn events into what a model can weigh.",
            ("Use only what came before the prediction", "Prefer few features that can be explained", "Compute them once, for training and for use"),
            ("A feature that knows the outcome", "Two versions of one feature"),
            ("Each feature can be had on the day of the prediction",),
            Artefact("What this study has", facts(("History before the exposure", listed(history)), ("Segments", listed(study.segments)),
                     ("Days of baseline", formatted(study.period.baseline_days, "count")))),
        ),
        DiagramStage(
            "train", "Model training", "Fit the simplest model that does the work.",
            ("Split by time, as in use", "Begin with logistic regression", "Keep a test set that nobody tunes on"),
            ("A random split that lets the future in", "Tuning on the test set"),
            ("The model beats the simple rule on later data",),
            Artefact("Not there yet", note="No model was trained on this study. The illustration trains logistic regressions."),
        ),
        DiagramStage(
            "validate", "Validation", "Ask how good it is on what it has not seen, and for whom.",
            ("Report AUC, precision and recall with intervals", "Check calibration: of those given 30 %, do 30 % do it?", "Compare segments"),
            ("Accuracy on rare outcomes, where “never” scores 99 %", "A model that fails one group unseen"),
            ("Good enough for the action, in each large segment",),
            Artefact("Not there yet", facts(("Illustration, AUC of a new model", f"{drift.frozen[0]:.3f}"),
                     ("Most that could be reached", f"{drift.ceiling[0]:.3f}")), note="From the simulation, not from this study."),
        ),
        DiagramStage(
            "deploy", "Deployment", "Let scores act, and record what follows.",
            ("Test the action as an experiment, not the score", "Keep a group untouched, so that outcomes stay known", "Watch drift of inputs and accuracy"),
            ("A score that changes what it predicts, unnoticed", "No untouched group to learn from"),
            ("Outcomes flow back as training data",),
            Artefact("Watched in this study", facts(("What is watched", (study.monitoring.label or study.primary.label) if study.monitoring else None),
                     ("Rolled back when", text_of(numbers, "monitoring.trigger"))),
                     note="The product is watched here, not a model’s accuracy."),
        ),
    )  # fmt: skip
    return PredictionDiagram(stages, feedback(drift), NO_MODEL)
