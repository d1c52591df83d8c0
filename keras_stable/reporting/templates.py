"""The templates of pages: one file each, no script, nothing loaded from elsewhere."""

import re
from typing import TYPE_CHECKING, Any

from keras_stable.reporting.numbers import count, counted, share, significant

if TYPE_CHECKING:
    from markupsafe import Markup


def render(package: str, template: str, **values: Any) -> str:
    """Returns a page.

    Args:
        package: str, the package that the template lies in; it may extend `frame.html.j2`, which lies here.
        template: str, its file name.
        values: what it shows.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    loader = ChoiceLoader([PackageLoader(package, "."), PackageLoader("keras_stable.reporting", ".")])
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    words = {"count": count, "counted": counted, "share": share, "significant": significant}
    environment.globals.update(breakable=breakable, code=code, **words)
    return environment.get_template(template).render(**values)


def breakable(name: str) -> str:
    """Returns a name with a place to break it, of no width, after each of its words.

    >>> breakable("no_clip").split("\\u200b")
    ['no_', 'clip']
    """
    return re.sub(r"(?<=[._+=/-])(?=\w)", "\u200b", name)


def code(text: str) -> "Markup":
    """Returns text as HTML, with what stands between backticks as code.

    >>> code("`a < b` & c")
    Markup('<code>a &lt; b</code> &amp; c')
    """
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))
