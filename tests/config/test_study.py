"""Study files: the bundled ones load; a broken one is told by file, line, key, found, expected."""

import copy
import json
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from helpers import config, paths
from helpers.config import tracking_plan
from helpers.errors import ReportError

FLAGSHIP = yaml.safe_load((paths.STUDIES / "cart_checkout.yml").read_text(encoding="utf-8"))
REES46 = yaml.safe_load((paths.STUDIES / "rees46.yml").read_text(encoding="utf-8"))
GONE = object()


def edited(raw: dict, changes: dict) -> dict:
    """A copy of a study's keys with dotted paths set, or removed where the value is GONE."""
    raw = copy.deepcopy(raw)
    for path, value in changes.items():
        *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        place = raw
        for part in parents:
            place = place[part]
        if value is GONE:
            del place[last]
        else:
            place[last] = value
    return raw


def written(folder: Path, raw: dict, name: str = "cart_checkout") -> Path:
    file = folder / "studies" / f"{name}.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(raw, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return file


def refused(file: Path) -> str:
    with pytest.raises(ReportError) as caught:
        config.load(file)
    return str(caught.value)


# changes to the flagship, and key, got, expected, remedy of the message (None: not said)
BROKEN = {
    "unknown key": (
        {"expsure": "cart", "exposure": GONE},
        ("expsure", "'expsure'", "one of assumed, change, cluster, data,", "did you mean 'exposure'?"),
    ),
    "unknown key beside another fault": (
        {"sgements": [], "salt": "x"},
        ("sgements", "'sgements'", "one of assumed, change,", "did you mean 'segments'?"),
    ),
    "unknown key without a neighbour": (
        {"zzzz": 1},
        ("zzzz", "'zzzz'", "one of assumed, change,", "remove the key"),
    ),
    "unknown key in a list": (
        {"metrics.1.winsorise": 0.99, "metrics.1.winsorize": GONE},
        ("metrics.1.winsorise", "'winsorise'", "one of better,", "did you mean 'winsorize'?"),
    ),
    "unknown kind of dirt": (
        {"data.dirt.bots": 0.01},
        ("data.dirt.bots", "'bots'", "one of bot,", "did you mean 'bot'?"),
    ),
    "missing key": ({"salt": GONE}, ("salt", "nothing", "a value for 'salt'", None)),
    "missing key inside": (
        {"period.start": GONE},
        ("period.start", "nothing", "a value for 'start'", None),
    ),
    "misspelt mode": (
        {"mode": "ofline"},
        ("mode", "ofline", "one of offline, online", "did you mean 'offline'?"),
    ),
    "misspelt role": (
        {"metrics.2.role": "gardrail"},
        ("metrics.2.role", "gardrail", "one of primary, secondary, guardrail", "'guardrail'?"),
    ),
    "misspelt source": (
        {"data.source": "simulate"},
        ("data.source", "simulate", "one of simulated, log", "did you mean 'simulated'?"),
    ),
    "no source": (
        {"data.source": GONE},
        ("data.source", "nothing", "source: log, source: units or source: simulated", None),
    ),
    "unknown world": ({"data.world": "shpo"}, ("data.world", "shpo", "shop", "'shop'?")),
    "text for a number": (
        {"data.users": "many"},
        ("data.users", "many", "a whole number", None),
    ),
    "too few users": (
        {"data.users": 10},
        ("data.users", "10", "a number of at least 1000", None),
    ),
    "share above one": (
        {"data.dirt.bot": 1.5},
        ("data.dirt.bot", "1.5", "a number of at most 1", None),
    ),
    "not a number": ({"design.power": float("nan")}, ("design.power", "nan", "number", None)),
    "not a date": (
        {"period.start": "soon"},
        ("period.start", "soon", "a date such as 2026-07-27", None),
    ),
    "period turned round": (
        {"period.end": "2026-07-01"},
        ("period.end", "2026-07-01", "a moment after start (2026-07-27", None),
    ),
    "baseline after start": (
        {"period.baseline": "2026-08-01"},
        ("period.baseline", "2026-08-01", "a moment before start", None),
    ),
    "weights": (
        {"variants.1.weight": 0.6},
        ("variants", "weights 0.5 + 0.6 = 1.1", "weights that add up to 1", None),
    ),
    "same names": (
        {"variants.1.name": "control"},
        ("variants", "control, control", "names that differ", None),
    ),
    "name in capitals": (
        {"variants.0.name": "Control"},
        ("variants.0.name", "Control", "a name of small letters, digits and _", None),
    ),
    "exposure outside the funnel": (
        {"exposure": "kart"},
        ("exposure", "kart", "one of funnel.steps: view, cart, purchase", "did you mean 'cart'?"),
    ),
    "optional first step": (
        {"funnel.optional": ["view"]},
        ("funnel.optional", "view", "steps between the first and the last: cart", None),
    ),
    "one step": (
        {"funnel.steps": ["view"]},
        ("funnel.steps", "a list of 1", "at least 2 entries", None),
    ),
    "two primaries": (
        {"metrics.1.role": "primary"},
        ("metrics", "purchase_rate, revenue_per_user", "exactly one metric with role", None),
    ),
    "metric half told": (
        {"metrics.1.measure": GONE},
        ("metrics.1.type", "mean with event", "mean with event, measure", "add measure"),
    ),
    "guardrail without margin": (
        {"metrics.2.margin": GONE},
        ("metrics.2.margin", "nothing", "a margin, relative or absolute", None),
    ),
    "margin twice": (
        {"metrics.2.margin": {"relative": 0.1, "absolute": 1}},
        ("metrics.2.margin.relative", "relative and absolute", "either relative or", None),
    ),
    "winsorized ratio": (
        {"metrics.2.winsorize": 0.99},
        ("metrics.2.winsorize", "a ratio", "a mean only", "remove winsorize"),
    ),
    "revenue metric": (
        {"economics.revenue_metric": "revenue_per_usr"},
        (
            "economics.revenue_metric",
            "revenue_per_usr",
            "one of the mean metrics of which more is better, for a cost is no revenue: revenue_per_user",
            "did you mean 'revenue_per_user'?",
        ),
    ),
    "cost as revenue": (
        {"metrics.1.better": "lower"},
        ("economics.revenue_metric", "revenue_per_user", "a cost is no revenue: there are none", "leave it out"),
    ),
    "currency": (
        {"economics.currency": "Euro"},
        ("economics.currency", "Euro", "three capital letters, such as EUR", None),
    ),
    "offline without injection": (
        {"injection": GONE},
        ("injection", "nothing", "the uplift to plant", None),
    ),
    "online with injection": (
        {"mode": "online"},
        ("injection", "an injection in an online study", "none", None),
    ),
    "injection by no segment": (
        {"injection.by": "visitor_typ"},
        ("injection.by", "visitor_typ", "one of the segments: visitor_type,", "'visitor_type'?"),
    ),
    "injection by nothing with levels": (
        {"injection.by": GONE},
        ("injection.relative_uplift", "new, returning", "all, because", None),
    ),
    "injection of an event nobody counts": (
        {"injection.event": "purchse"},
        ("injection.event", "purchse", "one of cart, purchase", "did you mean 'purchase'?"),
    ),
    "segment the world lacks": (
        {"segments.1": "devise"},
        ("segments", "devise", "names of the simulated shop: visitor_type,", "'device'?"),
    ),
    "covariate without baseline": (
        {"period.baseline": GONE},
        ("period.baseline", "nothing", "before start: purchase_rate, revenue_per_user has", None),
    ),
    "scalar for a mapping": (
        {"funnel": "view, cart"},
        ("funnel", "view, cart", "a mapping of keys to values", None),
    ),
    "mapping for a list": (
        {"variants": {"a": 1}},
        ("variants", "a mapping of keys to values", "a list", None),
    ),
    "another name": (
        {"name": "other"},
        ("name", "other", "cart_checkout", "rename the file or change the key"),
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_explained(case, tmp_path):
    changes, (key, got, expected, remedy) = BROKEN[case]
    file = written(tmp_path, edited(FLAGSHIP, changes))
    message = refused(file)
    first, *details = message.splitlines()
    told = dict(line.strip().split(":", 1) for line in details)
    assert first.startswith("cart_checkout.yml")
    assert f"key '{key}'" in first
    assert got in told["got"]
    assert expected in told["expected"]
    assert remedy is None or remedy in told["remedy"]
    assert "Input should" not in message and "Value error" not in message


@pytest.mark.parametrize("case", BROKEN)
def test_the_line_named_is_the_key_s_or_its_parent_s(case, tmp_path):
    changes, (key, *_) = BROKEN[case]
    file = written(tmp_path, edited(FLAGSHIP, changes))
    first = refused(file).splitlines()[0]
    if ", line " not in first:
        top = key.split(".")[0]
        assert top == "name" or top not in edited(FLAGSHIP, changes)
        return
    number = int(first.split(", line ")[1].split(":")[0])
    line = file.read_text(encoding="utf-8").splitlines()[number - 1]
    assert line.startswith(("-", " ")) or f"{key.split('.')[0]}:" in line
    assert line.lstrip().startswith("- ") or any(f"{part}:" in line for part in key.split("."))


def test_a_misspelt_key_hides_the_missing_one_it_meant(tmp_path):
    message = refused(written(tmp_path, edited(FLAGSHIP, {"expsure": "cart", "exposure": GONE})))
    assert "more problem" not in message


def test_other_problems_are_counted(tmp_path):
    message = refused(written(tmp_path, edited(FLAGSHIP, {"mode": "x", "salt": "y", "design": GONE})))
    assert "(and 2 more problems)" in message.splitlines()[0]


LOG = {
    "unmapped segment": (
        {"segments.1": "brnd"},
        ("segments", "brnd", "mapped in data.columns", "did you mean 'brand'?"),
    ),
    "no user column": (
        {"data.columns.user_id": GONE, "data.columns.userid": "user_id"},
        ("data.columns", "userid", "user_id missing", "is 'userid' meant for 'user_id'?"),
    ),
    "two delimiters": (
        {"data.delimiter": ",,"},
        ("data.delimiter", ",,", "text of at most 1 characters", None),
    ),
    "column that is no name": (
        {"data.columns.price": True},
        ("data.columns.price", "True", "text", None),
    ),
    "column cut at nothing": (
        {"data.columns.category": {"column": "category_code", "upto": "."}},
        ("data.columns.category.upto", "'upto'", "one of column, times, up_to", "'up_to'?"),
    ),
    "name that is no name": (
        {"data.columns.User Id": "x"},
        ("data.columns.User Id", "User Id", "a name of small letters", None),
    ),
}


@pytest.mark.parametrize("case", LOG)
def test_a_broken_mapping_of_columns_is_explained(case, tmp_path):
    changes, (key, got, expected, remedy) = LOG[case]
    message = refused(written(tmp_path, edited(REES46, changes), "rees46"))
    assert f"key '{key}'" in message.splitlines()[0]
    told = dict(line.strip().split(":", 1) for line in message.splitlines()[1:])
    assert got in told["got"]
    assert expected in told["expected"]
    assert remedy is None or remedy in told["remedy"]


@pytest.mark.parametrize("file", sorted(paths.STUDIES.glob("*.yml")), ids=lambda p: p.stem)
def test_bundled_studies_load_with_their_tracking_plan(file):
    study = config.load(file)
    assert tracking_plan.tracking_plan(study).events
    assert config.study_paths(file, study).base == paths.ROOT
    assert type(study).model_validate(study.model_dump()) == study


def test_a_study_of_one_s_own_stands_beside_its_folder(tmp_path):
    file = written(tmp_path, FLAGSHIP)
    assert config.study_paths(file, config.load(file)).data == tmp_path / "data" / "cart_checkout"


def test_times_become_naive_utc(tmp_path):
    file = written(tmp_path, edited(FLAGSHIP, {"period.end": "2026-08-24T02:00:00+02:00"}))
    assert config.load(file).period.end == datetime(2026, 8, 24)
    assert config.load(file).period.experiment_days == 28


def test_a_repeated_key_is_refused(tmp_path):
    file = written(tmp_path, FLAGSHIP)
    text = file.read_text(encoding="utf-8") + "salt: another-one\n"
    file.write_text(text, encoding="utf-8")
    assert f"line {len(text.splitlines())}: key 'salt' stands there twice" in refused(file)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "an empty file"),
        (b"- a\n- b\n", "got:      list"),
        (b"name: [a\n", "is not valid YAML"),
        (b"name: a\ntitle: x: y\n", "line 2: mapping values are not allowed here, at 'title: x: y'"),
        (b'name: "a\ntitle: b\n', "begun in line 1: 'name: \"a'"),
        (b"a:\n  b: 1\n c: 2\n", "at 'c: 2'"),
        (b"name: \xff\xfe\n", "is not valid YAML"),
        (b"a: !!python/object/apply:os.getcwd []\n", "is not valid YAML"),
    ],
)
def test_what_is_no_mapping_is_refused(tmp_path, content, said):
    file = written(tmp_path, FLAGSHIP)
    file.write_bytes(content)
    message = refused(file)
    assert said in message and "cart_checkout.yml" in message


def test_a_missing_file_names_the_nearest(tmp_path):
    assert "did you mean studies/rees46.yml?" in refused(Path("studies/ress46.yml"))
    stray = tmp_path / "cart_checkout.yml"
    stray.write_text("name: x", encoding="utf-8")
    assert "outside a folder named 'studies'" in refused(stray)


def test_an_unknown_tracking_plan_or_event_names_the_nearest(tmp_path):
    study = config.load(written(tmp_path, edited(FLAGSHIP, {"tracking_plan": "shopp"})))
    with pytest.raises(ReportError, match="did you mean 'shop'"):
        tracking_plan.tracking_plan(study)
    changes = {"metrics.0.event": "purchas"}
    study = config.load(written(tmp_path, edited(FLAGSHIP, changes)))
    with pytest.raises(ReportError, match="did you mean 'purchase'"):
        tracking_plan.tracking_plan(study)


@pytest.mark.parametrize(
    ("changes", "assumed"),
    [
        ({}, ["decision.prior.harm", "decision.prior.size"]),
        ({"decision.prior": {"improve": 0.2, "harm": 0.2, "size": 0.05}}, []),
        (
            {"decision.prior": GONE, "economics.horizon_months": GONE},
            ["decision.prior.improve", "decision.prior.harm", "decision.prior.size", "economics.horizon_months"],
        ),
        (
            {"assumed": ["decision.prior", "economics.contribution_margin", "design.planned_units"]},
            ["decision.prior.improve", "decision.prior.harm", "decision.prior.size", "economics.contribution_margin"],
        ),
        (
            {"economics.contribution_margin": GONE, "economics.implementation_cost": GONE},
            [
                "decision.prior.harm",
                "decision.prior.size",
                "economics.contribution_margin",
                "economics.implementation_cost",
            ],
        ),
        (
            {"assumed": ["design", "economics"], "economics.revenue_metric": GONE},
            ["decision.prior.harm", "decision.prior.size", "design.minimum_detectable"],
        ),
    ],
)
def test_what_nobody_stated_is_known(tmp_path, changes, assumed):
    """Left out or listed; of money only where money is told, of a plan only one that is there."""
    assert list(config.load(written(tmp_path, edited(FLAGSHIP, changes))).assumptions) == assumed


def test_texts_that_were_made_up_can_be_listed(tmp_path):
    study = config.load(written(tmp_path, edited(FLAGSHIP, {"assumed": ["change"]})))
    assert study.assumes("change") and not study.assumes("hypothesis")


@pytest.mark.parametrize(
    ("path", "near"),
    [("economics.contribution", "'economics.contribution_margin'"), ("prior", "decision.prior"), ("hypotesis", "'hypothesis'")],
)  # fmt: skip
def test_an_assumption_about_no_key_names_the_nearest(tmp_path, path, near):
    message = refused(written(tmp_path, edited(FLAGSHIP, {"assumed": ["change", path]})))
    assert "key 'assumed'" in message and path in message and near in message


def test_json_schema_knows_every_key():
    schema = json.loads(config.json_schema())
    assert set(schema["properties"]) == set(config.Study.model_fields)
    assert schema["additionalProperties"] is False


def test_three_arms_of_which_the_second_is_decided_on(tmp_path):
    weights = {"a": 0.5, "b": 0.25, "c": 0.25}
    study = config.load(
        written(tmp_path, edited(FLAGSHIP, {"variants": [{"name": n, "weight": w} for n, w in weights.items()]}))
    )
    assert (study.control.name, [v.name for v in study.treatments]) == ("a", ["b", "c"])
    assert study.treated_share == pytest.approx(1 / 3)


def test_a_study_called_as_a_programme_is_refused(tmp_path):
    for folder, source in (("studies", "cart_checkout"), ("programmes", "shop_year")):
        (tmp_path / folder).mkdir()
        text = (paths.ROOT / folder / f"{source}.yml").read_text(encoding="utf-8")
        (tmp_path / folder / "both.yml").write_text(text.replace(f"name: {source}", "name: both"), encoding="utf-8")
    with pytest.raises(ReportError, match="a study and a programme are both called 'both'"):
        config.opened(tmp_path / "studies" / "both.yml")
