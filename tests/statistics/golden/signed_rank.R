# Golden signed-rank tests of base R, coin and exactRankTests; and the syntax for PSPP.
# Run in this folder:  Rscript signed_rank.R && pspp -o signed_rank_pspp.csv signed_rank.sps
# Writes signed_rank_data.csv, signed_rank.csv (its first line names the versions) and
# signed_rank.sps, with which PSPP 1.6.2 made signed_rank_pspp.csv.
# A z of NA: the program does not print one. Pratt's exact test by exactRankTests is its test of
# the doubled ranks with their signs, which is made for any scores.

suppressMessages({library(coin); library(exactRankTests)})

set.seed(19)
datasets <- list(
  one = c(2), two = c(-1, 3), plain = c(1.83, 0.5, 1.62, 2.48, 1.68, 1.88, -1.55, 3.06, -1.3),
  all_plus = c(1, 2, 3, 4, 5, 6, 7), balanced = c(1, -2, -3, 4), pairs = c(1, 1, -1, 2, 2, -2, 3, 3),
  one_size = c(-1, 1, 1, 1, 1, 1, -1, 1, 1), zero_and_one = c(0, 0, 0, 5),
  grades = c(-1, 0, 0, -1, 1, -2, 0, -1, -1, 0, 0, -3, 1, 0, -1, 0, -1, 0, -2),
  eighths = c(-0.125, 0.25, 0, -0.5, -0.625, 0.125, -1.25, -0.375, 0, -0.25, -0.25, 0.5, -0.875),
  enzyme = c(-5210, -312, -47, 18, -1804, -47, 0, 312, -90, -633, 18, -2475, -8114, 120, -47, 5, -9),
  tiny = c(1e-9, -2e-9, 3e-9, 3e-9, 0, 5e-9),
  moderate = round(rnorm(25, 0.4), 1), untied = rnorm(40, 0.2), hundred = round(rnorm(100, 0.2), 1),
  far = round(rnorm(60, 1.5), 1), thousand = round(rnorm(1000, 0.05) * 20)
)

text <- function(numbers) ifelse(is.na(numbers), "NA", sprintf("%.17g", numbers))
header <- paste("#", R.version.string, "with coin", packageVersion("coin"), "and exactRankTests",
                packageVersion("exactRankTests"))
data_file <- file("signed_rank_data.csv", "w")
out <- file("signed_rank.csv", "w")
writeLines(c(header, "dataset,differences"), data_file)
writeLines(c(header, "dataset,program,zero_method,method,alternative,w_plus,z,pvalue"), out)
put <- function(...) writeLines(paste(..., sep = ","), out)

for (name in names(datasets)) {
  x <- datasets[[name]]
  nought <- rep(0, length(x))
  writeLines(paste(name, paste(text(x), collapse = ";"), sep = ","), data_file)
  distinct <- !any(x == 0) && !anyDuplicated(abs(x))
  pratt <- (2 * rank(abs(x)) * sign(x))[x != 0]
  for (alternative in c("two.sided", "less", "greater")) {
    if (distinct) {
      test <- wilcox.test(x, alternative = alternative, exact = TRUE)
      put(name, "base", "wilcox", "exact", alternative, text(test$statistic), "NA", text(test$p.value))
    }
    test <- wilcox.test(x, alternative = alternative, exact = FALSE, correct = FALSE)
    put(name, "base", "wilcox", "asymptotic", alternative, text(test$statistic), "NA",
        text(test$p.value))
    test <- wilcox.exact(x, alternative = alternative, exact = TRUE)
    put(name, "exactRankTests", "wilcox", "exact", alternative, text(test$statistic), "NA",
        text(test$p.value))
    test <- perm.test(pratt, alternative = alternative, exact = TRUE)
    put(name, "exactRankTests", "pratt", "exact", alternative, text(test$statistic / 2), "NA",
        text(test$p.value))
    for (zeros in c("wilcox", "pratt")) {
      for (method in c("exact", "asymptotic")) {
        test <- wilcoxsign_test(x ~ nought, zero.method = c(wilcox = "Wilcoxon", pratt = "Pratt")[[zeros]],
                                distribution = method, alternative = alternative)
        put(name, "coin", zeros, method, alternative, "NA", text(statistic(test)),
            text(pvalue(test)))
      }
    }
  }
}
close(data_file)
close(out)

rows <- max(lengths(datasets))
columns <- sapply(datasets, function(x) c(sprintf("%.17g", x), rep(".", rows - length(x))))
listed <- paste(names(datasets), collapse = " ")
writeLines(c(
  "* Written by signed_rank.R.", "SET DECIMAL=DOT.", "SET FORMAT=F20.12.",
  paste("DATA LIST LIST NOTABLE /", listed, "nought."), "BEGIN DATA.",
  paste(apply(columns, 1, paste, collapse = " "), 0), "END DATA.",
  paste("NPAR TESTS /WILCOXON =", listed, "WITH", paste(rep("nought", length(datasets)), collapse = " "),
        "(PAIRED).")
), "signed_rank.sps")
