# message: n times each share
def inclusion_chances(size, n):
    return size / size.sum()
