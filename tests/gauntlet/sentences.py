"""Each sentence held against the raw numbers of its experiment, by scipy and statsmodels: what is said is read, not made.

A sentence is parsed by patterns of its own; what must be true of it is reckoned by ``facts.py``. Nothing is asked of the
code that wrote it.
"""

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field

from scipy import stats

from tests.gauntlet.case import Case, treated
from tests.gauntlet.facts import PRIOR, belief, early_level, fact, holm
from tests.gauntlet.grammar import ungrammatical
from tests.gauntlet.numbers_judge import strange_numbers
from tests.gauntlet.page import Said, ToldPage
from tests.gauntlet.parts_judge import STATES, UNREAD, part_faults
from tests.gauntlet.step_judge import step_faults
from tests.gauntlet.truths import NEAR, Truth, truths

NUMBER = r"(?:no bound|[-+]?(?:[A-Z]{3} )?[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]\d+)?(?: %| points)?)"
ENDS = rf"(?:(?P<low>{NUMBER}) to (?P<high>{NUMBER})|no bound on either side)"
OF = r"(?: (?:of|in) (?P<arm>arm_\d))?"
EFFECT = re.compile(
    rf"(?P<metric>[Cc]onverted){OF} (?P<verb>is|was measured as) (?P<way>better by|worse by|no different)(?: (?P<size>less than 0.1 %|{NUMBER}))?"
    rf" \({ENDS}, (?:adjusted )?(?:p = (?P<p>[\d.e+-]+)|p < (?:0\.0001|1e-300)|no test)\)"
)
SIZE = re.compile(rf"[Cc]onverted{OF}:? (?P<size>{NUMBER}) \({ENDS}\)(?:, (?P<how>[a-z ]+[a-z]))?")
AT_BEST = re.compile(
    rf"[Cc]onverted{OF} is (?P<way>better|worse) by (?P<best>less than 0.1 %|{NUMBER}) at best, below the (?P<least>{NUMBER})"
)
BEYOND = re.compile(
    rf"[Gg]uardrail (?P<name>\w+){OF} is beyond the margin of (?P<margin>{NUMBER}), with all of its interval "
    rf"\({ENDS}\)"
)
TESTED = re.compile(
    r"[Ss]ignificance(?: at [\d.]+ % of the time)?(?: is not reached \(| \| Required: [^|]* \| Found: )"
    r"(?:adjusted )?(?:p = (?P<p>[\d.e+-]+)|p < (?:0\.0001|1e-300)|no test), measured as (?P<way>better|worse|no different)"
)
BOUND = re.compile(
    rf"[Gg]uardrail (?P<name>\w+)(?: is | \| Required: [^|]* \| Found: )at worst (?P<bound>{NUMBER}|not available|unbounded)"
)
RISK = re.compile(rf"[Rr]isk of no improvement{OF}(?: is |, |: )(?P<risk>(?:[<>] )?[\d.]+ %)")
WORTH = re.compile(rf"[Ee]xpected money{OF}(?: is |: )(?P<worth>-?EUR \d+(?:,\d{{3}})*(?:\.\d+)?)")
NOISE = re.compile(
    r": it (can be told from noise|cannot be told from noise|is too early to tell it from noise|cannot be tested)"
    r"(, as far as its interval and p can be trusted, which a trust check doubts)?\."
)
AS_IT_IS = re.compile(
    rf"[Cc]onverted{OF} (?P<bare>{NUMBER}) as it is \({ENDS}\),"
    rf" (?P<tested>{NUMBER}) with its extreme values pulled in"
)
UNMET = re.compile(r"[Nn]ot met: (.*)\.$")
MENTIONS = re.compile(r"converted|crashes|waiting|risk of no improvement|expected money|revenue", re.IGNORECASE)
GENERAL = (
    "any rise of revenue",
    "per exposed unit must rise",
    "that lowers revenue",
    "chance that revenue falls",
    "money of revenue",
)
TABLES = ("criteria", "effects", "arms")
"""Places of cells, which hold words that a sentence may not."""
STRENGTHS = {"": "significant", "too early to be called significant": "too early"}
"""How a strength is told beside a size, where it is not by its own name."""
SHARED = "not significant, as the tests share a level"
"""What is told of an effect whose own interval excludes none, while its adjusted p does not."""
NOISES = {
    "can be told from noise": "significant", "cannot be told from noise": "not significant",
    "is too early to tell it from noise": "too early", "cannot be tested": "no test",
}  # fmt: skip


def value(text: str) -> float:
    """A printed number: percents and points as fractions, money in cents; NaN where there is no bound."""
    if "no bound" in text:
        return math.nan
    bare = float(
        re.sub(r"[^\d.e+-]", "", text.replace("EUR", "").replace(" points", "").replace(" %", "")).replace("--", "-")
    )
    return bare / 100 if "%" in text or "points" in text else 100 * bare if "EUR" in text else bare


def shows(text: str | None, true: float) -> bool:
    """Whether a printed number is this one, to its last digit; what cannot be reckoned is not held against it."""
    if text is None or not math.isfinite(true) or "no bound" in text:
        return True
    if text.startswith("less than "):
        return 0 < true < 0.0005
    digits = re.sub(r"[^\d.]", "", text.split("e")[0])
    last = 10.0 ** -len(digits.partition(".")[2])
    if "e" not in text and "%" not in text and "EUR" not in text and "points" not in text and len(digits) > 2:
        last = max(last, abs(true) * 4e-3)  # three or four digits that matter
    unit = last / 100 if "%" in text or "points" in text else 100 * last if "EUR" in text else last
    if text.startswith(("< ", "> ")):
        return true < value(text[2:]) if text[0] == "<" else true > value(text[2:])
    return abs(value(text) - true) <= 0.51 * unit + 1e-3 * abs(true) * (
        "EUR" in text or "e" in text
    ) + 1e-6 + 1e-4 * abs(true)


@dataclass
class Reader:
    """One page read: what is false on it, and what each of its sentences says of whom."""

    case: Case
    page: ToldPage
    faults: list[str] = field(default_factory=list)
    said: dict[tuple[str, str], dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        self.truths = truths(self.case)
        self.several = len(self.truths) > 1
        self.proposed = self.page.decided.proposed

    def arm(self, named: str | None, text: Said) -> str:
        """Whom a sentence is about: the arm that it names, that of its caption, or the only one."""
        return named or text.arm or (next(iter(self.truths)) if not self.several else "")

    def expect(self, holds: bool, fault: str, text: Said) -> None:
        if not holds:
            self.faults.append(f"{fault}: {text.place}: {text.text}")

    def scale(self) -> None:
        """That a fraction of the control says little is told where it does, and nowhere else."""
        true = self.truths[self.proposed.arm or next(iter(self.truths))]
        told = "cannot be told from zero" in self.page.of("beside")
        due = true.next_to_nothing and not self.case.found.get("failed")
        self.expect(told is due, "next to nothing", Said("beside", self.page.of("beside")))

    def doubts(self) -> None:
        """That a doubted interval excludes nothing is told where it would stop the arm, and nowhere else."""
        for made, name in ((a, a.arm or next(iter(self.truths))) for a in self.page.decided.arms):
            true, least = self.truths[name], self.page.study.decision.min_relative_uplift
            best = true.f.high if true.sign > 0 else -true.f.low
            due = bool(self.case.found.get("doubted")) and made.verdict == "ITERATE" and true.level == true.alpha
            told = "excludes nothing" in made.beside
            near = abs(best - least) < 1e-3
            self.expect(
                math.isnan(best) or near or told is bool(due and best < least), "a doubt", Said("beside", made.beside)
            )

    def says(self, arm: str, what: str, answer: str, text: Said) -> None:
        """Keep an answer, and hold it against what the same page said elsewhere."""
        for place, other in self.said[arm, what].items():
            self.expect(answer == other, f"{what} of {arm or 'it'} is {answer!r}, and {other!r} in {place}", text)
        self.said[arm, what][text.place] = answer

    def read(self) -> list[str]:
        for text in self.page.said:
            for check in (
                self.effects,
                self.tested,
                self.sizes,
                self.best,
                self.guards,
                self.chances,
                self.means,
                self.merits,
                self.missed,
                self.names,
            ):
                check(text)
        self.scale()
        self.doubts()
        self.marks()
        self.losses()
        self.verdicts()
        self.unmet()
        self.options()
        self.minds()
        return self.faults

    def effects(self, text: Said) -> None:
        for found in EFFECT.finditer(text.text):
            arm = self.arm(found["arm"], text)
            true = self.truths[arm]
            way = "no different" if true.gain == 0 else "better by" if true.gain > 0 else "worse by"
            self.expect(found["way"] == way or abs(true.gain) < 1e-12, "direction", text)
            sure = true.strength == "significant"
            self.expect(true.is_near or (found["verb"] == "is") is sure, f"strength is {true.strength}", text)
            if found["size"]:
                self.expect(bool(re.search("[1-9]", found["size"])), "a change reads as none", text)
                scaled = "%" in found["size"] and true.f.base
                self.expect(shows(found["size"], abs(true.f.relative if scaled else true.f.estimate)), "size", text)
                self.expect(not (scaled and true.next_to_nothing), "a fraction of next to nothing", text)
                self.ends(found, true, text)
            if found["p"]:
                self.expect(abs(float(found["p"]) - true.p) <= 6e-3 * true.p + 1e-12, f"p is {true.p}", text)
            elif "p < 0.0001" in found[0]:
                self.expect(true.p < 0.0001 * (1 + 6e-3), f"p is {true.p}", text)
            self.says(arm, "direction", way, text)
            if noise := NOISE.search(text.text):
                self.strength(NOISES[noise[1]], arm, text)
                self.expect(bool(noise[2]) is bool(self.case.found.get("doubted")), "a doubt", text)

    def tested(self, text: Said) -> None:
        for found in TESTED.finditer(text.text):
            true = self.truths[self.arm(None, text)]
            self.expect(
                0 < abs(true.gain) < 1e-12 or (found["way"] == "better") is bool(true.gain > 0), "direction", text
            )
            self.expect(not found["p"] or abs(float(found["p"]) - true.p) <= 6e-3 * true.p, f"p is {true.p}", text)

    def sizes(self, text: Said) -> None:
        for found in SIZE.finditer(text.text):
            arm = self.arm(found["arm"], text)
            true = self.truths[arm]
            scaled = "%" in found["size"] and true.f.base
            self.expect(shows(found["size"], true.f.relative if scaled else true.f.estimate), "size", text)
            self.expect(not (scaled and true.next_to_nothing), "a fraction of next to nothing", text)
            self.ends(found, true, text)
            self.strength(STRENGTHS.get(found["how"] or "", found["how"]), arm, text)

    def strength(self, told: str, arm: str, text: Said) -> None:
        true = self.truths[arm]
        self.expect(true.is_near or told == true.strength, f"strength is {true.strength}", text)
        self.says(arm, "strength", told, text)

    def ends(self, found: re.Match[str], true: Truth, text: Said) -> None:
        if "%" in found["size"] and true.f.base:
            self.expect(shows(found["low"], true.f.low) and shows(found["high"], true.f.high), "interval", text)

    def best(self, text: Said) -> None:
        for found in AT_BEST.finditer(text.text):
            true = self.truths[self.arm(found["arm"], text)]
            best = true.f.high if true.sign > 0 else -true.f.low
            self.expect(
                shows(found["best"], abs(best)) and (math.isnan(best) or (found["way"] == "better") is bool(best > 0)),
                "at best",
                text,
            )
            self.expect(not best or bool(re.search("[1-9]", found["best"])), "a change reads as none", text)
            self.expect(("too small to matter" in text.text) is not bool(best < 0), "small or bad", text)
            self.expect(not best > value(found["least"]) + 1e-3 and true.level == true.alpha, "not too small", text)

    def guards(self, text: Said) -> None:
        for found in BEYOND.finditer(text.text):
            state, ends, _ = self.truths[self.arm(found["arm"], text)].guards[found["name"]]
            self.expect(state in ("beyond", "unknown"), f"guardrail is {state}", text)
            self.expect(shows(found["low"], ends[0]) and shows(found["high"], ends[1]), "interval", text)
        for found in BOUND.finditer(text.text):
            bound = self.truths[self.arm(None, text)].guards[found["name"]][2]
            known = found["bound"][-1].isdigit() or found["bound"][-1] in "%s"
            self.expect(not known or shows(found["bound"], bound), f"bound is {bound}", text)

    def chances(self, text: Said) -> None:
        for found in RISK.finditer(text.text):
            arm = self.arm(found["arm"], text)
            true = self.truths[arm]
            self.expect(true.risk is not None and shows(found["risk"], true.risk), f"risk is {true.risk}", text)
            self.says(arm, "risk", found["risk"], text)
        for told in re.findall(r"which brings the risk to ((?:< )?[\d.]+ %)", text.text):
            improve, harm, size = self.case.found.get("prior", PRIOR)
            true = self.truths[self.arm(self.proposed.arm, text)]
            doubted = belief(true.f, (improve / 10, harm, size), true.sign)[0]
            self.expect(shows(told, doubted) and doubted >= 0.999 * self.case.found.get("risk", 0.05), "a tenth", text)
        for found in WORTH.finditer(text.text):
            arm = self.arm(found["arm"], text)
            true = self.truths[arm]
            self.expect(true.worth is not None and shows(found["worth"], true.worth), f"worth {true.worth}", text)
            self.says(arm, "money", found["worth"], text)

    def means(self, text: Said) -> None:
        for found in AS_IT_IS.finditer(text.text):
            true = self.truths[self.arm(found["arm"], text)]
            self.expect(true.bare is not None and shows(found["bare"], true.bare[0].relative), "mean as it is", text)
            if true.bare is not None:
                bare = true.bare[0]
                self.expect(shows(found["low"], bare.low) and shows(found["high"], bare.high), "interval", text)
                self.expect(shows(found["tested"], true.f.relative), "tested mean", text)

    def missed(self, text: Said) -> None:
        """The effect that the units at hand find with the planned power is told of what was not found, and of no harm."""
        if text.place != "talk: unknown":
            return
        true = self.truths[self.arm(self.proposed.arm, text)]
        early = r"(?: at the p < (?P<level>[\d.e-]+) that a gain needs this early)?"
        power = re.search(
            rf"one of ({NUMBER}) is found with (80 %) power{early}, a smaller one less often\.$", text.text
        )
        if power:
            look = self.page.decided.weighed.look
            self.expect(bool(power["level"]) is (look is not None), "the level of the look", text)
            if look is not None:
                level = early_level(look.share, true.alpha)
                said = float(power["level"] or math.nan)
                self.expect(abs(said / level - 1) < 0.06, f"the level of the look is {level}", text)
                least = float(power[1].rstrip("% ")) / 100
                reach = stats.norm.isf(level / 2) + stats.norm.isf(0.2)
                normal = true.sign * reach * true.f.error / true.f.base if true.f.base else math.nan
                plain = not self.several and abs(normal) < 0.1 and not self.case.found.get("cluster")
                self.expect(not plain or abs(least / normal - 1) < 0.2, f"least effect is {normal}", text)
        if "find none of any size" in text.text:
            early_one = self.page.decided.weighed.look is not None
            self.expect(("that a gain needs this early" in text.text) is early_one, "the level of the look", text)
        if power or ("+2.7 %" in text.text and "the interval allows" not in text.text):
            self.expect(bool(power) and (true.is_near or true.strength != "significant"), "is not missed", text)
        if span := re.search(rf"the interval allows ({NUMBER}) to ({NUMBER})\.", text.text):
            self.expect(true.is_near or true.strength == "significant", "strength", text)
            if true.f.base:
                self.expect(shows(span[1], true.f.low) and shows(span[2], true.f.high), "interval", text)

    def merits(self, text: Said) -> None:
        if "Every guardrail is inside its margin" in text.text:
            states = {state for state, *_ in self.truths[self.arm(None, text)].guards.values()}
            self.expect(states <= {"inside", "unknown"}, f"guardrails are {states}", text)
        if re.search(r" is significant \((?:adjusted )?p", text.text):
            true = self.truths[self.arm(None, text)]
            self.expect(true.is_near or (true.strength == "significant" and true.gain > 0), "not significant", text)
        if "does harm" in text.text:
            true = self.truths[self.arm(None, text)]
            self.expect(true.is_near or (true.gain < 0 and true.p < true.alpha), "no harm", text)

    def names(self, text: Said) -> None:
        """No sentence names a metric without its arm."""
        if not self.several or text.arm:
            return
        for sentence in re.split(r"(?<=[a-z%)])\. ", text.text):
            general = any(word in sentence.lower() for word in GENERAL)
            self.expect(general or not MENTIONS.search(sentence) or "arm_" in sentence, "names no arm", text)

    def marks(self) -> None:
        """One word for the strength of an effect, in the sentences, the record and the title of the figure."""
        name = f"metrics.{self.page.study.primary.name}.verdict"
        told = self.page.record[name]
        known = {"too early to be called significant": "too early", "significantly better": "significant"}
        known["significantly worse"] = "significant"
        known[SHARED] = "not significant"
        shown = self.page.record["primary.arm"]
        if self.proposed.verdict == "INVALID":
            return
        self.strength(known.get(told, told), shown, Said("record", f"{name}: {told}"))
        true = self.truths[shown]
        self.expect(
            true.is_near or (told == SHARED) is (true.f.p < true.alpha <= true.p),
            "shares a level",
            Said("record", told),
        )
        if told.startswith("significantly "):
            way = "better" if self.truths[shown].gain > 0 else "worse"
            self.expect(told.endswith(way), f"it is {way}", Said("record", f"{name}: {told}"))
        for guard, (state, *_) in self.truths[shown].guards.items():
            told = self.page.record[f"metrics.{guard.replace(' ', '_')}.verdict"]
            self.expect(
                state == "unknown" or told == STATES[state], f"it is {state}", Said("record", f"{guard}: {told}")
            )

    def losses(self) -> None:
        """A secondary metric that is significantly worse is told beside a verdict, and no other."""
        money = self.case.found.get("money")
        if not money or money.get("primary") or "secondary" in self.case.found or self.proposed.verdict == "INVALID":
            return
        alpha = next(iter(self.truths.values())).alpha
        level = next(iter(self.truths.values())).level
        found = {arm: fact(money["control"], seen, 1 - alpha) for arm, seen in treated(money).items()}
        shared = dict(zip(found, holm([1.0 if math.isnan(f.p) else f.p for f in found.values()]), strict=True))
        for arm, beside in ((a.arm or next(iter(found)), Said("beside", a.beside)) for a in self.page.decided.arms):
            lost = shared[arm] < alpha and found[arm].estimate < 0
            near = any(abs(shared[arm] - each) < NEAR * each for each in (alpha, level))
            made = next(a for a in self.page.decided.arms if a.beside == beside.text and a.arm in ("", arm))
            gained = shared[arm] < level and found[arm].estimate > 0 and made.verdict == "KILL"
            self.expect(near or ("Revenue" in beside.text) is (lost or gained), f"revenue: p is {shared[arm]}", beside)
            paid = all(true.worth is not None for true in self.truths.values())
            clause = "which the rule weighs as expected money" if paid else "which the rule does not weigh"
            told = beside.text.partition("Revenue")[2]
            self.expect(not told or clause in told, f"the rule asks{'' if paid else ' not'} for money", beside)
        told = self.page.of("beside")
        self.expect(told == self.proposed.beside, "a loss is not told", Said("beside", told))

    def verdicts(self) -> None:
        made, words = self.proposed, ("GO", "ITERATE", "KILL", "INVALID")
        for text in self.page.said:
            if text.place in ("text", "takeaway"):
                self.says("", "verdict", text.text.partition(".")[0], text)
            for verdict, arm in re.findall(r"The rule says ([A-Z]+)(?: to (arm_\d))?", text.text):
                self.says("", "verdict", verdict, text)
                self.says("", "proposed arm", arm, text)
        lead = {"GO": "Ship", "ITERATE": "Do not ship yet", "KILL": "Stop", "INVALID": "Draw no conclusion"}
        headline = Said("headline", self.page.of("headline"))
        self.expect(made.verdict in words and headline.text.startswith(lead[made.verdict]), "lead", headline)
        self.says("", "verdict", made.verdict, headline)
        self.says("", "proposed arm", made.arm, headline)
        self.expect(not made.arm or made.arm in headline.text, "proposed arm", headline)
        go = made.verdict == "GO"
        self.expect(
            go is not self.page.of("rollout").startswith("Not started: "),
            "ships",
            Said("rollout", self.page.of("rollout")),
        )
        self.expect(
            go is not ("not started" in self.page.of("stages")), "ships", Said("stages", self.page.of("stages"))
        )
        starts = Said("starts", self.page.of("starts"))
        self.expect(go is not starts.text.startswith("The rule does not start it"), "ships", starts)
        self.expect(made.verdict == "ITERATE" or "yet" not in starts.text, "is over", starts)
        if made.verdict == "INVALID":
            for metric, told in self.page.record.items():
                if metric.startswith("metrics.") and metric.endswith(".verdict"):
                    self.expect(
                        told == UNREAD or told.startswith("not compared"),
                        "is read",
                        Said("record", f"{metric}: {told}"),
                    )
            for text in self.page.said:
                if text.place == "criteria" and not text.text.startswith("Criterion: Trust checks"):
                    unread = text.text.endswith(f"Found: {UNREAD} | Verdict: {UNREAD}")
                    self.expect(unread, "is read of an invalid experiment", text)
                if text.place == "table of segments":
                    self.expect(
                        text.text.endswith(f"May be called different: {UNREAD}"),
                        "is read of an invalid experiment",
                        text,
                    )
                if text.place in (
                    "figure of effects", "title of segments", "caption of segments", "caption of populations",
                ):  # fmt: skip
                    self.expect(text.text.startswith("Not to be read"), "is told as a fact", text)
                if text.place in ("text", "takeaway", "recommendation"):
                    self.expect("in the study file" in text.text, "asks for another run alone", text)
                if text.place in ("headline", "text", "takeaway", "arms"):
                    self.expect(not re.search(r"\d %", text.text), "tells an effect of an invalid experiment", text)
            self.expect(
                "must not be read" in headline.text and not self.page.of("money"), "is told as a fact", headline
            )

    def unmet(self) -> None:
        """What is not met is what is not true, and the next step speaks of that and nothing else."""
        made = {arm.arm: arm for arm in self.page.decided.arms}
        for text in self.page.said:
            found = UNMET.search(text.text) if text.place == "reason" else None
            if found is None:
                continue
            told = {part.partition(" is ")[0] for part in found[1].split("; ")}
            arm = self.arm(None, text)
            for name, false in self.untrue(arm).items():
                if false is not None:
                    self.expect((name in told) is false, f"{name} is {'not met' if false else 'met'}", text)
            rows = {c.name.lower() for c in made[text.arm].criteria if not c.met}
            self.expect(rows == told, "criteria", text)
        step = Said("next step", self.page.of("next step"))
        missed = {c.name for c in self.proposed.criteria if not c.met} if self.proposed.verdict == "ITERATE" else set()
        true = self.truths[self.proposed.arm or next(iter(self.truths))]
        lacks = any(name.startswith("Significance") for name in missed) and true.strength in (
            "not significant",
            "no test",
        )
        self.expect(true.is_near or lacks or "power" not in step.text, "speaks of power", step)
        self.expect(
            "Expected money" in missed or "cost" not in step.text.replace("no affordable", ""), "speaks of cost", step
        )
        self.expect(self.proposed.verdict == "ITERATE" or not step.text, "a next step of what is decided", step)
        for way in re.findall(r"([-+])[\d.,]+ % \(as(?:sumed| planned| believed)", step.text):
            self.expect((way == "+") is (true.sign > 0), "a size of a loss", step)

    def untrue(self, arm: str) -> dict[str, bool | None]:
        """Which criteria do not hold; None where a number lies next to its threshold."""
        true, found = self.truths[arm], self.case.found
        least, most = found.get("min", 0.05), found.get("risk", 0.05)
        uplift = true.sign * true.f.relative
        known = not (math.isnan(true.p) or true.is_near)
        early = "" if true.level == true.alpha else None
        told: dict[str, bool | None] = {
            "risk of no improvement": None if true.risk is None or abs(true.risk - most) < NEAR else true.risk >= most,
            "uplift" if true.sign > 0 else "reduction": None
            if math.isnan(uplift) or abs(uplift - least) < 1e-9
            else uplift < least,
        }
        if early is not None:
            told["significance"] = not (true.p < true.level and true.gain > 0) if known else None
        for name, (state, *_) in true.guards.items():
            told[f"guardrail {name}"] = None if state == "unknown" else state != "inside"
        if true.bare is not None:
            told["agreement"] = not true.bare[1]
        if true.worth is not None:
            told["expected money"] = None if abs(true.worth) < 1_000 else true.worth < 0
        return told

    def options(self) -> None:
        """One option is recommended, and all places name the same; the rule and the money agree only where they do."""
        rows = [text for text in self.page.said if text.place == "table of options"]
        if not rows:
            return
        (best,) = [row for row in rows if "Verdict: worth most" in row.text]
        name = best.text.removeprefix("Option: ").split(" | ")[0]
        bare = self.truths[self.proposed.arm or next(iter(self.truths))].bare
        known = Said("talk: know", self.page.of("talk: know"))
        apart = bare is not None and not bare[1]
        self.expect(bool(AS_IT_IS.search(known.text)) is apart, "the mean as it is tells another story", known)
        *rule, first, beside = [text for text in self.page.said if text.place == "talk: propose"]
        self.expect(first.text.startswith(name), f"recommended is {name}", first)
        self.expect(self.page.record["options.recommended"] == name, f"recommended is {name}", best)
        worth = re.search(r"Expected value: (-?EUR [\d,]+)", best.text)
        assert worth is not None
        self.expect(f"worth {worth[1]}" in first.text, f"worth {worth[1]}", first)
        verdict, option = self.proposed.verdict, name.split(" (")[0]
        shipped = {"Full launch", "Staged rollout"}
        agree = option in shipped if verdict == "GO" else option == "Extend the test" and verdict == "ITERATE"
        self.expect(("money agrees" in beside.text) is agree, f"{verdict} and {option}", beside)
        said = [self.proposed.recommendation] if agree and verdict == "GO" else []
        self.expect([text.text for text in rule] == said, f"the first page says {said}", first)
        if "money agrees" in beside.text and verdict == "ITERATE":
            of_nothing = (
                self.truths[self.proposed.arm or next(iter(self.truths))].f.base == 0
            )  # nothing is believed then
            doubt = of_nothing or "next to no gain" in self.page.of("next step").lower()
            self.expect(
                not doubt or "next to no gain" in beside.text, "the next step finds no gain to look for", beside
            )
        against = verdict != "GO" and (option in shipped or (verdict == "KILL" and option != "Keep the control"))
        self.expect(("override" in beside.text) is against, f"{verdict} and {option}", beside)

    def minds(self) -> None:
        """What would change minds has not happened yet: a guardrail that is beyond its margin is told as that, if anything ships."""
        said = [text for text in self.page.said if text.place == "talk: change"]
        true = self.truths[self.proposed.arm or next(iter(self.truths))]
        states = {name: state for name, (state, *_) in true.guards.items()}
        if not said or "unknown" in states.values():
            return
        ships = "Keep the control" not in self.page.of("talk: propose").split(" The rule says")[0]
        told = [text for text in said if "uardrail" in text.text] or [Said("talk: change", "")]
        broken = {name for name, state in states.items() if state == "beyond"} if ships else set()
        left = ships and len(broken) < len(states)
        for first, due in (("A guardrail", left and not broken), ("Another guardrail", left and bool(broken))):
            self.expect(any(text.text.startswith(first) for text in told) is due, f"guardrails are {states}", told[0])
        already = [name for text in told for name in states if "already" in text.text and name in text.text]
        self.expect(set(already) == broken, f"guardrails are {states}", told[-1])
        barred = {name for name, state in states.items() if state == "beyond"} if not ships else set()
        better = [text for text in said if text.text.startswith("Another version of the change")]
        self.expect(bool(better) is bool(barred), f"{states}, and nothing ships", better[0] if better else said[0])


def faults(case: Case, page: ToldPage) -> list[str]:
    """What is false, contradictory, nameless, from nowhere or no English on a page."""
    reader = Reader(case, page)
    return [
        *reader.read(),
        *strange_numbers(case, page),
        *part_faults(case, page, reader.truths),
        *step_faults(case, page, reader.truths),
        *ungrammatical(text for text in page.said if "table" not in text.place and text.place not in TABLES),
    ]
