# message: nobody comes more often than always
def inclusion_chances(size, n):
    return n * size / size.sum()
