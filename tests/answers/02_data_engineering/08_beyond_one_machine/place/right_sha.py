import hashlib


def place(key, row, workers, hot):
    text = key + "\n" + (str(row) if key in hot else "")
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % workers
