"""What is said beside the verdict, held against the raw evidence by pandas, fractions and least squares of its own.

Each sentence is read by a pattern and what it says is reckoned anew; nothing is asked of the code that wrote it.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction

import numpy as np
import pandas as pd
from scipy import stats

from tests.gauntlet.grammar import ungrammatical
from tests.gauntlet.ground import DISPOSITIONS, Ground
from tests.gauntlet.page import Said


def shown(number: float | Fraction) -> str:
    """A count as a sentence prints it."""
    return "< 1" if number > 0 and not round(number) else f"{round(number):,}"


def leaders(sizes: Mapping[str, Fraction]) -> set[str]:
    """Who has the largest size as printed, of those that have any."""
    above = {name: size for name, size in sizes.items() if size > 0}
    most = max((round(size) for size in above.values()), default=0)
    return {name for name, size in above.items() if round(size) == most}


def percent(text: str, share: float) -> bool:
    if text.startswith("< "):
        return 0 < share < 1e-4
    if text.startswith("> "):
        return 0.9999 < share < 1
    digits = len(text.partition(".")[2].removesuffix(" %"))
    return abs(float(text.removesuffix(" %")) - 100 * share) <= 0.51 * 10**-digits and (share in (0, 1)) >= (
        text in ("0 %", "100 %", "100.00 %")
    )


def _uneven(counts: pd.Series, start: datetime) -> bool:
    """Whether weekdays differ beyond a straight trend and what single days stray by, at least as Poisson counts do."""
    trend = pd.DataFrame({"level": 1.0, "day": range(len(counts))}, counts.index)
    assert not counts.index[0] < pd.Timestamp(start) <= counts.index[-1], "all days are of one stretch"
    week = pd.get_dummies(counts.index.day_name(), drop_first=True, dtype=float).set_index(counts.index)
    level, full = (
        float(np.linalg.lstsq(design.to_numpy(), counts.to_numpy(float), rcond=None)[1][0])
        for design in (trend, trend.join(week))
    )
    error = max(full / (len(counts) - 8), counts.mean())
    return bool(stats.f.sf((level - full) / 6 / error, 6, len(counts) - 8) < 0.05)


SHARE = r"(?P<share>(?:[<>] )?[\d.]+ %)"
SIZE = r"(?P<size>< 1|[\d,]+)"


class Judge:
    """Reads the page of one ground."""

    def __init__(self, found: Ground, said: tuple[Said, ...]) -> None:
        self.found, self.said = found, said
        self.at = {text.place: text.text for text in said}
        self.faults: list[str] = [
            *ungrammatical(said),
            *(f"nothing is said: {text.place}: {text.text}" for text in said if "not available" in text.text),
        ]

    def expect(self, holds: bool, fault: str, place: str) -> None:
        if not holds:
            self.faults.append(f"{fault}: {place}: {self.at[place]}")

    def read(self) -> list[str]:
        parts: tuple[Callable[[], None], ...] = (
            self.steps, self.bypass, self.segments, self.gap, self.rows, self.weekdays, self.survival, self.proxy,
            self.rollout, self.trust,
        )  # fmt: skip
        for part in parts:
            part()
        return self.faults

    def steps(self) -> None:
        f = self.found
        ways = list(zip(f.steps, f.steps[1:], strict=False))
        lost = {
            f"from {a} to {b}": Fraction(f.reached[-1] * before, after) - f.reached[-1] if after else Fraction(before)
            for (a, b), before, after in zip(ways, f.reached, f.reached[1:], strict=False)
        }
        first = leaders(lost)
        size = shown(lost[next(iter(first))]) if first else "0"
        for place in ("funnel: text", "funnel: record", "funnel: flow", "funnel: losses"):
            text = self.at[place]
            if not f.study.has_way and place in ("funnel: text", "funnel: record"):
                found = re.fullmatch(
                    rf"Of ([\d,]+) users? of the control in the table(?:, those without a value left out,)? {SHARE} have {f.steps[-1]}\.",
                    text,
                )
                self.expect(bool(found) and found[1] == f"{f.reached[0]:,}", "who is in the table", place)
                if found:
                    self.expect(percent(found[2], f.reached[-1] / f.reached[0]), "share", place)
                continue
            if not first:
                nobody = f"Nobody is lost between {f.steps[0]} and {f.steps[-1]}"
                self.expect(text.removesuffix(".") == nobody, "somebody is lost", place)
                continue
            self.expect("Nobody" not in text, "nobody is lost", place)
            own = re.search(rf"{SHARE} of the users at (\w+) do not go on(?: to (\w+))?", text)
            told = set(re.findall(r"from \w+ to \w+", text))
            if own and place == "funnel: flow":
                told = {f"from {own[2]} to {own[3]}"}
            self.expect(told == first, f"most is lost {first}", place)
            if own and told == first:
                (way,) = first
                at = list(lost).index(way)
                self.expect(f.steps[at] == own[2], "the share is of another step", place)
                self.expect(percent(own[1], 1 - f.reached[at + 1] / f.reached[at]), "share", place)
            if sized := re.search(rf"(?:loses|lose|costs|cost)(?: most:)? (up to )?{SIZE}( users? an? )?", text):
                self.expect(sized["size"] == size, f"{size} are lost", place)
                self.expect(bool(sized[3]), "users are lost, not what they do", place)
                further = f.reached[list(lost).index(next(iter(first))) + 1] or f.steps[-1] in next(iter(first)).split()
                self.expect(bool(sized[1]) is not bool(further), "nobody came further", place)
            self.expect((len(first) == 1) >= ("The bottleneck" in text), "a tie has no bottleneck", place)
        told_size = self.at["funnel: size"]
        right_size = (
            math.isclose(float(told_size), float(max(lost.values()))) if f.study.has_way else told_size == "None"
        )
        self.expect(right_size, "size, of a way and of no other", "funnel: size")
        rest = {way.removeprefix("from "): shown(each) for way, each in lost.items() if way not in first}
        if first and f.study.has_way:
            told = dict(re.findall(r"(\w+ to \w+): (?:up to )?(< 1|\d+(?:,\d{3})*)", self.at["funnel: text"]))
            self.expect(told == rest, f"the others are {rest}", "funnel: text")
        open_windows = re.findall(r"For (none|[\d,]+) of the ([\d,]+) users? lost", self.at["funnel: text"])
        self.expect(len(open_windows) == (bool(first) and not f.study.is_unit_table), "windows", "funnel: text")
        for told_open in open_windows:
            at = [list(lost).index(way) for way in first]
            still, gone = sum(f.still_open[i + 1] for i in at), sum(f.reached[i] - f.reached[i + 1] for i in at)
            right = (f"{still:,}" if still else "none", f"{gone:,}")
            self.expect(told_open == right, f"{still} of {gone} are open", "funnel: text")

    def bypass(self) -> None:
        converted, beside, never, before = self.found.buyers
        text = self.at["bypass"]
        if self.found.study.is_unit_table:
            return
        self.expect(text.startswith("No user has") is (converted == 0), "converted", "bypass")
        if not converted:
            return
        self.expect((f"no {self.found.study.exposure} event" in text) is (beside > 0), "beside", "bypass")
        told = re.match(r"(?:Of ([\d,]+) users? with .*?, ([\d,]+) (?:has|have) no|All ([\d,]+)|The only)", text)
        numbers = [] if told is None else [int(n.replace(",", "")) for n in told.groups() if n]
        right = [converted, beside] if beside else [converted] if converted > 1 else []
        self.expect(told is not None and numbers == right, f"they are {right}", "bypass")
        self.expect(
            (f" {before:,} had it before any {self.found.steps[0]}" in text) is (before > 0), "before", "bypass"
        )
        lacks = rf"(?:, |; | and ){never:,} (?:has|have) no {self.found.steps[0]} event"
        if self.found.study.exposure != self.found.steps[0]:
            self.expect((re.search(lacks, text) is not None) is (never > 0), "without the first step", "bypass")
        self.expect(("only a part" in text) is (beside > 0.2 * converted), "the only way", "bypass")

    def segments(self) -> None:
        missing: dict[str, Fraction] = {}
        reached: dict[str, int] = {}
        for dimension in self.found.study.segments:
            units = self.found.cells.groupby(dimension)[["reached", "converted"]].sum()
            names = [level if n >= self.found.study.min_segment else "other" for level, n in units.reached.items()]
            units = units.groupby(pd.Index(names)).sum()
            known = units.drop(["other", "unknown"], errors="ignore")
            best = max((Fraction(int(k), int(n)) for n, k in known.to_numpy()), default=Fraction(0))
            for level, (n, k) in units.iterrows():
                name = f"{level} ({dimension.replace('_', ' ')})"
                missing[name], reached[name] = max(Fraction(0), best * int(n) - int(k)), int(n)
        first = leaders(missing)
        self.chance(first)
        for place in ("segments: text", "segments: title"):
            text = self.at[place]
            told = re.match(rf"(.+?) carr(ies|y) the largest loss(?:es)?: (?:each is )?{SIZE} users? with ", text)
            self.expect((told is not None) is bool(first), f"{first or 'nobody'} falls short", place)
            if not told or not first:
                continue
            named = {name for name in missing if re.search(rf"(?:^| and |, ){re.escape(name)}(?:$| and |, )", told[1])}
            self.expect(named == first and told[1].count(" (") == len(first), f"{first} fall short most", place)
            self.expect(told["size"] == shown(missing[next(iter(first))]), f"{missing} are short", place)
            self.expect((told[2] == "ies") is (len(first) == 1), "a tie", place)
            if on := re.search(r", on ([\d,]+) users?", text):
                self.expect(on[1] == f"{reached[next(iter(first))]:,}", "units", place)
        kept, _, size = self.at["segments: record"].rpartition(": ")
        self.expect(
            all(name in kept for name in first) and (kept == "None") is (not first), "record", "segments: record"
        )
        self.expect(abs(float(size) - float(max(missing.values()))) < 1e-6, "record", "segments: record")

    def chance(self, first: set[str]) -> None:
        """Whether the levels of the segment that carries most differ is what scipy says, and said of no other."""
        dimensions = {name.rpartition(" (")[2].rstrip(")") for name in first}
        told = re.search(
            r"(?:The|Whether the) levels of (.+?) differ by (more|no more) than chance", self.at["segments: text"]
        )
        self.expect((told is not None) is (len(dimensions) == 1), f"{dimensions} lead", "segments: text")
        whole = "by each city as a whole" in self.at["segments: text"]
        self.expect(whole is (told is not None and self.found.study.cluster is not None), "clusters", "segments: text")
        if told is None:
            return
        self.expect({told[1]} == dimensions, "another segment", "segments: text")
        dimension = told[1].replace(" ", "_")
        units = self.found.cells.groupby(dimension)[["reached", "converted"]].sum()
        names = [level if n >= self.found.study.min_segment else "other" for level, n in units.reached.items()]
        counts = units.groupby(pd.Index(names)).sum()
        counts = counts[counts.reached > 0]
        seen = np.array([counts.converted, counts.reached - counts.converted])
        least = seen.sum(axis=1).min() * counts.reached.min() / counts.reached.sum()
        if least > 5:  # below it the two ways to reckon part
            p = float(stats.chi2_contingency(seen, correction=False).pvalue)
            right = (told[2] == "more") is (p < 0.05) or (
                whole and (p < 0.05 or "cannot be told" in self.at["segments: text"])
            )  # clusters make it less sure
            self.expect(0.02 < p < 0.1 or right, f"p is {p}", "segments: text")

    def gap(self) -> None:
        first, *others = self.found.study.segments
        caption = re.match(r"The gap in conversion of (.+) against (.+) units", self.at["segments: caption"])
        text = self.at["segments: text"]
        if caption is None:
            units = self.found.cells.groupby(first).reached.sum().drop("unknown", errors="ignore")
            few = (units >= self.found.study.min_segment).sum() < 2
            why = "no second segment" if not others else "fewer than two groups" if few else "there is a gap"
            self.expect(why in self.at["segments: caption"] and "gap" not in text, why, "segments: caption")
            return
        low, high = (self.found.cells[self.found.cells[first] == level] for level in caption.groups())
        gap = low.converted.sum() / low.reached.sum() - high.converted.sum() / high.reached.sum()
        self.expect(gap < 1e-12, "the other converts less", "segments: caption")
        mixes = {name.replace("_", " "): _mix(low, high, name) for name in others}
        if any(abs(1e4 * part % 1 - 0.5) < 1e-6 for part in (gap, *mixes.values())):
            return
        points = {name: round(1e4 * mix) for name, mix in mixes.items()}
        whole = round(1e4 * gap)
        self.expect(("convert alike" in text) is (whole == 0), f"the gap is {gap}", "segments: text")
        if not whole:
            return
        alike = {name: -size for name, size in points.items() if size < 0}
        self.expect(
            f"gap of {gap * 100:+.2f} points between {caption[1]} and {caption[2]}" in text, "gap", "segments: text"
        )
        told = re.search(r"the mix(?:es)? of (.+?) (would alone make|explains?) (-?[+\d.]+) points", text)
        self.expect((told is not None) is bool(alike), f"of {mixes}", "segments: text")
        if told and alike:
            most = {name for name, size in alike.items() if size == max(alike.values())}
            self.expect(set(re.split(", | and ", told[1])) == most, f"{most} explain most", "segments: text")
            self.expect(round(100 * float(told[3])) == -max(alike.values()), f"of {mixes}", "segments: text")
            self.expect(
                (told[2] == "would alone make") is (max(alike.values()) > -whole), "more than all", "segments: text"
            )
            alone = len(most) == 1 and len(points) > 1
            self.expect(("more than any other" in text) is alone, "a superlative", "segments: text")

    def rows(self) -> None:
        flow, text = self.found.flow, self.at["rows: text"]
        lost = sum(n for kind, n in flow.items() if DISPOSITIONS[kind] in ("dropped", "quarantined"))
        equation = re.match(r"([\d,]+) rows? read = ([\d,]+) kept \+ ([\d,]+) left out", text)
        right = tuple(f"{n:,}" for n in (flow["kept"] + lost, flow["kept"], lost))
        self.expect(equation is not None and equation.groups() == right, f"{right}", "rows: text")
        self.expect(("named reason" in text) is (lost > 0), "reasons", "rows: text")
        bad = flow["malformed_line"]
        self.expect((f" {bad:,} of those" in text) is (bad > 0), "lines", "rows: text")
        if title := self.at.get("rows: title"):
            self.expect(title.startswith("Every row is kept") is (lost == 0), "kept", "rows: title")
            if told := re.match(SHARE, title):
                self.expect(percent(told["share"], flow["kept"] / (flow["kept"] + lost)), "share", "rows: title")

    def weekdays(self) -> None:
        daily, text = self.found.daily, self.at["weekdays"]
        last = daily[daily.event_name == self.found.steps[-1]].set_index("day").events
        last = last.reindex(pd.date_range(last.index.min(), last.index.max()), fill_value=0)
        self.expect(("span less than two weeks" in text) is (len(last) < 14), "two weeks", "weekdays")
        if len(last) < 14:
            return
        begun = daily.day[daily.event_name == self.found.study.exposure]
        cohort = begun.max() - begun.min() < pd.Timedelta(days=13)
        self.expect(text.startswith("All ") is cohort, "one cohort", "weekdays")
        few = not cohort and int((last > 0).sum()) < 14
        self.expect(
            text.startswith(f"Only {int((last > 0).sum())} of {len(last)} days have") is few, "few days", "weekdays"
        )
        if few:
            return
        means = last.groupby(last.index.day_name()).mean()
        told = re.search(rf"differ by {SHARE} of", text)
        self.expect(
            (told is not None) is (not cohort and _uneven(last, self.found.study.period.start)),
            "they differ",
            "weekdays",
        )
        if told:
            self.expect(percent(told["share"], (means.max() - means.min()) / means.mean()), "spread", "weekdays")

    def survival(self) -> None:
        (mean_c, var_c), (mean_t, var_t) = (_kept(life, self.found.horizon) for life in self.found.lives)
        gain, error = mean_t - mean_c, math.sqrt(var_c + var_t)
        control, treatment = self.found.arms
        text, place = self.at["survival: title"], "survival: title"
        if "not compared" in text:
            self.expect(error < 1e-9, "can be compared", place)
            return
        told = re.match(rf"{treatment} stays [\d.]+ of [\d.]+ days? (longer|shorter) than {control}, between", text)
        neither = re.match(rf"Neither {control} nor {treatment} is shown to stay longer: ", text)
        self.expect(bool(told or neither), "names no arm", place)
        z, few = abs(gain) / error if error else math.inf, len(self.found.lives[0]) < 30
        self.expect(z > 1.95 if told else few or z < 2.0, f"z is {z}", place)
        if told:
            self.expect((told[1] == "longer") is (gain > 0), "direction", place)
        number = re.search(r"(?:stays |: )([-+]?[\d.]+) of", text)
        if number is None:
            return
        digits = len(number[1].partition(".")[2])
        size = abs(float(number[1])) if told else float(number[1])
        self.expect(abs(size - (abs(gain) if told else gain)) <= 0.51 * 10**-digits, f"{gain} days", place)
        noted = re.search(r"minus \S.*?: ([-+][\d.]+) ", self.at["survival: note"])
        self.expect(noted is not None and abs(float(noted[1]) - gain) <= 0.0051, f"{gain} days", "survival: note")

    def proxy(self) -> None:
        z, s, y = self.found.proxy
        x = np.column_stack([np.ones(len(z)), z, s])
        inverse = np.linalg.inv(x.T @ x)
        fit = inverse @ x.T @ y
        left = y - x @ fit
        cov = inverse @ (x.T * left**2 @ x) @ inverse * len(z) / (len(z) - 3)
        gain_s, gain_y = (values[z == 1].mean() - values[z == 0].mean() for values in (s, y))
        text, place = self.at["proxy: title"], "proxy: title"
        told = re.search(r"changes by (-?)USD ([\d.]+); the change measured is (-?)USD ([\d.]+), and (.*)", text)
        self.expect(told is not None, "not read", place)
        if told is None:
            return
        for sign, number, true in ((told[1], told[2], fit[2] * gain_s / 100), (told[3], told[4], gain_y / 100)):
            self.expect(abs(float(sign + number) - true) <= 0.0051, f"{true}", place)
        beside = abs(fit[1]) / math.sqrt(cov[1, 1])
        if abs(beside - 1.96) > 0.01:
            self.expect(("nothing beside it" in told[5]) == (beside < 1.96), f"z of the rest is {beside}", place)
            self.expect((self.at["proxy: row 2"] == "refuted") == (beside > 1.96), f"{beside}", "proxy: row 2")
        self.expect(f" in {self.found.arms[1]} " in text, "names no arm", place)
        spread = math.sqrt(sum(s[z == arm].var() / (z == arm).sum() for arm in (0, 1)) * len(z) / (len(z) - 3))
        if abs(abs(gain_s) / spread - 1.96) > 0.01:
            self.expect((self.at["proxy: row 0"] == "seen") == (abs(gain_s) > 1.96 * spread), "moved", "proxy: row 0")

    def rollout(self) -> None:
        stages, text = self.found.study.rollout, self.at["rollout"]
        first, last = stages[0].share, stages[-1].share
        whom = "everyone" if last == 1 else f"{100 * last:g} %"
        self.expect(f" to {whom}" in text, "the last stage", "rollout")
        self.expect(text.startswith("From ") is (first < last), "stages", "rollout")
        if told := re.match(rf"From {SHARE} to \S+(?: %)? in (\d+) days?", text):
            self.expect(percent(told["share"], first), "the first stage", "rollout")
            self.expect(int(told[2]) == sum(stage.days for stage in stages[:-1]), "days", "rollout")

    def trust(self) -> None:
        text = self.at["trust"]
        seen = {trouble for trouble, verdict in self.found.checks if verdict != "passed"}
        absent = {trouble for trouble, verdict in self.found.checks if trouble and verdict == "passed"} - seen
        told = set(text.rstrip(".").partition(": ")[2].split(", ")) if ": see the table" not in text else set()
        self.expect(told == absent, f"{absent} were not found", "trust")
        lead = {0: "Nothing", 1: "This was"}.get(len(absent), "None of these")
        self.expect(text.startswith(lead), "number", "trust")


def _mix(low: pd.DataFrame, high: pd.DataFrame, by: str) -> float:
    """What the two groups' shares of the levels make of their gap, at rates between those of both (Kitagawa 1955)."""
    a, b = (part.groupby(by)[["reached", "converted"]].sum() for part in (low, high))
    both = a.add(b, fill_value=0)
    pooled = both.converted / both.reached
    total = 0.0
    for level in both.index:
        n_a, n_b = (part.reached.get(level, 0) for part in (a, b))
        rates = [part.converted[level] / n if n else pooled[level] for part, n in ((a, n_a), (b, n_b))]
        total += (n_a / a.reached.sum() - n_b / b.reached.sum()) * sum(rates) / 2
    return float(total)


def _kept(life: pd.DataFrame, horizon: float) -> tuple[float, float]:
    """Mean days within the horizon and the variance of that, from the product of Kaplan and Meier."""
    last, left = life.days.to_numpy(), life.left.to_numpy()
    times = np.unique(last[(left == 1) & (last <= horizon)])
    watched = np.array([np.count_nonzero(last >= time) for time in times])
    gone = np.array([np.count_nonzero((last == time) & (left == 1)) for time in times])
    still = np.concatenate([[1.0], np.cumprod(1 - gone / watched)]) if len(times) else np.ones(1)
    areas = still * np.diff(np.concatenate([[0.0], times, [horizon]]))
    days = float(areas.sum())
    after = days - np.cumsum(areas[:-1])
    some = watched > gone
    ends = (after**2 * gone)[some] / (watched * (watched - gone))[some]
    return days, float(ends.sum())


def faults(found: Ground, said: tuple[Said, ...]) -> list[str]:
    """What is false on the page of a ground."""
    return Judge(found, said).read()
