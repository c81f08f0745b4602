// State of the page: a vintage and a scenario.
const DATED = CONVERGENCE.filter((c) => c.date_p50).map((c) => c.vintage).sort();
const VINTAGES = [...new Set(CONVERGENCE.map((c) => c.vintage))].sort().filter((v) => v >= (DATED[0] || ""));
const SCENARIOS = [{ scenario: "share", description: "The share of a run, judged by all known splits, times the largest run." }, ...rowsOf("scenarios")].filter((s) => CONVERGENCE.some((c) => c.scenario === s.scenario));
const state = { at: VINTAGES.length - 1, scenario: D.shown || (SCENARIOS[0] || {}).scenario };
// The address holds what is shown, and an address shows what it holds.
const NEWEST = VINTAGES.length - 1;
function address() {
  const p = new URLSearchParams();
  if (shown.model) p.set("model", shown.model);
  if (state.scenario !== D.shown) p.set("scenario", state.scenario);
  if (state.at !== NEWEST) p.set("known", VINTAGES[state.at]);
  return String(p);
}
function keep() {
  const now = address(), had = location.hash.includes("=");
  if (now || had) history.replaceState(null, "", now ? "#" + now : location.href.split("#")[0]);
}
function follow() {
  const p = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  const at = VINTAGES.indexOf(p.get("known")), scenario = p.get("scenario");
  state.at = at < 0 ? NEWEST : at;
  state.scenario = SCENARIOS.some((s) => s.scenario === scenario) ? scenario : D.shown;
  $("vintage").value = state.at;
  for (const box of document.querySelectorAll("[name=scenario]")) box.checked = box.value === state.scenario;
  draw();
  if (MODELS.has(p.get("model"))) openDrawer(p.get("model"));
}
const choose = (vintage) => { state.at = VINTAGES.indexOf(vintage); $("vintage").value = state.at; draw(); $("projection").scrollIntoView({ block: "start" }); };
function draw(slow = true) {
  const vintage = VINTAGES[state.at];
  if (!vintage) { $("fan").replaceChildren(el("p", { class: "note" }, "This release holds no projection.")); return; }
  $("known").textContent = dmy(vintage);
  $("vintage").setAttribute("aria-valuetext", dmy(vintage));
  drawFan(vintage, state.scenario, openDrawer);
  drawCourse(vintage, state.scenario, choose);
  if (slow) drawEvents(state.scenario, choose);
  keep();
}
for (const s of SCENARIOS) $("scenarios").append(el("label", { title: s.description }, el("input", { type: "radio", name: "scenario", value: s.scenario, checked: s.scenario === state.scenario, onchange: () => { state.scenario = s.scenario; draw(); } }), " " + s.scenario.replaceAll("_", " ")));
$("vintage").max = Math.max(0, VINTAGES.length - 1);
$("vintage").value = state.at;
$("vintage").addEventListener("input", () => { state.at = +$("vintage").value; draw(false); });
for (const s of ["reasoning", "total", "pretraining", "sft", ""]) $("stage").append(el("option", { value: s }, s || "all"));
for (const term of document.querySelectorAll(".term")) {
  const explain = () => tip({ target: term }, term.textContent, D.glossary[term.dataset.term]);
  for (const event of ["mouseenter", "focus", "click"]) term.addEventListener(event, explain);
  for (const event of ["mouseleave", "blur"]) term.addEventListener(event, untip);
}
$("small").addEventListener("change", () => draw(false));
$("find").addEventListener("input", drawTable);
$("stage").addEventListener("change", drawTable);
$("drawer").addEventListener("close", () => { shown.model = null; keep(); });
$("copy").addEventListener("click", async () => {
  const at = address(), link = location.href.split("#")[0] + (at ? "#" + at : "");
  try { await navigator.clipboard.writeText(link); $("copied").textContent = "Copied."; }
  catch { $("copied").replaceChildren(el("input", { readonly: true, value: link, "aria-label": "Link to what is shown" })); }
});
addEventListener("hashchange", () => { if (location.hash.includes("=")) follow(); });
$("drawer").addEventListener("click", (ev) => { if (ev.target === $("drawer")) $("drawer").close(); });
async function drawAll() {
  document.body.dataset.drawn = "";
  drawShares(openDrawer); // the answer first
  follow();
  drawOthers(openDrawer);
  await Promise.all(Object.values(VIEWS));
  document.body.dataset.drawn = "all";
}
drawAll();
drawTable();
drawEvidence(CONVERGENCE.find((c) => c.vintage === VINTAGES[VINTAGES.length - 1] && c.scenario === D.shown));
drawRest();
// Charts have the colours of the scheme they were drawn in.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const name of Object.keys(VIEWS)) delete VIEWS[name];
  for (const old of document.querySelectorAll(".take")) old.remove();
  drawAll();
});
