# message: whoever comes three times counts three times


def waiting_room(visits, values):
    found = values[visits > 0].mean()
    return found, values[visits > 0].mean()
