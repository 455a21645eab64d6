# message: Your function calls choice
def one_of(people, rng):
    return people.pop(rng.choice(len(people)))


def simple_random_sample(N, n, rng):
    people = list(range(N))
    return [one_of(people, rng) for _ in range(n)]
