"""A repair as an HTML page: before and after side by side, in one file without scripts."""

from collections.abc import Iterator

from keras_stable.diagnosis.reporting import wording as audit_wording
from keras_stable.diagnosis.reporting.contents import ReportContents
from keras_stable.diagnosis.reporting.grouping import groups
from keras_stable.repairs import wording
from keras_stable.repairs.contents import RepairContents
from keras_stable.reporting.numbers import significant
from keras_stable.reporting.pictures import Picture, data_uri
from keras_stable.reporting.templates import render

# A page is for reading; a model may log dozens of keys.
_MOST_PICTURES = 6


def page(repair: RepairContents) -> str:
    """Returns the page of a repair."""
    model = repair.report.about.get("model")
    return render(
        "keras_stable.repairs",
        "page.html.j2",
        title=f"Repair of {model}" if model else "Repair",
        repair=repair,
        wording=wording,
        audit_wording=audit_wording,
        audits=[("Before", repair.report, groups(repair.report.findings)), *_after(repair.report_after)],
        pictures=list(_pictures(repair)),
    )


def _after(report: ReportContents | None) -> Iterator[tuple[str, ReportContents, object]]:
    if report is not None:
        yield "After", report, groups(report.findings)


def _pictures(repair: RepairContents) -> Iterator[Picture]:
    """Yields a picture of each key that both trainings have logged: the two curves in one plot."""
    from keras_stable.diagnosis.reporting.plots.curves import Curve, draw_curves, story
    from keras_stable.diagnosis.reporting.plots.drawing import wide

    curves = repair.curves
    names = [name for name in curves.history_after if name in curves.history_before]
    for name in names[:_MOST_PICTURES]:
        both = [Curve("before", curves.history_before[name]), Curve("after", curves.history_after[name])]
        log = name.endswith("loss") and wide([value for curve in both for value in curve.values])

        def draw(name: str = name, both: list[Curve] = both, log: bool = log) -> object:
            return draw_curves(f"{name} by epoch", "epoch", name, both, log)

        caption = f"{name} by epoch, of the same rows and seed" + (", on a logarithmic axis." if log else ".")
        yield Picture(data_uri(draw), caption, f"Line chart of {name}. {story(both, significant)}")  # type: ignore[arg-type]
