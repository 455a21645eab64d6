# message: hold each run against its own job
def audit(jobs):
    wrong = (jobs["level"] == "error") | (jobs["rows_written"] < jobs["rows_written"].median() / 2)
    return sorted(jobs.loc[wrong, "run"])
