-- Which models had the most reasoning training, and how sure is that?
SELECT
    m.name,
    m.developer,
    m.released_on,
    e.flop_p05,
    e.flop_p50,
    e.flop_p95,
    e.grade,
    e.n_independent,
    e.usd_at_flat_rate
FROM core.estimates AS e
JOIN core.models AS m USING (model_id)
WHERE e.stage = 'reasoning' AND e.measure = 'accelerator_time' AND e.flop_p50 IS NOT NULL
ORDER BY e.flop_p50 DESC
LIMIT 25;
