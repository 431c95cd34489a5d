// The sort plan, what was found in it, where a code goes, and loading it again.

import { by, element, get, post, say } from "./common.js";

const count = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

function show(plan) {
  say(by("plan"), plan.name);
  const bins = plan.bins.map((one) =>
    element("span", { class: "bin" }, one.bin, " ", element("small", {}, count(one.rows, "row", "rows"))));
  const ends = [["everything else", plan.overflow], ["not accepted", plan.reject]].map(([what, bin]) =>
    element("span", { class: "bin end" }, bin, " ", element("small", {}, what)));
  by("bins").replaceChildren(...bins, ...ends);
  by("rows").replaceChildren(...plan.rows.map((one) => element("tr", {}, element("th", { scope: "row" }, one.codes),
    element("td", {}, one.bin), element("td", {}, one.line ? String(one.line) : ""))));
  const left_out = plan.row_count > plan.rows.length;
  say(by("more"), left_out ? `The first ${plan.rows.length} of ${count(plan.row_count, "row", "rows")}.` : "");
  const found = [];
  if (plan.fine) found.push(element("li", { class: "good" }, "Nothing is wrong with this plan."));
  if (plan.gap_count) {
    const codes = count(plan.gap_codes, "code has", "codes have");
    found.push(element("li", {}, `${codes} no row and go to ${plan.overflow}:`));
    found.push(...plan.gaps.map((gap) =>
      element("li", { class: "sub" }, `${gap.codes} (${gap.count.toLocaleString("en")})`)));
  }
  if (plan.foreign_count) {
    found.push(element("li", {}, `${count(plan.foreign_count, "row covers", "rows cover")} no code that exists:`));
    found.push(...plan.foreign.map((row) =>
      element("li", { class: "sub" }, row.line ? `${row.codes}, line ${row.line}` : row.codes)));
  }
  by("findings").replaceChildren(...found);
}

by("which").addEventListener("submit", async (event) => {
  event.preventDefault();
  const place = by("answer");
  try {
    const found = await get("/api/plan/which?" + new URLSearchParams({ code: by("code").value }));
    const line = found.row && found.row.line ? `, line ${found.row.line}` : "";
    const by_row = found.row ? `by the row ${found.row.codes}${line}` : "no row covers it";
    place.dataset.kind = found.row ? "accepted" : "rejected";
    const why = element("span", {}, `${found.code}: ${by_row}`);
    place.replaceChildren(element("span", { class: "headline" }, found.bin), why);
  } catch (error) {
    place.dataset.kind = "error";
    place.replaceChildren(error.message);
  }
  by("code").select();
});

by("reload").addEventListener("click", async (event) => {
  event.target.disabled = true;
  try {
    const found = await post("/api/plan/reload");
    show(found);
    say(by("loaded"), found.trouble || "The plan was loaded, and sorts from now on.");
    by("loaded").classList.toggle("wrong", Boolean(found.trouble));
  } catch (error) {
    say(by("loaded"), error.message);
  }
  event.target.disabled = false;
  event.target.focus();
});

get("/api/plan").then(show, (error) => say(by("more"), error.message));
