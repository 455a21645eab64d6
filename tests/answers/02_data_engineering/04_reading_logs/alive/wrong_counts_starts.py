# message: Starts alone do not tell
def alive_at(lines, t, silence):
    return sorted({who for s, who, event in lines if event == "instance_start" and s <= t})
