"""A platform as small as one can be: JSON lists that lead to JSON details."""

import json
from collections.abc import Iterable
from datetime import date

from config.sources import Source
from spiders.finding import Finding, Kind
from spiders.platform import Ask, Assignment, Drifted, Empty, Form, Page, Platform, Reading


class Tiny(Platform):
    """`{"items": [{"id", "date"?, "detail"?, "version"?}], "next"?, "empty"?}`; a detail is `{"id", "text"}`."""

    name = "tiny"
    parser = "tiny/1"
    redact = ("items[].mail",)

    def check(self, source: Source) -> None: ...

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        if "boom" in assignment.source.options:
            raise ZeroDivisionError("boom")
        if assignment.source.options.get("nothing"):
            return
        yield Ask(assignment.source.url, "list", context={"why": "start"})
        for key in assignment.reread:
            yield Ask(f"{assignment.source.url}/{key}", "detail", key=key)

    def expects(self, reader: str) -> Form:
        return "json"

    def read(self, page: Page, assignment: Assignment) -> Reading:
        data = json.loads(page.body)
        source = assignment.source.id
        if page.reader == "detail":
            return Reading(findings=(self._finding(source, page.url, data),))
        if data.get("empty"):
            raise Empty("no items")
        if "items" not in data:
            raise Drifted(f"items: {page.url}")
        if data["items"] == "bug":
            raise KeyError("bug")
        following = data.get("next")
        return Reading(
            findings=tuple(
                self._finding(source, page.url, item) for item in data["items"] if "detail" not in item
            ),
            asks=(
                *(
                    Ask(item["detail"], "detail", key=item["id"], version=item.get("version"))
                    for item in data["items"]
                    if "detail" in item
                ),
                *([Ask(following, "list")] if following else []),
            ),
            warnings=tuple(data.get("warnings", ())),
            listed=frozenset(item["id"] for item in data["items"]),
            last=following is None,
        )

    def route(self, url: str) -> Ask | None:
        return None

    @staticmethod
    def _finding(source: str, url: str, item: dict[str, str]) -> Finding:
        day = item.get("date")
        return Finding(
            source=source,
            key=item["id"],
            url=url,
            kind=Kind.NEWS,
            title={"en": item.get("title", item["id"])},
            language="en",
            published=date.fromisoformat(day) if day else None,
            text=item.get("text"),
            version=item.get("version"),
        )


class Newer(Tiny):
    """The same, read anew."""

    parser = "tiny/2"
