// The page: reads the inputs, asks the engine, writes the answers. Everything from data goes through textContent.
import { band, LEVELS, meter } from "./chart.mjs";
import { outlook, problems } from "./engine.mjs";
import { Control, copied, fill, spoken } from "./form.mjs";
import { patch } from "./patch.mjs";
import { fixed, formatted, inside } from "./words.mjs";

const OWN = "own";
const VERDICTS = {
  GO: ["✓ GO", "verdict-go", "Ship it in stages."],
  ITERATE: ["↻ ITERATE", "verdict-iterate", "Do not ship yet."],
  KILL: ["✕ KILL", "verdict-kill", "Stop."],
};
const by = (id) => document.getElementById(id);
const data = JSON.parse(by("data").textContent);
const presets = new Map(data.presets.map((preset) => [preset.name, preset]));
const state = { preset: OWN, segment: "", waiting: 0, announcing: 0, linking: 0 };
const controls = new Map();

const currency = () => presets.get(state.preset)?.currency ?? "EUR";
const start = () => presets.get(state.preset)?.plan ?? data.own;
const current = () => Object.fromEntries([...controls].map(([name, control]) => [name, control.value]));
/** The revenue that a study measured, as long as nothing that was seen is moved: then revenue moves with conversions. */
const SEEN = ["traffic", "baseline", "uplift", "arpu", "days", "segment_share", "in_experiment", "allocation"];
const measured = (plan) => (!state.segment && SEEN.every((name) => plan[name] === start()[name]) && presets.get(state.preset)?.measured) || null;
const key = ({ dimension, level }) => `${dimension}:${level}`;

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function pairs(place, rows) {
  patch(
    place,
    rows.map(([name, value, detail]) => {
      const block = element("div");
      const dd = element("dd");
      dd.append(element("span", value, "value"));
      if (detail !== undefined) dd.append(element("span", detail, "detail"));
      block.append(element("dt", name), dd);
      return block;
    }),
  );
}

function rows(place, lines) {
  patch(
    place,
    lines.map((cells) => {
      const line = element("tr");
      line.append(...cells);
      return line;
    }),
  );
}

function heading(text) {
  const cell = element("th", text);
  cell.scope = "row";
  return cell;
}

const relative = (value) => formatted(value, "relative");
const share = (value) => formatted(value, "share");
const money = (value) => formatted(value, "money", currency());
const weeks = (value) => (value === null ? "" : formatted(value, "weeks"));
const count = (value) => (value === null ? "not available" : fixed(value, 0));

function showVerdict(plan, found) {
  const [word, kind, advice] = VERDICTS[found.decision.verdict];
  by("verdict").className = `verdict ${kind}`;
  by("verdict-word").textContent = word;
  by("headline").textContent = `${advice} ${relative(plan.uplift)} expected, ${relative(found.relative_low)} to ${relative(found.relative_high)}.`;
  by("reason").textContent = found.decision.reason;
  patch(by("brief"), [element("strong", word), element("span", `${money(found.net)} net, harm ${share(found.chance_of_harm)}`)]);
}

function showFigures(plan, found) {
  const confidence = `${+(100 * (1 - found.level)).toFixed(2)} % interval`;
  const months = `${plan.horizon} ${plan.horizon === 1 ? "month" : "months"}`;
  pairs(by("figures"), [
    [`Revenue lift, ${months}`, money(found.revenue), `${confidence}: ${money(found.revenue_low)} to ${money(found.revenue_high)}`],
    ["Expected net of margin and cost", money(found.net), `as measured ${money(found.net_measured)}; cost ${money(plan.cost)}, margin ${share(plan.margin)}`],
    ["Significance", `p ${formatted(found.p_value, "p").replace(/^(?=\d)/, "= ")}`, `tested at ${share(found.level)}, ${found.p_value < found.level ? "significant" : "not significant"}`],
    ["Risk of no improvement", share(found.risk), `if ${share(plan.improve)} of such ideas help and ${share(plan.harm)} harm`],
    ["Uplift to believe", relative(found.shrunk), `of ${relative(plan.uplift)} measured, shrunk by the prior`],
    ["Power", share(found.power), `to find ${relative(plan.uplift)} with ${count(found.units)} users`],
    ["Detectable uplift (MDE)", found.detectable === null ? "none" : relative(found.detectable), `with ${share(plan.power)} power`],
    ["Sample needed", count(found.needed), found.needed === null ? "no uplift, nothing to find" : `users in both arms, for ${relative(plan.uplift)}`],
    ["Time needed", weeks(found.needed_weeks) || "not available", `for ${relative(plan.planned_uplift)}: ${count(found.planned)} users, ${weeks(found.planned_weeks) || "never"}`],
  ]);
}

function showRisk(found, space) {
  meter(by("meter"), space, found.chance_of_harm, found.decision.verdict);
  pairs(by("risk"), [
    ["Chance that shipping does not pay", share(found.chance_of_loss)],
    ["Expected loss of shipping", money(found.loss_of_shipping)],
    ["Expected loss of not shipping", money(found.loss_of_waiting)],
  ]);
}

function showRule(found) {
  const { rule } = found;
  by("rule-note").textContent = Number.isFinite(rule.go_from)
    ? `GO needs an observed uplift of ${relative(rule.go_from)} or more.`
    : "No uplift is enough for GO at this size.";
  const line = (name, go, kill, wrong) => [
    heading(name),
    ...[go, Math.max(1 - go - kill, 0), kill].map((likely, k) =>
      element("td", share(likely), k === wrong ? "right wrong-verdict" : "right"),
    ),
  ];
  const whole = (change) => relative(change).replaceAll(" ", "\u00a0"); // no line ends within a number
  rows(by("rule"), [
    line("does nothing", rule.go_when_null, rule.kill_when_null, 0),
    line(`harms (${whole(rule.harmful)})`, rule.go_when_harmful, rule.kill_when_harmful, 0),
    line(`is good (${whole(rule.good)})`, rule.go_when_good, rule.kill_when_good, 2),
  ]);
}

function showBand(plan, found, space) {
  const last = found.band.at(-1);
  by("band-note").textContent =
    `Interval of the relative change if every day converts as expected: after day ${last.day} it runs from ` +
    `${relative(last.low)} to ${relative(last.high)}.`;
  band(by("band"), space, plan, found);
  if (!by("band-table").open) return;
  const every = Math.ceil(found.band.length / 12);
  rows(
    by("band-rows"),
    found.band
      .filter((d, k) => (found.band.length - 1 - k) % every === 0)
      .map((d) => [fixed(d.day, 0), fixed(d.units, 0), relative(d.low), relative(d.high)].map((text) => element("td", text, "right"))),
  );
}

function showCriteria(found) {
  rows(
    by("criteria"),
    found.decision.criteria.map((c) => [
      heading(c.name),
      element("td", c.required),
      element("td", c.found),
      element("td", c.met ? "✓ yes" : "✕ no", c.met ? "met" : "unmet"),
    ]),
  );
}

/** The whole in a paragraph that can be pasted into a message. */
function summary(plan, found) {
  const share = (value) => formatted(value, "share").replace("< ", "below ").replace("> ", "above ");
  const { rule } = found;
  const who = state.segment ? ` (${state.segment.replace(":", ": ")})` : "";
  const metric = inside(presets.get(state.preset)?.metric ?? "conversion");
  const errs =
    `At this size the rule says GO to a change without effect in ${share(rule.go_when_null)} of experiments, to one that` +
    ` harms (${relative(rule.harmful)}) in ${share(rule.go_when_harmful)}, and KILL to a good one (${relative(rule.good)}) in ${share(rule.kill_when_good)}.`;
  return (
    `${found.decision.verdict}${who}. If ${plan.days} days with ${count(found.units)} users show ${metric} going from ${share(plan.baseline)} to ` +
    `${share(plan.baseline * (1 + plan.uplift))} (${relative(plan.uplift)}, ${relative(found.relative_low)} to ${relative(found.relative_high)}), ` +
    `revenue changes by ${money(found.revenue)} over ${plan.horizon} months (${money(found.revenue_low)} to ${money(found.revenue_high)}). ` +
    `${found.decision.reason} The chance that the change does harm is ${share(found.chance_of_harm)}, and shipping loses ` +
    `${money(found.loss_of_shipping)} in expectation. ${errs}`
  );
}

function render() {
  state.waiting = 0;
  const plan = current();
  const wrong = problems(plan, data.inputs);
  for (const [name, control] of controls) control.complain(wrong.find((w) => w.name === name)?.message);
  by("found").hidden = wrong.length > 0;
  by("brief").hidden = wrong.length > 0;
  by("wrong").hidden = wrong.length === 0;
  const told = wrong.map((w) => w.message).join(" ");
  if (by("wrong").textContent !== told) by("wrong").textContent = told;
  if (wrong.some((w) => controls.get(w.name).more)) by("more").open = true;
  if (wrong.length) return;
  const [risk, days] = ["meter", "band"].map((id) => by(id).clientWidth); // read before anything is written: one layout a frame
  const found = outlook(plan, currency(), measured(plan));
  showVerdict(plan, found);
  showFigures(plan, found);
  showRisk(found, risk);
  showRule(found);
  showBand(plan, found, days);
  showCriteria(found);
  by("summary").textContent = summary(plan, found);
  announce(`${found.decision.verdict}. ${found.decision.reason}`);
}

/** Told to screen readers once the inputs rest, not at every step of a slider. */
function announce(text) {
  clearTimeout(state.announcing);
  state.announcing = setTimeout(() => {
    if (by("said").textContent !== text) by("said").textContent = text;
  }, 700);
}

function schedule() {
  state.waiting ||= requestAnimationFrame(render);
  clearTimeout(state.linking);
  state.linking = setTimeout(remember, 250);
}

function fragment() {
  const entries = Object.entries(current()).filter(([, value]) => Number.isFinite(value));
  const chosen = [["preset", state.preset], ...(state.segment ? [["segment", state.segment]] : [])];
  return `#${new URLSearchParams([...chosen, ...entries])}`;
}

function remember() {
  history.replaceState(null, "", fragment());
}

/** Unknown names and values that are no numbers are passed over. */
function restore() {
  const asked = new URLSearchParams(location.hash.slice(1));
  choose(presets.has(asked.get("preset")) ? asked.get("preset") : asked.get("preset") === OWN ? OWN : (data.presets[0]?.name ?? OWN));
  if (asked.has("segment")) segment(asked.get("segment"));
  for (const [name, control] of controls) {
    const text = asked.get(name);
    if (text !== null && text.trim() !== "" && Number.isFinite(Number(text))) control.show(Number(text), currency());
  }
  render();
}

function choose(name) {
  state.preset = name;
  state.segment = "";
  const preset = presets.get(name);
  by("preset").value = name;
  by("preset-note").textContent = preset?.note ?? "";
  fill(by("segment"), [
    ["", "All users"],
    ...(preset?.segments ?? []).map((s) => [key(s), spoken(s), s.dimension.replaceAll("_", " ")]),
  ]);
  by("segment").disabled = !preset;
  for (const [field, control] of controls) control.show(start()[field], currency());
}

function segment(name) {
  const found = presets.get(state.preset)?.segments.find((s) => key(s) === name);
  state.segment = found ? name : "";
  by("segment").value = state.segment;
  for (const field of ["segment_share", "baseline", "arpu"]) controls.get(field).show((found ?? start())[field], currency());
}

async function copy(button, text) {
  const before = button.textContent;
  by("said").textContent = (await copied(text)) ? "Copied" : "Copying is not allowed here";
  button.textContent = by("said").textContent;
  setTimeout(() => (button.textContent = before), 1500);
}

for (const { slider, ...input } of data.inputs) {
  const control = new Control({ ...input, range: slider }, schedule);
  controls.set(input.name, control);
  by(input.more ? "second" : "first").append(control.block);
}
fill(by("preset"), [...data.presets.map((p) => [p.name, p.title]), [OWN, "Own numbers"]]);
by("preset").addEventListener("change", (event) => (choose(event.target.value), schedule()));
by("segment").addEventListener("change", (event) => (segment(event.target.value), schedule()));
by("inputs").addEventListener("submit", (event) => event.preventDefault());
by("inputs").addEventListener("reset", (event) => (event.preventDefault(), choose(state.preset), schedule()));
by("copy").addEventListener("click", (event) => copy(event.target, by("summary").textContent));
by("link").addEventListener("click", (event) => (remember(), copy(event.target, location.href)));
by("band-table").addEventListener("toggle", schedule);
addEventListener("hashchange", restore);
addEventListener("resize", schedule);
addEventListener("beforeprint", () => (by("more").open = true));
restore();
globalThis.simulator = Object.freeze({ outlook, problems, inputs: data.inputs, levels: LEVELS });
