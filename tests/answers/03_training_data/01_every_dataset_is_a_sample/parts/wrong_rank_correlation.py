# message: not of their ranks
from scipy.stats import spearmanr


def take_apart(included, values):
    f = np.mean(included)
    return spearmanr(included, values).statistic, np.sqrt((1 - f) / f), np.std(values)
