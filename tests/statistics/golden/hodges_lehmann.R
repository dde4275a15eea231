# Golden Hodges-Lehmann estimates and intervals.
# Run in this folder:  Rscript hodges_lehmann.R
# Writes hodges_lehmann.csv; its first line names the versions of R and exactRankTests.
#
# base: wilcox.test, for differences without ties, with the level 1 - 2 P(V < k) that it reaches.
# inverted: for any differences, P of exactRankTests between all neighbouring Walsh averages,
#   collected: the outermost shifts with P above 1 - level, and 1 - the greatest P beyond them.
# exactRankTests: the limits of its own wilcox.exact, which go by other conventions.

suppressMessages(library(exactRankTests))

set.seed(7)
datasets <- list(
  plain = c(1.83, 0.5, 1.62, 2.48, 1.68, 1.88, -1.55, 3.06, -1.3), untied = rnorm(19, 0.5),
  opposite = c(-3, -2, -1, 0, 1, 2, 3, 4, 5, 6), larger = rnorm(40, 5, 2),
  pairs = c(1, 1, -1, 2, 2, -2, 3, 3), one_size = c(-1, 1, 1, 1, 1, 1, -1, 1, 1),
  grades = c(-1, 0, 0, -1, 1, -2, 0, -1, -1, 0, 0, -3, 1, 0, -1, 0, -1, 0, -2),
  eighths = c(-0.125, 0.25, 0, -0.5, -0.625, 0.125, -1.25, -0.375, 0, -0.25, -0.25, 0.5, -0.875),
  enzyme = c(-5210, -312, -47, 18, -1804, -47, 0, 312, -90, -633, 18, -2475, -8114, 120, -47, 5, -9),
  moderate = round(rnorm(30, 0.4) * 8) / 8, short = c(0.5, 0.5, 1, 2, 4, 4)
)

walsh <- function(x) {
  sums <- outer(x, x, "+")
  sort(sums[!lower.tri(sums)]) / 2
}

inverted <- function(x, alpha) {
  averages <- unique(walsh(x))
  shifts <- c(averages[1] - 1, (head(averages, -1) + tail(averages, -1)) / 2, tail(averages, 1) + 1)
  p <- sapply(shifts, function(shift) wilcox.exact(x - shift, exact = TRUE)$p.value)
  kept <- range(which(p > alpha))
  outside <- setdiff(seq_along(p), kept[1]:kept[2])
  c(c(-Inf, averages)[kept[1]], c(averages, Inf)[kept[2]], 1 - max(0, p[outside]))
}

out <- file("hodges_lehmann.csv", "w")
writeLines(c(
  paste("#", R.version.string, "with exactRankTests", packageVersion("exactRankTests")),
  "dataset,differences,program,level,estimate,low,high,achieved_level"
), out)
for (name in names(datasets)) {
  x <- datasets[[name]]
  n <- length(x)
  values <- paste(sprintf("%.17g", x), collapse = ";")
  put <- function(program, level, numbers) {
    writeLines(paste(c(name, values, program, level, sprintf("%.17g", numbers)), collapse = ","), out)
  }
  for (level in c(0.8, 0.9, 0.95, 0.99)) {
    alpha <- 1 - level
    put("inverted", level, c(median(walsh(x)), inverted(x, alpha)))
    k <- qsignrank(alpha / 2, n)
    if (!anyDuplicated(abs(x)) && !any(x == 0) && k > 0) {
      test <- wilcox.test(x, conf.int = TRUE, exact = TRUE, conf.level = level)
      put("base", level, c(test$estimate, test$conf.int, 1 - 2 * psignrank(k - 1, n)))
    }
    test <- wilcox.exact(x, conf.int = TRUE, exact = TRUE, conf.level = level)
    put("exactRankTests", level, c(test$estimate, test$conf.int, NA))
  }
}
close(out)
