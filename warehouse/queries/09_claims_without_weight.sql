-- Which claims were not believed, and why?
SELECT
    o.role,
    o.claim_id,
    o.node,
    s.kind,
    s.publisher,
    o.formula,
    o.role_reason
FROM core.observations AS o
JOIN raw.claims AS c USING (claim_id)
JOIN raw.sources AS s USING (source_id)
WHERE o.role IN ('held_out', 'arithmetic')
ORDER BY o.role, o.claim_id, o.node;
