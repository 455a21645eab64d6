def shuffle(items, rng):
    hat = list(items)
    items.clear()
    while hat:
        items.append(hat.pop(int(rng.random() * len(hat))))
