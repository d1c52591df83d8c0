"""Run by the proof of an export, alone: serves inputs from an export where Keras cannot be imported.

python -I serve_without_keras.py FORMAT EXPORT INPUTS.npz OUTPUTS.npz

INPUTS holds arrays called CASE|INPUT, OUTPUTS gets CASE|SIGNATURE|OUTPUT, or CASE|error with a line of text.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
_ROWS = 64

Server = Callable[[dict[str, Any]], dict[str, Any]]


class WithoutKeras:
    """A finder of modules to which Keras and keras_stable are not installed."""

    def __init__(self, finder: Any) -> None:
        self.finder = finder

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        """Finds what the wrapped finder finds, but for the hidden packages."""
        if fullname.split(".")[0] in ("keras", "keras_stable"):
            return None
        return self.finder.find_spec(fullname, path, target)


def saved_model(path: str) -> dict[str, Server]:
    """Returns the signatures of a SavedModel, each as a function of arrays by name."""
    import tensorflow as tf

    loaded = tf.saved_model.load(path)

    def server(signature: Any) -> Server:
        # The closure keeps the loaded object, without which its variables are gone.
        _ = loaded

        def serve(arrays: dict[str, Any]) -> dict[str, Any]:
            answers = signature(**{name: tf.constant(array) for name, array in arrays.items()})
            return {name: answer.numpy() for name, answer in answers.items()}

        return serve

    return {name: server(signature) for name, signature in loaded.signatures.items()}


def onnx(path: str) -> dict[str, Server]:
    """Returns the one signature of an ONNX file, run by ONNX Runtime."""
    import numpy as np
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]

    def serve(arrays: dict[str, Any]) -> dict[str, Any]:
        fed = {
            name: a if a.dtype.kind != "S" else np.char.decode(a, "utf-8").astype(object) for name, a in arrays.items()
        }
        return dict(zip(names, session.run(names, fed), strict=True))

    return {"serving_default": serve}


def litert(path: str) -> dict[str, Server]:
    """Returns the one signature of a LiteRT file, run by ai-edge-litert."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=path)
    runner = interpreter.get_signature_runner("serving_default")

    def serve(arrays: dict[str, Any]) -> dict[str, Any]:
        return {name: answer.copy() for name, answer in runner(**arrays).items()}

    return {"serving_default": serve}


def parts(arrays: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields arrays in batches of several sizes, so that a fixed batch size would fail."""
    rows = len(next(iter(arrays.values())))
    for start, stop in [(0, 1), *((start, start + _ROWS) for start in range(1, rows, _ROWS))]:
        yield {name: array[start:stop] for name, array in arrays.items()}


def main() -> None:
    """Serves every case, and writes the answers."""
    sys.meta_path[:] = [WithoutKeras(finder) for finder in sys.meta_path]
    import numpy as np

    kind, path, inputs, outputs = sys.argv[1:]
    servers = {"saved_model": saved_model, "onnx": onnx, "litert": litert}[kind](path)
    cases: dict[str, dict[str, Any]] = {}
    with np.load(inputs, allow_pickle=False) as archive:
        for key in archive.files:
            case, name = key.split("|", 1)
            cases.setdefault(case, {})[name] = archive[key]
    answers: dict[str, Any] = {}
    for case, arrays in cases.items():
        for signature, serve in servers.items():
            try:
                served = [serve(part) for part in parts(arrays)]
            except Exception as error:  # noqa: BLE001
                answers[f"{case}|error"] = np.array((str(error).strip().splitlines() or [type(error).__name__])[0])
                continue
            for name in served[0]:
                joined = np.concatenate([part[name] for part in served])
                text = joined.dtype.kind == "O"
                # Bytes need no pickle.
                answers[f"{case}|{signature}|{name}"] = (
                    np.array([_bytes(value) for value in joined.ravel()], "S").reshape(joined.shape) if text else joined
                )
    np.savez(outputs, **answers)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


if __name__ == "__main__":
    main()
