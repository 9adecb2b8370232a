"""Parts of the data preparation that only a log with dirt in it has."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from helpers.report.figures.show import FigureView
    from helpers.report.notebook import Notebook
    from helpers.report.tables import Callout, Table


def rows_kept(nb: "Notebook", flow: "pd.DataFrame") -> "FigureView | Callout":
    """What left the log or was repaired, by kind."""
    if not flow[flow.kind != "kept"]["rows"].any():
        return nb.finding("No row was left out, repaired or flagged.")
    from helpers.report.figures.log import rows_kept

    return nb.show("rows_kept", rows_kept(flow), "Bars: rows dropped, quarantined, repaired and flagged, by kind")


def violations(nb: "Notebook", found: "pd.DataFrame") -> "Table | Callout":
    """Breaches of the tracking plan by type."""
    if not len(found):
        return nb.finding("Every event keeps to its plan.")
    from helpers.report import views

    return nb.table(views.violations(found), "Breaches of the tracking plan by type")
