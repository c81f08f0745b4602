// State of the page: a vintage and a scenario.
const DATED = CONVERGENCE.filter((c) => c.date_p50).map((c) => c.vintage).sort();
const VINTAGES = [...new Set(CONVERGENCE.map((c) => c.vintage))].sort().filter((v) => v >= (DATED[0] || ""));
const SCENARIOS = [{ scenario: "share", description: "The share of a run, judged by all known splits, times the largest run." }, ...rowsOf("scenarios")].filter((s) => CONVERGENCE.some((c) => c.scenario === s.scenario));
const state = { at: VINTAGES.length - 1, scenario: D.shown || (SCENARIOS[0] || {}).scenario };
const choose = (vintage) => { state.at = VINTAGES.indexOf(vintage); $("vintage").value = state.at; draw(); $("projection").scrollIntoView({ block: "start" }); };
function draw(slow = true) {
  const vintage = VINTAGES[state.at];
  if (!vintage) { $("fan").replaceChildren(el("p", { class: "note" }, "This release holds no projection.")); return; }
  $("known").textContent = dmy(vintage);
  $("vintage").setAttribute("aria-valuetext", dmy(vintage));
  drawFan(vintage, state.scenario, openDrawer);
  drawCourse(vintage, state.scenario, choose);
  if (slow) drawEvents(state.scenario, choose);
}
for (const s of SCENARIOS) $("scenarios").append(el("label", { title: s.description }, el("input", { type: "radio", name: "scenario", value: s.scenario, checked: s.scenario === state.scenario, onchange: () => { state.scenario = s.scenario; draw(); } }), " " + s.scenario.replaceAll("_", " ")));
$("vintage").max = Math.max(0, VINTAGES.length - 1);
$("vintage").value = state.at;
$("vintage").addEventListener("input", () => { state.at = +$("vintage").value; draw(false); });
for (const s of ["reasoning", "total", "pretraining", "sft", ""]) $("stage").append(el("option", { value: s }, s || "all"));
$("find").addEventListener("input", drawTable);
$("stage").addEventListener("change", drawTable);
$("drawer").addEventListener("click", (ev) => { if (ev.target === $("drawer")) $("drawer").close(); });
draw();
drawTable();
drawEvidence(CONVERGENCE.find((c) => c.vintage === VINTAGES[VINTAGES.length - 1] && c.scenario === D.shown));
drawRest();
drawShares(openDrawer);
drawOthers(openDrawer);
