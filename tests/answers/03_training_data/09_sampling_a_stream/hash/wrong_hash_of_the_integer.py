# message: Your function calls hash()
def in_sample(person, chance, salt):
    return hash(person) < chance * 2**61
