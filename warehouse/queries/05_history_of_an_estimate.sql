-- How did the estimate of DeepSeek-R1's reasoning stage move, and which claims did it?
SELECT
    h.vintage,
    h.flop_p05,
    h.flop_p50,
    h.flop_p95,
    h.change_log10,
    h.changed_by
FROM out.estimate_history AS h
WHERE h.model_id = 'deepseek-r1' AND h.stage = 'reasoning' AND h.measure = 'accelerator_time'
ORDER BY h.vintage;
