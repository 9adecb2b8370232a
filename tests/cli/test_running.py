"""run: the order of the graph, nothing begun after a failure, and the words of the step that failed."""

import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers import cli
from helpers.cli import goals, running
from helpers.cli.goals import Asked
from helpers.paths import StudyPaths
from helpers.pipeline.graph import Step

FILE = "studies/cart_checkout.yml"


@pytest.fixture
def steps(monkeypatch, tmp_path):
    """Three steps, the last after the others, in a folder of their own; what each did, in the order of its end."""
    done: list[tuple[str, float, float]] = []
    source = tmp_path / "source.txt"
    source.write_text("one")
    first, second = (Step("own", name, (name,), (tmp_path / f"{name}.txt",), (source,)) for name in ("first", "second"))
    last = Step("own", "last", ("last",), (tmp_path / "last.txt",), (first, second))
    where = StudyPaths("own", tmp_path)

    def perform(self: object, step: Step) -> None:
        began = time.perf_counter()
        time.sleep(0.2)
        if (tmp_path / f"{step.what}-fails").exists():
            raise running.Stopped(step, 2, f"error: {step.what} is wrong")
        step.targets[0].write_text(f"{step.what} {source.read_text()}")
        done.append((step.what, began, time.perf_counter()))

    monkeypatch.setattr(goals, "of_file", lambda file, built, quick=False: Asked([first, second, last], [], [where]))
    monkeypatch.setattr(goals, "located", lambda file: where)
    monkeypatch.setattr(running._Steps, "perform", perform)
    where.reports.mkdir(parents=True)
    (where.reports / "summary.txt").write_text("GO\n", encoding="utf-8")
    return tmp_path, done


def test_two_steps_at_a_time_where_none_waits(steps):
    _, done = steps
    assert running.run(FILE, 2)[0] == 3
    spans = {what: (began, ended) for what, began, ended in done}
    assert [what for what, _, _ in done][-1] == "last"
    assert spans["first"][0] < spans["second"][1] and spans["second"][0] < spans["first"][1], "side by side"
    assert spans["last"][0] >= max(spans["first"][1], spans["second"][1])


def test_one_at_a_time_where_that_is_asked(steps):
    _, done = steps
    running.run(FILE, 1)
    assert all(a[2] <= b[1] for a, b in pairwise(done))


def test_what_the_longest_chain_waits_for_begins_first(steps, monkeypatch):
    """A part that is left out waits for nothing."""
    folder, done = steps

    def made(name: str, *before: Step, **more: bool) -> Step:
        return Step("own", name, (name,), (folder / f"{name}.txt",), before, **more)

    short, begins = made("short"), made("begins")
    goes_on = made("goes on", begins)
    left = [made("left out", short, left_out=True)]
    left.append(made("left out too", *left, left_out=True))
    every = [short, begins, *left, goes_on, made("ends", short, goes_on)]
    monkeypatch.setattr(goals, "of_file", lambda *_, **__: Asked(every, [], [StudyPaths("own", folder)]))
    running.run(FILE, 1)
    assert [what for what, *_ in done] == ["begins", "short", "goes on", "ends"]


def test_what_is_whole_is_not_run_again(steps):
    folder, done = steps
    running.run(FILE, 2)
    assert running.run(FILE, 2)[0] == 0 and len(done) == 3
    (folder / "last.txt").unlink()
    assert running.run(FILE, 2)[0] == 1
    result = CliRunner().invoke(cli.main, ["run", FILE])
    assert result.exit_code == 0 and "nothing is out of date" in result.stderr and result.stdout == "GO\n"


def test_explain_says_why_and_runs_nothing(steps):
    folder, done = steps
    explained = CliRunner().invoke(cli.main, ["run", FILE, "--explain"])
    assert explained.exit_code == 0 and not done and not (folder / "data").exists()
    assert [line.split(maxsplit=2) for line in explained.stdout.splitlines()] == [
        ["own", "first", "output missing: first.txt"],
        ["own", "second", "output missing: second.txt"],
        ["own", "last", "output missing: last.txt"],
    ]
    running.run(FILE, 2)
    (folder / "source.txt").write_text("two")
    told = CliRunner().invoke(cli.main, ["run", FILE, "--explain"]).stdout.splitlines()
    assert [line.split(maxsplit=2)[2] for line in told] == [
        "source.txt changed", "source.txt changed", "waits for own: first",
    ]  # fmt: skip
    assert len(done) == 3


def test_refresh_builds_it_all_anew(steps):
    _, done = steps
    running.run(FILE, 2)
    assert CliRunner().invoke(cli.main, ["run", FILE, "--refresh"]).exit_code == 0 and len(done) == 6


def test_after_a_failure_nothing_is_begun_and_the_next_run_goes_on_from_there(steps):
    folder, done = steps
    wrong: Path = folder / "first-fails"
    wrong.touch()
    result = CliRunner().invoke(cli.main, ["run", FILE])
    assert result.exit_code == 2 and result.stderr.strip() == "error: first is wrong" and result.stdout == ""
    assert [what for what, _, _ in done] in ([], ["second"]), "what was under way came to its end"
    wrong.unlink()
    assert running.run(FILE, 2)[0] == 3 - len([w for w in done if w[0] == "second"][:1]), "what ended is on record"


def test_a_part_that_fails_is_named_at_the_end_and_by_the_exit_code(steps, monkeypatch):
    folder, done = steps
    asked = goals.of_file(FILE, None)
    first, second, last = asked.steps
    part = replace(first, fault=folder / "data" / "own" / "faults" / "first.json")
    end = replace(last, inputs=(part, second, part.fault))
    monkeypatch.setattr(
        goals, "of_file", lambda file, built, quick=False: Asked([part, second, end], [], asked.reports)
    )
    wrong = folder / "first-fails"
    wrong.touch()
    result = CliRunner().invoke(cli.main, ["run", FILE])
    assert result.exit_code == 3 and result.stdout == "GO\n", "what is there is told all the same"
    assert result.stderr.split("\n\n") == ["\nerror: first is wrong", "  missing: first; the next run tries again\n"]
    assert {what for what, _, _ in done} == {"second", "last"}
    wrong.unlink()
    result = CliRunner().invoke(cli.main, ["run", FILE])
    assert result.exit_code == 0 and "missing" not in result.stderr


def test_a_step_is_a_process_whose_words_are_kept(tmp_path):
    """The real thing: a command that is done, one that is refused, one that does not exist."""
    steps = running._Steps()
    steps.perform(Step("own", "checked", ("check", FILE), ()))
    assert not steps.running
    with pytest.raises(running.Stopped) as caught:
        steps.perform(Step("own", "refused", ("check", "studies/nope.yml"), ()))
    assert caught.value.code == 2
    assert caught.value.said.startswith("error: there is no study file studies/nope.yml")
    assert "\x1e" not in caught.value.said and "\x1b" not in caught.value.said


@pytest.mark.parametrize(("code", "said"), [(1, 1), (2, 2), (130, 130), (3, 1), (-9, 1), (139, 1)])
def test_a_run_says_only_exit_codes_that_are_documented(code, said):
    assert running.Stopped(Step("own", "odd", (), ()), code, "").code == said
