"""Parts of a notebook that not every study has: shown where the study asks for them, else one sentence says why not."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.figures.show import FigureView
    from helpers.lifetimes import Survival
    from helpers.notebook import Notebook
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
