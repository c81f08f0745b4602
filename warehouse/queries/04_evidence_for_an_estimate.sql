-- What does the estimate of DeepSeek-R1's reasoning stage rest on, word for word?
SELECT
    o.role,
    o.role_reason,
    o.formula,
    c.summary,
    c.locator,
    s.title,
    s.kind,
    coalesce(c.url, s.url) AS url,
    c.disclosed_on
FROM core.observations AS o
JOIN raw.claims AS c USING (claim_id)
JOIN raw.sources AS s USING (source_id)
WHERE 'deepseek-r1/reasoning' IN (o.node, o.reference_node)
ORDER BY o.role = 'fused' DESC, c.disclosed_on;
