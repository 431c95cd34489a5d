// The region: drawn by the pointer, moved by keys, or typed in percent; shares of the picture's sides everywhere.

import { by, post, say } from "./common.js";

const SMALLEST = 0.02, STEP = 0.01;
const view = by("view"), box = by("region");
const inputs = ["x", "y", "w", "h"].map(by);
let region = null; // as it is drawn
let changed = false; // and not yet sent
let from = null; // where the pointer went down

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

function fitted([x, y, w, h]) {
  w = clamp(w, SMALLEST, 1);
  h = clamp(h, SMALLEST, 1);
  return [clamp(x, 0, 1 - w), clamp(y, 0, 1 - h), w, h];
}

function draw(typed) {
  box.hidden = !region;
  if (region) {
    const [x, y, w, h] = region.map((share) => `${100 * share}%`);
    Object.assign(box.style, { left: x, top: y, width: w, height: h });
  }
  inputs.forEach((input, i) => {
    if (input !== typed) input.value = (100 * (region || [0, 0, 1, 1])[i]).toFixed(1);
  });
  by("save").disabled = !changed;
}

function set(next, typed) {
  region = fitted(next);
  changed = true;
  say(by("saved"), "");
  draw(typed);
}

// What the station reads in: taken over unless somebody is drawing.
export function shown(found) {
  if (changed || from || inputs.includes(document.activeElement)) return;
  region = found;
  draw();
}

function at(event) {
  const frame = view.getBoundingClientRect();
  const place = [(event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height];
  return place.map((share) => clamp(share, 0, 1));
}

view.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  event.preventDefault();
  view.setPointerCapture(event.pointerId);
  const [x, y] = at(event);
  const corner = event.target.classList.contains("corner");
  const inside = event.target === box;
  if (inside) from = { grip: [x - region[0], y - region[1]] };
  else from = { anchor: corner ? [region[0], region[1]] : [x, y] };
});

view.addEventListener("pointermove", (event) => {
  if (!from) return;
  const [x, y] = at(event);
  if (from.grip) {
    set([x - from.grip[0], y - from.grip[1], region[2], region[3]]);
  } else {
    const [a, b] = from.anchor;
    const [across, down] = [Math.abs(x - a), Math.abs(y - b)];
    if (Math.max(across, down) >= SMALLEST) set([Math.min(a, x), Math.min(b, y), across, down]);
  }
});

for (const end of ["pointerup", "pointercancel"]) {
  view.addEventListener(end, () => {
    if (from && region && changed) box.focus({ preventScroll: true });
    from = null;
  });
}

box.addEventListener("keydown", (event) => {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (event.key === "Enter") send();
  if (!way) return;
  event.preventDefault();
  const [x, y, w, h] = region;
  const [across, down] = way.map((step) => step * STEP);
  set(event.shiftKey ? [x, y, w + across, h + down] : [x + across, y + down, w, h]);
});

for (const input of inputs) {
  input.addEventListener("input", () => {
    const typed = inputs.map((one) => Number(one.value) / 100);
    if (typed.every((share) => Number.isFinite(share))) set(typed, input);
  });
}

async function send() {
  try {
    const whole = region && region[2] > 0.999 && region[3] > 0.999;
    await post("/api/aim/region", { region: whole ? null : region });
    changed = false;
    say(by("saved"), `Pieces are read in ${region && !whole ? "this region" : "the whole picture"} now.`);
    if (whole) region = null;
    draw();
  } catch (error) {
    say(by("saved"), error.message);
  }
}

by("numbers").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
by("whole").addEventListener("click", () => {
  region = null;
  send();
});
