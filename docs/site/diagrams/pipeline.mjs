// The data pipeline, with the lineage of the last run inside its transformation stage.

import { el, list, svg, textAlternative } from "./dom.mjs";
import { artefact, aside, explorer, panel, stageButton } from "./stages.mjs";

const COLUMNS = [["Log and staging", ["raw", "staging"]], ["Intermediate", ["intermediate"]], ["Marts and statistics", ["marts", "computed"]]];

export const rows = (n) => (n === null ? "view" : n.toLocaleString("en"));

// Models from which the named ones are made, themselves included.
export function upstream(models, names) {
  const reads = new Map(models.map((m) => [m.name, m.reads]));
  const found = new Set();
  const waiting = [...names];
  while (waiting.length) {
    const name = waiting.pop();
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...(reads.get(name) || []));
  }
  return found;
}

function downstream(models, name) {
  const found = new Set([name]);
  let grown = true;
  while (grown) {
    grown = false;
    for (const model of models) {
      if (!found.has(model.name) && model.reads.some((r) => found.has(r))) { found.add(model.name); grown = true; }
    }
  }
  return found;
}

// Longest way from a source, so that in each column what is read stands above its reader.
function depths(models) {
  const by = new Map(models.map((m) => [m.name, m]));
  const found = new Map();
  const depth = (name) => {
    if (!found.has(name)) {
      found.set(name, 0);
      const model = by.get(name);
      found.set(name, Math.max(-1, ...(model ? model.reads.map(depth) : [])) + 1);
    }
    return found.get(name);
  };
  models.forEach((m) => depth(m.name));
  return found;
}

function lineageSection(models) {
  const depth = depths(models);
  const most = Math.max(10, ...models.map((m) => m.rows || 0));
  const detail = el("p", { class: "lineage-detail", role: "status", "aria-live": "polite" });
  const hint = "Point at a model, or move to it with the keyboard, to see what it is made from and who reads it.";
  detail.textContent = hint;
  const buttons = new Map();
  const board = el("div", { class: "lineage-board" });
  const lines = svg("svg", { class: "edges", "aria-hidden": "true" });
  board.append(lines);
  for (const [title, layers] of COLUMNS) {
    const own = models.filter((m) => layers.includes(m.layer))
      .sort((a, b) => depth.get(a.name) - depth.get(b.name) || a.name.localeCompare(b.name));
    const column = el("ul", { class: "lineage-column", "aria-label": title });
    for (const model of own) {
      const size = model.rows ? Math.max(4, (100 * Math.log10(model.rows + 1)) / Math.log10(most + 1)) : 0;
      const button = el("button", { type: "button", class: "model", "data-layer": model.layer },
        el("span", { class: "bar", "aria-hidden": "true", style: `inline-size:${size.toFixed(1)}%` }),
        el("span", { class: "model-name" }, model.name), el("span", { class: "model-rows" }, rows(model.rows)));
      buttons.set(model.name, button);
      column.append(el("li", {}, button));
    }
    board.append(el("div", { class: "lineage-part" }, el("h4", {}, title), column));
  }
  const edges = models.flatMap((m) => m.reads.filter((r) => buttons.has(r)).map((r) => [r, m.name]));
  const paths = edges.map(([from, to]) => { const path = svg("path", { class: "edge" }); lines.append(path); return { from, to, path }; });
  const place = () => {
    const room = board.getBoundingClientRect();
    lines.setAttribute("viewBox", `0 0 ${room.width} ${room.height}`);
    for (const { from, to, path } of paths) {
      const a = buttons.get(from).getBoundingClientRect();
      const b = buttons.get(to).getBoundingClientRect();
      const [ay, by] = [a.top + a.height / 2 - room.top, b.top + b.height / 2 - room.top];
      let d;
      if (Math.abs(a.left - b.left) < 2) {
        const x = a.left - room.left;
        const bulge = Math.min(34, 10 + Math.abs(by - ay) / 10);
        d = `M${x} ${ay}C${x - bulge} ${ay} ${x - bulge} ${by} ${x} ${by}`;
      } else {
        const forward = a.left < b.left;
        const x1 = (forward ? a.right : a.left) - room.left;
        const x2 = (forward ? b.left : b.right) - room.left;
        const middle = (x1 + x2) / 2;
        d = `M${x1} ${ay}C${middle} ${ay} ${middle} ${by} ${x2} ${by}`;
      }
      path.setAttribute("d", d);
    }
  };
  const mark = (names) => {
    board.toggleAttribute("data-marked", Boolean(names));
    buttons.forEach((button, name) => button.toggleAttribute("data-on", Boolean(names?.has(name))));
    paths.forEach(({ from, to, path }) => path.classList.toggle("on", Boolean(names?.has(from) && names.has(to))));
  };
  let kept = null;
  const by = new Map(models.map((m) => [m.name, m]));
  const about = (name) => {
    const model = by.get(name);
    const readers = models.filter((m) => m.reads.includes(name)).map((m) => m.name);
    mark(new Set([...upstream(models, [name]), ...downstream(models, name)]));
    detail.replaceChildren(el("strong", {}, name), ` (${model.kind}, ${model.rows === null ? "not counted" : `${rows(model.rows)} rows`}, `,
      `${model.tests} ${model.tests === 1 ? "test" : "tests"}). ${model.description} `,
      el("span", { class: "reads" }, `Reads: ${model.reads.join(", ") || "nothing upstream"}. Read by: ${readers.join(", ") || "queries only"}.`));
  };
  const calm = () => { detail.textContent = hint; mark(kept); };
  buttons.forEach((button, name) => {
    button.addEventListener("pointerenter", () => about(name));
    button.addEventListener("focus", () => about(name));
    button.addEventListener("click", () => about(name));
  });
  board.addEventListener("pointerleave", calm);
  board.addEventListener("focusout", (event) => { if (!board.contains(event.relatedTarget)) calm(); });
  new ResizeObserver(place).observe(board);
  const scale = el("p", { class: "lineage-scale" },
    `A bar is as long as the logarithm of the rows: a whole one stands for ${rows(most)}, half of one for ${rows(Math.round(Math.sqrt(most + 1)) - 1)}.`);
  const section = el("section", { class: "lineage", "aria-label": "Lineage of the last run" },
    el("h3", {}, "Inside transformation: the lineage of the last run, with rows"), scale, detail, board);
  return { section, keep: (names) => { kept = names; mark(names); } };
}

function part(one, tone, prefix, group) {
  const button = stageButton(one, 0, tone, prefix, one.headline || "");
  button.classList.add(group);
  if (group === "middle") button.append(el("span", { class: "tools-line", "aria-hidden": "true" }, one.examples));
  const own = panel(`${prefix}-${one.key}`, tone, one.name, one.what,
    one.examples ? el("section", { class: "aside" }, el("h4", {}, "For example"), el("p", {}, one.examples)) : null,
    artefact(one.artefact), aside("How it fails", one.failures, "pitfalls"));
  return { button, panel: own, says: `${one.name}: ${one.what}`, one };
}

export function draw(root, data) {
  const flow = el("div", { class: "flow", role: "group", "aria-label": "Sources, stages and consumers" });
  const items = [];
  const groups = [["Sources", data.sources, "source"], ["Pipeline", data.stages, "middle"], ["Consumers", data.consumers, "consumer"]];
  groups.forEach(([title, parts, kind], g) => {
    const heading = el("p", { class: `group-title ${kind}` }, title);
    flow.append(heading);
    parts.forEach((one, i) => {
      const item = part(one, kind === "middle" ? i + 2 : kind === "source" ? 1 : 6, "pipeline", kind);
      if (kind === "middle") item.button.style.gridColumn = i + 2;
      else { item.button.style.gridColumn = g ? 7 : 1; item.button.style.gridRow = i + 2; }
      items.push(item);
      flow.append(item.button, item.panel);
    });
  });
  const { section, keep } = lineageSection(data.lineage);
  root.replaceChildren(flow, section, textAlternative(
    ...groups.map(([title, parts]) => [el("h4", {}, title), list(parts.map((one) => [
      el("strong", {}, one.name), `: ${one.what} `, one.artefact.facts.map(([label, text]) => `${label}: ${text}`).join("; ")]))]),
    el("h4", {}, "Lineage"),
    list(data.lineage.map((m) => `${m.name} (${m.layer}, ${m.rows === null ? "view" : `${rows(m.rows)} rows`}) reads ${m.reads.join(", ") || "nothing"}`))));
  const changed = (index) => {
    const one = index === null ? null : items[index].one;
    const consumer = data.consumers.includes(one);
    flow.toggleAttribute("data-path", consumer);
    keep(consumer ? upstream(data.lineage, one.models) : null);
  };
  explorer(flow, items, { first: data.sources.length + 3, changed });
}
