-- In which single runs has reasoning training reached the rest of training?
SELECT
    m.name,
    o.released_on,
    o.share,
    o.reasoning_over_rest_p50,
    o.reasoning_over_frontier_p50,
    o.probability,
    o.state
FROM out.observed_convergence AS o
JOIN core.models AS m USING (model_id)
WHERE o.state <> 'unknown'
ORDER BY o.share, o.probability DESC, m.name;
