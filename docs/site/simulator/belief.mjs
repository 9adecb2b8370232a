// Belief about an effect, as helpers.experiment.decision.belief in Python: an atom at zero and tails of exponentials.
import { cdf } from "./normal.mjs";

const ROOT = Math.log(2 * Math.PI) / 2;
const FAR_BELOW = 100; // standard errors below zero from which on the mean of what is left of a normal is a series
const STEPS = 64; // of Simpson's rule
const FAR = -30; // below it the tail is its asymptotic series to the last digit

/** log P(Z <= x) + x * x / 2, for x of 0 and less. */
function scaled(x) {
  if (x > FAR) return Math.log(cdf(x)) + (x * x) / 2;
  const s = 1 / (x * x);
  return -Math.log(-x) - ROOT + Math.log1p(s * (-1 + s * (3 + s * (-15 + s * (105 - 945 * s)))));
}

const logCdf = (x) => (x > 0 ? Math.log1p(-cdf(-x)) : scaled(x) - (x * x) / 2);

/** log(exp(r * r / 2 - r * z) * P(Z <= z - r)). */
function tilted(z, r) {
  const x = z - r;
  return x > 0 ? (r * r) / 2 - r * z + logCdf(x) : scaled(x) - (z * z) / 2;
}

/** log P(X > level) of a normal that is cut off below zero, for levels of 0 and more. */
function logTail(centre, level, error) {
  const [u, v] = [(level - centre) / error, -centre / error];
  return v > 0 ? (-level / error) * ((u + v) / 2) + scaled(-u) - scaled(-v) : logCdf(-u) - logCdf(-v);
}

/** Mean of a normal that is cut off below zero. */
function cut(centre, error) {
  const z = centre / error;
  if (z < -FAR_BELOW) {
    const s = 1 / (z * z); // the series of what is left of two large numbers
    return (error * (1 + s * (-2 + s * (10 - 74 * s)))) / -z;
  }
  const hazard = z > 0 ? Math.exp((-z * z) / 2 - ROOT - logCdf(z)) : Math.exp(-ROOT - scaled(z));
  return error * Math.max(z + hazard, 0);
}

const TAILS = [[0.8, 1], [0.15, 5], [0.05, 25]]; // share of the effects, and how many times the typical size their mean is

export class Belief {
  constructor(estimate, error, { improve, harm }, size) {
    const z = estimate / error;
    const side = (share, sign) =>
      TAILS.map(([part, times]) => [
        Math.log(share * part) - Math.log(size * times) + tilted(sign * z, error / (size * times)),
        sign * estimate - (error * error) / (size * times),
      ]);
    const [good, bad] = [side(improve, 1), side(harm, -1)];
    const nothing = Math.log(1 - improve - harm) - Math.log(error) - (z * z) / 2 - ROOT;
    const logs = [...good, ...bad].map(([weight]) => weight).concat(nothing);
    const top = Math.max(...logs);
    const total = top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0));
    const known = ([weight, centre]) => [weight - total, centre];
    this.error = error;
    this.good = good.map(known);
    this.bad = bad.map(known);
    const chance = (parts) => Math.min(parts.reduce((sum, [weight]) => sum + Math.exp(weight), 0), 1);
    this.chance_of_harm = chance(this.bad);
    this.risk = Math.min(Math.exp(nothing - total) + this.chance_of_harm, 1);
    this.mean = this.#beyond(this.good, 0) - this.#beyond(this.bad, 0);
  }

  #tail([weight, centre], level) {
    return Math.exp(Math.min(weight + logTail(centre, level, this.error), 0));
  }

  #beyond(parts, level) {
    return parts.reduce((sum, part) => sum + this.#tail(part, level) * cut(part[1] - level, this.error), 0);
  }

  /** E[max(level - X, 0)] of a part that is nearly an exponential; below its mean the integral of P(X <= t). */
  #shortSteep([weight, centre], level) {
    const mean = cut(centre, this.error);
    if (level >= mean) {
      const beyond = Math.exp(logTail(centre, level, this.error)) * cut(centre - level, this.error);
      return Math.exp(weight) * (level - mean + beyond);
    }
    let sum = 0;
    for (let k = 0; k <= STEPS; k++) {
      const times = k === 0 || k === STEPS ? 1 : k % 2 ? 4 : 2;
      sum -= times * Math.expm1(logTail(centre, (level * k) / STEPS, this.error));
    }
    return (Math.exp(weight) * level * sum) / (3 * STEPS);
  }

  /** E[max(level - X, 0)] over the parts of one side, for levels above 0; tails are taken where they are small. */
  #short(parts, level) {
    return parts.reduce((total, part) => {
      const [weight, centre] = part;
      if (centre < 0) return total + this.#shortSteep(part, level);
      const [u, v] = [(level - centre) / this.error, -centre / this.error];
      const whole = weight - logCdf(centre / this.error);
      const [near, far] = v > 0 ? [-v, -u] : [u, v];
      const inside = Math.exp(whole + logCdf(near)) - Math.exp(whole + logCdf(far));
      const edge = Math.exp(whole - (u * u) / 2 - ROOT) - Math.exp(whole - (v * v) / 2 - ROOT);
      return total + Math.max((level - centre) * inside + this.error * edge, 0);
    }, 0);
  }

  /** P(effect > level), for levels of 0 and more. */
  chanceAbove(level) {
    return this.good.reduce((sum, part) => sum + this.#tail(part, level), 0);
  }

  /** E[max(effect - level, 0)], for levels of 0 and more. */
  expectedAbove(level) {
    return this.#beyond(this.good, level);
  }

  /** E[max(level - effect, 0)], for levels of 0 and more. */
  expectedBelow(level) {
    const below = this.#beyond(this.bad, 0);
    return level > 0 ? level * this.risk + below + this.#short(this.good, level) : below;
  }
}
