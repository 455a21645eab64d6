# message: ids can have a pattern, and the sample must not follow it
def in_sample(person, chance, salt):
    return person % round(1 / chance) == 0 if chance else False
