# message: up to and including t
def alive_at(lines, t, silence):
    last = {}
    for s, who, event in sorted(lines):
        if s < t:
            last[who] = (s, event)
    return sorted(
        who for who, (s, event) in last.items() if event != "instance_stop" and t - s <= silence
    )
