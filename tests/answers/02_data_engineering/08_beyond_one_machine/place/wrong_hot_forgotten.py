# message: rows of the hot key /predict are placed
import zlib


def place(key, row, workers, hot):
    return zlib.crc32(key.encode()) % workers
