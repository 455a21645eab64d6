# message: they are lost
import zlib


def place(key, row, workers, hot):
    text = f"{key}/{row}" if key in hot else key
    return zlib.crc32(text.encode()) % workers + 1
