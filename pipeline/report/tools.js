"use strict";
// Data and small helpers. All text goes into the page as text nodes, never as HTML.
const D = JSON.parse(document.getElementById("data").textContent);
const expand = (cols) => {
  const names = Object.keys(cols || {});
  return names.length ? cols[names[0]].map((_, i) => Object.fromEntries(names.map((n) => [n, cols[n][i]]))) : [];
};
const rowsOf = (part) => expand(D[part]);
const MODELS = new Map(rowsOf("models").map((m) => [m.model_id, m]));
const SOURCES = new Map(rowsOf("sources").map((s) => [s.source_id, s]));
const nameOf = (id) => (MODELS.get(id) || {}).name || id || "";
const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const fill = (node, attrs, kids) => {
  for (const [k, v] of Object.entries(attrs || {})) {
    if (v === null || v === undefined || v === false) continue;
    if (k.startsWith("on")) node.addEventListener(k.slice(2), v);
    else node.setAttribute(k, v === true ? "" : v);
  }
  for (const kid of kids.flat(3)) if (kid !== null && kid !== undefined && kid !== false) node.append(kid);
  return node;
};
const el = (tag, attrs, ...kids) => fill(document.createElement(tag), attrs, kids);
const sv = (tag, attrs, ...kids) => fill(document.createElementNS(SVG, tag), attrs, kids);
const SUP = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const sup = (n) => String(n).split("").map((c) => SUP[c]).join("");
const flop = (x) => {
  if (x === null || x === undefined) return "–";
  let p = Math.floor(x), d = Math.round(10 ** (x - p) * 10) / 10;
  if (d >= 10) { d = 1; p += 1; }
  return d.toFixed(1) + " × 10" + sup(p);
};
const num = (x, n = 3) => x === null || x === undefined ? "–" : (Math.abs(x) >= 1e6 || (x !== 0 && Math.abs(x) < 1e-3) ? x.toExponential(1).replace("+", "") : String(Number(x.toPrecision(n)))).replaceAll("-", "−");
const share = (x) => x !== null && x !== undefined && x > 0 && x < 1e-3 ? "< 0.001" : num(x, 2);
const pct = (x) => x === null || x === undefined ? "–" : x > 0.995 ? "> 99%" : x < 0.005 ? "< 1%" : Math.round(100 * x) + "%";
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const my = (d) => d ? MONTHS[+d.slice(5, 7) - 1] + " " + d.slice(0, 4) : "–";
const dmy = (d) => d ? +d.slice(8, 10) + " " + my(d) : "–";
const yr = (d) => { const t = new Date(d + "T00:00:00Z"), y = t.getUTCFullYear(); return y + (t - Date.UTC(y, 0, 1)) / (Date.UTC(y + 1, 0, 1) - Date.UTC(y, 0, 1)); };
const link = (url, text) => /^https?:\/\//i.test(url || "") ? el("a", { href: url, rel: "noopener noreferrer" }, text) : el("span", {}, text);
const ids = (text) => (text || "").split(/[,;\s]+/).filter(Boolean);
const tip = (event, ...lines) => {
  const box = $("tip"), at = event.target.getBoundingClientRect();
  box.replaceChildren(el("b", {}, lines[0]), ...lines.slice(1).filter(Boolean).map((l) => el("div", {}, l)));
  box.hidden = false;
  box.style.left = Math.max(6, Math.min(at.left + 14, innerWidth - box.offsetWidth - 6)) + "px";
  const under = at.bottom + 10;
  box.style.top = (under + box.offsetHeight > innerHeight ? Math.max(6, at.top - box.offsetHeight - 10) : under) + "px";
};
const untip = () => { $("tip").hidden = true; };
