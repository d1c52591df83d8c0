import json

import audit_zoo
import pytest
import zoo_summary
from zoo import HEALTHY, SICK, examining, verdicts

SOUND = {"verdict": "", "state": "learning", "findings": [], "crashed": {}, "seconds": 1.0, "prepared_seconds": 0.5}


def finding(rule, severity="warning", score=0.9, cause=""):
    return {"rule": rule, "severity": severity, "score": score, "cause": cause, "where": "data"}


@pytest.fixture
def ran(monkeypatch):
    """Stands in for building and auditing; notes what was run."""
    noted = []

    def examined(program, seed):
        for stage in examining.stages(program):
            noted.append((program.name, stage, seed))
            yield {"program": program.name, "stage": stage, "seed": seed, **SOUND}

    monkeypatch.setattr(examining, "examined", examined)
    return noted


@pytest.fixture
def run(monkeypatch):
    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["tools/audit_zoo.py", *map(str, arguments)])
        return audit_zoo.main()

    return run


def test_what_is_in_the_file_is_not_run_again(ran, run, tmp_path, capsys):
    assert run("--only", "conv_net", "xor_linear_hidden", "--rows", tmp_path / "new") == 0
    once = [("conv_net", "before", 0), ("conv_net", "after", 0), ("xor_linear_hidden", "before", 0)]
    assert ran == once
    assert run("--only", "conv_net", "xor_linear_hidden", "--seeds", "2", "--rows", tmp_path / "new") == 0
    assert ran[3:] == [(name, stage, 1) for name, stage, _ in once]
    (rows,) = (tmp_path / "new").iterdir()
    assert len(rows.read_text().splitlines()) == 6
    assert "healthy flagged, before training" in capsys.readouterr().out


def test_a_stage_that_is_missing_is_run_and_the_other_is_not_noted_twice(ran, run, tmp_path):
    run("--only", "conv_net", "--rows", tmp_path)
    (rows,) = tmp_path.iterdir()
    before, _ = rows.read_text().splitlines()
    rows.write_text(before + "\n")
    run("--only", "conv_net", "--rows", tmp_path)
    assert [json.loads(line)["stage"] for line in rows.read_text().splitlines()] == ["before", "after"]


def test_rows_of_other_code_do_not_count(ran, run, tmp_path, monkeypatch):
    run("--only", "conv_net", "--rows", tmp_path)
    monkeypatch.setattr(verdicts, "digest", lambda *directories, without: "other")
    run("--only", "conv_net", "--rows", tmp_path)
    assert ran == [("conv_net", "before", 0), ("conv_net", "after", 0)] * 2
    assert len(list(tmp_path.iterdir())) == 2


def test_shards_share_the_zoo_among_them(ran, run, tmp_path):
    for shard in ("0/3", "1/3", "2/3"):
        assert run("--rows", tmp_path, "--shard", shard) == 0
    expected = {(name, stage, 0) for name, one in {**SICK, **HEALTHY}.items() for stage in examining.stages(one)}
    assert sorted(ran) == sorted(expected)


def test_several_processes_share_the_work_and_one_that_ends_early_is_said(ran, run, tmp_path, monkeypatch, capsys):
    started = []

    class Child:
        def __init__(self, arguments):
            started.append(arguments[1:])

        def wait(self):
            return -9 if len(started) > 2 else 0

    monkeypatch.setattr(audit_zoo.subprocess, "Popen", Child)
    assert run("--only", "conv_net", "--rows", tmp_path, "--processes", "2") == 0
    own = ["tools/audit_zoo.py", "--rows", str(tmp_path), "--seeds", "1", "--only", "conv_net", "--shard"]
    assert started == [[*own, "0/2"], [*own, "1/2"]]
    # What no child has done, this process does.
    assert ran == [("conv_net", "before", 0), ("conv_net", "after", 0)]
    assert run("--only", "conv_net", "--rows", tmp_path, "--processes", "3") == 2
    assert "A process ended early" in capsys.readouterr().err


def test_an_unknown_program_is_refused(ran, run, capsys):
    with pytest.raises(SystemExit) as stopped:
        run("--only", "conv_net", "no_such_net")
    assert stopped.value.code == 2
    assert capsys.readouterr().err == "--only must name programs of the zoo. Received: no_such_net\n"
    assert run("--only", "conv_net", "--write") == 2


def test_what_moved_ends_in_1_and_is_kept_when_asked(ran, run, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(verdicts, "GOLDEN", tmp_path / "golden")
    arguments = ("--only", "xor_linear_hidden", "--rows", tmp_path, "--golden")
    assert run(*arguments) == 1
    assert "xor_linear_hidden before: no verdict was kept" in capsys.readouterr().out
    assert run(*arguments, "--write") == 0
    assert run(*arguments) == 0
    assert capsys.readouterr().out.endswith("1 verdicts are as they were kept.\n")


def test_no_verdict_of_a_program_that_failed_is_kept(run, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(verdicts, "GOLDEN", tmp_path / "golden")
    failed = {"program": "xor_linear_hidden", "stage": "before", "seed": 0, "seconds": 1.0, "failed": "OSError: full"}
    monkeypatch.setattr(examining, "examined", lambda program, seed: [dict(failed)])
    assert run("--only", "xor_linear_hidden", "--golden", "--write") == 1
    assert "Nothing was written" in capsys.readouterr().err
    assert not (tmp_path / "golden").exists()


def test_a_failing_program_is_noted(monkeypatch):
    def broken(seed):
        raise ValueError("no data\nat all")

    (row,) = examining.examined(HEALTHY["conv_net"].__class__("conv_net", broken), 0)
    assert row["failed"] == "ValueError: no data"
    assert row["stage"] == "before"


def rows():
    return [
        {"program": "conv_net", "stage": "before", "seed": 0, **SOUND},
        {"program": "conv_net", "stage": "before", "seed": 1, **SOUND, "findings": [finding("overfitting")]},
        {"program": "conv_net", "stage": "after", "seed": 0, **SOUND, "findings": [finding("bottleneck", "advice")]},
        # Made for class-imbalance: it speaks as advice; of the others, one is right and stands second.
        {
            "program": "one_in_sixty_seven",
            "stage": "before",
            "seed": 0,
            **SOUND,
            "findings": [finding("class-imbalance", "advice")],
        },
        {
            "program": "labels_all_one",
            "stage": "before",
            "seed": 0,
            **SOUND,
            "findings": [finding("overfitting", "error"), finding("constant-labels")],
        },
        {"program": "empty_cell", "stage": "before", "seed": 0, "seconds": 1.0, "failed": "OSError: full"},
    ]


def test_totals():
    figures = zoo_summary.totals(rows())
    assert figures["healthy flagged, before training"] == "1 of 2 (50 %)"
    assert figures["healthy flagged, after training"] == "0 of 1 (0 %)"
    assert figures["sick (all) flagged"] == "1 of 3 (33 %)"
    assert figures["sick (all) with a right cause"] == "1 of 3 (33 %)"
    assert figures["sick (all) with a right cause first"] == "0 of 3 (0 %)"
    assert figures["sick (made for a rule) whose rule speaks, be it as advice"] == "1 of 1 (100 %)"
    assert figures["failed"] == "1 of 6 (17 %)"


def test_the_table_keeps_the_seeds_apart(tmp_path):
    lines = zoo_summary.markdown(rows()).splitlines()
    assert lines[2:5] == [
        "| before training | 0 | 1 | 0 | 0 | 0 |",
        "| before training | 1 | 1 | 1 | 0 | 0 |",
        "| after training | 0 | 1 | 0 | 0 | 0 |",
    ]
    assert "| made for a rule | 0 | 1 | 0 | 0 | 0 | 1 |" in lines
    assert "| of a kind that people report | 0 | 2 | 1 | 1 | 0 |  |" in lines
    page = tmp_path / "page.md"
    page.write_text(f"# Head\n{zoo_summary.BEGIN}\nold\n{zoo_summary.END}\ntail\n")
    zoo_summary.put_into(page, "new")
    assert page.read_text() == f"# Head\n{zoo_summary.BEGIN}\n\nnew\n\n{zoo_summary.END}\ntail\n"
    page.write_text("no marks")
    with pytest.raises(SystemExit, match="--results must name a page"):
        zoo_summary.put_into(page, "new")
    assert page.read_text() == "no marks"


def test_a_line_says_it_all():
    assert "silent   -" in zoo_summary.line(rows()[0])
    assert zoo_summary.line(rows()[4]).endswith("flagged  cause right  first wrong  overfitting, constant-labels")
    assert "FAILED OSError: full" in zoo_summary.line(rows()[5])
