// What all pages share: asking the station, drawing elements, and the line about its health.

let csrf = "";

async function answer(response) {
  if (response.status === 401) location.assign("/login");
  const found = await response.json().catch(() => ({}));
  if (!response.ok) {
    const message = found.error || `the station answered ${response.status}`;
    throw Object.assign(new Error(message), { status: response.status });
  }
  return found;
}

// A station that lost its power does not even refuse: after this time it is taken to be gone.
const PATIENCE_MS = 15000;

export async function get(path) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return answer(await reached(fetch(path, { cache: "no-store", credentials: "same-origin", signal })));
}

export async function post(path, value) {
  if (!csrf) await health();
  const headers = { "Content-Type": "application/json", "X-Posteye-Token": csrf };
  return answer(await reached(fetch(path, { method: "POST", headers, body: JSON.stringify(value ?? null) })));
}

export async function reached(promise) {
  try {
    return await promise;
  } catch {
    throw new Error("the station does not answer; is it on, and in this network?");
  }
}

// Call something again and again, each time a pause after it has ended; not while nobody looks.
export function every(pause_ms, work) {
  const round = async () => {
    if (!document.hidden) await work();
    setTimeout(round, pause_ms);
  };
  round();
}

export const by = (id) => document.getElementById(id);

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Write a text only where it is another one: a screen reader is not told twice.
export function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

const WORDS = {
  camera_lost: "Camera lost", wire_lost: "No controller", disk_full: "Disk full",
  clock_stepped: "Clock was set", overheated: "Too hot",
};

async function health() {
  const place = by("health");
  try {
    const found = await get("/api/health");
    csrf = found.csrf;
    by("log-out").hidden = !found.people;
    const lines = found.ill.map((one) => `${WORDS[one.state] || one.state}: ${one.detail}. Still works: ${one.works}`);
    show(place, lines);
  } catch (error) {
    show(place, [error.message]);
  }
}

function show(place, lines) {
  if (place.dataset.lines === lines.join("\n")) return;
  place.dataset.lines = lines.join("\n");
  place.replaceChildren(...lines.map((line) => element("p", { class: "notice bad" }, line)));
}

by("log-out").addEventListener("click", async () => {
  await post("/logout").catch(() => {});
  location.assign("/login");
});
every(2000, health);
