"""Riverton's people sampled by every method of the course, each with what it costs.

The methods themselves are in :mod:`labkit.sampling`; here they get Riverton's lists, strata,
districts and friends. Prices are made up, like the city: an answer in the app costs next to
nothing, an interview at home costs the interviewer's time and a trip to the district.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from labkit.riverton.data import load_followings, load_friendships, load_people
from labkit.riverton.friendships import neighbours
from labkit.sampling import chosen, clusters, even, network, repair, strata, unequal
from labkit.sampling.compare import BY_CHANCE, NO_CHANCE, REPAIRED, Drawn, Method, Price
from labkit.sampling.estimate import variance_of_two_phase_mean

IN_THE_APP = Price(person=1)
"""A question in the app: one crown for each answer."""
EXPERT = Price(list_of_people=2_000, person=5)
"""The expert's days, and five crowns for each file that is pulled."""
SCRAPED = Price(person=2)
"""An account read by a program."""
COUPON = Price(person=40)
"""An interview in an office, and a reward for each coupon that is brought back."""
AT_HOME = Price(list_of_people=5_000, person=30, trip=1_000)
"""The city's register, an interview at home, and a trip to each district that is visited."""
TWO_CALLS = Price(list_of_people=5_000, person=45, trip=1_000)
"""As at home, and for each of those a few short calls beforehand."""


class Riverton:
    """The city as its samplers see it; what is costly to make is made when first asked for."""

    def __init__(self, people: pd.DataFrame | None = None) -> None:
        self.people = load_people() if people is None else people
        self.N = len(self.people)
        self.group = self.people["group"].cat.codes.to_numpy().astype(int)
        self.borough = self.people["borough"].cat.codes.to_numpy().astype(int)
        self.district = self.people["district"].to_numpy()
        self.spend = self.people["spend"].to_numpy(float)
        self.default = self.people["default"].to_numpy()

    @cached_property
    def wait(self) -> NDArray[np.float64]:
        """Mean days from one opening of the app to the next; infinite without the app."""
        activity = self.people["activity"].to_numpy()
        return np.where(self.people["has_app"], np.exp(-1.1 * activity), np.inf)

    @cached_property
    def oddness(self) -> NDArray[np.float64]:
        """Squared distance from the typical income, debt, tenure and volatility."""
        columns = ["income", "debt", "tenure_years", "volatility"]
        files = self.people[columns].assign(income=np.log(self.people["income"]))
        return np.square((files - files.median()) / files.std()).sum(axis=1).to_numpy()

    @cached_property
    def group_and_borough(self) -> NDArray[np.int_]:
        """Strata: 12 cells of group and borough."""
        return self.group * 4 + self.borough

    @cached_property
    def income_class(self) -> NDArray[np.int_]:
        """Strata: ten classes of equally many people, by income."""
        return pd.qcut(self.people["income"].rank(method="first"), 10, labels=False).to_numpy()

    @cached_property
    def quota_cell(self) -> NDArray[np.int16]:
        """Cells of age, sex and borough, 40 of them."""
        age = np.digitize(self.people["age"], [30, 40, 50, 60])
        cell = (age * 2 + self.people["sex"].eq("female").to_numpy()) * 4 + self.borough
        return cell.astype(np.int16)  # small numbers are sorted faster

    @cached_property
    def friends(self) -> network.Network:
        """Neighbour lists of the friendships, which go both ways."""
        return neighbours(load_friendships(), self.N)

    @cached_property
    def follows(self) -> network.Network:
        """Neighbour lists of the followings: whom each account follows."""
        return neighbours(load_followings(), self.N, directed=True)

    @cached_property
    def degree(self) -> NDArray[np.integer]:
        """Number of friends of each person."""
        return np.diff(self.friends[0])

    def methods(self, n: int = 2_000) -> dict[str, Method]:
        """Every method of the course, drawing n people, or n on average; by name."""
        listed = [*self._by_chance(n), *self._no_chance(n), *self._repaired(n)]
        return {method.name: method for method in listed}

    def _by_chance(self, n: int) -> list[Method]:
        N, chance = self.N, np.full(self.N, n / self.N)
        debt = unequal.inclusion_probabilities(np.exp(0.5 * self.people["debt"].to_numpy()), n)
        spending_index = unequal.inclusion_probabilities(self.people["income"].to_numpy(float), n)

        def weighted_again(rng: np.random.Generator) -> Drawn:
            ids = unequal.weighted(spending_index, n, rng)
            return Drawn(ids, 1 / spending_index[ids])

        m = 50
        listed = [
            (
                "simple random",
                lambda rng: Drawn(even.simple_random(N, n, rng), sampled=n / N),
                chance,
            ),
            ("Bernoulli", lambda rng: Drawn(even.bernoulli(N, n / N, rng), sampled=n / N), chance),
            ("systematic", lambda rng: Drawn(even.systematic(N, n, rng), sampled=n / N), chance),
            *self._stratified(n),
            ("whole clusters", self._whole_clusters(2), np.full(N, 2 / (self.district.max() + 1))),
            ("two-stage", self._two_stage(m, n // m), chance),
            ("PPS, by income", self._unequal(unequal.pps, spending_index), spending_index),
            ("Poisson, by debt", self._unequal(unequal.poisson, debt), debt),
            ("weighted, by income", weighted_again, spending_index),
        ]
        made = [Method(name, BY_CHANCE, draw, AT_HOME, p) for name, draw, p in listed]
        return [*made, Method("two-phase", BY_CHANCE, self._two_phase(5 * n, n), TWO_CALLS)]

    def _stratified(self, n: int) -> list[tuple[str, Callable, NDArray[np.float64]]]:
        by_income = np.bincount(self.income_class)
        deviation = pd.Series(self.spend).groupby(self.income_class).std().to_numpy()
        plans = [
            ("strata, proportional", self.group_and_borough,
             strata.proportional(np.bincount(self.group_and_borough), n)),
            ("income strata, prop.", self.income_class, strata.proportional(by_income, n)),
            ("income strata, Neyman", self.income_class, strata.neyman(by_income, deviation, n)),
            ("equal per group", self.group, strata.equal(np.bincount(self.group), n)),
        ]  # fmt: skip
        made = []
        for name, stratum, places in plans:
            chance = places / np.bincount(stratum)
            made.append((name, self._within(stratum, places, chance), chance[stratum]))
        return made

    def _within(self, stratum: NDArray, places: NDArray, chance: NDArray) -> Callable:
        def draw(rng: np.random.Generator) -> Drawn:
            ids = strata.stratified(stratum, places, rng)
            mine = stratum[ids]
            return Drawn(ids, 1 / chance[mine], stratum=mine, sampled=chance)

        return draw

    def _whole_clusters(self, m: int) -> Callable:
        def draw(rng: np.random.Generator) -> Drawn:
            ids = clusters.whole_clusters(self.district, m, rng)
            share = m / (self.district.max() + 1)
            return Drawn(ids, cluster=self.district[ids], sampled=share)

        return draw

    def _two_stage(self, m: int, take: int) -> Callable:
        def draw(rng: np.random.Generator) -> Drawn:
            ids = clusters.two_stage(self.district, m, take, rng)
            return Drawn(ids, cluster=self.district[ids])

        return draw

    def _unequal(self, sampler: Callable, chance: NDArray[np.float64]) -> Callable:
        def draw(rng: np.random.Generator) -> Drawn:
            ids = sampler(chance, rng)
            return Drawn(ids, 1 / chance[ids])

        return draw

    def _two_phase(self, n_first: int, n: int) -> Callable:
        def draw(rng: np.random.Generator) -> Drawn:
            ids, weight, seen = strata.two_phase(self.group, n_first, n, rng)
            mine = self.group[ids]
            variance = partial(variance_of_two_phase_mean, stratum=mine, seen=seen, N=self.N)
            return Drawn(ids, weight, stratum=mine, variance=variance)

        return draw

    def _no_chance(self, n: int) -> list[Method]:
        places = strata.proportional(np.bincount(self.quota_cell), n)
        listed = [
            ("convenience", self.app_users(n), IN_THE_APP),
            ("quota", lambda rng: Drawn(chosen.quota(self.quota_cell, places, self.wait, rng)),
             IN_THE_APP),
            ("judgment", lambda rng: Drawn(chosen.judgment(self.oddness, n, rng)), EXPERT),
            ("followings, scraped", self._scrape(n), SCRAPED),
            ("snowball", self._snowball(n), COUPON),
            ("respondent-driven", self._respondent_driven(n), COUPON),
        ]  # fmt: skip
        return [Method(name, NO_CHANCE, draw, price) for name, draw, price in listed]

    def app_users(self, n: int) -> Callable[[np.random.Generator], Drawn]:
        """Draws the first n to open the app."""
        return lambda rng: Drawn(chosen.convenience(self.wait, n, rng))

    def _scrape(self, n: int) -> Callable:
        def draw(rng: np.random.Generator) -> Drawn:
            return Drawn(network.scrape(self.follows, chosen.convenience(self.wait, 10, rng), n)[0])

        return draw

    def _snowball(self, n: int) -> Callable:
        def draw(rng: np.random.Generator) -> Drawn:
            seeds = chosen.convenience(self.wait, 10, rng)
            return Drawn(network.snowball(self.friends, seeds, 3, n, rng)[0])

        return draw

    def _respondent_driven(self, n: int) -> Callable:
        def draw(rng: np.random.Generator) -> Drawn:
            starts = rng.choice(np.flatnonzero(self.degree), 10, replace=False)
            visited = network.random_walks(self.friends, starts, n // 10, rng).ravel()
            return Drawn(visited, 1 / self.degree[visited])

        return draw

    def _repaired(self, n: int) -> list[Method]:
        margins = [np.digitize(self.people["age"], [30, 40, 50, 60]), self.group, self.borough]
        tenth = pd.qcut(self.people["activity"], 10, labels=False).to_numpy()

        def raked(rng: np.random.Generator) -> Drawn:
            ids = chosen.convenience(self.wait, n, rng)
            known = [(classes[ids], np.bincount(classes)) for classes in margins]
            return Drawn(ids, repair.rake(np.ones(n), known))

        def by_activity(rng: np.random.Generator) -> Drawn:
            ids = chosen.convenience(self.wait, n, rng)
            return Drawn(ids, repair.post_stratify(np.ones(n), tenth[ids], np.bincount(tenth)))

        return [
            Method("app, raked", REPAIRED, raked, IN_THE_APP),
            Method("app, by activity", REPAIRED, by_activity, IN_THE_APP),
        ]
