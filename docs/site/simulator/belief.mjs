// Belief about an effect, as helpers.experiment.decision.belief in Python: an atom at zero and exponential tails.
import { cdf } from "./normal.mjs";

const ROOT = Math.log(2 * Math.PI) / 2;
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

/** Mean of a normal that is cut off below zero. */
function cut(centre, error) {
  const z = centre / error;
  const hazard = z > 0 ? Math.exp((-z * z) / 2 - ROOT - logCdf(z)) : Math.exp(-ROOT - scaled(z));
  return error * Math.max(z + hazard, 0);
}

export class Belief {
  constructor(estimate, error, { improve, harm }, size) {
    const [z, r] = [estimate / error, error / size];
    const logs = [
      Math.log(improve) - Math.log(size) + tilted(z, r),
      Math.log(1 - improve - harm) - Math.log(error) - (z * z) / 2 - ROOT,
      Math.log(harm) - Math.log(size) + tilted(-z, r),
    ];
    const top = Math.max(...logs);
    const total = top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0));
    const [better, nothing, worse] = logs.map((log) => log - total);
    this.error = error;
    this.good = [better, estimate - (error * error) / size];
    this.bad = [worse, -estimate - (error * error) / size];
    this.chance_of_harm = Math.exp(worse);
    this.risk = Math.exp(nothing) + this.chance_of_harm;
    this.mean = Math.exp(better) * cut(this.good[1], error) - this.chance_of_harm * cut(this.bad[1], error);
  }

  /** P(effect > level), for levels of 0 and more. */
  chanceAbove(level) {
    const [weight, centre] = this.good;
    return Math.exp(Math.min(weight + logCdf((centre - level) / this.error) - logCdf(centre / this.error), 0));
  }

  /** E[max(effect - level, 0)], for levels of 0 and more. */
  expectedAbove(level) {
    return this.chanceAbove(level) * cut(this.good[1] - level, this.error);
  }

  /** E[max(level - effect, 0)], for levels of 0 and more. */
  expectedBelow(level) {
    if (level > 0) return level - this.mean + this.expectedAbove(level);
    return this.chance_of_harm * cut(this.bad[1], this.error);
  }
}
