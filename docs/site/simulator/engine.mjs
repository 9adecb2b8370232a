// The simulator's engine: pure functions, no page. The same numbers as helpers.experiment.whatif in Python, under the same names.
import { detectable, lastLevel, power, size, split } from "./design.mjs";
import { cdf, expectedExcess, quantile } from "./normal.mjs";
import { decreasingRoot, Table } from "./score.mjs";
import { fixed, formatted, general } from "./words.mjs";

const DAYS_PER_MONTH = 30.4375;
const REACHABLE = 0.999;
const UNREACHABLE = 1e15;
const BAND_POINTS = 60;
const SMALLEST = 1e-15;
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
  const arms = armsBy(plan, plan.days);
  if (Math.min(...arms) < 2) {
    const message = `Too few users (${arms.join(" + ")}): each arm needs two. Raise the traffic, the duration or the allocation.`;
    return [{ name: "traffic", message }];
  }
  return [];
}

/** Suppose the experiment ends having observed exactly the expected uplift: what then? The plan must have no problems. */
export function outlook(plan, currency = "EUR") {
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
  const risk = (value) => observedRisk(plan, value, arms, absolute(plan.planned_uplift));
  const difference = rate - baseline;
  const money = (plan.traffic * plan.segment_share * DAYS_PER_MONTH * plan.horizon * plan.arpu) / baseline;
  const error = Math.sqrt((baseline * (1 - baseline)) / arms[0] + (rate * (1 - rate)) / arms[1]);
  const net = money * plan.margin * difference - plan.cost;
  const spread = money * plan.margin * error;
  const enough = planned !== null && units >= planned;
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
    false_positive_risk: risk(p),
    revenue: money * difference,
    revenue_low: money * bounds[0],
    revenue_high: money * bounds[1],
    net,
    chance_of_harm: cdf(-difference / error),
    chance_of_loss: cdf(-net / spread),
    loss_of_shipping: spread * expectedExcess(-net / spread),
    loss_of_waiting: spread * expectedExcess(net / spread),
    decision: decide(plan, { level, p, best: relative[1], risk: risk(p), units, planned: planned ?? UNREACHABLE, net }, currency),
    rule: operating(plan, arms, crit, risk, plan.cost / (money * plan.margin), enough),
    band: band(plan, level, crit),
  };
}

/** Chance that there is no improvement although the result is as significant as this one. */
function observedRisk(plan, p, arms, planned) {
  if (!(p < 1)) return 1;
  const level = Math.max(p, SMALLEST);
  const reached = Math.min(Math.max(power(plan.baseline, planned, arms, level), SMALLEST), 1 - SMALLEST);
  const wrong = (level / 2) * (1 - plan.prior);
  return wrong / (wrong + reached * plan.prior);
}

/** The rule of helpers.experiment.decision.rule, trust checks and guardrails taken as passed. */
function decide(plan, { level, p, best, risk, units, planned, net }, currency) {
  const { uplift, minimum_uplift: least, max_risk: accepted } = plan;
  const relative = (value) => formatted(value, "relative");
  const share = (value) => formatted(value, "share");
  const alpha = 1 - (1 - level);
  const criteria = [
    ["Trust checks", "none failed", "none failed", true],
    ["Sample size", `${fixed(planned, 0)} units`, `${fixed(units, 0)} units`, units >= planned],
    [
      "Significance",
      `p < ${general(alpha, 2)}, better than control`,
      `p = ${general(p, 3)}, ${uplift > 0 ? "better" : "not better"}`,
      p < alpha && uplift > 0,
    ],
    ["False-positive risk", `below ${share(accepted)}`, share(risk), risk < accepted],
    ["Uplift", `at least ${relative(least)}`, relative(uplift), uplift >= least],
    ["Expected money", "not below zero", formatted(net, "money", currency), net >= 0],
  ].map(([name, required, found, met]) => ({ name, required, found, met }));
  const missed = criteria.filter((c) => !c.met);
  let [verdict, reason] = ["ITERATE", ""];
  if (!missed.length) {
    verdict = "GO";
    reason =
      `The uplift of ${relative(uplift)} is significant (p = ${general(p, 2)}), large enough, unlikely to be a false` +
      " positive, it is expected to pay, and no guardrail is at risk.";
  } else if (units < planned) {
    reason =
      `The experiment is underpowered: ${fixed(units, 0)} of ${fixed(planned, 0)} planned units were` +
      " exposed, so neither a win nor a loss can be told.";
  } else if (best < least) {
    verdict = "KILL";
    reason = `The uplift is ${relative(best)} at best, below the ${relative(least)} that is worth shipping.`;
  } else {
    reason = `Not yet: ${missed.map((c) => `${c.name.toLowerCase()} is ${c.found}, required ${c.required}`).join("; ")}.`;
  }
  return { verdict, reason, criteria };
}

/** Chances of GO and KILL by this very rule; see helpers.experiment.whatif.operating for the approximation. */
function operating(plan, arms, crit, risk, leastDifference, enough) {
  const size = Math.abs(plan.uplift) || plan.planned_uplift;
  const [harmful, good] = [Math.max(-size, -1), Math.max(size, plan.minimum_uplift)];
  const z = neededStatistic(plan, crit, risk);
  let chances = () => [0, 0];
  if (enough) {
    const { baseline } = plan;
    const error = Math.sqrt((baseline * (1 - baseline)) / arms[0]);
    const control = NODES.map((node) => Math.min(Math.max(baseline + node * error, 1e-9), 1 - 1e-9));
    const go = control.map((rate) => goFrom(plan, arms, rate, z, leastDifference));
    const kill = control.map((rate) => killBelow(plan, arms, rate, crit));
    chances = (relative) => {
      const rate = Math.min(baseline * (1 + relative), 1);
      const spread = Math.max(Math.sqrt((rate * (1 - rate)) / arms[1]), 1e-12);
      const sum = (terms) => terms.reduce((total, term, k) => total + WEIGHTS[k] * cdf(term / spread), 0);
      return [sum(go.map((edge) => rate - edge)), sum(kill.map((edge) => edge - rate))];
    };
  }
  const [none, bad, fine] = [chances(0), chances(harmful), chances(good)];
  return {
    z_go: z,
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

function neededStatistic(plan, crit, risk) {
  const excess = (z) => risk(Math.min(2 * cdf(-z), 1)) - plan.max_risk;
  for (let k = 1; k <= 32; k++) {
    if (excess(k / 4) < 0) return Math.max(decreasingRoot(excess, (k - 1) / 4, k / 4), crit);
  }
  return Infinity;
}

function goFrom(plan, [nc, nt], control, z, leastDifference) {
  const statistic = (rate) => new Table(control * nc, nc, rate * nt, nt).zZero();
  if (z === Infinity || !(statistic(1) > z)) return Infinity;
  const significant = decreasingRoot((rate) => z - statistic(rate), control, 1);
  const found = Math.max(significant, (1 + plan.minimum_uplift) * control, control + leastDifference);
  return found <= 1 ? found : Infinity;
}

function killBelow(plan, [nc, nt], control, crit) {
  const least = Math.log1p(plan.minimum_uplift);
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
