// Keying: the best guess stands there, digits replace it, Enter takes it and brings the next strip.

import { by, get, post, say } from "./common.js";

const digits = by("digits"), name = by("name"), two = by("two"), form = by("form"), strip = by("strip");
const before = []; // files that were keyed or skipped in this visit, the last at the end
let file = "";
let busy = false;

function query(more) {
  return "/api/key?" + new URLSearchParams({ name: name.value.trim(), two: two.checked ? "1" : "0", ...more });
}

async function show(more) {
  const found = await get(query(more));
  say(by("labelled"), found.labelled.toLocaleString("en"));
  say(by("waiting"), found.waiting.toLocaleString("en"));
  const shown = found.strip;
  strip.hidden = !shown;
  form.hidden = false;
  form.classList.toggle("done", !shown); // only the way back is left
  file = shown ? shown.file : "";
  if (!shown) {
    by("back").focus();
    return say(by("state"), "All strips are keyed.");
  }
  say(by("state"), shown.again ? "Two people read this one differently: look again." : "");
  strip.src = `/api/key/picture/${shown.file}`;
  digits.value = shown.guess;
  const guess = shown.guess ? "The reader's best guess." : "The reader found nothing.";
  say(by("hint"), shown.keyed ? "You keyed this before." : guess);
  digits.focus();
  digits.select();
}

// One thing after the other: a key that is pressed meanwhile is not taken for the next strip.
async function turn(work) {
  if (busy) return;
  busy = true;
  try {
    await work();
  } catch (error) {
    say(by("state"), error.message);
  }
  busy = false;
}

async function done(value) {
  const last = file;
  try {
    await post("/api/key", { file: last, name: name.value.trim(), two: two.checked, digits: value });
    before.push(last);
  } catch (error) {
    if (error.status !== 410) throw error; // the picture has gone meanwhile: go on
  }
  await show({ after: last });
}

const save = () => turn(async () => {
  if (!file) return;
  const value = digits.value.replace(/\D/g, "");
  if (!value) return say(by("state"), "Key the digits, or skip the strip with S.");
  await done(value);
});
const skip = () => turn(async () => file && done(null));
const back = () => turn(async () => {
  const last = before.pop();
  if (!last) return say(by("state"), "This is the first one of this visit.");
  await show({ file: last });
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
digits.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  const key = event.key.toLowerCase();
  if (key >= "0" && key <= "9") return;
  event.preventDefault();
  if (key === "s") skip();
  if (key === "b") back();
});
digits.addEventListener("input", () => {
  const plain = digits.value.replace(/\D/g, "");
  if (plain !== digits.value) digits.value = plain;
});
by("skip").addEventListener("click", skip);
by("back").addEventListener("click", back);

function begin() {
  localStorage.setItem("name", name.value.trim());
  localStorage.setItem("two", two.checked ? "1" : "");
  before.length = 0;
  if (name.value.trim()) turn(() => show({}));
}
by("who").addEventListener("submit", (event) => {
  event.preventDefault();
  begin();
});
name.addEventListener("change", begin);
two.addEventListener("change", begin);
name.value = localStorage.getItem("name") || "";
two.checked = localStorage.getItem("two") === "1";
if (name.value) begin();
else name.focus();
