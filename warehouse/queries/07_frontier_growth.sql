-- How fast does the largest training run grow?
SELECT
    t.series,
    t.method,
    t.since,
    t.until,
    t.n,
    t.growth_per_year_p05,
    t.growth_per_year_p50,
    t.growth_per_year_p95,
    12 * ln(2) / ln(t.growth_per_year_p50) AS doubling_months
FROM out.frontier_trend AS t
ORDER BY t.series, t.method;
