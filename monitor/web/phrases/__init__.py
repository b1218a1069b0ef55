"""Every fixed phrase of the pages: in Swedish and in English. `{…}` is filled with `str.format`."""

from collections.abc import Mapping

from monitor.web.phrases import access, files, finding, frame, tokens

PHRASES: Mapping[str, tuple[str, str]] = {
    **frame.PHRASES,
    **finding.PHRASES,
    **files.PHRASES,
    **tokens.PHRASES,
    **access.PHRASES,
}
