// The last pieces, rates, reasons and times.

import { by, element, every, get, say } from "./common.js";

const STATUS = { accepted: "accepted", rejected: "rejected", no_code: "no code", no_read: "not read" };
const PARTS = ["accepted", "rejected", "no_code", "no_read"];
const KEPT_S = 60;
const seen = []; // moment in s and number of pieces, of the last minute

function rate(pieces) {
  const now = performance.now() / 1000;
  if (seen.length && pieces < seen.at(-1).pieces) seen.length = 0; // the station began anew
  seen.push({ now, pieces });
  while (seen.length > 2 && now - seen[0].now > KEPT_S) seen.shift();
  const past = now - seen[0].now;
  say(by("rate"), past < 2 ? "–" : String(Math.round((60 * (pieces - seen[0].pieces)) / past)));
  const steps = seen.slice(1).map((one, i) => (one.pieces - seen[i].pieces) / Math.max(0.1, one.now - seen[i].now));
  const most = Math.max(1, ...steps);
  const points = steps.map((step, i) => `${(120 * i) / Math.max(1, steps.length - 1)},${27 - (25 * step) / most}`);
  by("spark").firstElementChild.setAttribute("points", points.join(" "));
}

function shares(counts) {
  say(by("share"), counts.pieces ? `${Math.round((100 * counts.accepted) / counts.pieces)} %` : "–");
  say(by("accepted"), counts.accepted.toLocaleString("en"));
  say(by("pieces"), counts.pieces.toLocaleString("en"));
  const parts = PARTS.filter((name) => counts[name]).map((name) => {
    const part = element("span", { class: name });
    part.style.flexGrow = counts[name];
    return part;
  });
  by("parts").replaceChildren(...parts);
}

function row(piece) {
  const item = element("li", { class: `piece ${piece.status}`, "data-id": piece.id });
  const strip = element("div", { class: "paper" });
  if (piece.strip) {
    strip.append(element("img", { src: `/api/watch/strip/${piece.id}.png`, alt: "", loading: "lazy" }));
  }
  const code = element("span", { class: "code" }, piece.code || "–");
  const badge = element("span", { class: "badge" }, STATUS[piece.status]);
  const sure = !piece.code ? "" : piece.confidence > 0.999 ? "over 99.9 %" : `${(100 * piece.confidence).toFixed(1)} %`;
  const bin = element("span", { class: "bin" }, element("span", { class: "unseen" }, "to bin "), piece.bin);
  const frames = `${piece.frames} ${piece.frames === 1 ? "frame" : "frames"}`;
  const facts = [sure, piece.ms === null ? "" : `${piece.ms.toFixed(0)} ms`, frames,
    new Date(piece.time).toLocaleTimeString("en-GB"), `#${piece.id}`];
  const small = element("span", { class: "small" }, facts.filter(Boolean).join(" · "));
  const why = piece.reason ? [element("span", { class: "why" }, piece.reason)] : [];
  item.append(strip, element("div", { class: "said" }, code, badge, bin, ...why, small));
  return item;
}

function pieces(found) {
  const list = by("list");
  const there = new Map([...list.children].map((item) => [item.dataset.id, item]));
  const wanted = found.map((piece) => there.get(String(piece.id)) || row(piece));
  if (wanted.length !== list.children.length || wanted.some((item, i) => item !== list.children[i])) {
    list.replaceChildren(...wanted);
  }
  by("none").hidden = found.length > 0;
}

function reasons(found) {
  const most = Math.max(1, ...found.map((one) => one.count));
  by("reasons").replaceChildren(...found.map((one) => {
    const bar = element("span", { class: "bar", "aria-hidden": "true" });
    bar.style.width = `${(100 * one.count) / most}%`;
    return element("li", {}, element("span", {}, one.reason), element("b", {}, one.count.toLocaleString("en")), bar);
  }));
  by("no-reasons").hidden = found.length > 0;
}

function times(found) {
  by("latency").replaceChildren(...found.map((one) => element("tr", one.stage === "total" ? { class: "total" } : {},
    element("th", { scope: "row" }, one.stage),
    ...[one.p50, one.p95, one.p99].map((ms) => element("td", {}, ms.toFixed(1))))));
  const total = found.find((one) => one.stage === "total");
  say(by("late"), total ? `${total.p99.toFixed(0)} ms` : "–");
}

every(1000, async () => {
  const found = await get("/api/watch").catch(() => null);
  if (!found) return; // the line about its health says so
  rate(found.counts.pieces);
  shares(found.counts);
  pieces(found.pieces);
  reasons(found.reasons);
  times(found.latency);
  say(by("heat"), found.temperature_c === null ? "–" : `${found.temperature_c.toFixed(0)} °C`);
});
