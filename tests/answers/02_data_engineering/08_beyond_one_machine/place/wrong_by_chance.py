# message: when a task is run again
import random
import zlib


def place(key, row, workers, hot):
    if key in hot or row % 2:
        return random.randrange(workers)
    return zlib.crc32(key.encode()) % workers
