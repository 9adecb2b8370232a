/* The theme opens its menus on a phone by labels of hidden boxes, which a keyboard does not reach: here it does. */
const NAMES = { __navigation: "Site navigation", __toc: "Contents of this page" };
for (const label of document.querySelectorAll("label[for='__navigation'], label[for='__toc']")) {
  if (label.classList.contains("overlay")) continue;
  const box = document.getElementById(label.htmlFor);
  const told = () => label.setAttribute("aria-expanded", box.checked);
  label.tabIndex = 0;
  label.setAttribute("role", "button");
  label.setAttribute("aria-label", NAMES[label.htmlFor]);
  label.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    box.click();
  });
  box.addEventListener("change", told);
  told();
}
