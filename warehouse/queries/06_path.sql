-- What does the path look like, month by month, against the largest run?
SELECT
    p.month,
    p.reasoning_flop_p05,
    p.reasoning_flop_p50,
    p.reasoning_flop_p95,
    p.frontier_flop_p50,
    p.reasoning_flop_p50 / p.frontier_flop_p50 AS share_of_frontier,
    p.growth_per_year_p50,
    p.probability_converged
FROM projections_as_of('9999-12-31') AS p
JOIN core.scenarios AS s USING (scenario)
WHERE s.headline
ORDER BY p.month;
