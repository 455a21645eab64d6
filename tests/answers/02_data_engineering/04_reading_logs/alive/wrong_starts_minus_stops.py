# message: It is dead
def alive_at(lines, t, silence):
    count = {}
    for s, who, event in lines:
        if s <= t:
            step = {"instance_start": 1, "instance_stop": -1}.get(event, 0)
            count[who] = count.get(who, 0) + step
    return sorted(who for who, n in count.items() if n > 0)
