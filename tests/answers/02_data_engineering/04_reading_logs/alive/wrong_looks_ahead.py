# message: Look only at
def alive_at(lines, t, silence):
    last = {}
    for s, who, event in sorted(lines):
        if event == "instance_stop" and s <= t:
            last.pop(who, None)
        elif event != "instance_stop":
            last[who] = s
    return sorted(who for who, s in last.items() if t - s <= silence)
