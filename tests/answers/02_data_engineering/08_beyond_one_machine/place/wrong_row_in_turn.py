# message: hash the row's number with the key
import zlib


def place(key, row, workers, hot):
    return (row if key in hot else zlib.crc32(key.encode())) % workers
