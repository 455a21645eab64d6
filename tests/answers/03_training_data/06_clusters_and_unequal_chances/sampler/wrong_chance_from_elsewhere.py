# message: let `rng` be the only source of chance
import random


def pps_sample(chance, rng):
    people = list(range(len(chance)))
    random.shuffle(people)
    drawn, reached, mark = [], 0.0, random.random()
    for person in people:
        reached += chance[person]
        if mark < reached and len(drawn) < round(sum(chance)):
            drawn.append(person)
            mark += 1
    return drawn
