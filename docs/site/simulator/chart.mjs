// Two drawings in plain SVG: the band over the days, and the risk meter.
import { patch } from "./patch.mjs";
import { fixed, formatted } from "./words.mjs";

const SVG = "http://www.w3.org/2000/svg";

function drawn(name, attributes = {}, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Round steps that divide a range into about `count` parts. */
export function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((s) => s * power >= rough);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(k * step);
  return found;
}

const percent = (value) => `${/[1-9]/.test(fixed(value * 100, 1)) ? fixed(value * 100, Math.abs(value) < 0.0095 ? 1 : 0, true) : "0"} %`;

/** The interval by day around the expected uplift; a late day's interval decides how high the picture is. */
export function band(place, space, plan, found) {
  const width = Math.max(space, 260);
  const height = Math.min(Math.max(width * 0.42, 230), 340);
  const room = { left: 72, right: 14, top: 28, bottom: 42 };
  const days = found.band;
  const settled = days.filter((d) => d.day >= 0.2 * plan.days);
  const ends = [0, plan.uplift, plan.minimum_uplift];
  for (const d of settled) ends.push(d.low, Number.isFinite(d.high) ? d.high : plan.uplift);
  let [low, high] = [Math.min(...ends), Math.max(...ends)];
  [low, high] = [low - 0.1 * (high - low || 0.1), high + 0.1 * (high - low || 0.1)];
  const first = days.length ? days[0].day : 1;
  const x = (day) => room.left + ((day - first) / Math.max(plan.days - first, 1)) * (width - room.left - room.right);
  const far = 20 * (high - low); // what is out of the picture is clipped, and finite
  const inside = (value) => Math.min(Math.max(value, low - far), high + far);
  const y = (value) => room.top + ((high - inside(value)) / (high - low)) * (height - room.top - room.bottom);
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": "band-title band-note" });
  const add = (name, attributes, text) => svg.append(drawn(name, attributes, text));
  for (const tick of ticks(low, high, 5)) {
    add("line", { class: "grid", x1: room.left, x2: width - room.right, y1: y(tick), y2: y(tick) });
    add("text", { x: room.left - 8, y: y(tick) + 4, "text-anchor": "end" }, percent(tick));
  }
  const whole = ticks(first, plan.days, Math.min(width / 90, plan.days - first || 1)).filter((d) => Number.isInteger(+d.toFixed(6)));
  for (const day of whole) add("text", { x: x(day), y: height - room.bottom + 18, "text-anchor": "middle" }, fixed(day, 0));
  add("text", { x: (room.left + width - room.right) / 2, y: height - 6, "text-anchor": "middle" }, "Day of the experiment");
  add("text", { x: 12, y: (height - room.bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${(height - room.bottom) / 2})` }, "Relative change");
  const frame = drawn("clipPath", { id: "band-frame" });
  frame.append(drawn("rect", { x: room.left, y: room.top, width: width - room.left - room.right, height: height - room.top - room.bottom }));
  const shown = drawn("g", { "clip-path": "url(#band-frame)" });
  svg.append(frame, shown);
  const trace = (name, attributes) => shown.append(drawn(name, attributes));
  const upper = days.map((d) => `${x(d.day).toFixed(2)},${y(d.high).toFixed(2)}`);
  const lower = days.map((d) => `${x(d.day).toFixed(2)},${y(d.low).toFixed(2)}`);
  if (days.length > 1) {
    trace("path", { class: "area", d: `M${upper.join("L")}L${[...lower].reverse().join("L")}Z` });
    trace("path", { class: "bound", d: `M${upper.join("L")}` });
    trace("path", { class: "bound", d: `M${lower.join("L")}` });
  } else if (days.length) {
    trace("line", { class: "line", x1: x(first), x2: x(first), y1: y(days[0].low), y2: y(days[0].high) });
  }
  const across = (value, kind) => add("line", { class: kind, x1: room.left, x2: width - room.right, y1: y(value), y2: y(value) });
  across(0, "zero");
  const end = { x: width - room.right - 4, "text-anchor": "end" };
  const [expected, least] = [y(plan.uplift), y(plan.minimum_uplift)];
  const over = least < expected; // the label of the upper line stands above it, that of the lower one below
  if (plan.minimum_uplift !== 0) {
    across(plan.minimum_uplift, "least");
    add("text", { class: "halo", y: over ? least - 7 : least + 16, ...end }, `minimum ${percent(plan.minimum_uplift)}`);
  }
  across(plan.uplift, "line");
  add("text", { class: "strong halo", y: over && plan.minimum_uplift !== 0 ? expected + 16 : expected - 7, ...end },
    `expected ${formatted(plan.uplift, "relative")}`);
  const reached = found.planned === null ? undefined : days.find((d) => d.units >= found.planned);
  if (reached && reached.day > first) {
    add("line", { class: "reached", x1: x(reached.day), x2: x(reached.day), y1: room.top, y2: height - room.bottom });
    const middle = Math.min(Math.max(x(reached.day), room.left + 64), width - room.right - 64); // above the frame: nothing crosses it there
    add("text", { x: middle, y: room.top - 10, "text-anchor": "middle" }, "planned size reached");
  }
  patch(place, [svg]);
}

export const LEVELS = [
  ["low", 0.05],
  ["moderate", 0.2],
  ["high", 1],
];

/** A chance on a scale with three zones. A low one is green beside GO alone: by itself it is no all-clear. */
export function meter(place, space, chance, verdict) {
  const at = LEVELS.findIndex(([, end]) => chance < end || end === 1);
  const kind = at || verdict === "GO" ? LEVELS[at][0] : "plain";
  const width = Math.max(space, 240);
  const zone = width / 3;
  const start = at ? LEVELS[at - 1][1] : 0;
  const pointer = zone * (at + Math.min((chance - start) / (LEVELS[at][1] - start), 1));
  const text = `${formatted(chance, "share")} chance that the change does harm`;
  const svg = drawn("svg", { viewBox: `0 0 ${width} 44`, "aria-hidden": "true" });
  LEVELS.forEach(([, end], k) => {
    svg.append(drawn("rect", { class: k === at ? `zone-${kind}` : "zone", x: k * zone + 1, y: 12, width: zone - 2, height: 10, rx: 3 }));
    const limit = k === 2 ? `from ${LEVELS[1][1] * 100} %` : `below ${end * 100} %`;
    svg.append(drawn("text", { x: k * zone + zone / 2, y: 40, "text-anchor": "middle" }, limit));
  });
  const clamped = Math.min(Math.max(pointer, 6), width - 6);
  svg.append(drawn("path", { class: "pointer", d: `M${clamped - 6},0h12l-6,10z` }));
  const holder = document.createElement("div");
  holder.setAttribute("role", "meter");
  for (const [name, value] of [["valuemin", 0], ["valuemax", 100], ["valuenow", (chance * 100).toFixed(2)], ["valuetext", text], ["label", "Chance of harm"]]) {
    holder.setAttribute(`aria-${name}`, value);
  }
  const words = document.createElement("p");
  words.className = `meter-words meter-${kind}`;
  words.style.margin = "0 0 .35rem";
  for (const part of ["Chance of harm", formatted(chance, "share")]) {
    const span = document.createElement("span");
    span.textContent = part;
    words.append(span);
  }
  holder.append(words, svg);
  patch(place, [holder]);
}
