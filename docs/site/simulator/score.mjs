// Miettinen and Nurminen's score test and the intervals that invert it, as helpers.stats.comparisons.score has them.
const TINY = 1e-300;
const ABOVE_ZERO = Number.MIN_VALUE;
const EPS = 4 * Number.EPSILON;
const FLAT = 1e-13;

/** Where a decreasing function crosses zero in [low, high]: Chandrupatla's method; an end when it does not cross. */
export function decreasingRoot(f, low, high) {
  let [a, b] = [high, low];
  let [fa, fb] = [f(a), f(b)];
  if (fb <= 0) return low;
  if (fa >= 0) return high;
  let [c, fc, t, best] = [a, fa, 0.5, b];
  for (let i = 0; i < 200; i++) {
    const x = a + t * (b - a);
    const fx = f(x);
    if (fx > 0 === fa > 0) [c, fc] = [a, fa];
    else [c, fc, b, fb] = [b, fb, a, fa];
    [a, fa] = [x, fx];
    const nearer = Math.abs(fa) < Math.abs(fb);
    best = nearer ? a : b;
    const width = Math.abs(b - a);
    if (Math.abs(nearer ? fa : fb) < FLAT || width <= 2 * EPS * Math.abs(best) || width < 1e-300) return best;
    const limit = Math.min(0.5, (EPS * Math.abs(best)) / width);
    const [xi, phi] = [(a - b) / (c - b), (fa - fb) / (fc - fb)];
    if (phi * phi < xi && (1 - phi) ** 2 < 1 - xi) {
      t = ((fa / (fb - fa)) * fc) / (fb - fc) + ((((c - a) / (b - a)) * fa) / (fc - fa)) * (fb / (fc - fb));
      t = Math.min(1 - limit, Math.max(limit, t));
    } else t = 0.5;
  }
  return best;
}

/** Most likely rates given p_t - p_c = delta. */
function restrictedDifference(xc, nc, xt, nt, delta) {
  const total = nc + nt;
  const [w, ac, at] = [nc / total, xc / total, xt / total];
  const l2 = (1 + w) * delta - 1 - ac - at;
  const l1 = (w * delta - 1 - 2 * ac) * delta + ac + at;
  const l0 = ac * delta * (1 - delta);
  const third = l2 / 3;
  const q = third * third * third - (l1 * l2) / 6 + l0 / 2;
  const m = Math.sqrt(Math.max(third * third - l1 / 3, 0));
  const angle = (Math.PI + Math.acos(Math.min(Math.abs(q) / (m * m * m + TINY), 1))) / 3;
  const sign = q < 0 || Object.is(q, -0) ? -1 : 1;
  const [floor, ceiling] = [Math.max(-delta, 0), Math.min(1 - delta, 1)];
  const inside = (x) => Math.min(Math.max(x, floor), ceiling);
  let root = inside(2 * sign * m * Math.cos(angle) - third);
  for (let i = 0; i < 2; i++) {
    const value = ((root + l2) * root + l1) * root + l0;
    const slope = (3 * root + 2 * l2) * root + l1;
    root = inside(root - (value * slope) / (slope * slope + TINY));
  }
  return [root, Math.min(Math.max(root + delta, 0), 1)];
}

/** Most likely rates given p_t = ratio p_c. */
function restrictedRatio(xc, nc, xt, nt, ratio) {
  const total = nc + nt;
  const b = (nt * ratio + xt + nc + xc * ratio) / total;
  const c = (xt + xc) / total;
  const root = (2 * c) / (b + Math.sqrt(Math.max(b * b - 4 * ratio * c, 0)));
  const rc = Math.min(root, 1, 1 / (ratio + TINY));
  return [rc, Math.min(ratio * rc, 1)];
}

/** Most likely failure rates given p_t = (1 + excess) p_c: for rates near 1. */
function restrictedFailures(fc, nc, ft, nt, excess) {
  const [total, ratio] = [nc + nt, 1 + excess];
  const b = excess + (ratio * fc + ft) / total;
  const c = excess * (fc / total);
  const root = Math.sqrt(Math.max(b * b - 4 * ratio * c, 0));
  const far = Math.abs(b) + root;
  const found = b >= 0 ? far / (2 * ratio + TINY) : (-2 * c) / (far + TINY);
  const qc = Math.min(Math.max(found, 0), 1);
  return [qc, Math.min(Math.max(ratio * qc - excess, 0), 1)];
}

/** Two arms as observed: successes (not rounded) and units. */
export class Table {
  constructor(xc, nc, xt, nt) {
    const total = nc + nt;
    const swap = xc + xt > total / 2;
    Object.assign(this, { xc, nc, xt, nt, pc: xc / nc, pt: xt / nt, factor: total / (total - 1), side: swap ? -1 : 1 });
    this.rareC = swap ? nc - xc : xc;
    this.rareT = swap ? nt - xt : xt;
  }

  zZero() {
    const rare = (this.rareC + this.rareT) / (this.nc + this.nt);
    const variance = rare * (1 - rare) * (1 / this.nc + 1 / this.nt) * this.factor;
    return (this.pt - this.pc) / Math.sqrt(variance + TINY);
  }

  zDifference(delta) {
    const { nc, nt } = this;
    const [rc, rt] = restrictedDifference(this.rareC, nc, this.rareT, nt, this.side * delta);
    const variance = ((rt * (1 - rt)) / nt + (rc * (1 - rc)) / nc) * this.factor;
    return (this.pt - this.pc - delta) / Math.sqrt(variance + TINY);
  }

  zRatio(logRatio) {
    const { xc, nc, xt, nt } = this;
    const ratio = Math.exp(logRatio);
    if (this.side > 0) {
      const [rc, rt] = restrictedRatio(xc, nc, xt, nt, ratio);
      return this.#linear(this.pt - ratio * this.pc, rc, rt, ratio);
    }
    const excess = Math.expm1(logRatio);
    const [fc, ft] = [nc - xc, nt - xt];
    const [qc, qt] = restrictedFailures(fc, nc, ft, nt, excess);
    return this.#linear(ratio * (fc / nc) - ft / nt - excess, qc, qt, ratio);
  }

  #linear(gap, rc, rt, ratio) {
    const variance = (rt * (1 - rt)) / this.nt + ratio * ratio * ((rc * (1 - rc)) / this.nc);
    return gap / Math.sqrt(variance * this.factor + TINY);
  }

  /** Bounds of the relative change only: what the band needs. */
  relativeBounds(z, crit, significant) {
    const [up, down] = [significant && z > 0, significant && z < 0];
    let low = this.xt > 0 ? Math.expm1(this.#logRatio(crit, up ? 1 : -1)) : -1;
    let high = this.xc > 0 ? Math.expm1(this.#logRatio(-crit, down ? -1 : 1)) : Infinity;
    if (up) low = Math.max(low, ABOVE_ZERO);
    if (down) high = Math.min(high, -ABOVE_ZERO);
    return [low, high];
  }

  differenceBounds(z, crit, significant) {
    const d = this.pt - this.pc;
    const [up, down] = [significant && z > 0, significant && z < 0];
    let [low, high] = [-1, 1];
    if (d > -1) low = decreasingRoot((x) => this.zDifference(x) - crit, up ? 0 : -1, up ? d : Math.min(d, 0));
    if (d < 1) high = decreasingRoot((x) => this.zDifference(x) + crit, down ? d : Math.max(d, 0), down ? 0 : 1);
    if (up) low = Math.max(low, ABOVE_ZERO);
    if (down) high = Math.min(high, -ABOVE_ZERO);
    return [low, high];
  }

  #logRatio(target, side) {
    let [inner, outer] = [0, 90 * side];
    for (const size of [0.125, 0.5, 2, 8]) {
      if (this.zRatio(size * side) < target === side > 0) {
        outer = size * side;
        break;
      }
      inner = size * side;
    }
    return decreasingRoot((x) => this.zRatio(x) - target, Math.min(inner, outer), Math.max(inner, outer));
  }
}
