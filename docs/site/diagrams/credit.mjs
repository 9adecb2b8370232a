// Attribution by rule: the same arithmetic as src/helpers/programme/attribution/rules.py, held equal to it by a test.

export const RULES = ["first_touch", "last_touch", "linear", "time_decay", "position_based"];

// touches: [{channel, day}] in the order of their days; shares that add up to 1, one a touchpoint.
export function credit(touches, rule, halfLife, ends) {
  const n = touches.length;
  if (!n) throw new RangeError("a journey without touchpoints has no credit to give");
  const weights = touches.map((touch, i) => {
    switch (rule) {
      case "first_touch": return i === 0 ? 1 : 0;
      case "last_touch": return i === n - 1 ? 1 : 0;
      case "linear": return 1;
      case "time_decay": return 2 ** ((touch.day - touches[n - 1].day) / halfLife);
      case "position_based": return n < 3 ? 1 : i === 0 || i === n - 1 ? ends : (1 - 2 * ends) / (n - 2);
      default: throw new RangeError(`there is no attribution rule ${rule}`);
    }
  });
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}
