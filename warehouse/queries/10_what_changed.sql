-- What is new in this release, and which claims are behind it?
SELECT
    r.release_id,
    r.published_at,
    c."table",
    c."key",
    c."column",
    c.change,
    c.old,
    c.new,
    c.ratio,
    c.changed_by
FROM meta.changes AS c
CROSS JOIN (FROM meta.releases ORDER BY seq DESC LIMIT 1) AS r
ORDER BY c."table", abs(ln(c.ratio)) DESC NULLS LAST, c."key", c."column";
