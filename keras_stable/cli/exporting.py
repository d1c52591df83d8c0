"""`keras-stable export`."""

from pathlib import Path

import click

from keras_stable.cli.group import main, start_tensorflow
from keras_stable.errors import InvalidArgumentError


@main.command()
@click.argument("subject", metavar="RUN", required=False)
@click.option("--to", "directory", type=click.Path(path_type=Path), help="The directory of the versions to add one to.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["saved_model", "onnx", "litert"]),
    default="saved_model",
    show_default=True,
    help="onnx and litert need `pip install 'keras-stable[onnx]'` or `[litert]`.",
)
@click.option("--quantize", type=click.Choice(["int8"]), help="Quantize, and say what that costs in accuracy.")
@click.option("--data", metavar="DATA", help="Samples to prove on, as for `audit`. Default: those of RUN.")
@click.option("--class-names", metavar="NAME,NAME,...", help="Names in the order of the class ids.")
@click.option("--encoder", metavar="LAYER", help="The layer that gives the features. Default: the recognisable one.")
@click.option("--audit/--no-audit", "audited", default=True, help="Whether the card says what a quick audit finds.")
@click.option("--verify", type=click.Path(path_type=Path), metavar="DIR", help="Check an export, and write nothing.")
def export(
    subject: str | None,
    directory: Path | None,
    form: str,
    quantize: str | None,
    data: str | None,
    class_names: str | None,
    encoder: str | None,
    audited: bool,
    verify: Path | None,
) -> None:
    """Export the model of RUN as the next version below --to, and prove it in a process without Keras.

    RUN is a run directory, a .keras file, or package.module:function that returns (model, x, y). The version holds the
    model with its preprocessing, a card (card.json, card.md), and the SHA-256 of every file, which --verify checks.
    """
    if verify is not None:
        if subject is not None or directory is not None:
            raise InvalidArgumentError("`--verify` must be given alone. Received: RUN or --to too")
        _verify(verify)
        return
    if subject is None or directory is None:
        missing = "RUN" if subject is None else "--to"
        raise click.UsageError(f"`{missing}` must be given, or --verify. Received: no {missing}")
    start_tensorflow()
    from keras_stable.subjects.exports import export_subject

    exported = export_subject(
        subject,
        directory,
        form=form,
        quantize=quantize,
        data=data,
        class_names=None if class_names is None else [name.strip() for name in class_names.split(",")],
        encoder=encoder,
        audited=audited,
    )
    label = {"saved_model": "SavedModel", "onnx": "ONNX", "litert": "LiteRT"}[form]
    quantized = exported.card.get("quantized")
    if quantized is None:
        click.echo(f"{label}: {exported.path} (agrees with the model to {exported.largest_difference:.1e})")
    else:
        click.echo(f"{label}: {exported.path} ({_worth(quantized)})")
    for case, reason in exported.proof.unproven.items():
        click.echo(f"Not proven: {case}. {reason}", err=True)


def _worth(quantized: dict) -> str:
    parts = [f"largest difference {quantized['largest_difference']:.2g}"]
    if "same_class" in quantized:
        parts.append(f"the class of the float model in {quantized['same_class']:.2%}")
    if "int8" in quantized:
        parts.append(f"accuracy {quantized['int8']:.4f}, float {quantized['float']:.4f}")
    return f"int8 on {quantized['samples']} samples: {', '.join(parts)}"


def _verify(directory: Path) -> None:
    start_tensorflow()
    from keras_stable.export.verifying import verify

    for verified in verify(directory):
        proof = (
            f"proof repeated, largest difference {verified.largest_difference:.1e}"
            if verified.largest_difference is not None
            else f"proof not repeated: {verified.reason}"
        )
        click.echo(f"{verified.path}: {verified.files} files as exported, {proof}")
