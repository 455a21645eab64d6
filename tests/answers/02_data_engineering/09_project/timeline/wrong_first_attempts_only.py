# message: expected all, each attempt once
def timeline(frame, minutes):
    asked = frame[(frame["event"] == "request") & frame["user"].notna() & (frame["attempt"] == 1)]
    windows = asked.assign(failed=asked["status"] >= 500).groupby(
        pd.Grouper(key="ts", freq=f"{minutes}min")
    )
    return pd.DataFrame(
        {
            "requests": windows.size(),
            "error_rate": windows["failed"].mean(),
            "p99_ms": windows["latency_ms"].quantile(0.99, interpolation="lower"),
        }
    )
