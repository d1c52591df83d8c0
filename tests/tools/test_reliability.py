import itertools
import math

import numpy as np
import pytest
from reliability import Case, Step, bins, calibration_error, fitted, interval, predicted, share_of


def cases(seed=0, number=60, programs=20, standing="first cause"):
    generator = np.random.default_rng(seed)
    scores = generator.choice([0.4, 0.5, 0.7, 0.85, 0.9, 0.97], number)
    right = generator.random(number) < scores**2
    return [
        Case(f"program {k % programs}", standing, float(score), bool(hit))
        for k, (score, hit) in enumerate(zip(scores, right, strict=True))
    ]


def isotonic(chosen):
    """The max-min formula (Robertson, Wright and Dykstra, 1988): by score, no algorithm that pools."""
    groups = {score: [case.right for case in chosen if case.score == score] for score in {c.score for c in chosen}}
    scores = sorted(groups)

    def mean(low, high):
        hits = list(itertools.chain(*(groups[score] for score in scores[low : high + 1])))
        return sum(hits) / len(hits)

    count = range(len(scores))
    return {
        scores[k]: max(min(mean(low, high) for high in count if high >= k) for low in count if low <= k) for k in count
    }


@pytest.mark.parametrize("seed", range(8))
def test_without_a_prior_and_a_least_number_it_is_isotonic_regression(seed):
    chosen = cases(seed)
    steps = fitted(chosen, least=1, prior=0.0)
    expected = isotonic(chosen)
    assert [share_of(steps, case) for case in chosen] == pytest.approx(
        [expected[case.score] for case in chosen], abs=1e-3
    )


@pytest.mark.parametrize("seed", range(8))
def test_a_share_is_laplaces_of_enough_findings_and_rises_with_the_score(seed):
    chosen = cases(seed, number=150)
    (steps,) = fitted(chosen, least=20).values()
    assert sum(step.findings for step in steps) == 150
    assert all(step.findings >= 20 for step in steps)
    assert sorted(step.share for step in steps) == [step.share for step in steps]
    for step, above in itertools.zip_longest(steps, [step.lowest for step in steps[1:]], fillvalue=math.inf):
        hits = [case.right for case in chosen if step.lowest <= case.score < above]
        assert len(hits) == step.findings
        assert step.share == pytest.approx((sum(hits) + 1) / (len(hits) + 2), abs=1e-3)


def test_a_score_of_many_findings_counts_for_more_than_one_of_few():
    one = [Case("one", "advice", 0.3, True)]
    many = [Case(f"{k}", "advice", 0.5, k < 50) for k in range(100)]
    ten = [Case(f"{k}", "advice", 0.7, k < 7) for k in range(10)]
    steps = fitted([*one, *many, *ten], least=1, prior=0.0)
    assert steps == {"advice": (Step(0.3, round(51 / 101, 3), 101), Step(0.7, 0.7, 10))}


def test_few_findings_still_make_one_step():
    assert fitted([Case("a", "advice", 0.5, True)]) == {"advice": (Step(0.5, 0.667, 1),)}


def test_a_small_block_joins_the_neighbour_that_is_like_it():
    low = [Case(f"{k}", "advice", 0.3, False) for k in range(30)]
    small = [Case("small", "advice", 0.6, k < 9) for k in range(10)]
    high = [Case(f"{k}", "advice", 0.9, True) for k in range(30)]
    assert fitted([*low, *small, *high], least=20) == {"advice": (Step(0.3, 0.031, 30), Step(0.6, 0.952, 40))}


def test_what_is_added_turns_no_order():
    many = [Case(f"{k}", "advice", 0.5, k > 0) for k in range(200)]
    few = [Case(f"{k}", "advice", 0.9, True) for k in range(20)]
    assert fitted([*many, *few], least=20) == {"advice": (Step(0.5, 0.991, 220),)}


def test_standings_are_fitted_apart():
    both = [*cases(standing="first cause"), *cases(1, standing="advice")]
    apart = fitted(cases(standing="first cause")) | fitted(cases(1, standing="advice"))
    assert fitted(both) == apart


def test_a_score_below_all_gets_the_lowest_share_and_one_at_a_step_gets_that():
    steps = {"advice": (Step(0.4, 0.2, 20), Step(0.6, 0.7, 20))}
    said = [share_of(steps, Case("", "advice", score, True)) for score in (0.1, 0.4, 0.59, 0.6, 1.0)]
    assert said == [0.2, 0.2, 0.2, 0.7, 0.7]
    assert share_of(steps, Case("", "unheard of", 0.5, True)) == 0.5


def test_no_program_sets_its_own_number():
    chosen = cases(3, number=80)
    own = [k for k, case in enumerate(chosen) if case.program == "program 7"]
    turned = [case._replace(right=not case.right) if k in own else case for k, case in enumerate(chosen)]
    said, other = predicted(chosen, 20), predicted(turned, 20)
    assert said.shape == (20, 80)
    assert other[:, own].tolist() == said[:, own].tolist()
    assert other.tolist() != said.tolist()


def test_half_of_the_programs_say_what_holds_in_the_other_half():
    """With one share for all, what is said in a half tells how many right ones the other half has."""
    chosen = [Case(f"program {k}", "advice", 0.5, k % 3 == 0) for k in range(90)]
    hits = 30
    for said in predicted(chosen, 50):
        values, sizes = np.unique(said, return_counts=True)
        assert sizes.sum() == 90
        assert sizes.min() >= 25
        other = {
            value: [case.right for case, own in zip(chosen, said, strict=True) if own != value] for value in values
        }
        for value, right in other.items():
            assert value == pytest.approx((sum(right) + 1) / (len(right) + 2), abs=1e-3)
        assert sum(sum(right) for right in other.values()) == hits
    assert len({tuple(row) for row in predicted(chosen, 50)}) == 50


@pytest.mark.parametrize("seed", range(3))
def test_the_calibration_error_by_its_definition(seed):
    generator = np.random.default_rng(seed)
    said = np.append(generator.random(200), [0.0, 1.0, 0.1])
    right = np.append(generator.random(200) < 0.6, [True, False, True])
    error = 0.0
    for low in range(10):
        inside = [k for k, p in enumerate(said) if low / 10 <= p < (low + 1) / 10 or (low == 9 and p == 1)]
        if inside:
            accuracy = sum(bool(right[k]) for k in inside) / len(inside)
            confidence = math.fsum(said[k] for k in inside) / len(inside)
            error += len(inside) / len(said) * abs(accuracy - confidence)
    assert calibration_error(said, right) == pytest.approx(error, rel=1e-12)


def test_bins_count_everything_once():
    said, right = np.array([0.05, 0.95, 0.93, 1.0]), np.array([False, True, False, True])
    low, high = bins(said, right)
    assert low == (0.05, 0.0, 0.25)
    assert high == (pytest.approx(0.96), pytest.approx(2 / 3), 0.75)
    assert calibration_error(np.ones(4), np.ones(4, bool)) == 0
    assert calibration_error(np.zeros(4), np.ones(4, bool)) == 1


def test_splits_are_pooled():
    said, right = np.array([[0.31, 0.72], [0.72, 0.31]]), np.array([True, False])
    assert bins(said, right) == [(pytest.approx(0.31), 0.5, 0.5), (pytest.approx(0.72), 0.5, 0.5)]
    assert calibration_error(said, right) == pytest.approx((0.19 + 0.22) / 2)


@pytest.mark.parametrize(("right", "number"), [(19, 20), (3, 40), (10, 20), (0, 12), (12, 12)])
def test_the_interval_holds_the_shares_that_a_z_test_does_not_reject(right, number):
    shares = np.linspace(0, 1, 1_000_001)
    with np.errstate(divide="ignore"):
        accepted = shares[np.abs(right / number - shares) <= 1.96 * np.sqrt(shares * (1 - shares) / number)]
    assert interval(right, number) == pytest.approx((accepted.min(), accepted.max()), abs=2e-6)
