// The live picture with the fields that were found, the meters, and whether the piece can be read.

import { by, element, every, get, post, reached, say } from "./common.js";
import { shown } from "./region.js";

const SVG = "http://www.w3.org/2000/svg";
let best = 0; // the sharpest of this visit: a lens is turned until it is reached again
let url = "";
let read_of = null; // the reading whose fields are drawn

async function picture() {
  const dark = by("dark");
  try {
    const response = await reached(fetch("/api/aim/picture.jpg", { cache: "no-store" }));
    if (response.status === 401) location.assign("/login");
    if (!response.ok) throw new Error((await response.json()).error);
    const fresh = URL.createObjectURL(await response.blob());
    const image = by("picture");
    image.src = fresh;
    await image.decode();
    if (url) URL.revokeObjectURL(url);
    url = fresh;
    dark.hidden = true;
  } catch (error) {
    say(dark, error.message);
    dark.hidden = false;
  }
}

function meter(id, share, good) {
  const place = by(id);
  place.querySelector(".bar").style.width = `${Math.min(100, 100 * share)}%`;
  place.setAttribute("aria-valuenow", Math.round(100 * share));
  place.classList.toggle("good", good);
}

async function state() {
  const found = await get("/api/aim").catch(() => null);
  if (!found) return;
  const fresh = found.age_s > 2 ? `${found.age_s.toFixed(0)} s old` : `${found.width} × ${found.height} px`;
  say(by("age"), found.trouble || fresh);
  meter("focus", found.focus.level, found.focus.good);
  best = Math.max(best, found.focus.level);
  by("focus").querySelector(".best").style.left = `${100 * best}%`;
  by("focus").setAttribute("aria-valuetext", found.focus.words);
  say(by("focus-words"), `${found.focus.words}.`);
  meter("black", found.light.black, found.light.good);
  meter("white", found.light.white, found.light.good);
  for (const end of ["black", "white"]) say(by(`${end}-share`), `${(100 * found.light[end]).toFixed(1)} %`);
  say(by("light-words"), `${found.light.words}.`);
  shown(found.region);
}

function outline(corners, kind) {
  const drawn = document.createElementNS(SVG, "polygon");
  drawn.setAttribute("points", corners.map((corner) => corner.join(",")).join(" "));
  drawn.setAttribute("class", kind);
  return drawn;
}

function draw(found) {
  const over = by("over");
  over.setAttribute("viewBox", `0 0 ${found.width} ${found.height}`);
  const lines = found.fields.map((one) => outline(one.corners, one.role));
  if (found.field) lines.push(outline(found.field, found.readable ? "wanted good" : "wanted"));
  over.replaceChildren(...lines);
}

async function look() {
  const place = by("verdict");
  try {
    const found = await post("/api/aim/read");
    if (read_of === found.frame && place.dataset.kind !== "error") return;
    read_of = found.frame;
    place.dataset.kind = found.status;
    place.replaceChildren(element("p", { class: "headline" }, found.headline),
      ...found.why.map((line) => element("p", {}, line)),
      element("p", { class: "small" }, `Read in ${found.ms.toFixed(0)} ms.`));
    draw(found);
  } catch (error) {
    place.dataset.kind = "error";
    place.replaceChildren(element("p", {}, error.message));
  }
}

by("read").addEventListener("click", async (event) => {
  event.target.disabled = true;
  read_of = null;
  await look();
  event.target.disabled = false;
  event.target.focus();
});
every(300, picture);
every(600, state);
every(1500, async () => by("always").checked && look());
