"""What is known of a table before it is told whether its rows are events, units or counts."""

from dataclasses import dataclass, field

from helpers.ingest.new_study import refusals, roles
from helpers.ingest.new_study.profile import Column
from helpers.ingest.new_study.table_view import TableView


@dataclass(frozen=True)
class Known:
    """Whose rows they are, when and of what; and the share of the units within which each column changes, where units repeat."""

    unit: Column | None
    time: Column | None
    event: Column | None
    changes: dict[str, float] = field(default_factory=dict)

    @property
    def repeated(self) -> bool:
        return self.unit is not None and self.unit.distinct < 0.9 * self.unit.filled


def may_vary(seen: TableView, unit: Column | None) -> list[Column]:
    """Columns that may hold the variant by themselves, the one that was said or is likeliest first."""
    stated = seen.said.variant
    named = [refusals.variant_said(seen, stated)] if stated else []
    free = [c for c in roles.variants_of(seen.columns) if c not in (unit, *named) and c.name not in seen.said.named]
    return [*named, *free]
