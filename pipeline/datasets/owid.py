"""Our World in Data: grapher tables of training computation, in petaFLOP.

They pass on Epoch AI's figures, in the edition of their own date: where Epoch's files
list the model, a row is an echo.
"""

from __future__ import annotations

from pipeline.datasets.base import Connector

OWID = Connector(
    id="owid",
    publisher="Our World in Data",
    page="https://ourworldindata.org/grapher/artificial-intelligence-training-computation",
    licence="CC BY 4.0",
    title="Our World in Data",
    name=("Entity",),
    published=("Day", "Publication date"),
    compute=(
        "Training computation (petaFLOP)",
        "Training computation",
        "training_computation_petaflop",
    ),
    flop_per_unit=1e15,
    passes_on="epoch",
    address="https://ourworldindata.org/grapher/artificial-intelligence-training-computation.csv?csvType=full",
)
