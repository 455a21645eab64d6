# message: take all their characters
def place(key, row, workers, hot):
    return (row if key in hot else len(key)) % workers
