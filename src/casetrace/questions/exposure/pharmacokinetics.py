"""Serum concentration after infusions: one and two compartments, in closed form.

Everything is linear, so infusions add up: the concentration is the sum, over infusions, of the
response to each alone (superposition). Formulas: Gibaldi M, Perrier D, *Pharmacokinetics*, 2nd
ed., Marcel Dekker 1982, chapters 1, 2 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Parameters", "concentration", "scaled", "varied"]


@dataclass(frozen=True)
class Parameters:
    """Parameters of a model, one element each for a subject or a body weight.

    Attributes
    ----------
    cl, q : ndarray, shape (subjects,)
        Clearance and exchange clearance in L/d; ``q`` is 0 for one compartment.
    v1, v2 : ndarray, shape (subjects,)
        Central and peripheral volume in L.
    """

    cl: np.ndarray
    v1: np.ndarray
    q: np.ndarray
    v2: np.ndarray

    def exponentials(self) -> tuple[np.ndarray, np.ndarray]:
        """Response to a bolus of 1 g as a sum of exponentials.

        Returns
        -------
        size, rate : ndarray, shape (subjects, 2)
            Coefficients in 1/L and rates in 1/d: ``sum(size * exp(-rate * t))`` in g/L.
        """
        k10, k12, k21 = self.cl / self.v1, self.q / self.v1, self.q / self.v2
        total, product = k10 + k12 + k21, k10 * k21
        root = np.sqrt(np.maximum(total**2 - 4 * product, 0))
        fast = (total + root) / 2
        slow = np.where(self.q > 0, product / fast, 0.0)
        size_fast = (fast - k21) / (fast - slow) / self.v1
        size_slow = (k21 - slow) / (fast - slow) / self.v1
        return np.stack([size_fast, size_slow], axis=-1), np.stack([fast, slow], axis=-1)


def scaled(model: Any, weights: np.ndarray) -> Parameters:
    """Parameters for some body weights, ``value * (weight / reference) ** power``.

    Parameters
    ----------
    model : PkModel
        Row of ``data/reference/pk_models.csv``.
    weights : ndarray, shape (n,)
        In kg.
    """
    relative = np.asarray(weights, float) / model.ref_weight_kg

    def of(value: float, power: float | None) -> np.ndarray:
        return value * relative ** (power or 0)

    one = np.zeros_like(relative)
    q = of(model.q_l_d, model.exp_q) if model.q_l_d is not None else one
    v2 = of(model.v2_l, model.exp_v2) if model.v2_l is not None else one + 1.0
    return Parameters(of(model.cl_l_d, model.exp_cl), of(model.v1_l, model.exp_v1), q, v2)


def varied(model: Any, weight: float, subjects: int, seed: int) -> Parameters:
    """Parameters of subjects of one weight, log-normal with the model's variation.

    The coefficient of variation cv of a log-normal quantity is ``sqrt(exp(s ** 2) - 1)``.

    Parameters
    ----------
    model : PkModel
        Row of ``data/reference/pk_models.csv``.
    weight : float
        In kg.
    subjects, seed : int
        How many, and the seed of the random numbers.
    """
    typical = scaled(model, np.full(subjects, weight))
    normal = np.random.default_rng(seed).standard_normal((3, subjects))

    def spread(row: int, cv: float | None) -> np.ndarray:
        return np.exp(np.sqrt(np.log1p(((cv or 0) / 100) ** 2)) * normal[row])

    return Parameters(
        typical.cl * spread(0, model.cv_cl),
        typical.v1 * spread(1, model.cv_v1),
        typical.q,
        typical.v2 * spread(2, model.cv_v2),
    )


def concentration(
    parameters: Parameters,
    times: np.ndarray,
    starts: np.ndarray,
    doses: np.ndarray,
    duration: float = 0.0,
) -> np.ndarray:
    """Concentration above the patient's own, by superposition of infusions.

    Parameters
    ----------
    parameters : Parameters
        Of s subjects.
    times : ndarray, shape (t,)
        In days.
    starts, doses : ndarray, shape (n,)
        Start of each infusion in days, and its dose in g.
    duration : float
        Of every infusion in days; 0 for a bolus, which counts from its very moment.

    Returns
    -------
    ndarray, shape (s, t)
        In g/L.
    """
    times = np.asarray(times, float)
    since = times[:, None] - np.asarray(starts, float)[None, :]
    # Infusions recur at the same distances: the response is computed once for each of them.
    lags, place = np.unique(np.round(since, 10), return_inverse=True)
    place = place.reshape(since.shape)
    during, after = np.clip(lags, 0, duration), np.maximum(lags - duration, 0)
    size, rate = parameters.exponentials()
    response = np.zeros((len(parameters.cl), len(lags)))
    for k in range(2):
        lam = rate[:, k, None]
        part = np.exp(-lam * after)
        if duration:
            # A one-compartment model has no second exponential: its rate and size are 0.
            safe = np.where(lam > 0, lam, 1.0)
            part = part * np.where(lam > 0, -np.expm1(-safe * during) / (safe * duration), 0.0)
        response += size[:, k, None] * part
    total = np.zeros((len(parameters.cl), len(times)))
    for n, dose in enumerate(doses):
        total += response[:, place[:, n]] * np.where(since[:, n] >= 0, dose, 0.0)
    return total
