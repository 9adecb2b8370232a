// Sample size, power and detectable effect of two proportions, and the last look's level: as helpers.stats has them.
import { cdf, quantile } from "./normal.mjs";
import { decreasingRoot } from "./score.mjs";

const ROUNDED = 1e9; // quotas are compared at nine decimals

/** Whole units an arm by largest remainder; ties go to the control. */
export function split(total, treatment) {
  const quotas = [1 - treatment, treatment].map((w) => Math.round(w * total * ROUNDED) / ROUNDED);
  const arms = quotas.map(Math.floor);
  const order = arms[0] - quotas[0] <= arms[1] - quotas[1] ? [0, 1] : [1, 0];
  for (const i of order.slice(0, total - arms[0] - arms[1])) arms[i] += 1;
  return arms;
}

/** Power of the score test for an absolute effect; a wrong sign is no success. */
export function power(baseline, effect, [nc, nt], level) {
  const rate = Math.min(Math.max(baseline + effect, 0), 1);
  const pooled = (nc * baseline + nt * rate) / (nc + nt);
  const nullError = Math.sqrt(pooled * (1 - pooled) * (1 / nc + 1 / nt));
  const error = Math.sqrt((rate * (1 - rate)) / nt + (baseline * (1 - baseline)) / nc);
  return cdf((Math.abs(rate - baseline) + quantile(level / 2) * nullError) / error);
}

/** Smallest whole total that reaches the power; null where 1e15 units would not do. */
export function size(baseline, effect, treatment, level, wanted) {
  const weights = [1 - treatment, treatment];
  const reached = (n) => power(baseline, effect, weights.map((w) => w * n), level);
  const least = 2.5 / Math.min(...weights);
  let high = least;
  while (reached(high) < wanted) {
    high *= 2;
    if (high > 1e15) return null;
  }
  let n = least;
  if (high > least) {
    const rate = Math.min(Math.max(baseline + effect, 0), 1);
    const pooled = weights[0] * baseline + weights[1] * rate;
    const nullError = Math.sqrt(pooled * (1 - pooled) * (1 / weights[0] + 1 / weights[1]));
    const error = Math.sqrt((rate * (1 - rate)) / weights[1] + (baseline * (1 - baseline)) / weights[0]);
    n = ((quantile(wanted) * error - quantile(level / 2) * nullError) / Math.abs(rate - baseline)) ** 2;
  }
  let total = Math.ceil(n - 1e-6);
  while (power(baseline, effect, split(total, treatment), level) < wanted) total += 1;
  if (Math.abs(weights[0] - weights[1]) < 1e-15 && total % 2) total += 1;
  return total;
}

/** Smallest relative uplift that the arms find with the power; null where none can be found. */
export function detectable(baseline, arms, level, wanted) {
  const reach = 1 - baseline;
  if (power(baseline, reach, arms, level) < wanted) return null;
  return decreasingRoot((effect) => wanted - power(baseline, effect, arms, level), 0, reach) / baseline;
}

const REACH = 8;
const NODES = [0.1834346424956498, 0.525532409916329, 0.7966664774136267, 0.9602898564975363];
const WEIGHTS = [0.362683783378362, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763];
const levels = new Map();

/** Nominal two-sided level of the last of equal looks under O'Brien-Fleming-type spending (Lan and DeMets 1983). */
export function lastLevel(alpha, looks) {
  if (looks === 1) return alpha;
  const key = `${alpha} ${looks}`;
  if (!levels.has(key)) levels.set(key, 2 * cdf(-lastBoundary(alpha / 2, looks)));
  return levels.get(key);
}

/** Armitage, McPherson and Rowe (1969): the density inside the corridor, carried from look to look by quadrature. */
function lastBoundary(own, looks) {
  const spent = (k) => (k === looks ? own : 2 * cdf(quantile(own / 2) / Math.sqrt(k / looks)));
  const step = Math.sqrt(1 / looks);
  let nodes = [{ at: 0, mass: 0.5 }]; // the half above zero; the other half mirrors it
  let z = 0;
  for (let k = 1; k <= looks; k++) {
    const root = Math.sqrt(k / looks);
    const share = spent(k) - (k > 1 ? spent(k - 1) : 0);
    const beyond = (edge) => {
      let sum = 0;
      for (const { at, mass } of nodes) sum += mass * (cdf((at - edge * root) / step) + cdf((-at - edge * root) / step));
      return sum;
    };
    z = decreasingRoot((edge) => Math.log(Math.max(beyond(edge), 1e-300) / share), 0, 12);
    if (k < looks) nodes = advanced(nodes, Math.min(z, REACH) * root, step);
  }
  return z;
}

function advanced(nodes, high, step) {
  const panels = Math.ceil((high / step) * 1.25);
  const half = high / (2 * panels);
  const found = [];
  for (let i = 0; i < panels; i++) {
    for (let j = 0; j < 8; j++) {
      const at = half * (2 * i + 1 + (j < 4 ? -NODES[j] : NODES[j - 4]));
      let density = 0;
      for (const node of nodes) {
        const [near, far] = [(at - node.at) / step, (at + node.at) / step];
        density += node.mass * (Math.exp((-near * near) / 2) + Math.exp((-far * far) / 2));
      }
      found.push({ at, mass: (half * WEIGHTS[j % 4] * density) / (step * Math.sqrt(2 * Math.PI)) });
    }
  }
  return found;
}
