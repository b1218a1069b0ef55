"""Constructed SPARQL results in the documented form: no whole answer of the endpoint was ever recorded."""

from typing import Any

from spiders.cellar_queries import columns

ENDPOINT = "https://publications.europa.eu/webapi/rdf/sparql"
_TYPES = "http://publications.europa.eu/resource/authority/resource-type/"


def cell(value: str, **more: str) -> dict[str, str]:
    return {"type": "uri" if value.startswith("http") else "literal", "value": value, **more}


def result(name: str, *rows: dict[str, str], vars_: list[str] | None = None) -> dict[str, Any]:
    """The answer to a query; a column left out of a row is unbound."""
    return {
        "head": {"link": [], "vars": list(columns(name)) if vars_ is None else vars_},
        "results": {
            "distinct": True,
            "ordered": True,
            "bindings": [{key: cell(value) for key, value in row.items()} for row in rows],
        },
    }


def proposal(celex: str = "52026PC0321", **values: str | None) -> dict[str, str]:
    row: dict[str, str | None] = {
        "work": "http://publications.europa.eu/resource/cellar/cdaa796b-7ff8-49bf-a580-25dfaad6da44",
        "celex": celex,
        "date": "2026-11-16",
        "type": f"{_TYPES}PROP_REG",
        "title_en": "Proposal for a REGULATION amending Regulation (EU) 2023/956 on waste",
        "title_sv": "Förslag till FÖRORDNING om ändring av förordning (EU) 2023/956 om avfall",
        "procedure": "2026/0160/COD",
    }
    if values.get("type"):
        values["type"] = f"{_TYPES}{values['type']}"
    return {key: value for key, value in (row | values).items() if value is not None}
