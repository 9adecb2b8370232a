"""The log of what the rule said: appended, never rewritten."""

from dataclasses import replace

from helpers.experiment.decision.verdict_log import LoggedVerdict, append_verdict, digest


def test_the_log_is_append_only_and_idempotent(tmp_path):
    log = tmp_path / "reports" / "decisions.jsonl"
    first = LoggedVerdict("a", "ITERATE", "too few", digest({"x": 1}), "2026-08-24")
    second = replace(first, verdict="GO", evidence=digest({"x": 2}))
    assert append_verdict(log, first)
    before = log.read_text()
    assert not append_verdict(log, first) and log.read_text() == before
    assert append_verdict(log, second)
    assert log.read_text().startswith(before) and len(log.read_text().splitlines()) == 2
    assert append_verdict(log, first) and len(log.read_text().splitlines()) == 3, (
        "a return to old evidence is a new decision"
    )
    assert [p.name for p in log.parent.iterdir()] == [log.name]


def test_digest_depends_on_values_not_on_order():
    assert digest({"a": 1, "b": None}) == digest({"b": None, "a": 1})
    assert digest({"a": 1}) != digest({"a": 1.5})
    assert len(digest({})) == 64
