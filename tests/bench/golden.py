"""Two releases side by side: what a change of the method alone has moved.

`python -m tests.bench.golden OLD.duckdb NEW.duckdb` prints, for releases of the same
notes, how far estimates of every vintage, convergence, levels, conflicts and roles lie
apart, and names each difference beyond what an exact method may differ from a sampled
one. It exits with 1 where a share of them is too large.
"""

from __future__ import annotations

import sys

import duckdb
import numpy as np
import pandas as pd

MEDIAN, END = 0.03, 0.06  # orders of magnitude
DAYS, MOST_DAYS = 15, 90
LEVEL, RMS = 0.1, 0.02
POINTS = ["flop_p05", "flop_p50", "flop_p95"]
QUANTILES = ["date_p05", "date_p25", "date_p50", "date_p75", "date_p95"]


def joined(old, new, query, key):
    """Rows of both, with suffixes _a and _b; `side` says where one is missing."""
    frames = [con.sql(query).df() for con in (old, new)]
    for frame in frames:
        if "measure" not in frame and "measure" in key:
            frame["measure"] = "accelerator_time"  # the only one before
    return frames[0].merge(
        frames[1], "outer", key, suffixes=("_a", "_b"), indicator="side"
    )


def estimates(old, new):
    """Anchored estimates of every vintage at which one of the releases has a change."""
    key = ["model_id", "stage", "measure"]
    query = "SELECT * FROM out.estimate_history"
    both = joined(old, new, query, [*key, "vintage"]).sort_values("vintage")
    columns = [f"{p}{side}" for p in POINTS for side in ("_a", "_b")]
    both[columns] = both.groupby(key)[columns].ffill()
    known = both.dropna(subset=["flop_p50_a", "flop_p50_b"])
    off = pd.DataFrame({p: np.log10(known[f"{p}_b"] / known[f"{p}_a"]) for p in POINTS})
    large = (off["flop_p50"].abs() > MEDIAN) | (
        off[["flop_p05", "flop_p95"]].abs() > END
    ).any(axis=1)
    unlike = both["flop_p50_a"].isna() != both["flop_p50_b"].isna()
    print(
        f"estimates: {len(known)} of {known.groupby(key).ngroups} stages, all vintages"
    )
    for point in POINTS:
        size = off[point].abs()
        print(
            f"  {point}: median {size.median():.4f}, 99% {size.quantile(0.99):.4f}, "
            f"worst {size.max():.4f} OOM"
        )
    for k in known.index[large]:
        row = known.loc[k]
        shifts = ", ".join(f"{off.loc[k, p]:+.3f}" for p in POINTS)
        print(f"  beyond: {row.model_id}/{row.stage} {row.vintage:%Y-%m-%d} {shifts}")
    for row in both[unlike].itertuples():
        print(f"  in one only: {row.model_id}/{row.stage} {row.vintage:%Y-%m-%d}")
    return not large.any()


def dates(old, new):
    """Convergence dates: all quantiles of every vintage, scenario and share."""
    key = ["vintage", "scenario", "threshold"]
    query = f"SELECT {', '.join(key)}, leader_model_id, {', '.join(QUANTILES)}"
    both = joined(old, new, f"{query} FROM out.convergence", key)
    off = pd.concat(
        [(both[f"{q}_b"] - both[f"{q}_a"]).dt.days.abs().rename(q) for q in QUANTILES],
        axis=1,
    )
    flat = off.stack().dropna()
    within = (flat <= DAYS).mean()
    print(
        f"dates: {len(flat)}; median {flat.median():.0f}, 95% {flat.quantile(0.95):.0f}"
        f", worst {flat.max():.0f} days; {within:.1%} within {DAYS}"
    )
    far = both[(off > MOST_DAYS).any(axis=1)]
    for k, row in far.iterrows():
        days = ", ".join(f"{v:.0f}" for v in off.loc[k])
        print(f"  beyond: {row.vintage:%Y-%m-%d} {row.scenario} {row.share}: {days}")
    other = both[
        both["leader_model_id_a"].fillna("") != both["leader_model_id_b"].fillna("")
    ]
    for row in other.drop_duplicates("vintage").itertuples():
        print(
            f"  leader: {row.vintage:%Y-%m-%d} {row.leader_model_id_a}, now "
            f"{row.leader_model_id_b}"
        )
    return within >= 0.95 and far.empty


def levels(old, new):
    """Projected levels of every vintage, scenario and month."""
    key = ["vintage", "scenario", "month"]
    names = [f"reasoning_flop_p{p}" for p in ("05", "25", "50", "75", "95")]
    query = f"SELECT {', '.join([*key, *names])} FROM out.projections"
    both = joined(old, new, query, key)
    off = (
        pd.concat(
            [np.log10(both[f"{n}_b"] / both[f"{n}_a"]).abs() for n in names], axis=1
        )
        .stack()
        .dropna()
    )
    rms = float(np.sqrt((off**2).mean()))
    print(f"levels: {len(off)}; rms {rms:.4f}, worst {off.max():.3f} OOM")
    return bool(off.max() <= LEVEL and rms <= RMS)


def roles(old, new):
    """Conflicts by claim and vintage, and roles of all observations."""
    key = ["claim_id", "node"]
    query = "SELECT claim_id, node, vintage, until, status, z FROM core.conflicts"
    both = joined(old, new, query, [*key, "vintage", "status"])
    print(f"conflicts: {len(both)} rows, {(both['side'] == 'both').sum()} in both")
    for row in both[both["side"] != "both"].itertuples():
        where = "old" if row.side == "left_only" else "new"
        z = row.z_a if where == "old" else row.z_b
        print(
            f"  {where} only: {row.claim_id} {row.vintage:%Y-%m-%d} {row.status} "
            f"z {z:.2f}"
        )
    moved = (both["z_a"] - both["z_b"]).abs()
    print(f"  z of those in both: worst {moved.max():.2f} apart")
    query = "SELECT claim_id, node, role FROM core.observations"
    observed = joined(old, new, query, key)
    unlike = observed[observed["role_a"] != observed["role_b"]]
    print(f"roles: {len(observed)}, {len(unlike)} differ")
    for row in unlike.itertuples():
        print(f"  {row.claim_id} {row.node}: {row.role_a}, now {row.role_b}")
    return unlike.empty


def main(old_path: str, new_path: str) -> int:
    """Print all comparisons; 1 where one of them is beyond its limit."""
    old, new = (duckdb.connect(p, read_only=True) for p in (old_path, new_path))
    good = [step(old, new) for step in (estimates, dates, levels, roles)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
