# message: checksum such as crc32 mixes too little
import zlib


def in_sample(person, chance, salt):
    return zlib.crc32(f"{salt}/{person}".encode()) < chance * 2**32
