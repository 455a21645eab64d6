# message: expected run ids
def audit(jobs):
    usual = jobs.groupby("job")["rows_written"].transform("median")
    wrong = (jobs["level"] == "error") | (jobs["rows_written"] < usual / 2)
    return sorted(jobs.index[wrong])
