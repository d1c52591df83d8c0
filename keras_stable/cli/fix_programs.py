"""`keras-stable fix` of a script."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from keras_stable.cli.fix_result import FixResult, left_over, scales_of, source_remedies
from keras_stable.cli.group import USAGE_ERROR
from keras_stable.cli.programs import say_no_fit
from keras_stable.cli.progress import status
from keras_stable.scripts.programs import SubjectProgram, UserProgram
from keras_stable.scripts.source_checking import Checked, checked_source
from keras_stable.source_edits.not_placed import NotPlacedError
from keras_stable.source_edits.sites import ProgramSites, Site


def fixed_program(program: UserProgram | SubjectProgram, fit: int, options: Mapping[str, Any]) -> FixResult:
    """Runs a program up to its n-th `fit`, repairs that, and returns what that makes of its sources.

    Args:
        program: what to run.
        fit: int, which call of `fit`, from 1.
        options: budget, seconds and seed of `keras_stable.repair`.

    Raises:
        InvalidArgumentError: the repair cannot take what `fit` was given.
    """
    from keras_stable.repairs.repairing import repair
    from keras_stable.scripts.fit_audit import FitAudit
    from keras_stable.scripts.source_fix import ScriptSources, fix_sources

    session = FitAudit(program, fit, options, status, repair)
    here = os.getcwd()
    ending = session.run()
    # The program may have gone elsewhere.
    os.chdir(here)
    if session.refusal is not None:
        raise session.refusal
    if session.report is None or session.sites is None:
        ending.print_error()
        sys.exit(say_no_fit(program, ending, session.calls, fit) or USAGE_ERROR)
    result = replace(session.result, report=session.report)
    sites = session.sites
    if isinstance(program, SubjectProgram) and (returned := _returned_site(program.name)) is not None:
        sites = replace(sites, sites={**sites.sites, "fit": returned})
    remedies = source_remedies(result)
    if not remedies:
        return FixResult(result)

    def check(texts: Mapping[str, str]) -> Checked:
        return checked_source(program, fit, texts, {"seed": options["seed"], "seconds": min(60.0, options["seconds"])})

    with status() as say:
        say("Running and auditing the changed script")
        fixed = fix_sources(ScriptSources(sites, scales_of(result)), remedies, check, left_over(result))
    return FixResult.of(result, fixed, f"{program.name} was run up to its `fit` with this change")


def _returned_site(name: str) -> Site | None:
    """Returns where the function of a program has the arguments of `fit` that it returns."""
    from keras_stable.source_edits.project import Project
    from keras_stable.source_edits.returned import returned_site

    module, _, function = name.partition(":")
    file = getattr(sys.modules.get(module), "__file__", None)
    try:
        return None if file is None else returned_site(Project(ProgramSites({})).tree(file), function)
    except NotPlacedError:
        return None
