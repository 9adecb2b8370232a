"""A programme file is as strict as a study file, and everything it generates stands beside its folder."""

import pytest
import yaml

from helpers import paths
from helpers.config import programme
from helpers.errors import ReportError

FILE = paths.PROGRAMMES / "shop_year.yml"


def written(tmp_path, **changes):
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8")) | changes
    file = tmp_path / "programmes" / "shop_year.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return file


def test_the_bundled_programme_is_valid_and_stands_at_the_top():
    found, where = programme.opened("programmes/shop_year.yml")
    assert found.name == paths.YEAR == where.name and where.base == paths.ROOT and where.is_programme


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"currenci": "EUR"}, "did you mean 'currency'"),
        ({"name": "another"}, "key 'name' differs"),
        ({"attribution": {"half_life_days": 0}}, r"attribution\.half_life_days"),
        ({"attribution": {"lookback_days": 400}}, r"fewer days than data\.days"),
        ({"data": {"first": "2025-07-01", "seed": 1, "days": 10}}, r"data\.days"),
        ({"limits": []}, "limits"),
    ],
)
def test_what_is_wrong_is_said_once(tmp_path, changes, said):
    with pytest.raises(ReportError, match=said):
        programme.load(written(tmp_path, **changes))


def test_a_programme_stands_in_its_folder(tmp_path):
    with pytest.raises(ReportError, match="there is no programme file"):
        programme.load("programmes/nope.yml")
    file = written(tmp_path)
    moved = tmp_path / "studies" / file.name
    moved.parent.mkdir()
    file.rename(moved)
    with pytest.raises(ReportError, match="outside a folder named 'programmes'"):
        programme.load(moved)
