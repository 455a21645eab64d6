"""Who knows whom in Riverton: friendships, which go both ways, and followings, which go one way.

Friendships are what recruiting runs along: a person names friends. Followings are what scraping
runs along: an account shows whom it follows, not who follows it.
"""

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

FRIENDS_DRAWN = 0.51 * 12
"""Friendships drawn per person, before doubles and loops fall away; each counts for two people."""
FOLLOWINGS_DRAWN = 5
"""Followings drawn per account, before doubles and loops fall away."""

_SAME_DISTRICT_AND_GROUP, _SAME_GROUP = 0.35, 0.45


def make_friendships(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the undirected friendships among ``people``.

    sociability  theta = exp(.7 e + .35 (activity - mean activity))
    ties         6.12 per person; one end anyone, in proportion to theta; the other end, also in
                 proportion to theta, with probability .35 from the same district and group, .45
                 from the same group, .20 from anywhere

    Returns one row per friendship, person_a < person_b, each pair once, in order.
    """
    theta = np.exp(0.7 * rng.standard_normal(len(people)) + 0.35 * _centred_activity(people))
    size = round(FRIENDS_DRAWN * len(people))
    one, other = _draw_pairs(people, theta, theta, size, rng)
    low, high = np.minimum(one, other), np.maximum(one, other)
    return _distinct(low, high, len(people), names=("person_a", "person_b"))


def make_followings(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the directed followings among those of ``people`` who have the app.

    follows      in proportion to exp(.7 e + .35 (activity - mean activity))
    is followed  in proportion to exp(1.0 e + .35 (activity - mean activity)): fame is less even
    followings   5 per account, chosen near and far as friends are

    Returns one row per following: follower and followed (person ids), each pair once, in order.
    """
    lift = np.where(people["has_app"], np.exp(0.35 * _centred_activity(people)), 0.0)
    curiosity = lift * np.exp(0.7 * rng.standard_normal(len(people)))
    fame = lift * np.exp(1.0 * rng.standard_normal(len(people)))
    size = FOLLOWINGS_DRAWN * int(people["has_app"].sum())
    follower, followed = _draw_pairs(people, curiosity, fame, size, rng)
    return _distinct(follower, followed, len(people), names=("follower", "followed"))


def neighbours(
    edges: pd.DataFrame, n_people: int, *, directed: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Give the neighbour lists of a graph in compressed sparse row form.

    ``edges`` has two columns of person ids, each pair at most once. The neighbours of person i
    are ``indices[indptr[i]:indptr[i + 1]]``, in rising order; ``np.diff(indptr)`` is the degree of
    each person. With ``directed``, only the second column's people count as neighbours of the
    first's.

    Returns ``indptr`` of shape (n_people + 1,) and ``indices`` of shape (number of ties,).
    """
    source, target = edges.to_numpy().T
    if not directed:
        source, target = np.concatenate([source, target]), np.concatenate([target, source])
    graph = csr_array((np.ones(len(source), np.int8), (source, target)), shape=(n_people, n_people))
    return graph.indptr, graph.indices


def _centred_activity(people: pd.DataFrame) -> np.ndarray:
    activity = people["activity"].to_numpy()
    return activity - activity.mean()


def _draw_pairs(
    people: pd.DataFrame,
    weight: np.ndarray,
    partner_weight: np.ndarray,
    size: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    group = people["group"].cat.codes.to_numpy().astype(np.int64)
    circles = (people["district"].to_numpy() * 3 + group, group, np.zeros_like(group))
    ego = _draw_within(circles[2], weight, np.zeros(size, np.int64), rng)
    how_far = np.digitize(rng.random(size), np.cumsum((_SAME_DISTRICT_AND_GROUP, _SAME_GROUP)))
    partner = np.empty(size, np.int64)
    for step, circle in enumerate(circles):
        here = how_far == step
        partner[here] = _draw_within(circle, partner_weight, circle[ego[here]], rng)
    return ego, partner


def _draw_within(
    circle: np.ndarray, weight: np.ndarray, wanted: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw, for each entry of ``wanted``, one person of that circle in proportion to ``weight``."""
    order = np.argsort(circle, kind="stable")
    heap = np.concatenate([[0.0], weight[order].cumsum()])
    first = np.searchsorted(circle[order], wanted, side="left")
    last = np.searchsorted(circle[order], wanted, side="right")
    low, high = heap[first], heap[last]
    place = np.searchsorted(heap, low + rng.random(len(wanted)) * (high - low), side="right") - 1
    return order[np.clip(place, first, last - 1)]


def _distinct(
    one: np.ndarray, other: np.ndarray, n_people: int, names: tuple[str, str]
) -> pd.DataFrame:
    pair = np.unique((one * n_people + other)[one != other])
    return pd.DataFrame(dict(zip(names, np.divmod(pair, n_people), strict=True)))
