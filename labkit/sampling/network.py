"""Methods that find people through people.

A network is given as neighbour lists in compressed sparse row form, ``(indptr, indices)``: the
neighbours of person i are ``indices[indptr[i]:indptr[i + 1]]``.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labkit.sampling.even import Ids

Network = tuple[NDArray[np.integer], NDArray[np.integer]]


def scrape(follows: Network, seeds: ArrayLike, n: int) -> tuple[Ids, NDArray[np.intp]]:
    """Take the accounts that known accounts follow, all of them, wave after wave, up to n.

    follows: directed. Returns ids, in the order in which they were found, and the wave of each; the
    seeds are wave 0. Fewer than n where nobody new is followed any more. No chance is at work once
    the seeds are there.
    """
    indptr, indices = follows
    found = {int(seed): 0 for seed in np.asarray(seeds)}
    waiting = list(found)
    for account in waiting:  # grows while it is read
        if len(found) >= n:
            break
        for followed in indices[indptr[account] : indptr[account + 1]].tolist():
            if followed not in found:
                found[followed] = found[account] + 1
                waiting.append(followed)
    ids = np.array(waiting[:n], np.intp)
    return ids, np.array([found[account] for account in ids.tolist()], np.intp)


def snowball(
    friends: Network, seeds: ArrayLike, coupons: int, n: int, rng: np.random.Generator
) -> tuple[Ids, NDArray[np.intp]]:
    """Let everybody who comes hand coupons to friends who have not come yet, up to n people.

    friends: undirected. Returns ids, in the order in which they came, and the wave of each; the
    seeds are wave 0. Fewer than n where the coupons run out.
    (Goodman, "Snowball sampling", 1961; coupons: Heckathorn, "Respondent-driven sampling", 1997.)
    """
    indptr, indices = friends
    came = {int(seed): 0 for seed in np.asarray(seeds)}
    waiting = list(came)
    for person in waiting:  # grows while it is read
        if len(came) >= n:
            break
        known = indices[indptr[person] : indptr[person + 1]].tolist()
        new = [friend for friend in known if friend not in came]
        for lot in rng.permutation(len(new))[:coupons].tolist():
            came[new[lot]] = came[person] + 1
            waiting.append(new[lot])
    ids = np.array(waiting[:n], np.intp)
    return ids, np.array([came[person] for person in ids.tolist()], np.intp)


def random_walks(
    friends: Network, starts: ArrayLike, steps: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Walk from friend to friend, each chosen by lot, from several starts at a time.

    friends: undirected. Returns whom each walk visits, [steps, starts], the start left out; a
    person may come again. In the long run the people of the start's component are visited in
    proportion to their numbers of friends. Raises ValueError if a start has no friend.
    (Lovasz, "Random walks on graphs: a survey", 1993.)
    """
    indptr, indices = friends
    here = np.asarray(starts, np.intp)
    if np.any(indptr[here + 1] == indptr[here]):
        raise ValueError("a walk cannot start from somebody without a friend")
    visited = np.empty((steps, len(here)), np.intp)
    for step in range(steps):
        degree = indptr[here + 1] - indptr[here]
        here = indices[indptr[here] + (rng.random(len(here)) * degree).astype(int)]
        visited[step] = here
    return visited
