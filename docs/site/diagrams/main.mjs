// The page: one study at a time, chosen above the diagrams.

import { el, table } from "./dom.mjs";
import { draw as drawWorkflow } from "./workflow.mjs";
import { draw as drawPipeline } from "./pipeline.mjs";
import { draw as drawAttribution } from "./attribution.mjs";
import { draw as drawPrediction } from "./prediction.mjs";

const data = JSON.parse(document.getElementById("diagram-data").textContent);
const pick = document.getElementById("study");
const root = (name) => document.getElementById(`${name}-diagram`);

function show(study) {
  document.querySelectorAll("[data-study-title]").forEach((place) => { place.textContent = study.title; });
  drawWorkflow(root("workflow"), study.workflow);
  drawPipeline(root("pipeline"), study.pipeline);
  drawPrediction(root("prediction"), study.prediction, data.drift);
}

data.studies.forEach((study) => pick.append(el("option", { value: study.name }, study.title)));
const asked = () => data.studies.find((s) => s.name === decodeURIComponent(location.hash.slice(1)));
pick.value = (asked() || data.studies[0]).name;
pick.addEventListener("change", () => {
  show(data.studies.find((s) => s.name === pick.value));
});
document.getElementById("attribution-rule-note").textContent = data.attribution.data_driven;
show(asked() || data.studies[0]);
drawAttribution(root("attribution"), data.attribution);
if (data.attribution.year.length) {
  document.getElementById("attribution-year").append(
    el("p", { class: "lead" }, "Many journeys: orders of a simulated year that each model credits to each channel, and those that the channel truly brought. Credit is not causation."),
    table(data.attribution.year, "Orders of a simulated year by channel: credited, and truly brought"));
}
document.documentElement.setAttribute("data-drawn", "");
