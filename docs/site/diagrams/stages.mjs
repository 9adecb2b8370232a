// Stages with panels: hover and focus show a panel, a click keeps it; on a narrow page panels open below their buttons.

import { el, icon, list, table } from "./dom.mjs";

const WIDE = window.matchMedia("(min-width: 62rem)");

export function artefact(content) {
  const facts = content.facts.map(([label, text]) => [el("dt", {}, label), el("dd", {}, text)]);
  return el("section", { class: "artefact" },
    el("h4", {}, content.title),
    content.facts.length ? el("dl", {}, facts) : null,
    content.table.length ? table(content.table, content.title) : null,
    content.note ? el("p", { class: "note" }, content.note) : null);
}

export function panel(id, tone, heading, lead, ...columns) {
  return el("div", { class: "panel", id, "data-tone": tone, role: "group", "aria-label": heading },
    el("div", { class: "panel-head" }, el("h3", {}, heading), lead ? el("p", {}, lead) : null),
    el("div", { class: "columns" }, ...columns));
}

export function aside(title, items, kind) {
  return items.length ? el("section", { class: `aside ${kind}` }, el("h4", {}, title), list(items)) : null;
}

export function stageButton(stage, number, tone, prefix, small) {
  return el("button", { type: "button", class: "stage", "data-tone": tone, "aria-controls": `${prefix}-${stage.key}` },
    el("span", { class: "disc" }, icon(stage.key)),
    el("span", { class: "stage-name" }, number ? el("span", { class: "number" }, `${number} `) : null, stage.name),
    small ? el("span", { class: "small" }, small) : null);
}

export function stagePanel(stage, tone, prefix) {
  return panel(`${prefix}-${stage.key}`, tone, stage.name, stage.purpose,
    aside("Checklist", stage.checklist, "checks"), artefact(stage.artefact), aside("Pitfalls", stage.pitfalls, "pitfalls"));
}

// items: {button, panel, says}; changed(index) is told which one is shown.
export function explorer(root, items, { first = 0, changed = () => {} } = {}) {
  const status = el("p", { class: "sr", role: "status", "aria-live": "polite" });
  let pinned = first;
  let preview = null;
  let silent = true;
  const show = () => {
    const shown = preview ?? pinned;
    items.forEach((item, i) => {
      const open = i === shown;
      item.button.setAttribute("aria-expanded", String(open));
      item.button.toggleAttribute("data-pinned", i === pinned);
      item.panel.toggleAttribute("data-shown", open);
    });
    if (!silent) status.textContent = shown === null ? "" : items[shown].says;
    changed(shown);
  };
  const previewed = (i) => {
    if (preview === i || !WIDE.matches) return;
    preview = i;
    show();
  };
  items.forEach((item, i) => {
    item.button.setAttribute("aria-controls", item.panel.id);
    item.button.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") { silent = true; previewed(i); } });
    item.button.addEventListener("focus", () => { silent = false; previewed(i); });
    item.button.addEventListener("click", () => {
      silent = false;
      preview = null;
      pinned = !WIDE.matches && pinned === i ? null : i;
      show();
    });
    item.button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const to = step ? (i + step + items.length) % items.length : { Home: 0, End: items.length - 1 }[event.key];
      if (event.key === "Escape") { preview = null; show(); }
      if (to === undefined) return;
      event.preventDefault();
      items[to].button.focus();
    });
  });
  root.addEventListener("pointerleave", () => { if (!root.contains(document.activeElement)) { preview = null; show(); } });
  root.addEventListener("focusout", (event) => {
    if (!root.contains(event.relatedTarget)) { preview = null; show(); }
  });
  root.append(status);
  show();
}
