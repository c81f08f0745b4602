"""The Dagster code location."""

from pipeline.assets.build import build_definitions

defs = build_definitions()
