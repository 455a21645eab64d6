# message: explain every reading
def leak(hours, mb, load):
    return (mb[-1] - mb[0]) / (hours[-1] - hours[0])
