"""The exact sign test over contexts, by the plurality of each; ties are left out."""

from evaluation.stats.inference.arrays import Integers
from evaluation.stats.inference.estimate import Significance
from evaluation.stats.inference.permutation import sign_flip


def sign_test(pluralities: Integers) -> Significance:
    """Two-sided: the chance that a fair coin gives a split at least as uneven. `n` is the decided contexts.

    Conover (1999), section 3.4: the sign flip of scores that are all of size one. It takes contexts as independent,
    which they are only with one to a cluster.
    """
    if not pluralities.any():
        return Significance(p=None, n=0, reason="every context is a tie")
    # The scores are whole and small, so that nothing is drawn and the seed is never used.
    flipped = sign_flip(pluralities, seed=0)
    return Significance(p=flipped.p, n=flipped.informative, method="exact binomial", smallest_p=flipped.smallest_p)
