"""Judges the repair by programs whose faults are known: those of tests/diagnosis/zoo, and files with `build()`.

python tools/repair_zoo.py                                  every sick program of the zoo
python tools/repair_zoo.py --healthy --only conv_net        healthy ones: nothing may be changed, not a bit
python tools/repair_zoo.py --files ../reports/*.py          programs with `build()` and `build_fixed()`
python tools/repair_zoo.py --trained                        after the training, with its history
python tools/repair_zoo.py --random                         beside a random search that trains as much
python tools/repair_zoo.py --rows build/repairs.jsonl       keeps rows there, and resumes

A program is repaired where the repaired one, trained as repaired, closes 80 % of the distance from the sick one to its
fixed twin, or to the best of scikit-learn's ExtraTrees, SVC, logistic and ridge regression on the same rows. The rows
that judge are kept from the repair: those of the validation data, else a fifth of arrays with 100 rows or more. Of
smaller data, and of streams, the rows that train judge.
"""

import argparse
import gc
import importlib.util
import json
import math
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "diagnosis"))

import keras
import numpy as np
from random_search import random_search
from zoo import HEALTHY, SICK

import keras_stable
from keras_stable.diagnosis.evidence.data.batch import Batch
from keras_stable.diagnosis.evidence.data.nesting import leaves, mapped
from keras_stable.diagnosis.evidence.data.stream_kinds import stream_kind
from keras_stable.repairs.arrays import rows_of
from keras_stable.repairs.measuring import measured
from keras_stable.repairs.scoring import Hint, figure

Row = dict[str, Any]
CLOSED, WORSE = 0.8, 0.02
FEWEST, JUDGING = 100, 0.2


def arguments() -> argparse.Namespace:
    """Returns the parsed command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="names of programs of the zoo")
    parser.add_argument("--files", nargs="+", type=Path, default=[], help="programs with build() and build_fixed()")
    parser.add_argument("--healthy", action="store_true", help="healthy programs in place of sick ones")
    parser.add_argument("--trained", action="store_true", help="repair after the training, with its history")
    parser.add_argument("--random", action="store_true", help="also the best of a random search of the same budget")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="seeds 0 to N - 1")
    parser.add_argument("--rows", type=Path, help="keep rows in this file, and resume")
    return parser.parse_args()


def programs(options: argparse.Namespace) -> Iterator[tuple[str, Any, Any]]:
    """Yields name, builder and builder of the fixed twin, or None."""
    for path in options.files:
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield path.stem, lambda seed, m=module: m.build(), lambda seed, m=module: m.build_fixed()
        if options.healthy:
            yield f"{path.stem}-fixed", lambda seed, m=module: m.build_fixed(), None
    zoo = HEALTHY if options.healthy else SICK
    for name in options.only or ([] if options.files else zoo):
        yield name, {**HEALTHY, **SICK}[name].build, None


def examined(
    name: str,
    build: Any,
    build_fixed: Any,
    seed: int,
    healthy: bool,
    history: bool = False,
    random: bool = False,
) -> Row:
    """Returns a row: figures of the program sick, repaired and fixed, and what the repair took."""
    keras.backend.clear_session()
    gc.collect()
    row: Row = {"program": name, "seed": seed, "healthy": healthy}
    try:
        model, x, y, given, _ = kept_apart(build(seed))
        trained_before = model.fit(x, y, **{"verbose": 0, **given}) if history else None
        if history:
            _, x, y, given, _ = kept_apart(build(seed))
        before = [np.array(weight) for weight in model.get_weights()]
        started = time.perf_counter()
        repair = keras_stable.repair(model, x, y, history=trained_before, seed=seed, **given)
        row |= {"seconds": round(time.perf_counter() - started, 1), "trainings": round(repair.trainings, 2)}
        row |= {"verdict": repair.verdict, "edits": [str(change) for change in repair.changes]}
        row["refused"] = dict(repair.refused)
        after = model.get_weights()
        row["untouched"] = all(np.array_equal(old, new, equal_nan=True) for old, new in zip(before, after, strict=True))
        if healthy:
            return row
        row |= figures(build, build_fixed, seed, repair, random)
    except Exception as error:  # noqa: BLE001 - one broken program must not hide the others
        row["failed"] = f"{type(error).__name__}: {error}".splitlines()[0]
    return row


def figures(build: Any, build_fixed: Any, seed: int, repair: Any, random: bool) -> Row:
    """Returns the figures of the sick, the repaired and the fixed program, each trained as it says."""
    model, x, y, given, rows = kept_apart(build(seed))
    sick = trained(model, x, y, given, rows)
    by_chance = {}
    if random:
        model, x, y, given, _ = kept_apart(build(seed))
        chosen = random_search(model, x, y, given, seed, max(1, round(repair.trainings)))
        by_chance["random"] = trained(chosen.model, *chosen.prepare(x, y), chosen.fit_arguments, rows)
    keras.utils.set_random_seed(seed + 1)
    prepared = repair.prepare(*rows)
    repaired = trained(repair.model, *repair.prepare(x, y), repair.fit_arguments, prepared)
    if build_fixed is not None:
        fixed = trained(*kept_apart(build_fixed(seed)))
    else:
        fixed = best_of_others(*repair.prepare(x, y), prepared)
    return {"sick": sick, "repaired": repaired, "fixed": fixed, **by_chance}


def kept_apart(built: Any) -> tuple[Any, Any, Any, Row, Any]:
    """Returns (model, x, y, arguments of fit, rows that judge) of a program; the rows are kept from its training."""
    model, x, y, given = built
    arrays = [*leaves(x), *leaves(y)]
    count = len(arrays[0]) if arrays and not stream_kind(x) else 0
    if given.get("validation_data") is not None or given.get("validation_split") or count < FEWEST:
        return model, x, y, given, judging_rows(x, y, given)
    judging = np.random.default_rng(0).random(count) < JUDGING
    taken = mapped(lambda array: np.asarray(array)[~judging], (x, y, given.get("sample_weight")))
    if taken[2] is not None:
        given = {**given, "sample_weight": taken[2]}
    return model, *taken[:2], given, mapped(lambda array: np.asarray(array)[judging], (x, y))


def judging_rows(x: Any, y: Any, given: Row) -> Any:
    """Returns the rows that judge where none are kept apart: the validation data, else the training rows."""
    validation = given.get("validation_data")
    if isinstance(validation, tuple | list):
        return tuple(validation[:2])
    if validation is not None:
        x, y = validation, None
    rows = rows_of(x, y, steps=given.get("steps_per_epoch")) if stream_kind(x) else Batch(x, y)
    return rows.x, rows.y


def trained(model: Any, x: Any, y: Any, given: Row, rows: Any) -> float:
    """Returns the figure of a program after its `fit`; 0 where that fails."""
    try:
        model.fit(x, y, **{"verbose": 0, **given})
        figure = measured(model, Batch(*(mapped(np.asarray, part) for part in rows)))
    except Exception as error:  # noqa: BLE001 - a sick program may not even run
        print(f"   {type(error).__name__}: {error}".splitlines()[0], file=sys.stderr)
        return 0.0
    return math.nan if figure is None else figure.whole


def best_of_others(x: Any, y: Any, rows: Any) -> float:
    """Returns the best figure that scikit-learn's usual models reach on the same rows; NaN where they do not apply."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    if stream_kind(x) or y is None or len(leaves(x)) != 1 or len(leaves(y)) != 1:
        return math.nan
    inputs, tests = (np.nan_to_num(np.asarray(leaves(part)[0], "float64")) for part in (x, rows[0]))
    inputs, tests = inputs.reshape(len(inputs), -1), tests.reshape(len(tests), -1)
    labels, truth = (np.asarray(leaves(part)[0]) for part in (y, rows[1]))
    if labels.ndim > 1 and labels.shape[1] > 1:
        if not (
            np.unique(labels).tolist() in ([0, 1], [0.0, 1.0]) and (labels.sum(-1) == 1).all() and labels.ndim == 2
        ):
            return math.nan
        labels, truth = labels.argmax(1), truth.argmax(1)
    labels, truth = labels.ravel(), truth.ravel()
    if len(labels) != len(inputs) or not np.isfinite(labels.astype("float64")).all():
        return math.nan
    of_numbers = labels.dtype.kind == "f" and len(np.unique(labels)) > 20
    if of_numbers:
        models: list[Any] = [ExtraTreesRegressor(200, random_state=0), make_pipeline(StandardScaler(), Ridge())]
    else:
        # Class ids may be any numbers, such as -1 and 1.
        classes = np.unique([*labels, *truth])
        labels, truth = np.searchsorted(classes, labels), np.searchsorted(classes, truth)
        # What is judged by balanced accuracy has to know of it, as the repaired program may.
        scaled = [SVC(), SVC(class_weight="balanced"), LogisticRegression(max_iter=2000)]
        models = [ExtraTreesClassifier(200, random_state=0), *(make_pipeline(StandardScaler(), one) for one in scaled)]
    if len(np.unique(labels)) < 2:
        return math.nan
    answers = [np.asarray(model.fit(inputs, labels).predict(tests)) for model in models]
    if not of_numbers:
        answers = [np.eye(len(classes))[answer] for answer in answers]
    return max(figure([truth], [answer], [Hint(of_classes=True)]).whole for answer in answers)


def verdict(row: Row) -> str:
    """Returns "closed", "part", "worse", "touched", "" or why nothing can be said."""
    if "failed" in row:
        return "failed"
    if row["healthy"]:
        return "touched" if row["edits"] or not row["untouched"] else "untouched"
    if "sick" not in row or math.isnan(row["repaired"]):
        return "no figure"
    if row["repaired"] < row["sick"] - WORSE:
        return "worse"
    if math.isnan(row["fixed"]) or row["fixed"] - row["sick"] < WORSE:
        return "no distance"
    return "closed" if row["repaired"] - row["sick"] >= CLOSED * (row["fixed"] - row["sick"]) else "part"


def line(row: Row) -> str:
    """Returns a row for people."""
    figures = " ".join(f"{name} {row[name]:6.3f}" for name in ("sick", "repaired", "fixed", "random") if name in row)
    head = f"{row['program'][:34]:34} {verdict(row):11} {figures:44}"
    cost = f" {row.get('trainings', 0):4.1f} tr {row.get('seconds', 0):5.0f} s {row.get('verdict', '')}"
    return (
        head + cost + f" {row.get('failed', '')}\n" + "".join(f"      {edit[:150]}\n" for edit in row.get("edits", ()))
    )


def main() -> int:
    """Runs the programs; returns 1 where one was made worse or a healthy one was touched."""
    options = arguments()
    kept: list[Row] = []
    if options.rows is not None and options.rows.exists():
        kept = [json.loads(text) for text in options.rows.read_text(encoding="utf-8").splitlines()]
    done = {(row["program"], row["seed"]) for row in kept}
    for name, build, build_fixed in programs(options):
        for seed in range(options.seeds):
            if (name, seed) in done:
                continue
            healthy = options.healthy and build_fixed is None
            row = examined(name, build, build_fixed, seed, healthy, options.trained, options.random)
            kept.append(row)
            print(line(row), end="", flush=True)
            if options.rows is not None:
                options.rows.parent.mkdir(parents=True, exist_ok=True)
                with options.rows.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(row) + "\n")
    verdicts = [verdict(row) for row in kept]
    for text in dict.fromkeys(verdicts):
        print(f"{text:12} {verdicts.count(text):3} of {len(kept)}")
    costs = [row["trainings"] for row in kept if row.get("trainings")]
    if costs:
        seconds = [row["seconds"] for row in kept if "seconds" in row]
        print(f"trainings    median {np.median(costs):.1f}, at most {max(costs):.1f}")
        chance = [verdict({**row, "repaired": row["random"]}) for row in kept if "random" in row]
        if chance:
            print(f"random       {chance.count('closed')} of {len(chance)} closed, {chance.count('worse')} worse")
        print(f"seconds      median {np.median(seconds):.0f}, at most {max(seconds):.0f}")
    return int("worse" in verdicts or "touched" in verdicts)


if __name__ == "__main__":
    sys.exit(main())
