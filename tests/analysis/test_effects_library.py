"""The package diff-diff: equal to our own hand, with a fixed answer for every call we use."""

import ast
from pathlib import Path

import numpy as np
import pytest
from tests.analysis.reference_panels import mpdta

from sneeuwbal.analysis.effects import library
from sneeuwbal.analysis.effects.aggregates import Estimand, aggregate
from sneeuwbal.analysis.effects.attgt import Controls, group_time
from sneeuwbal.analysis.effects.bounds import relative_magnitude_bounds
from sneeuwbal.analysis.effects.coverage import Starts, staggered_panel
from sneeuwbal.analysis.effects.imputation import imputation

ROOT = Path(library.__file__).parent.parent


def imports_of(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def test_one_function_of_one_file_loads_diff_diff_and_only_when_called():
    for path in ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.name == "library.py":
            functions = {part.name: part for part in tree.body if isinstance(part, ast.FunctionDef)}
            assert {"diff_diff", "pandas"} <= set(imports_of(functions["diff_diff"]))
            tree.body.remove(functions["diff_diff"])
        assert not {"diff_diff", "pandas"} & set(imports_of(tree)), path


def test_the_installed_version_is_the_pinned_one():
    assert library.diff_diff()[0].__version__ == library.VERSION


@pytest.mark.parametrize("controls", list(Controls))
@pytest.mark.parametrize("panel", [mpdta(), staggered_panel(Starts(), np.random.default_rng(1))])
def test_our_effects_and_errors_equal_those_of_diff_diff(panel, controls):
    other = library.callaway_santanna(panel, controls)
    effects = group_time(panel, controls)
    simple = aggregate(effects, Estimand.SIMPLE)
    ours = {"simple": (simple.overall.value, simple.standard_error)}
    for name, estimand in (("event", Estimand.DYNAMIC), ("group", Estimand.GROUP)):
        for row in aggregate(effects, estimand).rows:
            ours[f"{name} {row.at}"] = (row.estimate.value, row.standard_error)
    assert ours.keys() == other.keys()
    for name, (value, error) in ours.items():
        assert value == pytest.approx(other[name].value, abs=1e-6)
        assert error == pytest.approx(other[name].standard_error, abs=1e-6)


def test_our_imputation_equals_that_of_diff_diff():
    for panel in (mpdta(), staggered_panel(Starts(), np.random.default_rng(2))):
        other, ours = library.imputation_effect(panel), imputation(panel)
        assert ours.overall.value == pytest.approx(other.value, abs=1e-6)
        assert ours.standard_error == pytest.approx(other.standard_error, abs=1e-6)


def test_the_calls_we_use_give_the_answers_of_the_version_we_pinned():
    """Fixed answers of diff-diff 3.13.0 on the moments of mpdta."""
    effect = library.callaway_santanna(mpdta(), Controls.NEVER)["simple"]
    assert effect.value == pytest.approx(-0.0399513, abs=1e-7)
    assert effect.standard_error == pytest.approx(0.0120340, abs=1e-7)
    second = library.imputation_effect(mpdta())
    assert second.value == pytest.approx(-0.0477099, abs=1e-7)
    assert second.standard_error == pytest.approx(0.0132225, abs=1e-7)
    low, high = library.identified_set(mpdta(), Controls.NEVER, mbar=1.0)
    assert (low, high) == pytest.approx((-0.138387, -0.016093), abs=1e-6)


@pytest.mark.parametrize("controls", list(Controls))
def test_our_identified_bounds_equal_those_of_diff_diff(controls):
    for panel in (mpdta(), staggered_panel(Starts(), np.random.default_rng(3))):
        for bound in relative_magnitude_bounds(panel, controls).bounds:
            other = library.identified_set(panel, controls, mbar=bound.mbar)
            assert (bound.identified_low, bound.identified_high) == pytest.approx(other, abs=1e-6)
