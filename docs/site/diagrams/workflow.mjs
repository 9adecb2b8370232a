// The workflow of an A/B test with a study's own artefacts.

import { el, icon, list, svg, textAlternative } from "./dom.mjs";
import { aside, explorer, panel, stageButton, stagePanel } from "./stages.mjs";

function arrowIcon() {
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: "M5 12h13M13 6l6 6-6 6" }));
}

export function draw(root, data) {
  const { stages, feedback } = data;
  const strip = el("div", { class: "strip", role: "group", "aria-label": "Stages and hand-offs" });
  const items = [];
  stages.forEach((stage, i) => {
    const tone = i + 1;
    const button = stageButton(stage, i + 1, tone, "workflow", stage.artefact.title);
    const own = stagePanel(stage, tone, "workflow");
    button.style.gridColumn = 2 * i + 1;
    items.push({ button, panel: own, says: `Stage ${i + 1} of ${stages.length}, ${stage.name}: ${stage.purpose}` });
    strip.append(button, own);
    if (i + 1 === stages.length) return;
    const next = stages[i + 1].name;
    const label = `Hand-off from ${stage.name} to ${next}`;
    const arrow = el("button", { type: "button", class: "arrow", "data-tone": tone, "aria-label": label }, arrowIcon(),
      el("span", { class: "arrow-label", "aria-hidden": "true" }, "hand-off"));
    arrow.style.gridColumn = 2 * i + 2;
    const criteria = panel(`workflow-handoff-${i + 1}`, tone, `${stage.name} → ${next}`, "Goes on only when all of this holds:",
      aside("Hand-off criteria", stage.handoff, "checks"));
    items.push({ button: arrow, panel: criteria, says: `${label}: ${stage.handoff.join("; ")}` });
    strip.append(arrow, criteria);
  });
  const last = stages[stages.length - 1];
  const back = el("button", { type: "button", class: "back" }, icon("hypothesise"), feedback.label);
  const backPanel = panel("workflow-feedback", 1, `${last.name} → ${stages[0].name}`, feedback.text,
    aside("Hand-off criteria", last.handoff, "checks"));
  items.push({ button: back, panel: backPanel, says: feedback.text });
  strip.append(el("div", { class: "loop" }, el("span", { class: "loop-line", "aria-hidden": "true" }), back), backPanel);
  root.replaceChildren(strip, textAlternative(
    el("p", {}, `Six stages in a row; the last leads back to the first: ${feedback.label}.`),
    list(stages.map((stage) => [
      el("strong", {}, stage.name), `: ${stage.purpose} Leaves: ${stage.artefact.title} (`,
      stage.artefact.facts.map(([label, text]) => `${label}: ${text}`).join("; "), "). ",
      `Hand-off: ${stage.handoff.join("; ")}. Pitfalls: ${stage.pitfalls.join("; ")}.`,
    ]), "ol")));
  explorer(strip, items, { first: 0 });
}
