// Elements made of text: nothing from the data is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

// Long_names may break after their underscores.
function breakable(text) {
  return String(text).split(/(?<=_)/).flatMap((part, i) => (i ? [document.createElement("wbr"), part] : [part]));
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined) continue;
    if (typeof child === "object") element.append(child);
    else element.append(...breakable(child));
  }
  return element;
}

export function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  for (const child of children.flat(Infinity)) element.append(typeof child === "object" ? child : String(child));
  return element;
}

const ICONS = {
  hypothesise: "M9 18h6M10 21h4M12 3a6 6 0 0 0-3.6 10.8c.7.6 1.1 1.2 1.1 2.2h5c0-1 .4-1.6 1.1-2.2A6 6 0 0 0 12 3z",
  design: "M4 20l4.5-1.2L19.5 7.8a2.3 2.3 0 0 0-3.3-3.3L5.2 15.5zM14 6.5l3.5 3.5",
  instrument: "M3 12h4l2.5-7 5 14 2.5-7h4",
  run: "M7 4.5v15l12-7.5z",
  analyse: "M4 20V4M4 20h16M8 16v-4M12.5 16V8M17 16v-6",
  decide: "M12 21V11M12 11L6 5M12 11l6-6M6 9V5h4M14 5h4v4",
  question: "M9 9a3 3 0 1 1 4.2 2.8c-.8.4-1.2 1-1.2 2.2M12 17.5v.2M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18z",
  collect: "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
  features: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  train: "M12 4v3M12 17v3M4 12h3M17 12h3M6.3 6.3l2.2 2.2M15.5 15.5l2.2 2.2M6.3 17.7l2.2-2.2M15.5 8.5l2.2-2.2M12 9a3 3 0 1 0 0 6a3 3 0 1 0 0-6z",
  validate: "M4 12.5l5 5L20 6.5",
  deploy: "M12 3c4 2.5 5 7 4 12H8C7 10 8 5.5 12 3zM8 15l-3 3M16 15l3 3M12 18v3",
  ingestion: "M12 3v12M7 10l5 5 5-5M4 20h16",
  transport: "M3 8h13M12 4l4 4-4 4M21 16H8M12 12l-4 4 4 4",
  storage: "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6",
  transformation: "M5 5h5v5H5zM14 14h5v5h-5zM10 7.5h4a2.5 2.5 0 0 1 2.5 2.5v4",
  serving: "M4 5h16v10H4zM9 20h6M12 15v5",
  log: "M6 3h9l4 4v14H6zM9 12h6M9 16h6M9 8h2",
  web: "M3 5h18v14H3zM3 9h18M6 7h.2M8.500 7h.2",
  mobile: "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
  backend: "M4 4h16v6H4zM4 14h16v6H4zM7 7h.2M7 17h.2",
  third: "M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v3",
  dashboards: "M4 20V10h4v10M10 20V4h4v16M16 20v-7h4v7",
  experiment: "M4 12h5l5-6h6M9 12l5 6h6M17 3l3 3-3 3M17 15l3 3-3 3",
  models: "M5 12h4M15 6l-6 6 6 6M19 6h-4M19 18h-4",
  adhoc: "M10.500 4a6.500 6.500 0 1 0 0 13a6.500 6.500 0 1 0 0-13zM15.500 15.500L21 21",
};

export function icon(name) {
  const drawn = svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" });
  drawn.append(svg("path", { d: ICONS[name] || ICONS.log }));
  return drawn;
}

export function list(items, kind = "ul", attributes = {}) {
  return el(kind, attributes, items.map((item) => el("li", {}, item)));
}

export function table(rows, caption) {
  const [head, ...body] = rows;
  return el("table", {}, el("caption", { class: "sr" }, caption),
    el("thead", {}, el("tr", {}, head.map((cell) => el("th", { scope: "col" }, cell)))),
    el("tbody", {}, body.map((row) => el("tr", {}, row.map((cell, i) =>
      (i ? el("td", {}, cell) : el("th", { scope: "row" }, cell)))))));
}

export function textAlternative(...children) {
  return el("details", { class: "as-text" }, el("summary", {}, "The same as text"), ...children);
}
