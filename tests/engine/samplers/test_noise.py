"""The noise against its promises, and guidance at its ends."""

import numpy as np

from engine.samplers import gaussian_noise, guided

SHAPE = (1, 4, 6, 5)


def test_noise_is_normal_and_depends_on_its_key_alone() -> None:
    noise = gaussian_noise(7, 1, 2, (4, 64, 65))
    assert noise.dtype == np.float32
    assert abs(float(noise.mean())) < 0.03
    assert abs(float(noise.std()) - 1.0) < 0.03
    np.testing.assert_array_equal(noise, gaussian_noise(7, 1, 2, (4, 64, 65)))
    for other in ((8, 1, 2), (7, 2, 2), (7, 1, 3)):
        assert abs(float(np.corrcoef(noise.ravel(), gaussian_noise(*other, (4, 64, 65)).ravel())[0, 1])) < 0.05


def test_noise_never_changes_between_releases() -> None:
    expected = np.array([0.14226584, 0.04067336, -0.56242234, 0.33306521], np.float32)
    np.testing.assert_allclose(gaussian_noise(2**32 - 1, 3, 9, (4,)), expected, rtol=1e-6)


def test_guidance_of_one_is_the_conditional_output() -> None:
    conditional, unconditional = gaussian_noise(1, 0, 0, SHAPE), gaussian_noise(1, 0, 1, SHAPE)
    np.testing.assert_allclose(guided(conditional, unconditional, 1.0), conditional, atol=1e-6)
    np.testing.assert_allclose(guided(conditional, unconditional, 0.0), unconditional)
