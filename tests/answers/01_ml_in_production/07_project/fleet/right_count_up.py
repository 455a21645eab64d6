def fleet(rates, one, spread):
    if not one:
        return None
    machines = []
    for rate in rates:
        left = 1
        while rate * spread / left > one:
            left += 1
        machines.append(left + 1)
    return machines
