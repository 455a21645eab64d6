# message: To round each share by itself does not keep the total
def allocate(size, n):
    return [round(n * k / sum(size)) for k in size]
