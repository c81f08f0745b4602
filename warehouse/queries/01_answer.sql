-- When does reasoning-training compute meet the frontier, in every scenario?
SELECT
    c.scenario,
    s.description,
    m.name AS leader,
    c.leader_probability,
    c.gap_oom_p50,
    c.date_p05,
    c.date_p50,
    c.date_p95,
    c.probability_within_12_months,
    c.status,
    c.stale
FROM out.convergence AS c
JOIN core.scenarios AS s USING (scenario)
LEFT JOIN core.models AS m ON m.model_id = c.leader_model_id
WHERE c.threshold = 'scenario'
  AND c.vintage = (SELECT max(vintage) FROM out.convergence)
ORDER BY s.headline DESC, c.scenario;
