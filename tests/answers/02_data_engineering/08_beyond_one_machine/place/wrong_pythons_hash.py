# message: Your function calls hash()
def place(key, row, workers, hot):
    return hash((key, row) if key in hot else key) % workers
