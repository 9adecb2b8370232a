"""What a study says reaches the models of dbt as it stands, however long it is and whatever it looks like."""

import json
import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import paths
from helpers.warehouse.build import verbatim

SIGNS = ["{{", "}}", "{%", "%}", "{#", "#}", "'", '"', "\\", "\n", "env_var('HOME')", " raw ", "-", "x", "\r\n"]


def test_no_text_is_a_template():
    """Hundreds of texts through dbt's own renderer, which runs in a process of its own as dbt does."""
    program = (
        "import json, sys; from dbt.clients.jinja import get_rendered;"
        "print(json.dumps([get_rendered(text, {'env_var': lambda name: 'stolen'}) for text in json.load(sys.stdin)]))"
    )
    texts = [""]

    @settings(max_examples=300)
    @given(st.lists(st.sampled_from(SIGNS)).map("".join) | st.text(st.characters(exclude_categories=["Cs"])))
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    texts += [f"{sign}\n" for sign in SIGNS]
    shown = [verbatim(text) for text in texts]
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(shown), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == texts and len(texts) > 300


def test_only_what_could_be_a_template_is_written_otherwise():
    assert [verbatim(value) for value in ("Cart", 3, ["{{ x }}"], {"a": "{{ x }}"})] == [
        "Cart",
        3,
        ["{{ x }}"],
        {"a": "{{ x }}"},
    ]


def test_a_study_longer_than_a_command_may_be_reaches_dbt():
    program = (
        "import os, sys; from helpers.warehouse.build import dbt;"
        "done = dbt(['build', '--help', '--vars', 'x' * 5_000_000], dict(os.environ));"
        "print(done.returncode, 'Usage: dbt build' in done.stdout, done.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=paths.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "True"]
