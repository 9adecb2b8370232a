// The simulator's engine: pure functions, no page. The same numbers as helpers.experiment.whatif in Python, under the same names.
import { Belief } from "./belief.mjs";
import { detectable, lastLevel, power, size, split } from "./design.mjs";
import { cdf, quantile } from "./normal.mjs";
import { decreasingRoot, Table } from "./score.mjs";
import { apart, digitsBeside, fixed, formatted, general, levelBeside, stated } from "./words.mjs";

const DAYS_PER_MONTH = 30.4375;
const LEAST_P = 1e-300;
const LEAST_TOLD = 0.0001;
const REACHABLE = 0.999;
const BAND_POINTS = 60;
const MOST = 0.999;
const NODES = Array.from({ length: 31 }, (_, i) => -6 + 0.4 * i);
const TOTAL = NODES.reduce((sum, node) => sum + Math.exp((-node * node) / 2), 0);
const WEIGHTS = NODES.map((node) => Math.exp((-node * node) / 2) / TOTAL);

const treatedRate = (plan) => plan.baseline * (1 + plan.uplift);
const daily = (plan) => plan.traffic * plan.in_experiment * plan.segment_share;
const armsBy = (plan, day) => split(Math.floor(daily(plan) * day + 0.5), plan.allocation);

/** What is wrong with a plan: [{name, message}], empty when nothing is. `inputs` are the limits that Python states. */
export function problems(plan, inputs) {
  const found = [];
  for (const { name, label, low, high, whole, says } of inputs) {
    const value = plan[name];
    const wrong = typeof value !== "number" || !(value >= low && value <= high) || (whole && !Number.isInteger(value));
    if (wrong) found.push({ name, message: `${label} must be ${says ?? `a ${whole ? "whole " : ""}number from ${low} to ${high}`}.` });
  }
  if (found.length) return found;
  if (treatedRate(plan) > 1) {
    const rate = formatted(treatedRate(plan), "share");
    return [{ name: "uplift", message: `With this uplift the conversion would be ${rate}: lower the baseline or the uplift.` }];
  }
  if (plan.improve + plan.harm > MOST) {
    return [{ name: "improve", message: "No idea would be left that does nothing: lower the ideas that help or that harm." }];
  }
  const arms = armsBy(plan, plan.days);
  if (Math.min(...arms) < 2) {
    const message = `Too few users (${arms.join(" + ")}): each arm needs two. Raise the traffic, the duration or the allocation.`;
    return [{ name: "traffic", message }];
  }
  return [];
}

/** Suppose the experiment ends having observed exactly the expected uplift: what then? The plan must have no problems.
 *  Revenue moves with conversions, or as it was measured (change, low, high and error in cents of a user). */
export function outlook(plan, currency = "EUR", measured = null) {
  const { baseline, allocation } = plan;
  const level = lastLevel(plan.alpha, plan.looks);
  const arms = armsBy(plan, plan.days);
  const units = arms[0] + arms[1];
  const rate = treatedRate(plan);
  const table = new Table(arms[0] * baseline, arms[0], arms[1] * rate, arms[1]);
  const statistic = table.zZero();
  const p = Math.min(2 * cdf(-Math.abs(statistic)), 1);
  const crit = -quantile(level / 2);
  const bounds = table.differenceBounds(statistic, crit, p < level);
  const relative = table.relativeBounds(statistic, crit, p < level);
  const absolute = (uplift) => Math.min(uplift, (REACHABLE * (1 - baseline)) / baseline) * baseline;
  const planned = size(baseline, absolute(plan.planned_uplift), allocation, level, plan.power);
  const needed = plan.uplift === 0 ? null : size(baseline, absolute(plan.uplift), allocation, level, plan.power);
  const weeks = (n) => (n === null ? null : Math.ceil(n / daily(plan) / 7 - 1e-9));
  const difference = rate - baseline;
  const reached = plan.traffic * plan.segment_share * DAYS_PER_MONTH * plan.horizon;
  const money = measured ? reached : (reached * plan.arpu) / baseline;
  const belief = believed(plan, arms, baseline, rate);
  const moved = measured ? new Belief(measured.change, measured.error, plan, plan.size * plan.arpu) : belief;
  const change = measured ? [measured.change, measured.low, measured.high] : [difference, bounds[0], bounds[1]];
  const perUnit = money * plan.margin;
  const pays = plan.cost / (((reached * plan.arpu) / baseline) * plan.margin);
  const priced = plan.cost / perUnit;
  const net = perUnit * moved.mean - plan.cost;
  return {
    units,
    level,
    difference,
    difference_low: bounds[0],
    difference_high: bounds[1],
    relative_low: relative[0],
    relative_high: relative[1],
    statistic,
    p_value: p,
    power: power(baseline, absolute(plan.uplift), arms, level),
    detectable: detectable(baseline, arms, level, plan.power),
    needed,
    needed_weeks: weeks(needed),
    planned,
    planned_weeks: weeks(planned),
    risk: belief.risk,
    revenue: money * change[0],
    revenue_low: money * change[1],
    revenue_high: money * change[2],
    net_measured: perUnit * change[0] - plan.cost,
    net,
    shrunk: belief.mean / baseline,
    chance_of_harm: belief.chance_of_harm,
    chance_of_loss: 1 - moved.chanceAbove(priced),
    loss_of_shipping: perUnit * moved.expectedBelow(priced),
    loss_of_waiting: perUnit * moved.expectedAbove(priced),
    decision: decide(plan, { level, p, relative, risk: belief.risk, net }, currency),
    rule: operating(plan, arms, crit, pays),
    band: band(plan, level, crit),
  };
}

/** What is believed once these rates are seen. */
function believed(plan, [nc, nt], control, treated) {
  const error = Math.sqrt((control * (1 - control)) / nc + (treated * (1 - treated)) / nt);
  return new Belief(treated - control, error, plan, plan.size * control);
}

/** The rule of helpers.experiment.decision.rule, trust checks and guardrails taken as passed. */
function decide(plan, { level, p, relative: [low, high], risk, net }, currency) {
  const { uplift, minimum_uplift: least, max_risk: accepted } = plan;
  const relative = (value) => formatted(value, "relative");
  const by = (value, bar = NaN) => {
    const size = (Number.isNaN(bar) ? relative(Math.abs(value)) : apart(Math.abs(value), bar, "relative")).replace("+", "");
    return value && !/[1-9]/.test(size) ? "less than 0.1 %" : size;
  };
  const best = high ? `${high > 0 ? "better" : "worse"} by ${by(high, least)}` : "no different";
  const alpha = 1 - (1 - level);
  const toldAbove = (least, digits) => (p > least ? `p = ${general(p, digits)}` : `p < ${general(least, 3)}`);
  const told = toldAbove(LEAST_TOLD, 3);
  const beside = toldAbove(alpha > LEAST_TOLD ? LEAST_TOLD : LEAST_P, digitsBeside(p, alpha));
  const way = uplift > 0 ? "better" : uplift < 0 ? "worse" : "no different";
  const criteria = [
    ["Trust checks", "none failed", "none failed", true],
    ["Significance", `p < ${levelBeside(alpha, p)}, better than the control`, `${beside}, measured as ${way}`, p < alpha && uplift > 0],
    ["Risk of no improvement", `below ${stated(accepted, "share")}`, apart(risk, accepted, "share"), risk < accepted],
    ["Uplift", `at least ${stated(least, "relative")}`, apart(uplift, least, "relative"), uplift >= least],
    ["Expected money", "not below zero", apart(net, 0, "money", currency), net >= 0],
  ].map(([name, required, found, met]) => ({ name, required, found, met }));
  const missed = criteria.filter((c) => !c.met);
  let [verdict, reason] = ["ITERATE", ""];
  if (p < alpha && uplift <= 0) {
    verdict = "KILL";
    reason = `The conversion is worse by ${by(uplift)} (${relative(low)} to ${relative(high)}, ${told}): the change does harm.`;
  } else if (high < least) {
    verdict = "KILL";
    reason = `The conversion is ${best} at best, below the ${stated(least, "relative")} that is worth shipping: ${high < 0 ? "its whole interval is on the bad side" : "too small to matter"}.`;
  } else if (!missed.length) {
    verdict = "GO";
    reason =
      `The uplift of ${relative(uplift)} is significant (${told}), large enough, unlikely to be luck and expected to pay.`;
  } else {
    const is = ({ name, found }) => (name === "Significance" ? `is not reached (${found})` : `is ${found}`);
    reason = `Not met: ${missed.map((c) => `${c.name.toLowerCase()} ${is(c)}, required ${c.required}`).join("; ")}.`;
  }
  return { verdict, reason, criteria, arm: "", beside: "", against: "", remedy: "", first: "" };
}

/** Chances of GO and KILL by this very rule; see helpers.experiment.whatif.operating for the approximation. */
function operating(plan, arms, crit, leastDifference) {
  const size = Math.abs(plan.uplift) || plan.planned_uplift;
  const [harmful, good] = [Math.max(-size, -1), Math.max(size, plan.minimum_uplift)];
  const { baseline } = plan;
  const error = Math.sqrt((baseline * (1 - baseline)) / arms[0]);
  const control = NODES.map((node) => Math.min(Math.max(baseline + node * error, 1e-9), 1 - 1e-9));
  const go = control.map((rate) => goFrom(plan, arms, rate, crit, leastDifference));
  const kill = control.map((rate) => killBelow(plan, arms, rate, crit));
  const chances = (relative) => {
    const rate = Math.min(baseline * (1 + relative), 1);
    const spread = Math.max(Math.sqrt((rate * (1 - rate)) / arms[1]), 1e-12);
    const sum = (terms) => terms.reduce((total, term, k) => total + WEIGHTS[k] * cdf(term / spread), 0);
    return [sum(go.map((edge) => rate - edge)), sum(kill.map((edge) => edge - rate))];
  };
  const [none, bad, fine] = [chances(0), chances(harmful), chances(good)];
  return {
    go_from: go[(NODES.length - 1) / 2] / baseline - 1,
    harmful,
    good,
    go_when_null: none[0],
    go_when_harmful: bad[0],
    go_when_good: fine[0],
    kill_when_null: none[1],
    kill_when_harmful: bad[1],
    kill_when_good: fine[1],
  };
}

function goFrom(plan, [nc, nt], control, crit, leastDifference) {
  const short = (rate) => crit - new Table(control * nc, nc, rate * nt, nt).zZero();
  const risky = (rate) => Math.log(believed(plan, [nc, nt], control, rate).risk) - Math.log(plan.max_risk);
  const losing = (rate) => leastDifference - believed(plan, [nc, nt], control, rate).mean;
  const top = 1 - 1e-12;
  let found = (1 + plan.minimum_uplift) * control;
  for (const gap of [short, risky, losing]) found = Math.max(found, gap(top) > 0 ? Infinity : decreasingRoot(gap, control, top));
  return found <= 1 ? found : Infinity;
}

function killBelow(plan, [nc, nt], control, crit) {
  const least = Math.log1p(Math.max(plan.minimum_uplift, 0));
  const gap = (rate) => -crit - new Table(control * nc, nc, rate * nt, nt).zRatio(least);
  if (gap(0) <= 0) return -Infinity;
  if (gap(1) >= 0) return Infinity;
  return decreasingRoot(gap, 0, 1);
}

function band(plan, level, crit) {
  const points = Math.min(plan.days, BAND_POINTS);
  const rate = treatedRate(plan);
  const found = [];
  for (let k = 1; k <= points; k++) {
    const day = Math.floor((plan.days * k) / points);
    const [nc, nt] = armsBy(plan, day);
    if (Math.min(nc, nt) < 2) continue;
    const table = new Table(nc * plan.baseline, nc, nt * rate, nt);
    const z = table.zZero();
    const [low, high] = table.relativeBounds(z, crit, 2 * cdf(-Math.abs(z)) < level);
    found.push({ day, units: nc + nt, low, high });
  }
  return found;
}
