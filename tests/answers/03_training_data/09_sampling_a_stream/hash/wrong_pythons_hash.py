# message: Your function calls hash()
def in_sample(person, chance, salt):
    return hash(f"{salt}/{person}") % 1_000_000 < chance * 1_000_000
