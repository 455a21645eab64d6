# message: each counts by itself
import math


def weighted_reservoir(stream, k, rng):
    ticket = {}
    for item, weight in stream:
        ticket[item] = math.log(1 - rng.random()) / weight
        if len(ticket) > k:
            del ticket[min(ticket, key=ticket.get)]
    return list(ticket)
