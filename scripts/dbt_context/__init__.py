"""What dbt would hand to the models, so that sqlfluff can render and read them without dbt.

The study below is made up: one metric of each type, an injection, a leaving event and a proxy, so that as many branches
of the models as possible are rendered. A test holds its variables to those that the models ask for.
"""

from typing import Any


def _metric(name: str, role: str, kind: str, **others: Any) -> dict[str, Any]:
    keys = ("event", "measure", "per", "from_day", "to_day", "within_days", "missing", "margin", "winsorize")
    return {"name": name, "label": name, "role": role, "type": kind, "covariate": False} | dict.fromkeys(keys) | others


VARIABLES: dict[str, Any] = {
    "amount": "try_cast(price || 'e2' as bigint)",
    "amount_digits": {"purchase": 2, "ticket": 0},
    "bot_events_per_day": 1000,
    "columns": [{"name": "event_id", "expression": "event_id"}, {"name": "event_time", "expression": "event_time"}],
    "cluster": "",
    "cluster_key": "user_id",
    "control": "control",
    "counted_events": ["ticket"],
    "flaws": ["wrong_type", "negative_price"],
    "diagnosis_end": "2026-03-01 00:00:00",
    "end": "2026-04-01 00:00:00",
    "entry_event": "view",
    "experiment_id": "example",
    "exposure": "cart",
    "exposure_step": 2,
    "first": "2026-02-01 00:00:00",
    "funnel": {"steps": ["view", "cart", "purchase"], "optional": ["cart"], "window_hours": 168.0, "kinds": ["strict", "optional"]},
    "ground_truth": "ground_truth.json",
    "has_event_id": True,
    "histories": ["spend"],
    "injection": {"event": "purchase", "by": "device", "relative_uplift": {"phone": 0.1, "desk": 0.05}, "minutes_after_exposure": 10},
    "key_events": ["cart", "purchase", "ticket"],
    "is_whole": "(try_cast(price as decimal(38, 18)) % 1 = 0)",
    "landing_kinds": ["malformed_line"],
    "leaving": {"event": "cancel", "horizon_days": 56.0},
    "metrics": [
        _metric("spend", "primary", "mean", event="purchase", measure="sum", covariate=True, winsorize=0.99),
        _metric("rate", "secondary", "proportion", event="purchase"),
        _metric("order_value", "secondary", "ratio", event="purchase", measure="sum", per="count", within_days=7),
        _metric("day_7", "guardrail", "retention", from_day=7, to_day=7),
    ],
    "min_segment": 100,
    "mode": "offline",
    "money_metrics": ["spend"],
    "negative": "refund",
    "of_days": False,
    "planned_events": ["view", "cart", "purchase", "ticket", "experiment_session"],
    "problems": ["missing_id", "wrong_type"],
    "profile": "{'device': device}",
    "property_checks": [{"event": "view", "property": "price", "violation": "extra_property", "condition": "has_price", "index": 0}],
    "raw_row": "null",
    "refused": {"malformed_line": 1},
    "revenue_events": ["purchase"],
    "row_event": "",
    "row_kinds": {"missing_id": "quarantined", "bot": "dropped", "kept": "kept"},
    "salt": "example-2026",
    "segments": ["device"],
    "session_amount": "try_cast(duration_sec || 'e0' as bigint)",
    "start": "2026-03-01 00:00:00",
    "summed_events": ["purchase"],
    "surrogate": {"proxy": "rate", "outcome": "spend", "opportunity": "order_value"},
    "title": "An example",
    "touched": ["treatment"],
    "variants": [
        {"name": "control", "weight": 0.5, "upper": "0.5"},
        {"name": "treatment", "weight": 0.5, "upper": "1.0"},
    ],
}  # fmt: skip


class adapter:
    """Stands for dbt's adapter: a macro that differs by engine renders as a number."""

    @staticmethod
    def dispatch(name: str, package: str) -> Any:
        return lambda *_: "0.5"


def var(name: str) -> Any:
    """A variable of the study."""
    return VARIABLES[name]


def ref(model: str) -> str:
    """A model's name stands for itself."""
    return model


def source(schema: str, table: str) -> str:
    """A table of the raw schema."""
    return f"{schema}.{table}"


def config(**_: Any) -> str:
    """Settings of a model leave no text."""
    return ""
