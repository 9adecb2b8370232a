"""The tracking plan as a file: names by rule, owners that are teams, versions that rise when something breaks."""

from itertools import product

import duckdb
import pytest
import yaml
from click.testing import CliRunner

from helpers import cli, paths
from helpers.config import naming, tracking_plan
from helpers.config.versions import VERDICTS, Change, compared
from helpers.errors import ReportError

PLANS = sorted((paths.STUDIES / "tracking_plans").glob("*.yml"))
SHOP = paths.STUDIES / "tracking_plans" / "shop.yml"
SIMULATED = ("checkout", "music", "shop")


def plan(version="1.0.0", owner=None, **carried):
    """Events and what they carry: ``view={"price": "number!"}``, with ! for required."""
    told = {
        name: {
            "description": name,
            "properties": {p: {"type": t.rstrip("!"), "required": t.endswith("!")} for p, t in properties.items()},
        }
        for name, properties in carried.items()
    }
    return tracking_plan.TrackingPlan.model_validate({"version": version, "owner": owner, "events": told})


def written(folder, **changes):
    file = folder / "own.yml"
    file.write_text(yaml.safe_dump(yaml.safe_load(SHOP.read_text(encoding="utf-8")) | changes, sort_keys=False))
    return file


# --- the file ---


@pytest.mark.parametrize("file", PLANS, ids=lambda f: f.stem)
def test_a_bundled_plan_has_a_version_and_an_owner_and_says_where_events_are_fired(file):
    read = tracking_plan.read_plan(file)
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert raw["version"] == read.version and read.owner, "owned, so its names are held to the rules"
    fired = [event.fired and event.page for event in read.events.values()]
    assert all(fired) if file.stem in SIMULATED else not any(fired), "a public log does not say how it was written"


def test_an_owner_stays_with_its_event_and_else_with_the_plan():
    shop = tracking_plan.read_plan(SHOP)
    assert (shop.owner_of("view"), shop.owner_of("purchase")) == ("shop team", "checkout team")


def test_a_plan_of_the_simplest_form_still_loads(tmp_path):
    file = tmp_path / "own.yml"
    file.write_text("events:\n  checkout_v2:\n    description: A step\n    properties: {}\n", encoding="utf-8")
    read = tracking_plan.read_plan(file)
    assert (read.version, read.owner, read.owner_of("checkout_v2")) == ("1.0.0", None, None)


@pytest.mark.parametrize("owner", ["Erika Mustermann", "checkout", "team", "Checkout team"])
def test_an_owner_is_a_team(tmp_path, owner):
    with pytest.raises(ReportError, match=r"line 3: key 'owner' is wrong") as refused:
        text = SHOP.read_text(encoding="utf-8").splitlines()
        file = tmp_path / "own.yml"
        at = next(i for i, line in enumerate(text) if line.startswith("owner:"))
        file.write_text("\n".join([text[at - 1], "", f"owner: {owner}", *text[at + 1 :]]), encoding="utf-8")
        tracking_plan.read_plan(file)
    assert owner in str(refused.value)


@pytest.mark.parametrize("version", ["1.0", "v1.0.0", "1.0.0-beta"])
def test_a_version_has_three_numbers(tmp_path, version):
    with pytest.raises(ReportError, match="key 'version' is wrong"):
        tracking_plan.read_plan(written(tmp_path, version=version))


# --- names ---


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("cart__opened", "snake_case"),
        ("cart_", "snake_case"),
        ("addToCart", "snake_case"),
        ("user_opened_the_cart_again", "short"),
        ("purchase_event", "telling"),
        ("checkout_v2", "unversioned"),
    ],
)
def test_a_bad_name_breaks_its_rule(name, rule):
    assert naming.breach(name).rule == rule


@pytest.mark.parametrize("name", ["view", "add_to_cart", "experiment_impression", "step_2", "level_up", "dataset"])
def test_a_good_name_breaks_none(name):
    assert naming.breach(name) is None


@pytest.mark.parametrize(
    ("events_told", "key", "remedy"),
    [
        ({"purchase_event": {}}, "events.purchase_event", "did you mean 'purchase'?"),
        ({"checkout_v2": {}}, "events.checkout_v2", "did you mean 'checkout'?"),
        ({"add_to_cart": {}, "addtocart": {}}, "events.addtocart", "one of 'add_to_cart' and 'addtocart' must go"),
        ({"view": {"tracking_id": {"type": "string"}}}, "events.view.properties.tracking_id", "did you mean 'id'?"),
    ],
)
def test_a_name_is_refused_with_file_line_and_event(tmp_path, events_told, key, remedy):
    told = {name: {"description": "x", "properties": carried} for name, carried in events_told.items()}
    file = written(tmp_path, events=told)
    with pytest.raises(ReportError) as refused:
        tracking_plan.read_plan(file)
    word = key.rpartition(".")[2]
    line = next(i for i, text in enumerate(file.read_text().splitlines(), 1) if text.strip().startswith(f"{word}:"))
    assert f"own.yml, line {line}: key '{key}' is wrong" in str(refused.value) and remedy in str(refused.value)


# --- changes ---


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (plan(view={}), plan(view={}, cart={}), "event added"),
        (plan(view={}, cart={}), plan(view={}), "event removed"),
        (plan(view={}), plan(view={"price": "number"}), "optional property added"),
        (plan(view={}), plan(view={"price": "number!"}), "required property added"),
        (plan(view={"price": "number"}), plan(view={}), "property removed"),
        (plan(view={"price": "number"}), plan(view={"price": "string"}), "type changed"),
        (plan(view={"price": "number"}), plan(view={"price": "number!"}), "property newly required"),
        (plan(view={"price": "number!"}), plan(view={"price": "number"}), "property no longer required"),
        (plan(view={}), plan(owner="shop team", view={}), "words changed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_change_is_found_alone(old, new, kind):
    assert [change.kind for change in compared(old, new).changes] == [kind]
    assert compared(old, old).changes == () and compared(old, old).asked == "none"


def test_moving_an_event_to_the_server_breaks_the_comparison_over_time():
    shop = tracking_plan.read_plan(SHOP)
    raw = shop.model_dump()
    raw["events"]["view"]["fired"] = "server"
    (change,) = compared(shop, tracking_plan.TrackingPlan.model_validate(raw)).changes
    assert (change.kind, change.verdict) == ("fired elsewhere", "breaking")


def test_every_kind_of_change_has_a_verdict_and_a_reason():
    assert all(Change(kind, "x").verdict == verdict and reason for kind, (verdict, reason) in VERDICTS.items())


def accepted(of):
    """Rows that a plan accepts, by the very conditions that the warehouse asks."""
    con = duckdb.connect()
    con.execute("create table r as select * from (values ('a'), ('b')) t(event_name), (values (''), ('s')) s(session_id),"
                " (values (''), ('p')) p(product_id)")  # fmt: skip
    broken = [f"(event_name = '{c.event}' and {c.condition})"
              for c in tracking_plan.property_checks(of, {"session_id", "product_id"})]  # fmt: skip
    planned = ", ".join(f"'{name}'" for name in of.events)
    asked = f"event_name in ({planned}) and not ({' or '.join(broken) or 'false'})"
    return set(con.execute(f"select * from r where {asked}").fetchall())


def test_a_change_breaks_exactly_when_a_row_that_was_accepted_no_longer_is():
    """All pairs of small plans, held against the checks that rows go through."""
    both = {"session_id": "string", "product_id": "string"}  # on an event of its own, so that every plan checks them
    found = []
    for session, thing, other in product((None, "string", "string!"), (None, "string", "string!"), ({}, {"b": both})):
        carried = {p: t for p, t in (("session_id", session), ("product_id", thing)) if t}
        found.append(plan(a=carried, c=both, **other))
    rows = [accepted(each) for each in found]
    seen = set()
    for (old, was), (new, now) in product(zip(found, rows, strict=True), repeat=2):
        breaks = any(change.verdict == "breaking" for change in compared(old, new).changes)
        assert breaks == bool(was - now), (old, new)
        seen.add(breaks)
    assert seen == {True, False}


# --- versions ---


@pytest.mark.parametrize(
    ("version", "new", "passed", "said"),
    [
        ("1.0.0", {"view": {}}, False, "what breaks asks for 2.0.0"),
        ("1.9.0", {"view": {}}, False, "what breaks asks for 2.0.0"),
        ("2.0.0", {"view": {}}, True, "fits"),
        ("1.1.0", {"view": {"price": "number!"}, "cart": {}}, True, "fits"),
        ("1.0.1", {"view": {"price": "number!"}, "cart": {}}, True, "raise the minor number"),
        ("0.9.0", {"view": {"price": "number!"}}, False, "it fell"),
        ("1.0.0", {"view": {"price": "number!"}}, True, "nothing changed"),
    ],
)
def test_a_break_asks_for_a_new_major_version(version, new, passed, said):
    comparison = compared(plan(view={"price": "number!"}), plan(version, **new))
    assert comparison.passed is passed and said in str(comparison)


def test_the_command_stops_a_merge_that_breaks(tmp_path):
    raw = yaml.safe_load(SHOP.read_text(encoding="utf-8"))
    del raw["events"]["cart"]
    broken = written(tmp_path, events=raw["events"])

    def diff(*files):
        return CliRunner().invoke(cli.main, ["plan-diff", *map(str, files)])

    stopped = diff(SHOP, broken)
    assert stopped.exit_code == 1 and "breaking    event removed: cart" in stopped.output
    assert diff(SHOP, written(tmp_path, events=raw["events"], version="2.0.0")).exit_code == 0
    assert diff(SHOP, SHOP).output == "nothing changed\nversion 1.0.0 -> 1.0.0: fits\n"
    missing = diff(SHOP, tmp_path / "none.yml")
    assert missing.exit_code == 2 and "there is no such tracking plan" in missing.output


# --- the page ---


def test_the_page_holds_every_event_of_every_plan():
    text = (paths.DOCS / "tracking_plan.md").read_text(encoding="utf-8")
    for name, told in tracking_plan.plans().items():
        section = text.split(f"\n## {name}\n", 1)[1].split("\n## ")[0]
        assert f"Version {told.version}, {told.owner}" in section
        assert all(f"| `{event}` | {e.description} |" in section for event, e in told.events.items())
