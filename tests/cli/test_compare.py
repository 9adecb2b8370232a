"""``compare`` as a person types it: one answer, or one message with a way out and exit code 2."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import cli, paths
from helpers.site import worked_example


def call(*words: str) -> Result:
    return CliRunner().invoke(cli.main, ["compare", *words], prog_name="python -m helpers")


def test_counts_are_answered():
    done = call("500/10000", "560/10000")
    assert done.exit_code == 0 and done.stderr == ""
    assert done.stdout.strip().startswith(
        "ITERATE: Not met: significance is not reached (p = 0.0583, measured as better)"
    )
    assert call("500", "of", "10,000", "560", "of", "10,000").stdout == done.stdout


def test_every_option_reaches_the_answer():
    words = (
        "--means", "10000,20,30", "10000,19,30", "1000,19.5,30", "--names", "old,new,newer", "--weights", "10:10:1",
        "--better", "lower", "--min-uplift", "2%", "--max-risk", "40%", "--confidence", "90%", "--prior", "0.3,0.1,0.05",
        "--planned-units", "50,000", "--share-of-time", "0.9",
    )  # fmt: skip
    told = call(*words).stdout
    for shown in (
        "GO (new)", "newer against old", "where 10:10:1 was designed", "90 % interval", "30 % of such ideas help",
        "21,000 of 50,000 units", "although it is read at 90 %", "assumed: nothing",
    ):  # fmt: skip
        assert shown in told, shown


def test_sums_say_what_mean_and_deviation_say():
    means = call("--means", "100,20,3", "100,22,3").stdout
    assert call("--sums", "100,2000,40891", "100,2200,49291").stdout == means


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "there is nothing to compare"),
        (("500/10000",), "there is nothing to compare"),
        (("-5/100", "5/100"), "a count of control cannot be read"),
        (("5/100", "101/100"), "treatment has more successes than units"),
        (("--means", "100,5,-2", "100,5,2"), "the standard deviation of control is below zero"),
        (("5/100", "6/100", "--weights", "1"), "--weights does not say how large"),
        (("5/100", "6/100", "--names", "old"), "--names does not name the arms"),
        (("5/100", "6/100", "--confidence", "95"), "--confidence cannot be used"),
        (("5/100", "6/100", "--share-of-time", "20"), "--share-of-time cannot be used"),
        (("5/100", "6/100", "--share-of-time", "0.001"), "--share-of-time cannot be used"),
        (("5/100", "6/100", "--planned-units", "many"), "a count of --planned-units cannot be read"),
        (("5/100", "6/100", "--prior", "0.2"), "--prior cannot be used"),
    ],
)
def test_a_wrong_input_is_one_message(words, told):
    done = call(*words)
    assert done.exit_code == 2 and done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert told in lines[0] and {line.split(":")[0].strip() for line in lines[1:]} >= {"got", "expected"}


def test_an_option_that_is_not_there_is_said():
    done = call("5/100", "6/100", "--min-uplit", "0.1")
    assert done.exit_code == 2 and "No such option" in done.stderr and "--min-uplit" in done.stderr


def test_the_page_shows_what_the_command_says():
    page = (paths.DOCS / "own-data.md").read_text(encoding="utf-8")
    command, answer = worked_example.of_counts()
    assert f"```\n{command}\n```" in page and f"```\n{answer}\n```" in page
    words = command.removeprefix("python -m helpers compare ").split()
    assert call(*words).stdout.strip("\n") == answer


NUMBERS = st.one_of(st.integers(-3, 10**6).map(str), st.text("0123456789,.-%e' ", max_size=8))
ARMS = st.one_of(
    st.tuples(NUMBERS, NUMBERS).map("/".join),
    st.tuples(NUMBERS, NUMBERS, NUMBERS).map(",".join),
    st.text("0123456789/,of -", max_size=12),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(ARMS, max_size=4),
    st.sampled_from([(), ("--means",), ("--sums",)]),
    st.sampled_from([(), ("--weights", "1:2")]),
)
def test_whatever_is_typed_ends_in_an_answer_or_in_one_message(arms, kind, weights):
    done = call(*kind, *weights, *arms)
    assert done.exit_code in (0, 2) and not isinstance(done.exception, Exception), done.exception
    assert (done.exit_code == 0) is bool(done.stdout) and (done.exit_code == 2) is bool(done.stderr)


def test_a_table_says_what_its_arms_say(tmp_path):
    file = tmp_path / "counts.csv"
    file.write_text("variant,users,conversions\nblue,10000,560\ncontrol,10000,500\n", encoding="utf-8")
    typed = call("500/10000", "560/10000", "--names", "control,blue")
    assert call(str(file)).stdout == typed.stdout != ""
    other = call(str(file), "--names", "blue,control")
    assert "control against blue" in other.stdout
    assert "are not those of a table of counts" in call(str(Path(__file__).with_name("test_running.py"))).stderr
