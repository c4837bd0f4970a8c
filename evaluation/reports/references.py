"""The works that a report's method text cites: each is listed once, where its text names it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Reference:
    """A work: how the text names it, and how it is listed."""

    authors: str
    year: int
    listed: str

    def is_cited_in(self, text: str) -> bool:
        """Whether `text` names it: "(Holm 1979)", "Dawid and Skene's (1979)"."""
        return re.search(rf"{re.escape(self.authors)}(?:'s)? \(?{self.year}\b", text) is not None


REFERENCES: Final = (
    Reference(
        "Agresti",
        1992,
        "Agresti, A. (1992). Analysis of ordinal paired comparison data. Applied Statistics 41(2), 287–297.",
    ),
    Reference(
        "Belz and Thomson",
        2025,
        "Belz, A. and Thomson, C. (2025). HEDS 3.0: The Human Evaluation Data Sheet version 3.0. Proceedings of "
        "the Fourth Workshop on Generation, Evaluation and Metrics, 60–81.",
    ),
    Reference(
        "Benjamini and Hochberg",
        1995,
        "Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal "
        "Statistical Society B 57(1), 289–300.",
    ),
    Reference(
        "Benjamini and Yekutieli",
        2001,
        "Benjamini, Y. and Yekutieli, D. (2001). The control of the false discovery rate in multiple testing "
        "under dependency. Annals of Statistics 29(4), 1165–1188.",
    ),
    Reference(
        "Bradley and Terry",
        1952,
        "Bradley, R. A. and Terry, M. E. (1952). Rank analysis of incomplete block designs: I. The method of "
        "paired comparisons. Biometrika 39(3/4), 324–345.",
    ),
    Reference(
        "Broderick, Giordano and Meager",
        2020,
        "Broderick, T., Giordano, R. and Meager, R. (2020). An automatic finite-sample robustness metric: when "
        "can dropping a little data make a big difference? arXiv:2011.14999.",
    ),
    Reference(
        "Calderon, Reichart and Dror",
        2025,
        "Calderon, N., Reichart, R. and Dror, R. (2025). The alternative annotator test for LLM-as-a-judge. "
        "Proceedings of the 63rd Annual Meeting of the Association for Computational Linguistics.",
    ),
    Reference(
        "Cameron, Gelbach and Miller",
        2011,
        "Cameron, A. C., Gelbach, J. B. and Miller, D. L. (2011). Robust inference with multiway clustering. "
        "Journal of Business & Economic Statistics 29(2), 238–249.",
    ),
    Reference(
        "Clopper and Pearson",
        1934,
        "Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the "
        "case of the binomial. Biometrika 26(4), 404–413.",
    ),
    Reference(
        "Cohen",
        1960,
        "Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological "
        "Measurement 20(1), 37–46.",
    ),
    Reference(
        "Davidson",
        1970,
        "Davidson, R. R. (1970). On extending the Bradley-Terry model to accommodate ties in paired comparison "
        "experiments. Journal of the American Statistical Association 65(329), 317–328.",
    ),
    Reference(
        "Dawid and Skene",
        1979,
        "Dawid, A. P. and Skene, A. M. (1979). Maximum likelihood estimation of observer error-rates using the EM "
        "algorithm. Applied Statistics 28(1), 20–28.",
    ),
    Reference(
        "Efron and Tibshirani",
        1993,
        "Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap. Chapman & Hall.",
    ),
    Reference(
        "Fleiss",
        1971,
        "Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychological Bulletin 76(5), "
        "378–382.",
    ),
    Reference(
        "Giesbrecht and Burns",
        1985,
        "Giesbrecht, F. G. and Burns, J. C. (1985). Two-stage analysis based on a mixed model. Biometrics 41(2), "
        "477–486.",
    ),
    Reference(
        "Gwet",
        2008,
        "Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high "
        "agreement. British Journal of Mathematical and Statistical Psychology 61(1), 29–48.",
    ),
    Reference(
        "Holm",
        1979,
        "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of "
        "Statistics 6(2), 65–70.",
    ),
    Reference(
        "Kendall",
        1945,
        "Kendall, M. G. (1945). The treatment of ties in ranking problems. Biometrika 33, 239–251.",
    ),
    Reference(
        "Krippendorff",
        2011,
        "Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. University of Pennsylvania.",
    ),
    Reference(
        "Lan and DeMets",
        1983,
        "Lan, K. K. G. and DeMets, D. L. (1983). Discrete sequential boundaries for clinical trials. Biometrika "
        "70(3), 659–663.",
    ),
    Reference(
        "Liang and Zeger",
        1986,
        "Liang, K.-Y. and Zeger, S. L. (1986). Longitudinal data analysis using generalized linear models. "
        "Biometrika 73(1), 13–22.",
    ),
    Reference(
        "O'Brien and Fleming",
        1979,
        "O'Brien, P. C. and Fleming, T. R. (1979). A multiple testing procedure for clinical trials. Biometrics "
        "35(3), 549–556.",
    ),
    Reference(
        "Pratt",
        1959,
        "Pratt, J. W. (1959). Remarks on zeros and ties in the Wilcoxon signed rank procedures. Journal of the "
        "American Statistical Association 54(287), 655–667.",
    ),
    Reference(
        "Satterthwaite",
        1946,
        "Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics "
        "Bulletin 2(6), 110–114.",
    ),
    Reference(
        "Schuirmann",
        1987,
        "Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power approach for "
        "assessing the equivalence of average bioavailability. Journal of Pharmacokinetics and Biopharmaceutics "
        "15(6), 657–680.",
    ),
    Reference(
        "Wilcoxon",
        1945,
        "Wilcoxon, F. (1945). Individual comparisons by ranking methods. Biometrics Bulletin 1(6), 80–83.",
    ),
    Reference(
        "Wilson",
        1927,
        "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of "
        "the American Statistical Association 22(158), 209–212.",
    ),
)


def references_in(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """What `paragraphs` cite, in the order of the list (by author)."""
    text = "\n".join(paragraphs)
    return tuple(reference.listed for reference in REFERENCES if reference.is_cited_in(text))
