# message: hold each run against its own job
def audit(jobs):
    wrong = (jobs["level"] == "error") | (jobs["rows_written"] < 10_000)
    return sorted(jobs.loc[wrong, "run"])
