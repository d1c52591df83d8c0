"""What only an audit of a trained program finds: a copy is trained as planned, and audited with its history."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_stable.diagnosis.audit import audit
from keras_stable.diagnosis.reporting.report import Report
from keras_stable.repairs.proving import Outcomes
from keras_stable.repairs.racing import Ground

# Of the time that is left, for a training that may show that nothing is wrong.
_TIME = 0.4
_LEAST_BUDGET = 2.0


def report_of_trained(ground: Ground, before: Outcomes, auditing: Mapping[str, Any]) -> Report | None:
    """Returns the audit of a copy that was trained as planned; None where there is no budget or no time for it.

    The copy is trained as a proof would train it, so that the proof need not do so again.

    Args:
        ground: the program, and what may be trained.
        before: dict of (seed, share) to the outcome of the program as it is; filled in.
        auditing: arguments of `audit` beside the program.
    """
    trial = ground.trial(())
    planned = ground.program.fit.get("epochs")
    if trial is None or planned is None or ground.ledger.budget < _LEAST_BUDGET or not ground.fresh:
        return None
    rows = ground.rows(trial)
    seed = ground.seed + 1
    deadline = ground.ledger.deadline.earlier(_TIME * ground.ledger.deadline.left)
    training = np.union1d(rows.training, rows.choosing)
    outcome = trial.run(training, rows.judging, 1.0, seed, deadline=deadline, validated=True)
    ground.ledger.book(outcome.work)
    if deadline.over:
        return None
    before[(seed, 1.0)] = outcome
    if outcome.failure:
        return None
    x, y = ground.program.prepare(ground.program.x, ground.program.y)
    return audit(trial.program.model, x, y, history=dict(outcome.history), **auditing, **ground.program.fit_arguments)
