import pandas as pd


def fill_quotas(queue, cell, places):
    mine = pd.Series(cell[queue])
    ahead = mine.groupby(mine).cumcount().to_numpy()
    return queue[ahead < places[cell[queue]]]
