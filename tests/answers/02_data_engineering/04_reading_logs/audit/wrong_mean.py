# message: moves a mean, not the median
def audit(jobs):
    usual = jobs.groupby("job")["rows_written"].transform("mean")
    wrong = (jobs["level"] == "error") | (jobs["rows_written"] < usual / 2)
    return sorted(jobs.loc[wrong, "run"])
