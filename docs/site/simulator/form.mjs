// Sliders with number boxes: what is on the screen, and the plan behind it.
import { formatted } from "./words.mjs";

const STEPS = 1000;
const SCALES = { share: 100, relative: 100, money: 0.01 };
const DECIMALS = { share: 4, relative: 4, money: 2, count: 2 };

/** One input; `changed` is called with its name after every change that a person makes. */
export class Control {
  constructor(input, changed) {
    Object.assign(this, input);
    this.scale = SCALES[this.shown] ?? 1;
    const block = document.createElement("div");
    block.className = "input";
    const top = document.createElement("div");
    top.className = "top";
    const label = document.createElement("label");
    label.htmlFor = this.name;
    label.textContent = this.label;
    this.box = this.#field("number", this.name);
    this.box.step = "any";
    this.box.inputMode = "decimal";
    this.slider = this.#field("range", `${this.name}-slider`);
    this.slider.setAttribute("aria-label", `${this.label}, slider`);
    this.#range();
    this.unit = document.createElement("span");
    this.unit.className = "unit";
    this.error = document.createElement("p");
    this.error.className = "error";
    this.error.id = `${this.name}-error`;
    this.error.hidden = true;
    const hint = document.createElement("p");
    hint.className = "unseen";
    hint.id = `${this.name}-hint`;
    hint.textContent = this.help;
    block.title = this.help;
    this.box.setAttribute("aria-describedby", `${hint.id} ${this.error.id}`);
    top.append(label, this.box, this.unit);
    block.append(top, this.slider, this.error, hint);
    this.block = block;
    this.box.addEventListener("input", () => {
      this.value = this.box.value.trim() === "" ? NaN : this.#kept(Number(this.box.value));
      this.#slide();
      changed(this.name);
    });
    this.slider.addEventListener("input", () => {
      this.value = this.#position(Number(this.slider.value));
      this.#type();
      this.#speak();
      changed(this.name);
    });
  }

  #field(type, id) {
    const field = document.createElement("input");
    Object.assign(field, { type, id, name: id, autocomplete: "off" });
    return field;
  }

  #range() {
    const [low, high] = this.logarithmic ? [0, STEPS] : this.slider_range();
    Object.assign(this.slider, { min: low, max: high, step: this.logarithmic ? 1 : this.step * this.scale });
  }

  slider_range() {
    return this.range.map((end) => +(end * this.scale).toFixed(9));
  }

  /** What a slider's position stands for, rounded to what a person would type. */
  #position(at) {
    if (!this.logarithmic) return +(at / this.scale).toFixed(9);
    const [low, high] = this.range;
    const value = low * (high / low) ** (at / STEPS);
    return this.#kept(Number((value * this.scale).toPrecision(3)));
  }

  #kept(shown) {
    return +(shown / this.scale).toFixed(9);
  }

  #type() {
    this.box.value = +(this.value * this.scale).toFixed(DECIMALS[this.shown] ?? 0);
  }

  #slide() {
    const [low, high] = this.range;
    if (!Number.isFinite(this.value)) return;
    const inside = Math.min(Math.max(this.value, low), high);
    this.slider.value = this.logarithmic ? (Math.log(inside / low) / Math.log(high / low)) * STEPS : inside * this.scale;
    this.#speak();
  }

  #speak() {
    this.slider.setAttribute("aria-valuetext", `${this.box.value} ${this.unit.textContent}`.trim());
  }

  show(value, currency) {
    const units = { share: "%", relative: "%", money: currency, days: "days", months: "mo." };
    this.unit.textContent = units[this.shown] ?? "";
    this.value = value;
    this.#type();
    this.#slide();
  }

  complain(message = "") {
    if (this.error.textContent === message) return;
    this.error.hidden = !message;
    this.error.textContent = message;
    this.box.toggleAttribute("aria-invalid", false);
    if (message) this.box.setAttribute("aria-invalid", "true");
  }
}

/** Options of a select, in groups where they have one: [value, text, group]. */
export function fill(select, options) {
  const groups = new Map();
  select.replaceChildren();
  for (const [value, text, group] of options) {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = text;
    if (group && !groups.has(group)) {
      const holder = document.createElement("optgroup");
      holder.label = group;
      groups.set(group, holder);
      select.append(holder);
    }
    (groups.get(group) ?? select).append(option);
  }
}

/** Text to the clipboard, by the old way where a page from disk may not use the new one. */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export const spoken = (segment) => `${segment.level} (${formatted(segment.segment_share, "share")})`;
