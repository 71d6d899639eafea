"""Least squares with fixed effects, against statsmodels with a dummy for each level."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from pipeline.insights.fixed_effects import FixedEffects


def reviews(n=600, seed=0, hotels=8, months=6, themes=4):
    generator = np.random.default_rng(seed)
    hotel, month = generator.integers(0, hotels, n), generator.integers(0, months, n)
    said = generator.random((n, themes)) < np.linspace(0.1, 0.4, themes) + 0.03 * hotel[:, None]
    marks = 4 - 0.1 * hotel + 0.05 * month - said @ np.linspace(0.8, -0.2, themes)
    return hotel, month, said, marks + generator.normal(0, 0.5 + 0.1 * hotel, n)


def statsmodels():
    """Its linear models, or the test is skipped; they take a second to import."""
    return pytest.importorskip("statsmodels.regression.linear_model")


def dummies(*factors):
    columns = [np.ones(len(factors[0]))]
    for codes in factors:
        columns += [codes == level for level in np.unique(codes)[1:]]
    return np.column_stack(columns).astype(float)


def test_coefficients_errors_and_intervals_are_those_of_statsmodels_hc3():
    sm = statsmodels()
    hotel, month, said, marks = reviews()
    found = FixedEffects(marks, [hotel, month]).fit(csr_array(said))
    design = np.column_stack([said, dummies(hotel, month)])
    expected = sm.OLS(marks, design).fit(cov_type="HC3", use_t=True)
    np.testing.assert_allclose(found.values, expected.params[:4], rtol=1e-8)
    np.testing.assert_allclose(found.errors, expected.bse[:4], rtol=1e-7)
    np.testing.assert_allclose(found.p_values, expected.pvalues[:4], rtol=1e-5, atol=1e-12)
    np.testing.assert_allclose(
        np.column_stack([found.low, found.high]), expected.conf_int()[:4], rtol=1e-6
    )


def test_clustered_errors_are_those_of_statsmodels():
    sm = statsmodels()
    hotel, month, said, marks = reviews(hotels=45, n=900)
    found = FixedEffects(marks, [hotel, month], clusters=hotel).fit(csr_array(said))
    design = np.column_stack([said, dummies(hotel, month)])
    options = {"groups": hotel, "use_correction": True, "df_correction": True}
    expected = sm.OLS(marks, design).fit(cov_type="cluster", cov_kwds=options, use_t=True)
    np.testing.assert_allclose(found.errors, expected.bse[:4], rtol=1e-7)
    np.testing.assert_allclose(found.low, expected.conf_int()[:4, 0], rtol=1e-6)


@pytest.mark.parametrize("clustered", [False, True])
def test_each_indicator_by_itself_is_a_regression_of_its_own(clustered):
    hotel, month, said, marks = reviews(hotels=42, n=900)
    regression = FixedEffects(marks, [hotel, month], clusters=hotel if clustered else None)
    found = regression.fit_each(csr_array(said))
    for column in range(4):
        alone = regression.fit(csr_array(said[:, [column]]))
        assert found.values[column] == pytest.approx(alone.values[0])
        assert found.errors[column] == pytest.approx(alone.errors[0])
        assert found.p_values[column] == pytest.approx(alone.p_values[0], abs=1e-12)


def test_without_factors_it_is_a_plain_regression():
    _, _, said, marks = reviews(themes=1)
    found = FixedEffects(marks, []).fit(csr_array(said))
    assert found.values[0] == pytest.approx(marks[said[:, 0]].mean() - marks[~said[:, 0]].mean())


def test_a_level_of_one_row_says_nothing():
    hotel, month, said, marks = reviews()
    alone = np.append(hotel, 99), np.append(month, 0)
    more = np.vstack([said, [[True, True, False, True]]])
    with_it = FixedEffects(np.append(marks, 1.0), alone)
    assert len(with_it.rows) == len(marks)
    found = with_it.fit(csr_array(more))
    np.testing.assert_allclose(
        found.values, FixedEffects(marks, [hotel, month]).fit(csr_array(said)).values
    )


def test_indicators_that_say_the_same_are_not_told_apart():
    hotel, month, said, marks = reviews()
    twin = said[:, 3].copy()
    twin[np.flatnonzero(twin)[:3]] = False
    found = FixedEffects(marks, [hotel, month]).fit(csr_array(np.column_stack([said, twin])))
    assert found.partner.tolist() == [-1, -1, -1, 4, 3]
    assert np.isnan(found.values[3:]).all() and np.isfinite(found.values[:3]).all()


def test_what_only_one_hotel_has_is_absorbed():
    hotel, month, said, marks = reviews()
    found = FixedEffects(marks, [hotel, month]).fit(csr_array(np.column_stack([hotel == 2, said])))
    assert found.absorbed.tolist() == [True, False, False, False, False]
    assert np.isnan(found.values[0]) and np.isnan(found.p_values[0])


def test_marks_that_the_hotel_explains_leave_nothing():
    hotel, _, said, _ = reviews()
    regression = FixedEffects(hotel.astype(float), [hotel])
    assert regression.explained_all
    assert np.isnan(regression.fit(csr_array(said)).p_values).all()
