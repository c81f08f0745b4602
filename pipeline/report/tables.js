// Tables and the drawer.
const grid = (heads, body, caption) => el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, el("table", { class: "cards" }, el("thead", {}, el("tr", {}, heads.map((h) => el("th", { scope: "col", class: h.c }, h.t)))), el("tbody", {}, body.map((r) => el("tr", {}, r.map((v, i) => el("td", { class: heads[i].c, "data-label": heads[i].t }, el("div", {}, v))))))));
const H = (t, c) => ({ t, c });
const usd = (x) => { const [size, word] = x >= 1e9 ? [1e9, " billion"] : x >= 1e6 ? [1e6, " million"] : [1e3, " thousand"]; return "$" + Number((x / size).toPrecision(2)) + word; };
const modelButton = (id, text) => MODELS.has(id) ? el("button", { type: "button", onclick: () => openDrawer(id) }, text || nameOf(id)) : text || id || "";
const claimModel = (claim) => (CLAIM.get(claim) || {}).model_id;
function drawEvents(scenario, choose) {
  const all = CONVERGENCE.filter((c) => c.scenario === scenario && c.date_p50), body = [];
  all.forEach((c, i) => {
    const before = all[i - 1];
    const months = before ? Math.round((yr(c.date_p50) - yr(before.date_p50)) * 12) : null;
    const said = CLAIMS.filter((k) => k.disclosed_on > (before ? before.vintage : "") && k.disclosed_on <= c.vintage && k.status !== "retracted");
    const moved = new Set(HISTORY.filter((h) => h.vintage > (before ? before.vintage : "") && h.vintage <= c.vintage && h.stage === "reasoning").flatMap((h) => ids(h.changed_by)));
    const told = before ? (said.filter((k) => moved.has(k.claim_id)).concat(said.filter((k) => !moved.has(k.claim_id)))) : [];
    const led = before && before.leader_model_id !== c.leader_model_id ? nameOf(c.leader_model_id) + " takes the lead. " : "";
    body.push([el("button", { type: "button", onclick: () => choose(c.vintage) }, dmy(c.vintage)), my(c.date_p50), months === null ? "first" : months === 0 ? "0" : (months > 0 ? "+" : "−") + Math.abs(months), el("span", {}, led, told.length ? told[0].summary + " " : "", told.length && claimModel(told[0].claim_id) ? modelButton(claimModel(told[0].claim_id)) : "", told.length ? (told.length > 1 ? " And " + (told.length - 1) + " more." : "") : before ? "" : "The first date with an anchored leader and frontier.")]);
  });
  const t = grid([H("Known by", "nw"), H("Median", "nw"), H("Months", "n"), H("What happened", "w")], body.slice().reverse(), "Convergence by vintage");
  $("events").replaceChildren(el("details", { open: body.length < 9 }, el("summary", {}, "What happened, vintage by vintage (" + body.length + ")"), t));
}
const ESTIMATES = rowsOf("estimates").map((e) => ({ ...e, name: nameOf(e.model_id), developer: (MODELS.get(e.model_id) || {}).developer || "", released: (MODELS.get(e.model_id) || {}).released_on || "" }));
const LO = 18, HI = 29, GRADES = ["confident", "likely", "speculative"];
const sortState = { key: "mid", down: true };
const bar = (e) => {
  const X = (v) => (Math.max(LO, Math.min(HI, v)) - LO) / (HI - LO) * 190, one = e.mid === null;
  const lo = e.lo === null ? LO : e.lo, hi = e.hi === null ? HI : e.hi;
  if (one && e.lo === null && e.hi === null) return "";
  return sv("svg", { viewBox: "0 0 190 16", role: "img", "aria-label": one ? "only a bound" : "90% interval " + flop(e.lo) + " to " + flop(e.hi) }, sv("line", { class: "axis", x1: 0, x2: 190, y1: 8, y2: 8 }), sv("rect", { class: "bar", x: X(lo), width: Math.max(2, X(hi) - X(lo)), y: 4, height: 8 }), one ? null : sv("circle", { class: "dot", cx: X(e.mid), cy: 8, r: 4 }));
};
function drawTable() {
  const want = $("find").value.trim().toLowerCase(), stage = $("stage").value;
  const cols = [["name", "Model", ""], ["stage", "Stage", "hide"], ["released", "Released", "nw hide"], [null, "90% interval, 10" + sup(LO) + " to 10" + sup(HI), ""], ["mid", "FLOP", "n"], ["grade", "Grade", ""], ["n_claims", "Claims", "n hide"]];
  const found = ESTIMATES.filter((e) => (!stage || e.stage === stage) && (!want || (e.name + " " + e.developer + " " + e.model_id).toLowerCase().includes(want)));
  const key = (e) => sortState.key === "grade" ? (GRADES.indexOf(e.grade) + 1 || 9) : e[sortState.key];
  found.sort((a, b) => { const x = key(a), y = key(b); if (x === null) return 1; if (y === null) return -1; return (x < y ? -1 : x > y ? 1 : 0) * (sortState.down ? -1 : 1); });
  const head = cols.map(([k, t, c]) => el("th", { scope: "col", class: c, "aria-sort": k && sortState.key === k ? (sortState.down ? "descending" : "ascending") : null }, k ? el("button", { type: "button", "data-key": k, onclick: () => { sortState.down = sortState.key === k ? !sortState.down : k === "mid" || k === "n_claims" || k === "released"; sortState.key = k; drawTable(); document.querySelector(`[data-key=${k}]`).focus(); } }, t, sortState.key === k ? (sortState.down ? " ↓" : " ↑") : "") : t));
  const body = found.map((e) => el("tr", {}, el("td", {}, modelButton(e.model_id), el("div", { class: "note" }, e.developer)), el("td", { class: "hide" }, e.stage), el("td", { class: "nw hide" }, my(e.released)), el("td", {}, bar(e)), el("td", { class: "n" }, modelButton(e.model_id, e.mid === null ? (e.hi !== null ? "< " + flop(e.hi) : e.lo !== null ? "> " + flop(e.lo) : "–") : flop(e.mid))), el("td", {}, e.grade ? el("span", { class: "tag" + (e.grade === "speculative" ? " hot" : "") }, e.grade) : el("span", { class: "note" }, "bounds only")), el("td", { class: "n hide" }, e.n_independent + " of " + e.n_claims)));
  $("table").replaceChildren(el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Estimates" }, el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, body))));
  const other = found.length || !want ? [] : [...MODELS.values()].filter((m) => (m.name + " " + m.developer + " " + m.model_id).toLowerCase().includes(want));
  const where = (m) => { const stages = ESTIMATES.filter((e) => e.model_id === m.model_id).map((e) => e.stage); return stages.length ? " has " + stages.join(", ") : " has no estimate"; };
  $("count").replaceChildren(found.length + " of " + ESTIMATES.length, ...other.slice(0, 5).flatMap((m) => ["; ", modelButton(m.model_id), where(m)]));
}
const shown = { model: null }; // in the drawer; part of the address
function openDrawer(id) {
  untip();
  const m = MODELS.get(id) || { name: id }, parts = [];
  for (const e of ESTIMATES.filter((e) => e.model_id === id)) parts.push(el("p", {}, el("b", {}, e.stage.replace("_", "-") + ": "), e.mid === null ? "no median; only bounds are known" : flop(e.mid) + " FLOP, 90% from " + flop(e.lo) + " to " + flop(e.hi), e.grade ? " · " + e.grade : "", e.derived ? " · derived from other stages" : "", e.usd_at_flat_rate ? " · about " + usd(e.usd_at_flat_rate) + " at a flat rate for all, not what it cost" : ""));
  if (D.shares[id]) parts.push(el("p", {}, el("b", {}, "Share of its run: "), D.shares[id] + "."));
  const mine = CLAIMS.filter((c) => c.model_id === id || ids(c.applies_to).includes(id) || OBS.some((o) => o.claim_id === c.claim_id && (o.node.startsWith(id + "/") || (o.reference_node || "").startsWith(id + "/"))));
  parts.push(el("h3", {}, mine.length + (mine.length === 1 ? " claim bears on it" : " claims bear on it")));
  for (const c of mine) {
    const s = SOURCES.get(c.source_id) || {}, obs = OBS.filter((o) => o.claim_id === c.claim_id && (mine.length < 2 || o.node.startsWith(id + "/") || (o.reference_node || "").startsWith(id + "/")));
    const hot = rowsOf("conflicts").filter((k) => k.claim_id === c.claim_id && k.explanation).slice(0, 1), inf = rowsOf("influence").filter((k) => k.claim_id === c.claim_id).slice(0, 1);
    parts.push(el("div", { class: "claim" }, el("p", {}, c.summary), obs.map((o) => [o.formula ? el("div", { class: "formula" }, o.formula) : null, el("p", { class: "note" }, el("span", { class: "tag" + (o.role === "fused" ? "" : " hot") }, (o.role || "").replace("_", " ")), " ", o.node, o.role_reason ? ": " + o.role_reason : "")]), hot.map((k) => el("p", { class: "note r" }, k.explanation)), inf.map((k) => el("p", { class: "note" }, (k.shift_log10 === null ? "Without it there is no estimate" : "Without it the estimate would be ×" + num(10 ** k.shift_log10, 3)) + (Math.abs(k.share_shift) >= 0.0005 ? ", and a flagship's share today " + (k.share_shift > 0 ? "+" : "−") + Math.abs(100 * k.share_shift).toFixed(1) + " points" : "") + ".")), c.caveat ? el("p", { class: "note" }, c.caveat) : null, el("p", { class: "note" }, link(c.url || s.url, s.title || c.source_id), ", ", s.publisher || "", s.kind ? " (" + s.kind + ")" : "", c.locator ? ", " + c.locator : "", " · disclosed " + dmy(c.disclosed_on), c.status === "accepted" ? "" : " · " + c.status)));
  }
  shown.model = id;
  show(m.name, [m.developer, m.released_on ? "released " + dmy(m.released_on) : null].filter(Boolean).join(" · "), parts);
}
// The forecasts behind a row of the calibration, each with the run that came.
function openForecasts(c) {
  const mine = rowsOf("backtests").filter((b) => b.scenario === c.scenario && b.target === c.target);
  const under = (main, note) => [main, el("div", { class: "note" }, note)];
  const heads = [H("For"), H("Forecast and 90% interval", "nw"), H("What came")];
  const body = mine.map((b) => [under(my(b.target_on), b.horizon_months + " months before"), under(flop(b.mid), flop(b.lo) + " to " + flop(b.hi)), under((b.realised_kind === "measured" ? "" : "≥ ") + flop(b.came), modelButton(b.realised_model_id))]);
  show(c.target === "reasoning" ? "Forecasts of the largest reasoning run" : "Forecasts of the largest run", c.scenario.replaceAll("_", " ") + " · " + c.verdict, [grid(heads, body, "Forecasts")]);
}
// What one forecaster said, and what came of it.
function openForecaster(who) {
  const mine = rowsOf("forecasts").filter((f) => f.who === who);
  show(who, mine.length + (mine.length === 1 ? " forecast" : " forecasts") + ", by the record as it stands today", mine.map((f) => el("div", { class: "claim" }, el("p", {}, f.said), el("p", { class: "note" }, f.state + ": " + f.came + (f.outlook ? "; " + f.outlook : "") + "."), f.note && f.note !== f.came ? el("p", { class: "note" }, f.note) : null, el("p", { class: "note" }, "Made ", my(f.made), ", about ", my(f.due), ". ", link(f.url, "Where it was said")))));
}
function show(title, note, parts) {
  const box = $("drawer");
  if (title !== nameOf(shown.model)) shown.model = null;
  box.replaceChildren(el("button", { type: "button", class: "close", onclick: () => box.close() }, "Close"), el("h2", { id: "drawer-title" }, title), el("p", { class: "note" }, note), ...parts);
  if (!box.open) box.showModal();
  keep();
  box.scrollTop = 0;
}
function drawEvidence(c) {
  if (!c || !c.leader_model_id) return;
  const parts = ["Behind these sentences: the claims on the largest reasoning run, ", modelButton(c.leader_model_id)];
  if (c.frontier_model_id) parts.push(", and on the largest run of all, ", modelButton(c.frontier_model_id));
  const s = rowsOf("scenarios").find((k) => k.scenario === c.scenario);
  parts.push(s ? ". Scenario “" + s.scenario.replaceAll("_", " ") + "”: " + s.description : ".");
  $("evidence").replaceChildren(...parts);
}
const put = (id, ...kids) => $(id).querySelector(":scope > div").replaceChildren(...kids);
function drawRest() {
  const seen = new Map();
  for (const o of rowsOf("observed")) { if (!seen.has(o.model_id)) seen.set(o.model_id, { ...o, s: {} }); seen.get(o.model_id).s[o.share] = o; }
  const told = (o) => o ? o.state + (o.probability === null ? "" : " (" + pct(o.probability) + ")") : "–";
  const split = [...seen.values()], clear = split.filter((o) => o.reasoning_over_frontier_p50 !== null).sort((a, b) => b.reasoning_over_frontier_p50 - a.reasoning_over_frontier_p50), dark = split.filter((o) => o.reasoning_over_frontier_p50 === null);
  const small = clear.filter((o) => ["0.1", "0.5", "1"].every((s) => o.s[s] && o.s[s].state === "not met" && o.s[s].probability < 0.01)), large = clear.filter((o) => !small.includes(o));
  const observed = (part) => grid([H("Run"), H("÷ its other training", "n"), H("÷ frontier", "n"), H("a tenth of it?"), H("half?"), H("all?")], part.map((o) => [modelButton(o.model_id), share(o.reasoning_over_rest_p50), share(o.reasoning_over_frontier_p50), told(o.s["0.1"]), told(o.s["0.5"]), told(o.s["1"])]), "Observed convergence");
  put("observed", large.length ? observed(large) : "", small.length ? el("details", {}, el("summary", {}, "Runs that reached not even a tenth, with over 99% probability (" + small.length + ")"), observed(small)) : "", dark.length ? el("p", { class: "note" }, "Split undisclosed, so unknown: " + dark.map((o) => nameOf(o.model_id)).join(", ") + ".") : "");
  const bad = rowsOf("conflicts"), now = bad.filter((k) => !k.until), gone = bad.filter((k) => k.until);
  const conflicts = (part) => grid([H("Claim"), H("Why", "w"), H("z", "n"), H("Status", "nw")], part.map((k) => [[modelButton(claimModel(k.claim_id) || k.node.split("/")[0], k.claim_id), el("div", { class: "note" }, dmy(k.vintage) + " to " + (k.until ? dmy(k.until) : "now"))], k.explanation || "", num(k.z, 2), (k.status || "").replace("_", " ")]), "Conflicts");
  if (!D.conflicts) $("conflicts").remove();
  else put("conflicts", now.length ? conflicts(now) : el("p", {}, "None."), gone.length ? el("details", {}, el("summary", {}, "As they stood on earlier dates (" + gone.length + ")"), conflicts(gone)) : "");
  const cal = rowsOf("calibration");
  put("calibration", cal.length ? grid([H("Target"), H("Scenario"), H("Forecasts", "n"), H("Records", "n"), H("Mean error", "n"), H("Mean score", "n"), H("Covered, of 90%", "n"), H("Skill against standing still", "n"), H("Verdict")], cal.map((c) => [c.target, c.scenario.replaceAll("_", " "), el("button", { type: "button", "aria-label": c.n_forecasts + " forecasts of " + c.scenario + ", " + c.target, onclick: () => openForecasts(c) }, c.n_forecasts), c.n_distinct_records, num(c.mean_error, 2), num(c.mean_crps, 2), pct(c.coverage_90), num(c.skill_persistence, 2), c.verdict]), "Calibration") : el("p", { class: "note" }, "This release holds no scored projections."));
  const said = rowsOf("forecasts"), named = (f) => el("button", { type: "button", onclick: () => openForecaster(f.who) }, f.who);
  const forecast = (state) => { const part = said.filter((f) => f.state === state), settled = state === "Due and settled"; return part.length ? el("details", { open: settled }, el("summary", {}, state + " (" + part.length + ")"), grid([H("Due", "nw"), H("Who"), H("Said", "w"), H(settled ? "What came" : state === "Not due" ? "So far" : "What the record says", "w")], part.map((f) => [my(f.due), named(f), f.said, [f.came, el("div", { class: "note" }, f.outlook)]]), state)) : ""; };
  if (!said.length) $("scoreboard").remove();
  else put("scoreboard", el("p", {}, D.scoreboard.join(" ")), ...[...new Set(said.map((f) => f.state))].map(forecast));
  const diff = rowsOf("changes"), claimLinks = (t) => ids(t).map((k, i) => [i ? ", " : "", modelButton(claimModel(k), k)]);
  const changed = (part) => grid([H("Table"), H("What"), H("Column"), H("Before", "n"), H("Now", "n"), H("Factor", "n"), H("By")], part.map((d) => [d.table, d.key, d.column || d.change, d.old || "–", d.new || "–", num(d.ratio), claimLinks(d.changed_by)]), "Changes");
  put("changes", diff.length ? el("ul", {}, D.moved.map((said) => el("li", {}, said))) : el("p", {}, D.release.seq[0] === 1 ? "This is the first release." : "No published figure changed."), diff.length ? el("details", {}, el("summary", {}, "All changes, the largest first (" + diff.length + ")"), changed(diff)) : "");
  const ass = rowsOf("assumptions"), web = (t) => /^https?:/i.test(t || "") ? link(t, t.replace(/^https?:\/\/(www\.)?/i, "").split("/")[0]) : t || "";
  put("method", el("details", {}, el("summary", {}, "All " + ass.length + " assumptions"), grid([H("Assumption"), H("Value", "n"), H("Range", "n"), H("Unit"), H("Meaning", "w"), H("Source"), H("Checked", "nw")], ass.map((a) => [a.assumption_id, num(a.value), a.low === null ? "" : num(a.low) + " to " + num(a.high), a.unit, a.description, web(a.source), dmy(a.checked_on)]), "Assumptions")),
    el("details", {}, el("summary", {}, "The scenarios"), grid([H("Scenario"), H("Meaning", "w"), H("Source")], rowsOf("scenarios").map((s) => [s.scenario.replaceAll("_", " "), s.description, web(s.source)]), "Scenarios")),
    el("details", {}, el("summary", {}, "How fast the frontier grows"), grid([H("Runs"), H("Since"), H("n", "n"), H("× a year", "n"), H("90% interval", "n"), H("Method")], rowsOf("trend").map((t) => [t.series, my(t.since), el("a", { href: "#frontier", title: "Each dot of the chart opens the claims on its run" }, t.n), num(t.growth_per_year_p50, 2), num(t.growth_per_year_p05, 2) + " to " + num(t.growth_per_year_p95, 2), t.method]), "Frontier growth")),
    D.curves ? el("details", {}, el("summary", {}, "What tenfold compute bought on benchmarks"), grid([H("Curve"), H("Benchmark"), H("Form"), H("n", "n"), H("Per tenfold", "n"), H("90% interval", "n")], rowsOf("curves").map((k) => [k.curve_id, k.benchmark, k.form, k.n, num(k.slope_per_oom_p50, 2), num(k.slope_per_oom_p05, 2) + " to " + num(k.slope_per_oom_p95, 2)]), "Scaling curves")) : "");
}
