# message: and the error rate is
def timeline(frame, minutes):
    asked = frame[(frame["event"] == "request") & frame["user"].notna()]
    windows = asked.assign(failed=asked["status"] == 500).groupby(
        pd.Grouper(key="ts", freq=f"{minutes}min")
    )
    return pd.DataFrame(
        {
            "requests": windows.size(),
            "error_rate": windows["failed"].mean(),
            "p99_ms": windows["latency_ms"].quantile(0.99, interpolation="lower"),
        }
    )
