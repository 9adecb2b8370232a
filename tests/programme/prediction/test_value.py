"""Both models of customer value on the year: what was planted of order values is recovered, and the season shows where they lie."""

from helpers.programme.prediction import value


def test_the_year_is_told_as_far_as_the_models_can(con, ledger):
    found = value.of_customers(con, 270)
    shape = found.values.parameters["p"]
    assert abs(shape.value - ledger["order_value"]["shape"]) < 3 * shape.standard_error
    assert abs(found.expected_mean / found.seen_mean - 1) < 0.1
    means = [g.seen.value for g in found.groups]
    assert means == sorted(means) and [g.expected for g in found.groups] == sorted(g.expected for g in found.groups)
    assert found.expected > 1.05 * found.seen, (
        "the days after the cutoff are out of season, which the model does not know"
    )
