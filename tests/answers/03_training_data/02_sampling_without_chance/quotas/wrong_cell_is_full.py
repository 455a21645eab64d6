# message: cell 0 has two places and gets 3
def fill_quotas(queue, cell, places):
    return queue[: sum(places)]
