"""A report as an HTML page: one file, without scripts, and with nothing loaded from elsewhere."""

from collections.abc import Iterator
from typing import NamedTuple

from keras_stable.diagnosis.reporting import wording
from keras_stable.diagnosis.reporting.contents import ReportContents
from keras_stable.diagnosis.reporting.grouping import groups
from keras_stable.imports import first_line
from keras_stable.reporting.pictures import Picture, data_uri
from keras_stable.reporting.templates import render

_VERSIONS = ("keras_stable", "keras", "tensorflow", "numpy", "python")


class _Pictures(NamedTuple):
    drawn: list[Picture]
    failed: list[str]


def page(report: ReportContents) -> str:
    """Returns the page of a report."""
    versions = [wording.title(key) for key in _VERSIONS]
    about = wording.about(report)
    drawn, failed = _pictures(report)
    return render(
        "keras_stable.diagnosis.reporting",
        "page.html.j2",
        title=f"Audit of {report.about['model']}" if report.about.get("model") else "Audit",
        report=report,
        wording=wording,
        about=[(title, text) for title, text in about if title not in (*versions, "model")],
        versions=[(title, text) for title, text in about if title in versions],
        groups=groups(report.findings),
        pictures=drawn,
        failed=failed,
    )


def _pictures(report: ReportContents) -> _Pictures:
    from keras_stable.diagnosis.reporting.plots import PLOTS, Drawing

    def drawings() -> Iterator[Drawing | str]:
        for plot in PLOTS:
            try:
                yield from plot(report.facts)
            except Exception as error:  # noqa: BLE001 - what was found must be shown, whatever a picture stumbles over
                yield f"{plot.__name__}: {first_line(error)}"

    result = _Pictures([], [])
    for drawing in drawings():
        if isinstance(drawing, str):
            result.failed.append(drawing)
            continue
        try:
            result.drawn.append(Picture(data_uri(drawing.draw), drawing.caption, f"{drawing.title}. {drawing.alt}"))
        except Exception as error:  # noqa: BLE001 - as above
            result.failed.append(f"{drawing.title}: {first_line(error)}")
    return result
