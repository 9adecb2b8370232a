"""run: the order of the graph, nothing begun after a failure, and the words of the step that failed."""

import time
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers import cli
from helpers.cli import running
from helpers.pipeline import graph
from helpers.pipeline.graph import Node

FILE = "studies/cart_checkout.yml"


@pytest.fixture
def steps(monkeypatch, tmp_path):
    """Three steps, the last after the others, in a folder of their own; what each did, in the order of its end."""
    done: list[tuple[str, float, float]] = []
    first, second, last = (tmp_path / name for name in ("first", "second", "last"))
    nodes = [
        Node("first", ("first",), first, ()),
        Node("second", ("second",), second, ()),
        Node("last", ("last",), last, (first, second)),
    ]

    def perform(self: object, node: Node) -> None:
        began = time.perf_counter()
        time.sleep(0.2)
        if (tmp_path / f"{node.what}-fails").exists():
            raise running.Stopped(node, 2, f"error: {node.what} is wrong")
        node.target.touch()
        done.append((node.what, began, time.perf_counter()))

    class Where:
        name, beyond = "own", False
        base = reports = tmp_path

    monkeypatch.setattr(graph, "of_study", lambda file, where: nodes)
    monkeypatch.setattr(running._Steps, "perform", perform)
    monkeypatch.setattr(running.studies, "opened", lambda file: (type("Study", (), {"name": "own"}), Where))
    (tmp_path / "summary.txt").write_text("GO\n", encoding="utf-8")
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


def test_what_is_whole_is_not_run_again(steps):
    folder, done = steps
    running.run(FILE, 2)
    assert running.run(FILE, 2)[0] == 0 and len(done) == 3
    (folder / "last").unlink()
    assert running.run(FILE, 2)[0] == 1
    result = CliRunner().invoke(cli.main, ["run", FILE])
    assert result.exit_code == 0 and "nothing is out of date" in result.stderr and result.stdout == "GO\n"


def test_after_a_failure_nothing_is_begun_and_the_next_run_goes_on_from_there(steps):
    folder, done = steps
    wrong: Path = folder / "first-fails"
    wrong.touch()
    result = CliRunner().invoke(cli.main, ["run", FILE])
    assert result.exit_code == 2 and result.stderr.strip() == "error: first is wrong" and result.stdout == ""
    assert [what for what, _, _ in done] in ([], ["second"]), "what was under way came to its end"
    wrong.unlink()
    assert running.run(FILE, 2)[0] == 3 - len([w for w in done if w[0] == "second"][:1])


def test_a_step_is_a_process_whose_words_are_kept(tmp_path):
    """The real thing: a command that is done, one that is refused, one that does not exist."""
    steps = running._Steps("own")
    steps.perform(Node("checked", ("check", FILE), tmp_path / "x", ()))
    assert not steps.running
    with pytest.raises(running.Stopped) as caught:
        steps.perform(Node("refused", ("check", "studies/nope.yml"), tmp_path / "x", ()))
    assert caught.value.code == 2
    assert caught.value.said.startswith("error: there is no study file studies/nope.yml")
    assert "\x1e" not in caught.value.said and "\x1b" not in caught.value.said


@pytest.mark.parametrize(("code", "said"), [(1, 1), (2, 2), (130, 130), (3, 1), (-9, 1), (139, 1)])
def test_a_run_says_only_exit_codes_that_are_documented(code, said):
    assert running.Stopped(Node("odd", (), Path(), ()), code, "").code == said
