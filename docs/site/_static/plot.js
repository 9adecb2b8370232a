/* Draws every <figure class="plot"> of the page from the JSON beside it: offline, in the page's
   colours and font, again when the theme or the width class changes. Needs plotly.min.js. */
(() => {
  "use strict";
  const narrow = matchMedia("(max-width: 600px)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  // The named colours of helpers/report/figures/style.py that a page may exchange.
  const COLOURS = {
    "#1f2328": "--plot-ink",
    "#59636e": "--plot-muted",
    "#e1e4e8": "--plot-grid",
    "#ffffff": "--plot-paper",
    "#0072b2": "--plot-treatment",
  };

  function themed(text, style) {
    return Object.entries(COLOURS).reduce((result, [colour, property]) => {
      const own = style.getPropertyValue(property).trim();
      return /^#[0-9a-f]{3,8}$/i.test(own) ? result.replaceAll(colour, own) : result;
    }, text);
  }

  // Short lines on a phone: the same words, broken the same way everywhere in the figure.
  function wrap(label, least = 8) {
    if (Array.isArray(label)) return label.map((one) => wrap(one, least));
    if (typeof label !== "string" || label.includes("<br>")) return label;
    return label.replace(new RegExp(`(.{${least},}?) (?!%)`, "g"), "$1<br>");
  }

  function wrapLabels({ data, layout }, width) {
    const rows = new Set(data.flatMap((trace) => (Array.isArray(trace.y) ? trace.y : [])));
    const roomy = layout.height / rows.size > 60; // one answer for all traces: they share their rows
    for (const trace of data) {
      if (roomy && Array.isArray(trace.y)) trace.y = wrap(trace.y);
      if (trace.textfont) trace.textfont.size = 11;
      if (trace.node) trace.node.label = trace.node.label.map((l) => l.replace(/: | (?=\()/g, (m) => `${m.trim()}<br>`));
    }
    for (const [name, axis] of Object.entries(layout)) {
      if (roomy && /^yaxis/.test(name) && axis.categoryarray) axis.categoryarray = wrap(axis.categoryarray);
      if (!/^[xy]axis/.test(name) || !axis.title) continue;
      // beside long labels of rows little more than half of the width is left for what stands below
      axis.title.text = wrap(axis.title.text, Math.floor(width / (name[0] === "x" ? 18 : 12)));
    }
  }

  // How many marks stand beside one another: in a row that has a name, or along a line.
  function beside(traces) {
    const rows = new Map();
    const along = traces.map(({ x, y }) => {
      if (typeof y[0] !== "string") return x.every((at, k) => !k || at > x[k - 1]) ? x.length : 0;
      y.forEach((name, k) => rows.set(name, (rows.get(name) ?? new Set()).add(x[k])));
      return 0;
    });
    return Math.max(1, ...along, ...[...rows.values()].map((xs) => xs.size));
  }

  // On a phone marks touch at most, and long names below the cells of a heat map stand upright.
  function thin({ data, layout }, width) {
    const marked = data.filter(({ marker, x, y }) => Array.isArray(x) && Array.isArray(y) && typeof marker?.size === "number");
    const room = Math.max(4, Math.floor((0.65 * width) / beside(marked)));
    for (const { marker } of marked) marker.size = Math.min(marker.size, room);
    const long = ({ type, x }) => type === "heatmap" && Array.isArray(x) && x.some((name) => `${name}`.length > 4);
    if (data.some(long)) (layout.xaxis ??= {}).tickangle = -90;
  }

  function draw(figure) {
    const area = figure.querySelector(".plot-area");
    const data = figure.querySelector("script[type='application/json']");
    const style = getComputedStyle(document.body);
    const spec = JSON.parse(themed(data.textContent, style));
    const { layout } = spec;
    const base = layout.template.layout;
    // the title stands above, as text; what stands on the upper edge has a line of its own below it
    const onTop = ({ y, yref, yanchor }) => yref === "paper" && y >= 1 && yanchor === "bottom";
    const room = (layout.annotations ?? []).some(onTop) ? 28 : 14;
    layout.height -= Math.max(layout.margin.t - 26 - room, 0);
    layout.margin.t = room;
    delete layout.title;
    base.font.family = base.hoverlabel.font.family = style.fontFamily;
    if (narrow.matches) {
      base.font.size = 11;
      layout.dragmode = false; // a finger scrolls the page
      layout.margin.l = 4;
      layout.margin.r ??= 4;
      wrapLabels(spec, area.clientWidth);
      thin(spec, area.clientWidth);
    }
    figure.classList.add("drawn");
    return Plotly.react(area, spec.data, layout, {
      responsive: true,
      displaylogo: false,
      displayModeBar: narrow.matches ? false : "hover",
      modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"],
    }).then(() => {
      describe(area, spec.alt);
      settle(area);
      if (!area.dataset.settles) area.on("plotly_afterplot", () => settle(area));
      area.dataset.settles = true;
    });
  }

  // The names of a flow stand within the picture, and apart: one that would leave it or touch another moves up or down.
  function settle(area) {
    const labels = [...area.querySelectorAll(".sankey .node-label")].filter((label) => label.textContent);
    if (!labels.length) return;
    const room = area.getBoundingClientRect();
    const placed = [...area.querySelectorAll(".annotation-text")].map((text) => text.getBoundingClientRect());
    const boxes = labels.map((label) => ({ label, own: label.getBoundingClientRect() }));
    for (const { label, own } of boxes.sort((a, b) => b.own.height - a.own.height || a.own.top - b.own.top)) {
      const beside = placed.filter((other) => other.left < own.right && own.left < other.right);
      const free = (move) =>
        own.top + move >= room.top &&
        own.bottom + move <= room.bottom &&
        beside.every((other) => own.top + move >= other.bottom || own.bottom + move <= other.top);
      const moves = [0, room.top - own.top, room.bottom - own.bottom];
      for (const other of beside) moves.push(other.bottom - own.top + 1, other.top - own.bottom - 1);
      const move = moves.sort((a, b) => Math.abs(a) - Math.abs(b)).find(free) ?? 0;
      if (move) label.setAttribute("transform", `translate(0,${move}) ${label.getAttribute("transform")}`);
      placed.push(DOMRect.fromRect({ x: own.x, y: own.y + move, width: own.width, height: own.height }));
    }
  }

  // An image may hold no buttons, and the area does: once drawn, the description goes to the picture itself.
  function describe(area, alt) {
    const [picture, ...above] = area.querySelectorAll(".main-svg");
    if (!picture) return;
    area.removeAttribute("role");
    area.removeAttribute("aria-label");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", alt);
    above.forEach((layer) => layer.setAttribute("aria-hidden", "true"));
  }

  const drawAll = () => document.querySelectorAll("figure.plot").forEach(draw);

  function start() {
    drawAll();
    narrow.addEventListener("change", drawAll);
    dark.addEventListener("change", drawAll);
    matchMedia("print").addEventListener("change", drawAll); // paper is light
    new MutationObserver(drawAll).observe(document.body, { attributeFilter: ["data-theme"] });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
