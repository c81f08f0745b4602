"""From claims to estimates: observations, fused posteriors, conflicts, influence."""
