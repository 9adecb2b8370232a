// Attribution: credit by rule for journeys given and for the reader's own.

import { el, list, table, textAlternative } from "./dom.mjs";
import { credit } from "./credit.mjs";

const MOST = 12;
const OWN = "own";
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const money = (amount) => `$${amount.toFixed(2)}`;

export function draw(root, data) {
  let touches = [];
  let revenue = 100;
  let view = "percent";
  let chosen = null;
  let focusAfter = null;

  const tones = () => {
    const known = [...new Set(touches.map((t) => t.channel))];
    return touches.map((t) => (known.indexOf(t.channel) % 8) + 1);
  };
  const pick = el("select", { id: "attribution-journey" },
    data.journeys.map(({ journey }) => el("option", { value: journey.key }, journey.title)),
    el("option", { value: OWN }, "Your own journey"));
  const worth = el("input", { id: "attribution-revenue", type: "number", min: "0", step: "1", inputmode: "decimal" });
  const views = ["percent", "revenue"].map((name) =>
    el("button", { type: "button", "data-view": name }, name === "percent" ? "Percent" : "Revenue"));
  const track = el("ol", { class: "track", "aria-label": "Touchpoints in the order of their days" });
  const add = el("button", { type: "button", class: "add" }, "+ Add a touchpoint");
  const chart = el("div", { class: "bars", role: "group", "aria-label": "Credit by rule. Arrow keys move between the parts of the bars." });
  const said = el("p", { class: "said", role: "status", "aria-live": "polite" });
  const same = textAlternative();
  const summary = same.firstChild;

  const load = (key) => {
    const found = data.journeys.find(({ journey }) => journey.key === key);
    if (!found) return;
    touches = found.journey.touches.map((t) => ({ ...t }));
    revenue = found.journey.revenue;
  };
  const own = () => { pick.value = OWN; };
  const sort = () => { touches = touches.map((t, i) => [t, i]).sort((a, b) => a[0].day - b[0].day || a[1] - b[1]).map(([t]) => t); };
  // A touchpoint that moves takes the day of its new place; the days themselves stay.
  const move = (from, to) => {
    if (to < 0 || to >= touches.length || from === to) return false;
    const days = touches.map((t) => t.day);
    touches.splice(to, 0, ...touches.splice(from, 1));
    touches.forEach((t, i) => { t.day = days[i]; });
    own();
    return true;
  };

  function card(touch, i, tone) {
    const name = el("input", { type: "text", maxlength: "60", "aria-label": `Channel of touchpoint ${i + 1}` });
    name.value = touch.channel;
    name.addEventListener("change", () => { touch.channel = name.value.trim() || "Unnamed"; own(); render(); });
    const day = el("input", { type: "number", min: "0", max: "3650", step: "1", "aria-label": `Day of touchpoint ${i + 1}` });
    day.value = touch.day;
    day.addEventListener("change", () => {
      const value = Number(day.value);
      touch.day = Number.isFinite(value) && day.value !== "" ? Math.min(3650, Math.max(0, value)) : touch.day;
      own();
      sort();
      focusAfter = [touch, "day"];
      render();
    });
    const tool = (kind, sign, label, act, off) => {
      const button = el("button", { type: "button", class: `tool ${kind}`, "aria-label": `${label}: touchpoint ${i + 1}`, title: label }, sign);
      button.disabled = off;
      button.addEventListener("click", () => { act(); focusAfter = [touch, kind]; render(); });
      return button;
    };
    const grip = el("span", { class: "grip", "aria-hidden": "true", title: "Drag to another place" }, "⠿");
    const item = el("li", { class: "touch", "data-tone": tone },
      el("div", { class: "touch-top" }, el("span", { class: "dot", "aria-hidden": "true" }, String(i + 1)), name, grip),
      el("div", { class: "touch-bottom" }, el("label", { class: "day" }, el("span", {}, "Day"), day),
        el("span", { class: "tools" },
          tool("earlier", "◂", "Move earlier", () => move(i, i - 1), i === 0),
          tool("later", "▸", "Move later", () => move(i, i + 1), i === touches.length - 1),
          tool("remove", "✕", "Remove", () => { touches.splice(i, 1); own(); }, touches.length === 1))));
    grip.addEventListener("pointerdown", (event) => drag(event, item, i));
    return { touch, item, name, day };
  }

  // The touchpoint is dropped on the card nearest to the pointer, as the cards lay when the drag began.
  function drag(event, item, from) {
    event.preventDefault();
    const start = { x: event.pageX, y: event.pageY };
    const grip = event.currentTarget;
    const cards = [...track.children];
    const centres = cards.map((other) => {
      const box = other.getBoundingClientRect();
      return [box.left + box.width / 2 + window.scrollX, box.top + box.height / 2 + window.scrollY];
    });
    const nearest = (e) => {
      const away = centres.map(([x, y]) => Math.hypot(e.pageX - x, e.pageY - y));
      return away.indexOf(Math.min(...away));
    };
    const mark = (to) => cards.forEach((other, i) => other.toggleAttribute("data-target", i === to && i !== from));
    const moved = (e) => {
      item.style.transform = `translate(${e.pageX - start.x}px, ${e.pageY - start.y}px)`;
      mark(nearest(e));
    };
    const done = (e) => {
      for (const name of ["pointermove", "pointerup", "pointercancel"]) grip.removeEventListener(name, name === "pointermove" ? moved : done);
      item.style.transform = "";
      item.removeAttribute("data-dragged");
      mark(-1);
      if (e.type === "pointerup" && move(from, nearest(e))) render();
    };
    grip.setPointerCapture(event.pointerId);
    item.setAttribute("data-dragged", "");
    grip.addEventListener("pointermove", moved);
    grip.addEventListener("pointerup", done);
    grip.addEventListener("pointercancel", done);
  }

  const amount = (share) => (view === "percent" ? percent(share) : money(share * revenue));

  function bars(shares, colours) {
    const grid = [];
    const lines = data.rules.map(([rule, name, meaning], r) => {
      const button = el("button", { type: "button", class: "rule", "aria-pressed": String(chosen === rule) }, name);
      button.addEventListener("click", () => { chosen = chosen === rule ? null : rule; focusAfter = [null, rule]; render(); });
      const tell = (text) => () => { said.textContent = text; };
      const whole = `${name}: ${meaning} ${shares[r].map((s, i) => `${touches[i].channel} ${amount(s)}`).join(", ")}.`;
      button.addEventListener("pointerenter", tell(whole));
      button.addEventListener("focus", tell(whole));
      const segments = shares[r].map((share, i) => {
        const text = `${name}: touchpoint ${i + 1}, ${touches[i].channel}, day ${touches[i].day}: ${percent(share)}, ${money(share * revenue)}`;
        const segment = el("button", { type: "button", class: "segment", "data-tone": colours[i], "aria-label": text, tabindex: "-1" },
          el("span", { "aria-hidden": "true" }, share ? amount(share) : ""));
        segment.style.flexGrow = String(share);
        if (share === 0) segment.setAttribute("data-none", "");
        segment.addEventListener("pointerenter", tell(text));
        segment.addEventListener("focus", tell(text));
        return segment;
      });
      grid.push(segments);
      return el("div", { class: "line", "data-dimmed": chosen !== null && chosen !== rule, "data-rule": rule }, button,
        el("div", { class: "bar-track" }, segments));
    });
    grid.forEach((row, r) => row.forEach((segment, i) => segment.addEventListener("keydown", (event) => {
      const [dr, di] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] || [0, 0];
      const next = grid[r + dr]?.[i + di];
      if ((!dr && !di) || !next) return;
      event.preventDefault();
      segment.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    })));
    grid[0][0].tabIndex = 0;
    chart.replaceChildren(...lines);
  }

  function render() {
    const colours = tones();
    const shares = data.rules.map(([rule]) => credit(touches, rule, data.half_life, data.ends));
    const cards = touches.map((touch, i) => card(touch, i, colours[i]));
    track.replaceChildren(...cards.map(({ item }) => item));
    worth.value = revenue;
    add.disabled = touches.length >= MOST;
    views.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === view)));
    bars(shares, colours);
    const rule = data.rules.find(([key]) => key === chosen);
    if (rule) said.textContent = `${rule[1]}: ${rule[2]}`;
    else if (!said.textContent) said.textContent = "Point at a rule or at a part of a bar to read it.";
    same.replaceChildren(summary, table([
      ["Rule", ...touches.map((t, i) => `${i + 1} ${t.channel}, day ${t.day}`)],
      ...data.rules.map(([, name], r) => [name, ...shares[r].map(amount)])], "Credit of each touchpoint under each rule"),
    list(data.rules.map(([, name, meaning]) => [el("strong", {}, name), `: ${meaning}`])));
    if (!focusAfter) return;
    const [touch, kind] = focusAfter;
    focusAfter = null;
    if (touch === null) chart.querySelector(`[data-rule="${kind}"] .rule`).focus();
    else {
      const found = cards.find((c) => c.touch === touch) || cards[Math.max(0, cards.length - 1)];
      const control = kind === "day" ? found.day : found.item.querySelector(`.${kind}`);
      (control && !control.disabled ? control : found.name).focus();
    }
  }

  pick.addEventListener("change", () => { load(pick.value); render(); });
  worth.addEventListener("change", () => {
    const value = Number(worth.value);
    if (Number.isFinite(value) && value >= 0 && value <= 1e12) { revenue = value; own(); }
    render();
  });
  views.forEach((button) => button.addEventListener("click", () => { view = button.dataset.view; render(); }));
  add.addEventListener("click", () => {
    const touch = { channel: "New contact", day: touches[touches.length - 1].day + 3 };
    touches.push(touch);
    own();
    render();
    const name = track.lastChild.querySelector("input");
    name.focus();
    name.select();
  });

  load(data.journeys[0].journey.key);
  root.replaceChildren(
    el("div", { class: "controls" },
      el("label", { for: "attribution-journey" }, "Journey", pick),
      el("label", { for: "attribution-revenue" }, "Conversion worth ($)", worth),
      el("div", { class: "toggle", role: "group", "aria-label": "Show credit as" }, views)),
    el("p", { class: "hint" }, "Drag a touchpoint by its grip, or move it with ◂ ▸: it takes the day of its new place. Change a day and the touchpoints are put in order."),
    track, add, chart, said, same);
  render();
}
