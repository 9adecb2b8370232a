// Numbers as text, as helpers.record writes them.

const grouped = (text) => text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** A fixed number of decimals with thousands apart; the sign only where asked for. */
export function fixed(value, decimals, signed = false) {
  const [whole, rest] = Math.abs(value).toFixed(decimals).split(".");
  const sign = value < 0 || Object.is(value, -0) ? "-" : signed ? "+" : "";
  return sign + grouped(whole) + (rest ? `.${rest}` : "");
}

/** Significant digits, as printf's %g. */
export function general(value, digits) {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  const bare = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (power >= -4 && power < digits) return bare(value.toFixed(Math.max(digits - 1 - power, 0)));
  return `${bare(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** Digits of a change: as many as usual, or as tell it from none; one below a millionth reads as none. */
function telling(size, digits) {
  const told = Math.abs(size);
  return told > 1e-6 && told < 0.5 * 10 ** -digits ? -Math.floor(Math.log10(told)) : digits;
}

function written(value, unit, currency) {
  switch (unit) {
    case "share": {
      if (value > 0 && value < 0.00005) return "< 0.01 %";
      if (value >= 0.99995 && value < 1 - 1e-12) return "> 99.99 %";
      const whole = Math.abs(value * 100 - Math.round(value * 100)) < 1e-9;
      return `${(value * 100).toFixed(whole ? 0 : 2)} %`;
    }
    case "relative":
      return `${fixed(value * 100, telling(value * 100, 1), true)} %`;
    case "points":
      return `${fixed(value * 100, telling(value * 100, 2), true)} points`;
    case "money":
      return `${value < 0 ? "-" : ""}${currency} ${fixed(Math.abs(value) / 100, 0)}`;
    case "price":
      return `${value < 0 ? "-" : ""}${currency} ${fixed(Math.abs(value) / 100, 2)}`;
    case "p":
      return value < 0.0001 ? "< 0.0001" : value < 0.9999 ? value.toFixed(4) : "> 0.999";
    case "weeks":
      return `${fixed(value, 0)} ${value === 1 ? "week" : "weeks"}`;
    default:
      return fixed(value, 0);
  }
}

export function formatted(value, unit, currency) {
  if (value === null) return "not available";
  if (!Number.isFinite(value)) return "unbounded";
  const text = written(value, unit, currency);
  return /[1-9]/.test(text) ? text : text.replace("-", unit === "relative" || unit === "points" ? "+" : "");
}

const MOST_DIGITS = 12;
const SCALE = { share: 100, relative: 100, points: 100, money: 0.01, price: 0.01 };

/** A number beside its bar, in as many digits as show on which side of it the number lies; helpers.formatting.apart. */
export function apart(value, bar, unit, currency) {
  const told = formatted(value, unit, currency);
  if (value === null || !Number.isFinite(value) || value === bar || "<>".includes(told[0])) return told;
  const scale = SCALE[unit] ?? 1;
  const usual = (told.match(/\.(\d+)/) ?? ["", ""])[1].length;
  const limit = Number((bar * scale).toFixed(MOST_DIGITS));
  for (let digits = usual; digits <= MOST_DIGITS; digits += 1) {
    const shown = Number((value * scale).toFixed(digits));
    if (shown === limit || shown < limit !== value < bar) continue;
    if (digits === usual) return told;
    if (unit === "money" || unit === "price")
      return `${value < 0 ? "-" : ""}${currency} ${fixed(Math.abs(value) * scale, unit === "money" ? Math.max(digits, 2) : digits)}`;
    const end = { share: " %", relative: " %", points: " points" }[unit] ?? "";
    return fixed(value * scale, digits, unit === "relative" || unit === "points") + end;
  }
  return told;
}

const MOST_OF_A_BAR = 6;

/** A bar that somebody wrote down: in all of its digits, as many as usual at least; helpers.formatting.stated. */
export function stated(value, unit, currency) {
  const told = formatted(value, unit, currency);
  if (value === null || !Number.isFinite(value)) return told;
  const number = value * (SCALE[unit] ?? 1);
  const usual = (told.match(/\.(\d+)/) ?? ["", ""])[1].length;
  let digits = 0;
  const near = () => Math.abs(Number(number.toFixed(digits)) - number) <= 1e-12 * Math.abs(number);
  while (digits < MOST_OF_A_BAR && !near()) digits += 1;
  if (digits <= usual && !"<>".includes(told[0])) return told;
  const end = { share: " %", relative: " %", points: " points" }[unit] ?? "";
  return fixed(number, digits, unit === "relative" || unit === "points") + end;
}

/** A level: in two digits, or in as many as leave the p-value beside it on its own side; helpers.formatting.level_text. */
export function levelBeside(level, p) {
  for (let digits = 2; digits <= MOST_DIGITS; digits += 1) {
    const shown = Number(general(level, digits));
    if (p < shown === p < level && (p !== shown || p === level)) return general(level, digits);
  }
  return general(level, 2);
}

/** Significant digits of a p-value beside its level: as many as show whether it lies below. */
export function digitsBeside(p, level) {
  const bar = Number(levelBeside(level, p));
  for (let digits = 3; digits < MOST_DIGITS; digits += 1) {
    const shown = Number(general(p, digits));
    if (shown < bar === p < level && (shown !== bar || p === bar)) return digits;
  }
  return MOST_DIGITS;
}

/** A label within a sentence: in small letters, but for a name of capitals or digits. */
export function inside(label) {
  const words = label.split(/([^\p{L}\p{N}_]+)/u);
  return words.map((word) => (/\d|\p{L}[A-Z]/u.test(word) ? word : word.toLowerCase())).join("");
}
