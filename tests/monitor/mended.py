"""The tiny platform after its repair: it also knows the new name of the list, and writes titles large."""

import json
from dataclasses import replace

from spiders.platform import Assignment, Page, Reading
from tests.spiders.tiny import Tiny


class Mended(Tiny):
    parser = "tiny/3"

    def read(self, page: Page, assignment: Assignment) -> Reading:
        data = json.loads(page.body)
        if "rows" in data:
            data["items"] = data.pop("rows")
        said = super().read(replace(page, body=json.dumps(data).encode()), assignment)
        large = (
            replace(one, title={language: title.upper() for language, title in one.title.items()})
            for one in said.findings
        )
        return replace(said, findings=tuple(large))
