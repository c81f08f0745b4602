"""How a release is cited and described to machines.

What belongs here: citation, BibTeX, schema.org and Croissant descriptions, the words of
licence and credit. What does not: Frictionless (lake/describe.py) and pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

NAME = "Headroom: compute in the reasoning training of AI models"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CREDIT = (
    "Figures from Epoch AI's datasets are Epoch AI's, under CC BY: Epoch AI, “Data on "
    "AI Models”, https://epoch.ai/data/ai-models."
)
ABOUT = (
    "How much compute AI labs put into reasoning training, by model and stage, with "
    "90% intervals, projections of its growth and the claims behind every figure."
)
_TYPES = {
    "VARCHAR": "sc:Text", "DOUBLE": "sc:Float", "BIGINT": "sc:Integer",
    "BOOLEAN": "sc:Boolean", "DATE": "sc:Date", "TIMESTAMPTZ": "sc:DateTime",
}  # fmt: skip


def citation(release: Mapping[str, Any]) -> str:
    """The sentence to cite a release by.

    Args:
        release: a row of meta.releases.
    """
    return f"{NAME}. Release {release['release_id']}, {_day(release)}. CC BY 4.0."


def bibtex(release: Mapping[str, Any]) -> str:
    """The same for a bibliography."""
    return (
        f"@misc{{headroom-{release['release_id']},\n"
        f"  title = {{{{{NAME}}}}},\n"
        "  author = {{The Headroom project}},\n"
        f"  year = {{{_day(release)[:4]}}},\n"
        f"  version = {{{release['release_id']}}},\n"
        "  note = {CC BY 4.0}\n}"
    )


def schema_org(release: Mapping[str, Any], url: str = "") -> dict[str, Any]:
    """A schema.org Dataset, as JSON-LD.

    Args:
        release: a row of meta.releases.
        url: where the site is published, '' where that is not known.
    """
    found = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": NAME,
        "description": ABOUT,
        "license": LICENCE,
        "version": release["release_id"],
        "datePublished": _day(release),
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": "The Headroom project"},
        "citation": citation(release),
        "creditText": CREDIT,
        "isBasedOn": "https://epoch.ai/data/ai-models",
    }
    return found | ({"url": url} if url else {})


def croissant(
    release: Mapping[str, Any],
    files: Iterable[tuple[str, str, str]],
    columns: Iterable[Mapping[str, Any]],
    types: Mapping[tuple[str, str], str],
) -> dict[str, Any]:
    """A Croissant 1.0 description of the Parquet files.

    Args:
        release: a row of meta.releases.
        files: table, path relative to the description, and sha256 of each.
        columns: rows of meta.columns.
        types: SQL type of each table and column.
    """
    listed = list(files)
    by_table: dict[str, list[Mapping[str, Any]]] = {}
    for column in columns:
        by_table.setdefault(str(column["table"]), []).append(column)
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        **{k: v for k, v in schema_org(release).items() if k[0] != "@"},
        "creator": {"@type": "sc:Organization", "name": "The Headroom project"},
        "citeAs": bibtex(release),
        "distribution": [
            {
                "@type": "cr:FileObject", "@id": f"{table}.parquet",
                "name": f"{table}.parquet", "contentUrl": path, "sha256": digest,
                "encodingFormat": "application/x-parquet",
            }
            for table, path, digest in listed
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet", "@id": table, "name": table,
                "field": [
                    {
                        "@type": "cr:Field", "@id": f"{table}/{column['column']}",
                        "name": column["column"],
                        "description": column["description"],
                        "dataType": _TYPES.get(
                            types.get((table, str(column["column"])), ""), "sc:Text"
                        ),
                        "source": {
                            "fileObject": {"@id": f"{table}.parquet"},
                            "extract": {"column": column["column"]},
                        },
                    }
                    for column in by_table.get(table, [])
                ],
            }
            for table, _, _ in listed
        ],
    }  # fmt: skip


def _day(release: Mapping[str, Any]) -> str:
    return str(release["published_at"])[:10]


_CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract", "field": "cr:field",
    "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet", "references": "cr:references",
    "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace",
    "sc": "https://schema.org/", "separator": "cr:separator",
    "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip
