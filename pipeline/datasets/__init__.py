"""Other people's tables as claims.

What belongs here: one file per organisation (a `Connector`: its columns, labels,
licence), reading a file by its header (base.py), what several files and the notes have
to do with one another (merge.py), spelling (names.py). What does not: fetching (lake).
"""

from pipeline.datasets.base import Connector
from pipeline.datasets.epoch import EPOCH
from pipeline.datasets.owid import OWID

# A file is read by the first whose columns its header has.
CONNECTORS: tuple[Connector, ...] = (EPOCH, OWID)
