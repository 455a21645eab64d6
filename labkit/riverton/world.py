"""The whole of Riverton, drawn from one seed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from labkit.riverton.credit import choose_merchants, lend, make_merchants
from labkit.riverton.friendships import make_followings, make_friendships
from labkit.riverton.population import make_districts, make_people

SEED = 14


@dataclass(frozen=True)
class World:
    """Everything that is drawn; the frames of people and truth have one row per person, aligned."""

    people: pd.DataFrame
    truth: pd.DataFrame
    districts: pd.DataFrame
    merchants: pd.DataFrame
    friendships: pd.DataFrame
    followings: pd.DataFrame


def make_world(seed: int = SEED) -> World:
    """Draw Riverton; each part has its own stream, so that changing one leaves the others alone."""
    streams = np.random.SeedSequence(seed).spawn(6)
    place, person, shop, loan, friend, follow = map(np.random.default_rng, streams)

    districts = make_districts(place)
    people = make_people(districts, person)
    merchants = make_merchants(shop)
    chosen = choose_merchants(people, merchants, shop)
    people["merchant"] = pd.Categorical.from_codes(chosen, merchants["merchant"])

    district_effect = districts["default_effect"].to_numpy()[people["district"]]
    merchant_effect = merchants["default_effect"].to_numpy()[chosen]
    recorded, truth = lend(people, district_effect, merchant_effect, loan)
    return World(
        people=pd.concat([people, recorded], axis=1),
        truth=pd.concat([people[["person_id"]], truth], axis=1),
        districts=districts,
        merchants=merchants,
        friendships=make_friendships(people, friend),
        followings=make_followings(people, follow),
    )
