"""One page through its platform: the crawl, the `parse` command and the tests all read pages this way."""

from collections.abc import Collection

from spiders.platform import Assignment, Page, Platform, Reading
from spiders.walls import inspect


def read_page(platform: Platform, page: Page, assignment: Assignment, tolerated: Collection[int] = ()) -> Reading:
    """What `page` says, once it is sure that it is an answer at all.

    Args:
        platform: who asked for the page.
        page: the answer as received.
        assignment: what the platform was told before it asked.
        tolerated: statuses besides 200 that the ask wants to see (`Ask.tolerated`).

    Raises:
        Blocked, Drifted, Failed, Empty: how the source failed to answer as declared.
    """
    inspect(page, platform.expects(page.reader), tolerated)
    return platform.read(page, assignment)
