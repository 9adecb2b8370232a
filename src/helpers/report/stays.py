"""How long units stay where nothing is compared: what the cells of its notebook show."""

from typing import TYPE_CHECKING

from helpers.experiment.staying import Lasting, Returning
from helpers.report.topics import staying

if TYPE_CHECKING:
    from helpers.report.figures.show import FigureView
    from helpers.report.notebook import Notebook
    from helpers.report.tables import Callout, Table


def figure(nb: "Notebook", found: Lasting | Returning | None) -> "FigureView | Callout":
    """The curve of those still there, or the shares that come back; why there is none."""
    if found is None:
        return nb.note(staying.absent(nb.study))
    staying.record(nb, found)
    if isinstance(found, Lasting):
        from helpers.report.figures.survival import lasting

        alt = f"A falling step curve with its band: share of the units still without {found.ended} by {found.span}"
        return nb.show("staying", lasting(found), alt)
    from helpers.report.figures.survival import coming_back

    alt = f"Points with intervals: share of the units seen again by {found.span}s since their exposure"
    return nb.show("staying", coming_back(found), alt)


def table(nb: "Notebook", found: Lasting | Returning | None) -> "Table | None":
    """The same in numbers; nothing where there is none."""
    return nb.table(staying.table(found), staying.caption(found), staying.note(found)) if found else None
