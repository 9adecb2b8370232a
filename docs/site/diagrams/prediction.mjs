// The predictive workflow as a circle, with what feedback does to accuracy.

import { el, list, svg, textAlternative } from "./dom.mjs";
import { aside, explorer, panel, stageButton, stagePanel } from "./stages.mjs";

const LINES = [["ceiling", "most possible", "1"], ["retrained", "retrained", "4"], ["frozen", "never retrained", "6"]];
const CENTRE = 18;
const RADIUS = 13.6;
const CARD = { width: 9, height: 6.5 };

function curve(drift) {
  const [width, height, left, right, top, bottom] = [496, 250, 48, 162, 14, 34];
  const values = LINES.flatMap(([key]) => drift[key]);
  const low = Math.floor(Math.min(...values) * 20) / 20;
  const high = Math.ceil(Math.max(...values) * 20) / 20;
  const last = drift.months.length;
  const x = (month) => left + ((month - 1) / (last - 1)) * (width - left - right);
  const y = (auc) => top + ((high - auc) / (high - low)) * (height - top - bottom);
  const drawn = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "curve", role: "img",
    "aria-label": `AUC by month: never retrained from ${drift.frozen[0].toFixed(2)} to ${drift.frozen[last - 1].toFixed(2)}, retrained from ${drift.retrained[0].toFixed(2)} to ${drift.retrained[last - 1].toFixed(2)}` });
  for (let auc = low; auc <= high + 1e-9; auc += 0.1) {
    drawn.append(svg("line", { x1: left, x2: width - right, y1: y(auc), y2: y(auc), class: "grid" }),
      svg("text", { x: left - 6, y: y(auc) + 4, "text-anchor": "end" }, auc.toFixed(2)));
  }
  for (const month of [1, Math.ceil(last / 2), last]) {
    drawn.append(svg("text", { x: x(month), y: height - 14, "text-anchor": "middle" }, `month ${month}`));
  }
  const ends = LINES.map(([key]) => y(drift[key][last - 1]));
  if (Math.abs(ends[0] - ends[1]) < 15) { ends[0] -= 7; ends[1] += 9; }
  LINES.forEach(([key, name, tone], i) => {
    const points = drift.months.map((m, j) => `${x(m).toFixed(1)},${y(drift[key][j]).toFixed(1)}`).join(" ");
    drawn.append(svg("polyline", { points, "data-tone": tone, class: `drift ${key}` }),
      svg("text", { x: width - right + 8, y: ends[i] + 4, "data-tone": tone, class: "end" }, name));
  });
  return el("figure", { class: "drift-figure" }, el("figcaption", {}, "Simulated: AUC on new units, by month"), drawn,
    el("p", { class: "note" }, `${drift.runs} runs of ${drift.months.length} months with ${drift.units.toLocaleString("en")} units each, seed ${drift.seed}: `,
      `one feature fades while another grows. Logistic regressions, one fitted before month 1, one again each month on the latest ${drift.window} months.`));
}

// The stretch of a curve that lies outside the cards at its ends; curve(t) for t from 0 to 1, cards by their centres.
function between(curve, start, end) {
  const clear = ([x, y], [cx, cy]) => Math.abs(x - cx) > CARD.width / 2 + 0.3 || Math.abs(y - cy) > CARD.height / 2 + 0.3;
  const points = [];
  for (let t = 0; t <= 1; t += 0.01) {
    const point = curve(t);
    if (clear(point, start) && clear(point, end)) points.push(point.map((v) => v.toFixed(2)).join(" "));
  }
  return `M${points.join("L")}`;
}

function ringLines(n) {
  const at = (i) => { const a = (2 * Math.PI * i) / n - Math.PI / 2; return [CENTRE + RADIUS * Math.cos(a), CENTRE + RADIUS * Math.sin(a)]; };
  const drawn = svg("svg", { viewBox: `0 0 ${2 * CENTRE} ${2 * CENTRE}`, class: "ring-lines", "aria-hidden": "true" });
  drawn.append(svg("defs", {}, svg("marker", { id: "ring-tip", viewBox: "0 0 10 10", refX: "7", refY: "5", markerWidth: "8", markerHeight: "8", orient: "auto" },
    svg("path", { d: "M1 1l7 4-7 4", class: "tip" }))));
  for (let i = 0; i < n; i += 1) {
    drawn.append(svg("path", { d: between((t) => at(i + t), at(i), at(i + 1)), class: "ring-arc", "marker-end": "url(#ring-tip)" }));
  }
  const chord = (from, to, bend) => {
    const [a, b] = [at(from), at(to)];
    const middle = [CENTRE, CENTRE + bend];
    const bent = (t) => [0, 1].map((k) => (1 - t) ** 2 * a[k] + 2 * t * (1 - t) * middle[k] + t * t * b[k]);
    drawn.append(svg("path", { d: between(bent, a, b), class: "ring-back", "marker-end": "url(#ring-tip)" }));
  };
  chord(5, 1, -10.5);
  chord(4, 2, 10.5);
  return drawn;
}

export function draw(root, data, drift) {
  const ring = el("div", { class: "ring", role: "group", "aria-label": "Stages in a circle, and the arrows that lead back" });
  const items = [];
  ring.append(ringLines(data.stages.length));
  data.stages.forEach((stage, i) => {
    const angle = (2 * Math.PI * i) / data.stages.length - Math.PI / 2;
    const button = stageButton(stage, i + 1, i + 1, "prediction", "");
    button.style.setProperty("--x", `${(CENTRE + RADIUS * Math.cos(angle)).toFixed(2)}rem`);
    button.style.setProperty("--y", `${(CENTRE + RADIUS * Math.sin(angle)).toFixed(2)}rem`);
    const own = stagePanel(stage, i + 1, "prediction");
    own.querySelector(".columns").append(aside("Goes on when", stage.handoff, "checks") || "");
    items.push({ button, panel: own, says: `Stage ${i + 1} of ${data.stages.length}, ${stage.name}: ${stage.purpose}` });
    ring.append(button, own);
  });
  const names = new Map(data.stages.map((s) => [s.key, s.name]));
  ring.append(el("p", { class: "ring-centre" }, "Continuous learning"));
  data.feedback.forEach((arrow, i) => {
    const button = el("button", { type: "button", class: `back back-${i + 1}` }, arrow.label);
    const own = panel(`prediction-feedback-${i + 1}`, i ? 5 : 4, `${names.get(arrow.source)} → ${names.get(arrow.target)}`, arrow.text,
      i === 0 ? curve(drift) : null, i === 0 ? el("p", { class: "note" }, data.note) : null);
    items.push({ button, panel: own, says: arrow.text });
    ring.append(button, own);
  });
  root.replaceChildren(ring, textAlternative(
    list(data.stages.map((stage) => [el("strong", {}, stage.name), `: ${stage.purpose} ${stage.artefact.title}: `,
      stage.artefact.facts.map(([label, text]) => `${label}: ${text}`).join("; "), ` ${stage.artefact.note}`]), "ol"),
    list(data.feedback.map((arrow) => `${names.get(arrow.source)} back to ${names.get(arrow.target)}, ${arrow.label}: ${arrow.text}`)),
    el("p", {}, data.note)));
  explorer(ring, items, { first: data.stages.length });
}
