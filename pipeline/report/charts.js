// The charts: Vega specifications of the release, fed with the page's rows.
const HISTORY = rowsOf("history"), CLAIMS = rowsOf("claims");
const PROJECTIONS = rowsOf("projections"), CONVERGENCE = rowsOf("convergence");
const OBS = rowsOf("observations");
const CLAIM = new Map(CLAIMS.map((c) => [c.claim_id, c]));
const CHARTS = D.charts || {}, VIEWS = {};
// These follow the slider or open claims, each in its own way; any other is only drawn.
const REACTS = new Set(["share", "projection", "convergence", "frontier", "calibration", "scoreboard"]);
const ms = (day) => Date.parse(day + "T00:00:00Z"), iso = (t) => new Date(t).toISOString().slice(0, 10);
const month = (start, i) => Date.UTC(+start.slice(0, 4), +start.slice(5, 7) - 1 + i, 1);
const SETS = Object.fromEntries(Object.entries(CHARTS).map(([name, c]) => [name, Object.fromEntries(Object.entries(c.rows).map(([set, cols]) => [set, expand(cols)]))]));
const claimOn = (model, stage, vintage) => {
  const node = model + "/" + stage;
  const used = OBS.filter((o) => o.node === node && o.role === "fused").map((o) => CLAIM.get(o.claim_id)).filter((c) => c && c.disclosed_on <= vintage);
  return used.length ? used[used.length - 1] : null;
};
const range = (d) => "90%: " + flop(d.lo) + " to " + flop(d.hi) + " FLOP";
// Colours of the style sheet as they are now: a picture that is taken along has no sheet.
const inked = (spec) => { const sheet = getComputedStyle(document.documentElement); return JSON.parse(JSON.stringify(spec).replace(/var\((--[a-z]+)\)/g, (_, name) => sheet.getPropertyValue(name).trim())); };
// Draw a chart into its place, or give it other rows where it is drawn already.
async function chart(name, place, sets, signals, on) {
  if (!CHARTS[name]) { $(place).replaceChildren(el("p", { class: "note" }, "This release has no rows for this chart.")); return; }
  if (!VIEWS[name]) {
    const spec = inked(CHARTS[name].spec);
    for (const d of spec.data) if (sets[d.name]) d.values = sets[d.name];
    for (const s of spec.signals || []) if (s.name in signals) s.value = signals[s.name];
    VIEWS[name] = vegaEmbed($(place), spec, { mode: "vega", ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: false, logLevel: 1, loader: { load: () => Promise.reject(new Error("the page loads nothing")) } }).then((made) => {
      const view = made.view;
      view.addEventListener("mouseover", (ev, item) => item && item.datum && on.say(item, ev));
      view.addEventListener("mouseout", untip);
      view.addEventListener("click", (ev, item) => item && item.datum && on.press(item.datum));
      $(place).after(takeaway(name, view, Object.keys(sets)));
      reach($(place), on);
      addEventListener("resize", () => requestAnimationFrame(() => reach($(place), on)));
      return view;
    });
    await VIEWS[name];
  } else {
    const view = await VIEWS[name];
    for (const [set, rows] of Object.entries(sets)) view.data(set, rows);
    for (const [signal, value] of Object.entries(signals)) view.signal(signal, value);
    await view.runAsync();
    reach($(place), on);
  }
}
// What the figures of a chart are, for the heads of its CSV.
const SCALE = { share: "_log10_odds", scoreboard: "_log10_ratio", projection: "_log10_flop", frontier: "_log10_flop", calibration: "_log10_flop", convergence: "" }; // of any other chart: log10
const FIGURES = ["lo", "mid", "hi", "low", "high", "from", "to", "ours", "frontier", "came"];
// What a reader may take along: the picture, its rows, how to cite it.
function takeaway(name, view, sets) {
  const save = (href, ending) => el("a", { href, download: "headroom-" + D.release.release_id[0] + "-" + name + "." + ending }).click();
  const blob = (text, type) => URL.createObjectURL(new Blob([text], { type }));
  const quoted = (v) => v === null || v === undefined ? "" : /[",\n]/.test(String(v)) ? '"' + String(v).replaceAll('"', '""') + '"' : String(v);
  const rows = () => {
    const all = sets.flatMap((part) => view.data(part).map((r) => ({ part, ...r }))), names = [...new Set(all.flatMap((r) => Object.keys(r)))];
    const dated = (v) => typeof v === "number" && isFinite(v) && v > 1e11 ? iso(v) : v; // milliseconds; FLOP are log10
    const heads = names.map((k) => FIGURES.includes(k) ? k + (SCALE[name] ?? "_log10") : k);
    return [heads.join(","), ...all.map((r) => names.map((k) => quoted(dated(r[k]))).join(","))].join("\r\n") + "\r\n";
  };
  const take = (text, press) => el("button", { type: "button", class: "link", onclick: press, "aria-label": text + " of this chart" }, text);
  return el("p", { class: "note take" }, take("PNG", async () => (await view.toCanvas(2)).toBlob((png) => save(URL.createObjectURL(png), "png"))), " · ", take("SVG", async () => save(blob(await view.toSVG(), "image/svg+xml"), "svg")), " · ", take("CSV", () => save(blob(rows(), "text/csv"), "csv")), " · ", el("a", { href: "#downloads" }, "cite"));
}
// Keyboard: one stop per chart; arrows move between its dots, Enter opens what it shows.
function reach(place, on) {
  for (const group of place.querySelectorAll("g[role=graphics-symbol]:not([aria-label])")) group.setAttribute("role", "graphics-object");
  const dots = [...place.querySelectorAll(on.dots)].filter((n) => n.__data__);
  dots.sort((a, b) => on.order(a.__data__.datum) - on.order(b.__data__.datum));
  dots.forEach((node, i) => {
    const d = node.__data__.datum;
    node.setAttribute("tabindex", i === dots.length - 1 ? 0 : -1);
    node.setAttribute("role", "button");
    node.removeAttribute("aria-roledescription");
    node.setAttribute("aria-label", on.name(d));
    node.classList.toggle("chosen", on.chosen(d));
    node.onfocus = () => on.say(node.__data__, { target: node });
    node.onblur = untip;
    node.onkeydown = (ev) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[ev.key];
      if (ev.key === "Enter" || ev.key === " ") on.press(node.__data__.datum);
      else if (!step || !dots[i + step]) return;
      else { node.setAttribute("tabindex", -1); dots[i + step].setAttribute("tabindex", 0); dots[i + step].focus(); }
      ev.preventDefault();
    };
  });
}
// The months of the last vintage that has its own: they stand until the next.
const monthsOf = (vintage, scenario) => PROJECTIONS.filter((r) => r.scenario === scenario && r.vintage <= vintage).pop();
function drawFan(vintage, scenario, open) {
  const at = ms(vintage), all = (SETS.projection || { record: [] }).record;
  const known = all.filter((r) => r.since <= at && at < r.until);
  const c = CONVERGENCE.find((r) => r.vintage === vintage && r.scenario === scenario);
  const p = c && c.status !== "none" ? monthsOf(vintage, scenario) : null;
  const fan = p ? p.mid.map((mid, i) => ({ t: month(p.start, i), lo: p.lo[i], mid, hi: p.hi[i], frontier: p.frontier[i] })) : [];
  const lead = c && c.leader_model_id ? MODELS.get(c.leader_model_id) : null;
  const path = p && lead && lead.released_on ? [{ t: ms(lead.released_on), mid: c.leader }, { t: fan[0].t, mid: fan[0].mid }] : [];
  $("verdict").replaceChildren(...sentence(c, open));
  return chart("projection", "fan", { fan, path, record: known, now: [{ t: at }] }, { floor: $("small").checked ? 17 : 21 }, {
    dots: ".record_marks path", order: (d) => d.t, chosen: () => false, press: (d) => d.model && open(d.model),
    name: (d) => d.name + ", reasoning training, about " + flop(d.mid) + " FLOP; show the claims",
    say: (item, ev) => {
      const d = item.datum;
      if (!d.model) return;
      const claim = claimOn(d.model, d.stage, vintage);
      tip(ev, d.name + (d.stage === "total" ? ", all training" : ", reasoning"), flop(d.mid) + " FLOP (" + range(d) + ")", claim && claim.summary);
    },
  });
}
function sentence(c, open) {
  if (c && c.scenario === "share" && c.status !== "none") return ["A typical flagship passes 30% of its run " + (c.date_p50 ? "around " + my(c.date_p50) : "later than the horizon, or never") + " (90%: " + my(c.date_p05) + " to " + (c.date_p95 ? my(c.date_p95) : "later or never") + "); chance that it already has: " + pct(c.probability_past) + "."];
  if (c && c.status !== "none" && !c.date_p50) return ["Meets its ceiling later than the horizon, or never; chance that it already has: " + pct(c.probability_past) + "."];
  if (!c || !c.date_p50) return ["No projection for that date" + (c && c.reason ? ": " + c.reason + "." : ".")];
  const past = c.probability_past === null ? "" : " Probability that it was already past: " + pct(c.probability_past) + ".";
  const behind = (id, text) => id ? el("button", { type: "button", class: "link", onclick: () => open(id) }, text) : text;
  return ["Meets its ceiling around ", behind(c.frontier_model_id, my(c.date_p50)), " (90%: " + my(c.date_p05) + " to " + (c.date_p95 ? my(c.date_p95) : "beyond the horizon") + ")." + past + " Starts from ", behind(c.leader_model_id, nameOf(c.leader_model_id)), " (leader in " + pct(c.leader_probability) + " of draws); growth " + num(c.growth_before, 2) + "-fold a year before, " + num(c.growth_after, 2) + "-fold after." + (c.stale ? " Its leader or its pace is over a year old: this is what would follow, not a finding." : "")];
}
function drawCourse(vintage, scenario, choose) {
  const course = (SETS.convergence || { course: [] }).course.filter((r) => r.scenario === scenario && CONVERGENCE.some((c) => c.vintage === iso(r.vintage)));
  $("course").hidden = !course.length;
  $("no-course").hidden = !!course.length;
  if (!course.length) return null;
  const low = Math.min(...course.map((r) => r.lo)), high = Math.max(...course.map((r) => r.hi || r.mid));
  const far = (r) => r.hi === null ? "beyond the horizon" : my(iso(r.hi));
  return chart("convergence", "course", { course }, { low, high }, {
    dots: ".course_marks path", order: (d) => d.vintage, chosen: (d) => iso(d.vintage) === vintage, press: (d) => d.vintage && choose(iso(d.vintage)),
    name: (d) => "Known by " + dmy(iso(d.vintage)) + ": " + my(iso(d.mid)) + "; show that date",
    say: (item, ev) => item.datum.vintage && tip(ev, "Known by " + dmy(iso(item.datum.vintage)), my(iso(item.datum.mid)) + " (90%: " + my(iso(item.datum.lo)) + " to " + far(item.datum) + ")", "Leader: " + item.datum.leader),
  });
}
function drawShares(open) {
  return chart("share", "shares", SETS.share || {}, {}, {
    dots: ".shares_marks path", order: (d) => d.t, chosen: () => false, press: (d) => d.model && open(d.model),
    name: (d) => d.name + ", reasoning as a share of its run: " + D.shares[d.model] + "; show the claims",
    say: (item, ev) => item.datum.model && tip(ev, item.datum.name, "Reasoning as a share of its run: " + D.shares[item.datum.model] + "."),
  });
}
function drawOthers(open) {
  const runs = SETS.frontier, scored = SETS.calibration;
  if (runs) chart("frontier", "largest", runs, {}, {
    dots: ".runs_marks path", order: (d) => d.t, chosen: () => false, press: (d) => d.model && open(d.model),
    name: (d) => d.name + ", all training, about " + flop(d.mid) + " FLOP; show the claims",
    say: (item, ev) => item.datum.model && tip(ev, item.datum.name, flop(item.datum.mid) + " FLOP in all"),
  });
  if (scored && scored.forecasts.length) chart("calibration", "forecasts", scored, {}, {
    dots: ".forecasts_marks path", order: (d) => d.t, chosen: () => false, press: (d) => d.model && open(d.model),
    name: (d) => "Forecast " + flop(d.mid) + ", came " + flop(d.came) + " FLOP (" + nameOf(d.model) + "); show the claims",
    say: (item, ev) => item.datum.target && tip(ev, item.datum.target === "reasoning" ? "Largest reasoning training" : "Largest run", "Forecast " + flop(item.datum.mid) + " FLOP (" + range(item.datum) + ")", "Came: " + flop(item.datum.came) + " FLOP, " + nameOf(item.datum.model) + (item.datum.bound ? ", a lower bound" : "")),
  });
  else $("forecasts-key").hidden = true;
  const board = SETS.scoreboard, said = new Map(rowsOf("forecasts").map((f) => [f.id, f]));
  if (board && board.board.length) chart("scoreboard", "board", board, {}, {
    dots: ".board_marks path", order: (d) => -SETS.scoreboard.board.findIndex((r) => r.forecast === d.forecast), chosen: () => false, press: (d) => said.has(d.forecast) && openForecaster(d.forecaster),
    name: (d) => d.forecaster + ": " + (said.get(d.forecast) || {}).said + " What came: " + (said.get(d.forecast) || {}).came,
    say: (item, ev) => { const f = said.get(item.datum.forecast); if (f) tip(ev, f.who + ", " + my(f.made), f.said, (f.state === "Not due" ? "So far: " : "Came: ") + f.came.replace(/ so far$/, "") + ".", f.outlook); },
  });
  for (const [name, c] of Object.entries(CHARTS)) {
    if (REACTS.has(name)) continue;
    if (!$("chart-" + name)) $(c.section).append(el("h3", {}, c.title), el("figure", { id: "chart-" + name }));
    chart(name, "chart-" + name, SETS[name], {}, { dots: "none", say: () => {}, press: () => {} });
  }
}
