"""The verdicts in golden/: that they are those of every program, and that none moves unseen."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from zoo import HEALTHY, SICK, examining, verdicts
from zoo.verdicts import Statement, Verdict

SCALE = Statement("error", "unscaled-inputs", 0.95)
DEAD = Statement("warning", "dead-units", 0.7, "unscaled-inputs")
LEAK = Statement("warning", "train-validation-leak", 0.9)
FEW = Statement("advice", "few-samples-per-class", 1.0)


def finding(rule, severity, score, cause="", where="data"):
    return {"rule": rule, "severity": severity, "score": score, "cause": cause, "where": where}


def row(*findings, program="conv_net", stage="before", seed=0, **more):
    return {
        "program": program,
        "stage": stage,
        "seed": seed,
        "state": "stuck",
        "findings": findings,
        "crashed": {},
    } | more


def test_golden_holds_every_program_at_each_stage_and_nothing_else():
    programs = {**HEALTHY, **SICK}
    expected = {f"{name} {stage}" for name, program in programs.items() for stage in examining.stages(program)}
    assert verdicts.read().keys() == expected


def test_golden_flags_no_healthy_program_and_no_rule_crashed():
    kept = verdicts.read()
    assert [name for name, verdict in kept.items() if name.split()[0] in HEALTHY and verdict.causes] == []
    assert [name for name, verdict in kept.items() if verdict.crashed or verdict.state == "failed"] == []


@pytest.mark.parametrize("statement", [SCALE, DEAD, LEAK, FEW])
def test_a_statement_comes_back_from_its_text(statement):
    assert Statement.of(str(statement)) == statement


def test_places_of_one_defect_are_one_statement():
    findings = [
        finding("unscaled-inputs", "error", 0.95),
        finding("dead-units", "warning", 0.7, "unscaled-inputs", "dense"),
        finding("dead-units", "warning", 0.6, "unscaled-inputs", "dense_1"),
        finding("few-samples-per-class", "advice", 1.0),
    ]
    assert verdicts.verdict_of(row(*findings)) == Verdict("stuck", (SCALE, DEAD, FEW))
    assert verdicts.verdict_of(row(crashed={"b": "", "a": ""})) == Verdict("stuck", (), ("a", "b"))
    assert verdicts.verdict_of({"program": "conv_net", "failed": "OSError"}) == Verdict("failed", ())


def test_causes_are_roots_at_warning_or_above_each_rule_once():
    again = Statement("warning", "unscaled-inputs", 0.5)
    verdict = Verdict("stuck", (SCALE, DEAD, again, LEAK, FEW))
    assert verdict.causes == (SCALE, LEAK)


def test_only_one_seed_is_kept():
    rows = [row(), row(seed=1, state="learning"), row(stage="after", state="slow")]
    new = verdicts.verdicts_of(rows)
    assert {name: verdict.state for name, verdict in new.items()} == {
        "conv_net before": "stuck",
        "conv_net after": "slow",
    }


def test_what_is_written_is_read_and_what_is_not_new_stays(tmp_path):
    first = {
        "conv_net before": Verdict("learning", (FEW,)),
        "xor_linear_hidden before": Verdict("stuck", (SCALE, DEAD)),
    }
    verdicts.write(first, tmp_path / "golden")
    assert verdicts.read(tmp_path / "golden") == first
    verdicts.write({"conv_net before": Verdict("slow", (), ("dead-units",))}, tmp_path / "golden")
    assert verdicts.read(tmp_path / "golden") == first | {"conv_net before": Verdict("slow", (), ("dead-units",))}
    assert sorted(path.name for path in (tmp_path / "golden").iterdir()) == ["healthy.json", "sick.json"]


def test_the_verdict_of_a_program_that_is_gone_goes(tmp_path):
    verdicts.write({"gone before": Verdict("stuck", ()), "conv_net before": Verdict("learning", ())}, tmp_path)
    assert verdicts.read(tmp_path).keys() == {"conv_net before"}


def test_what_moved_is_said():
    kept = {
        "a before": Verdict("stuck", (SCALE, LEAK)),
        "b before": Verdict("slow", ()),
        "c before": Verdict("slow", ()),
    }
    new = {
        "a before": Verdict("stuck", (LEAK, Statement("warning", "unscaled-inputs", 0.95))),
        "b before": Verdict("learning", ()),
        "d after": Verdict("stuck", ()),
    }
    assert list(verdicts.moved(kept, kept)) == []
    lines = list(verdicts.moved(kept, new))
    assert lines[0] == "a before:"
    assert sorted(lines[1:-4]) == ["  + warning unscaled-inputs 0.95", "  - error unscaled-inputs 0.95"]
    assert lines[-4:] == ["b before:", "  - state slow", "  + state learning", "d after: no verdict was kept"]


def test_the_digest_changes_with_the_code(tmp_path):
    (tmp_path / "a.py").write_text("1")
    before = verdicts.digest(tmp_path)
    assert verdicts.digest(tmp_path) == before
    (tmp_path / "a.py").write_text("2")
    assert verdicts.digest(tmp_path) != before
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "notes.txt").write_text("no code")
    assert verdicts.digest(tmp_path) == before
    (tmp_path / "table.py").write_text("2")
    assert verdicts.digest(tmp_path, without=["table.py"]) == before != verdicts.digest(tmp_path)
    (tmp_path / "table.py").unlink()
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert verdicts.digest(tmp_path) != before
