// Brings what stands on the page up to date in place: what did not change is not touched, so the browser lays out little anew.

function same(old, fresh) {
  return old && old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName;
}

function update(old, fresh) {
  if (fresh.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  patch(old, [...fresh.childNodes]);
}

/** Make the children of `place` equal to `fresh`, nodes that are on no page yet. */
export function patch(place, fresh) {
  const old = [...place.childNodes];
  fresh.forEach((node, k) => {
    if (same(old[k], node)) update(old[k], node);
    else if (old[k]) old[k].replaceWith(node);
    else place.append(node);
  });
  for (const node of old.slice(fresh.length)) node.remove();
}
