# message: over all runs of the job
def audit(jobs):
    good = jobs[jobs["level"] == "info"].groupby("job")["rows_written"].median()
    wrong = (jobs["level"] == "error") | (jobs["rows_written"] < jobs["job"].map(good) / 2)
    return sorted(jobs.loc[wrong, "run"])
