# message: as is usual for their job
def audit(jobs):
    wrong = (jobs["level"] == "error") | (jobs["rows_written"] < jobs["rows_read"] / 2)
    return sorted(jobs.loc[wrong, "run"])
