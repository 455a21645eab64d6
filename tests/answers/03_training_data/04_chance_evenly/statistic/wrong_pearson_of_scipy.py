# message: That is Pearson's, for a die
from scipy.stats import chisquare


def fair_draw_statistic(counts, repeats, n, N):
    return chisquare(counts).statistic
