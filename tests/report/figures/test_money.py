"""The bars of money: what each is worth stands where nothing can run over it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import config
from helpers.config import Prior
from helpers.experiment.decision.value import value
from helpers.formatting import formatted
from helpers.report.figures import money
from helpers.stats import Mean, compare

STUDY = config.load("studies/cart_checkout.yml")
CENTS = st.integers(1, 10**5)


@settings(max_examples=40, deadline=None)
@given(CENTS, CENTS, st.integers(1, 10**7))
def test_each_amount_stands_in_the_name_of_its_row(control, treatment, monthly):
    arms = [Mean.from_values([n, 2 * n, 3 * n]) for n in (control, treatment)]
    found = value(compare(*arms), *arms, STUDY.economics, Prior(), monthly)
    (bars,) = money.scenarios(found, STUDY).data
    assert bars.orientation == "h" and bars.text is None, "text at the end of a bar runs into the next one"
    names = [name.split("<br>") for name in bars.y]
    assert [first for first, _ in names] == [s.name for s in found.scenarios]
    assert [last for _, last in names] == [f"<b>{formatted(s.net, 'money', 'EUR')}</b>" for s in found.scenarios]
    assert list(bars.x) == [s.net / 100 for s in found.scenarios]
