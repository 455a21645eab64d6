# message: Do not take a job's word for it
def audit(jobs):
    return sorted(jobs.loc[jobs["level"] == "error", "run"])
