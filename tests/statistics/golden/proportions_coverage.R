# Golden coverage and expected width of intervals for a proportion.
# Run in this folder:  Rscript proportions_coverage.R
# Writes proportions_coverage.csv (coverage and expected width at single proportions) and
# proportions_coverage_summary.csv (least and mean coverage); the first line of each names the R
# version that made it. Only base R is used.
#
# Limits come from binom.test(), prop.test() and textbook formulas. The least coverage is taken 1e-9
# beside every limit; the mean is integrate() over each piece between two neighbouring limits.

limits <- function(method, x, n, level) {
  alpha <- 1 - level
  z <- qnorm(1 - alpha / 2)
  p <- x / n
  switch(method,
    "clopper-pearson" = binom.test(x, n, conf.level = level)$conf.int,
    "wilson" = prop.test(x, n, conf.level = level, correct = FALSE)$conf.int,
    "wald" = pmin(1, pmax(0, p + c(-1, 1) * z * sqrt(p * (1 - p) / n))),
    "wald-max-variance" = pmin(1, pmax(0, p + c(-1, 1) * z * sqrt(0.25 / n))),
    "jeffreys" = qbeta(c(alpha / 2, 1 - alpha / 2), x + 0.5, n - x + 0.5)
  )
}

rows <- "method,trials,level,proportion,coverage,expected_width"
summaries <- "method,trials,level,least,mean"
for (method in c("clopper-pearson", "wilson", "wald", "wald-max-variance", "jeffreys")) {
  for (n in c(1, 5, 19, 60)) for (level in c(0.8, 0.95)) {
    ends <- suppressWarnings(sapply(0:n, limits, method = method, n = n, level = level))
    holds <- function(p) ends[1, ] <= p & p <= ends[2, ]
    coverage <- function(p) sum(dbinom(0:n, n, p)[holds(p)])
    for (p in c(0, 0.003, 0.05, 0.21, 0.4211, 0.5, 0.87, 1)) {
      width <- sum(dbinom(0:n, n, p) * (ends[2, ] - ends[1, ]))
      rows <- c(rows, sprintf("%s,%d,%s,%s,%.15g,%.15g", method, n, level, p, coverage(p), width))
    }
    jumps <- sort(unique(c(0, 1, ends)))
    sides <- c(jumps - 1e-9, jumps + 1e-9)
    least <- min(sapply(sides[sides > 0 & sides < 1], coverage))
    pieces <- sapply(seq_len(length(jumps) - 1), function(i) {
      held <- (0:n)[holds((jumps[i] + jumps[i + 1]) / 2)]
      if (length(held) == 0) return(0)
      chance <- function(p) sapply(p, function(one) sum(dbinom(held, n, one)))
      integrate(chance, jumps[i], jumps[i + 1], rel.tol = 1e-12)$value
    })
    summaries <- c(summaries, sprintf("%s,%d,%s,%.15g,%.15g", method, n, level, least, sum(pieces)))
  }
}
writeLines(c(paste("#", R.version.string), rows), "proportions_coverage.csv")
writeLines(c(paste("#", R.version.string), summaries), "proportions_coverage_summary.csv")
