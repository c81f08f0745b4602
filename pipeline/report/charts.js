// The two charts, drawn as SVG in the pixels of their place.
const HISTORY = rowsOf("history"), CLAIMS = rowsOf("claims");
const PROJECTIONS = rowsOf("projections"), CONVERGENCE = rowsOf("convergence").filter((c) => c.share === "scenario");
const OBS = rowsOf("observations");
const CLAIM = new Map(CLAIMS.map((c) => [c.claim_id, c]));
const known = (vintage) => {
  const last = new Map();
  for (const h of HISTORY) if (h.vintage <= vintage && MODELS.has(h.model_id)) last.set(h.model_id + "/" + h.stage, h);
  return [...last.values()].filter((h) => h.mid !== null && MODELS.get(h.model_id).released_on);
};
const claimOn = (h) => {
  const node = h.model_id + "/" + h.stage;
  const used = OBS.filter((o) => o.node === node && o.role === "fused").map((o) => CLAIM.get(o.claim_id)).filter((c) => c && c.disclosed_on <= h.vintage);
  return used.length ? used[used.length - 1] : null;
};
function drawFan(vintage, scenario, open) {
  const place = $("fan"), W = Math.max(320, place.clientWidth), narrow = W < 560, H = narrow ? 400 : 500;
  const m = { l: 44, r: narrow ? 12 : 96, t: 14, b: 28 };
  const lastVintage = D.release.vintage[0];
  const x0 = 2022.5, x1 = Math.floor(yr(lastVintage)) + 4, y0 = 18, y1 = 30;
  const X = (t) => m.l + (t - x0) / (x1 - x0) * (W - m.l - m.r), Y = (v) => H - m.b - (Math.max(y0, Math.min(y1, v)) - y0) / (y1 - y0) * (H - m.t - m.b);
  const g = [];
  for (let v = y0; v <= y1; v++) g.push(sv("line", { class: "grid", x1: m.l, x2: W - m.r, y1: Y(v), y2: Y(v) }), (v - y0) % (narrow ? 2 : 1) ? null : sv("text", { x: m.l - 6, y: Y(v) + 4, "text-anchor": "end" }, "10" + sup(v)));
  for (let t = Math.ceil(x0); t <= x1; t += narrow ? 2 : 1) g.push(sv("line", { class: "axis", x1: X(t), x2: X(t), y1: H - m.b, y2: H - m.b + 5 }), sv("text", { x: X(t), y: H - 8, "text-anchor": "middle" }, t));
  const p = PROJECTIONS.find((r) => r.vintage === vintage && r.scenario === scenario);
  const c = CONVERGENCE.find((r) => r.vintage === vintage && r.scenario === scenario);
  const labels = [];
  const lead = c && known(vintage).find((h) => h.model_id === c.leader_model_id && h.stage === "reasoning");
  if (p && lead) g.push(sv("line", { class: "path", x1: X(yr(MODELS.get(lead.model_id).released_on)), y1: Y(lead.mid), x2: X(yr(p.start)), y2: Y(p.mid[0]) }));
  if (p) {
    const s = yr(p.start), pts = p.mid.map((_, i) => s + i / 12).map((t, i) => ({ t, i })).filter((q) => q.t <= x1);
    const path = (k) => pts.map((q) => X(q.t).toFixed(1) + "," + Y(p[k][q.i]).toFixed(1));
    g.push(sv("polygon", { class: "fan", points: path("lo").concat(path("hi").reverse()).join(" ") }));
    g.push(sv("polyline", { class: "front", points: path("frontier").join(" ") }), sv("polyline", { class: "mid", points: path("mid").join(" ") }));
    const e = pts[pts.length - 1];
    if (!narrow && e) {
      const yf = Y(p.frontier[e.i]), ym = Math.max(Y(p.mid[e.i]), yf + 16);
      labels.push(sv("text", { class: "label", x: X(e.t) + 6, y: yf + 2 }, "Frontier run"), sv("text", { class: "label", x: X(e.t) + 6, y: ym + 4 }, "Reasoning"));
    }
  }
  g.push(sv("line", { class: "now", x1: X(yr(vintage)), x2: X(yr(vintage)), y1: m.t, y2: H - m.b }), sv("text", { x: X(yr(vintage)) + (X(yr(vintage)) < 190 ? 5 : -5), y: m.t + 8, "text-anchor": X(yr(vintage)) < 190 ? "start" : "end" }, "known by " + my(vintage)));
  const all = known(vintage).filter((h) => yr(MODELS.get(h.model_id).released_on) >= x0 && h.mid >= y0);
  for (const h of all.filter((h) => h.stage === "total")) {
    const q = MODELS.get(h.model_id), cl = claimOn(h);
    g.push(sv("circle", { class: "small", cx: X(yr(q.released_on)), cy: Y(h.mid), r: 3, onmouseenter: (ev) => tip(ev, q.name + ", all training", flop(h.mid) + " FLOP", cl && cl.summary), onmouseleave: untip, onclick: () => open(h.model_id) }));
  }
  const top = all.filter((h) => h.stage === "reasoning").sort((a, b) => b.mid - a.mid);
  for (const h of top) {
    const q = MODELS.get(h.model_id), x = X(yr(q.released_on)), cl = claimOn(h);
    const say = (ev) => tip(ev, q.name + ", reasoning", flop(h.mid) + " FLOP (90%: " + flop(h.lo) + " to " + flop(h.hi) + ")", cl && cl.summary);
    g.push(sv("line", { class: "whisker", x1: x, x2: x, y1: Y(h.lo), y2: Y(h.hi) }));
    labels.push(sv("circle", { class: "dot", cx: x, cy: Y(h.mid), r: 4.5, tabindex: 0, role: "button", "aria-label": q.name + ", reasoning training, about " + flop(h.mid) + " FLOP; show the claims", onmouseenter: say, onmouseleave: untip, onfocus: say, onblur: untip, onclick: () => open(h.model_id), onkeydown: (ev) => { if (ev.key === "Enter" || ev.key === " ") { ev.preventDefault(); open(h.model_id); } } }));
  }
  const named = top.slice(0, 2).concat(top.filter((h) => h.model_id === "deepseek-r1"), narrow ? [] : top.slice(2, 3)), taken = [];
  for (const h of new Set(named)) {
    const x = X(yr(MODELS.get(h.model_id).released_on)), y = Y(h.mid) + 4;
    if (taken.some((k) => Math.abs(k[1] - y) < 14 && Math.abs(k[0] - x) < 90)) continue;
    taken.push([x, y]);
    labels.push(sv("text", { class: "label", x: x - 8, y, "text-anchor": "end" }, nameOf(h.model_id)));
  }
  const what = "Reasoning training compute on a logarithmic scale from 10" + sup(y0) + " to 10" + sup(y1) + " FLOP: " + top.length + " known runs" + (c && c.date_p50 ? " and a projection that meets its ceiling around " + my(c.date_p50) : "; no projection for this date");
  place.replaceChildren(sv("svg", { viewBox: `0 0 ${W} ${H}`, role: "group", "aria-label": what }, g, labels));
  $("verdict").textContent = sentence(c);
}
function sentence(c) {
  if (!c || !c.date_p50) return "No projection for that date" + (c && c.reason ? ": " + c.reason + "." : ".");
  const past = c.probability_past === null ? "" : " Probability that it was already past: " + pct(c.probability_past) + ".";
  return "Meets its ceiling around " + my(c.date_p50) + " (90%: " + my(c.date_p05) + " to " + (c.date_p95 ? my(c.date_p95) : "beyond the horizon") + ")." + past + " Starts from " + nameOf(c.leader_model_id) + " (leader in " + pct(c.leader_probability) + " of draws); growth " + num(c.growth_before, 2) + "-fold a year before, " + num(c.growth_after, 2) + "-fold after." + (c.stale ? " The pace was last disclosed more than a year before: stale." : "");
}
function drawCourse(vintage, scenario, choose) {
  const place = $("course"), W = Math.max(320, place.clientWidth), narrow = W < 560, H = narrow ? 280 : 320;
  const m = { l: 48, r: 16, t: 14, b: 28 }, all = CONVERGENCE.filter((c) => c.scenario === scenario && c.date_p50);
  if (!all.length) { place.replaceChildren(el("p", { class: "note" }, "This scenario has no dated projection.")); return; }
  const xs = all.map((c) => yr(c.vintage)), x0 = Math.min(...xs) - 0.1, x1 = Math.max(...xs) + 0.1;
  const y0 = Math.floor(Math.min(...all.map((c) => yr(c.date_p05)))), y1 = Math.min(y0 + 8, Math.ceil(Math.max(...all.map((c) => yr(c.date_p95 || c.date_p50)))));
  const X = (t) => m.l + (t - x0) / (x1 - x0) * (W - m.l - m.r), Y = (t) => H - m.b - (Math.max(y0, Math.min(y1, t)) - y0) / (y1 - y0) * (H - m.t - m.b);
  const g = [];
  for (let y = y0; y <= y1; y++) g.push(sv("line", { class: "grid", x1: m.l, x2: W - m.r, y1: Y(y), y2: Y(y) }), sv("text", { x: m.l - 8, y: Y(y) + 4, "text-anchor": "end" }, y));
  for (let q = Math.ceil(x0 * 2) / 2; q <= x1; q += 0.5) g.push(sv("text", { x: X(q), y: H - 8, "text-anchor": "middle" }, (q % 1 ? "Jul " : "Jan ") + Math.floor(q)));
  const a = Math.max(x0, y0), b = Math.min(x1, y1);
  if (b > a) g.push(sv("line", { class: "now", x1: X(a), y1: Y(a), x2: X(b), y2: Y(b) }), sv("text", { x: X(b) - 4, y: Y(b) - 6, "text-anchor": "end" }, "today’s date then"));
  for (const c of all) {
    const x = X(yr(c.vintage)), mark = c.vintage === vintage ? " chosen" : "", say = (ev) => tip(ev, "Known by " + dmy(c.vintage), my(c.date_p50) + " (90%: " + my(c.date_p05) + " to " + (c.date_p95 ? my(c.date_p95) : "beyond") + ")", "Leader: " + nameOf(c.leader_model_id));
    const top = Y(c.date_p95 ? yr(c.date_p95) : y1);
    g.push(sv("rect", { class: "bar" + mark, x: x - 2.5, width: 5, y: top, height: Math.max(2, Y(yr(c.date_p05)) - top), onmouseenter: say, onmouseleave: untip, onclick: () => choose(c.vintage) }), sv("circle", { class: "dot", cx: x, cy: Y(yr(c.date_p50)), r: 3.5, onmouseenter: say, onmouseleave: untip, onclick: () => choose(c.vintage) }));
  }
  place.replaceChildren(sv("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": "Date of convergence by vintage: " + all.length + " vintages; the newest says " + my(all[all.length - 1].date_p50) + ". The table below says the same." }, g));
}
