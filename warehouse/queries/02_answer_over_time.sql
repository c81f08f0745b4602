-- How has the projected date moved as the world learned more?
SELECT
    c.vintage,
    c.date_p50,
    c.date_p50 - lag(c.date_p50) OVER (ORDER BY c.vintage) AS moved_days,
    c.leader_model_id,
    c.gap_oom_p50,
    c.status,
    c.reason
FROM out.convergence AS c
JOIN core.scenarios AS s USING (scenario)
WHERE s.headline AND c.threshold = 'scenario'
ORDER BY c.vintage;
