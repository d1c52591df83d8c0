"""Where the page of a rule is: an address that exists wherever the package is installed, without a network."""

import inspect
from pathlib import Path

from keras_stable.diagnosis import rules
from keras_stable.diagnosis.rule import Rule

PAGES = Path(rules.__file__).parent / "pages"
"""The directory of the package's own pages, which `tools/generate.py` writes."""


def page_address(rule: Rule) -> str:
    """Returns the `file:` address of the page that explains a rule; "" where there is no such file.

    It is the rule's page for a rule of this package, and for a rule of your own the source file that defines it.

    >>> from keras_stable.diagnosis.rules import find_rule
    >>> page_address(find_rule("KS401")).rpartition("/")[2]
    'exploding-gradients.html'
    """
    # A function typed into a console may have no module, and a compiled one has no code.
    if str(rule.check.__module__).startswith(f"{rules.__name__}."):
        path = PAGES / f"{rule.slug}.html"
    else:
        path = Path(getattr(getattr(inspect.unwrap(rule.check), "__code__", None), "co_filename", ""))
    return path.resolve().as_uri() if path.is_file() else ""
