def alive_at(lines, t, silence):
    frame = pd.DataFrame(lines, columns=["s", "who", "event"])
    last = frame[frame["s"] <= t].sort_values("s").drop_duplicates("who", keep="last")
    last = last[(last["event"] != "instance_stop") & (t - last["s"] <= silence)]
    return np.sort(last["who"].to_numpy()).tolist()
