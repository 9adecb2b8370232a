"""Parts of a notebook that not every study has: shown where the study asks for them, else one sentence says why not."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.experiment import Results
    from helpers.figures.show import FigureView
    from helpers.lifetimes import Survival
    from helpers.notebook import Notebook
    from helpers.surrogate import Surrogacy
    from helpers.tables import Callout, Table


def survival(nb: "Notebook", found: "Survival | None") -> "FigureView | Callout":
    """The curves of how long units stay."""
    if found is None:
        return nb.finding("The study names no event by which a unit leaves, so how long units stay is not asked.")
    from helpers.figures.survival import staying

    return nb.show(
        "survival",
        staying(found),
        "Two falling step curves with bands: share of the exposed units still there by days since the exposure, control and treatment",
    )


def survival_table(nb: "Notebook", found: "Survival | None") -> "Table | None":
    """The arms of the same curves in numbers; nothing where there is none."""
    if found is None:
        return None
    from helpers import views

    kept, p = found.mean_days, nb.say(found.test.p_value, "p")
    return nb.table(
        views.survival(found),
        "How long exposed units stay",
        f"mean days kept, treatment minus control: {kept.absolute:+.2f} ({kept.absolute_low:+.2f} to {kept.absolute_high:+.2f}); "
        f"log-rank p {p if p.startswith(('<', '>')) else f'= {p}'}",
    )


def surrogate(nb: "Notebook", found: "Surrogacy | None") -> "FigureView | Callout":
    """What the proxy predicts of the outcome beside what the outcome shows."""
    if found is None:
        return nb.finding("The study names no proxy that is to stand for another metric.")
    from helpers.figures.surrogate import predicted

    return nb.show(
        "surrogate",
        predicted(found, nb.study.economics.currency),
        "Three points with intervals: the effect on the outcome as the proxy predicts it, as measured, and the part beside the proxy",
    )


def surrogate_table(nb: "Notebook", found: "Surrogacy | None") -> "Table | None":
    """What would have to hold, and which of it the experiment can say; nothing without a proxy."""
    if found is None:
        return None
    from helpers import views

    return nb.table(
        views.surrogate(found, nb.study.economics.currency),
        f"What would have to hold for {found.proxy.label.lower()} to stand for {found.outcome.label.lower()}",
        "intervals of the slopes and of both parts are robust; a criterion that is not refuted is not thereby shown",
    )


def cannibalisation(nb: "Notebook", results: "Results") -> "Callout | None":
    """Whether the lift of the proxy takes chances to sell; nothing where the study names none."""
    from helpers.surrogate import cannibalised

    text = cannibalised(results)
    if text is None:
        return None
    nb.record("surrogate.cannibalisation", text, "text", "Whether the lift of the proxy takes chances to sell")
    return nb.finding(text)
