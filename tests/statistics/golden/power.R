# Golden power of exact tests of one proportion and of two.
# Run in this folder:  Rscript power.R
# Writes power_two_arm.csv, power_single_arm.csv and power_size.csv; the first line of each names
# the R version that made it. Only base R is used.
#
# Two arms: every table is tested with fisher.test(), or with pnorm() of the pooled statistic, and
# the chances of those with P at most alpha are added up over both dbinom(). One arm: the same with
# binom.test(). The sizes come from looking at every number of patients up to a maximum.
# A P value that exceeds alpha by less than 1e-9 of it counts as alpha.

pooled <- function(a, n1, b, n2, alternative) {
  p <- (a + b) / (n1 + n2)
  if (p == 0 || p == 1) return(1)
  z <- (a / n1 - b / n2) / sqrt(p * (1 - p) * (1 / n1 + 1 / n2))
  switch(alternative, "two.sided" = 2 * pnorm(-abs(z)), "less" = pnorm(z), "greater" = pnorm(-z))
}

two_arm <- function(n1, n2, p1, p2, alpha, test, alternative) {
  total <- 0
  for (a in 0:n1) for (b in 0:n2) {
    p <- if (test == "fisher") {
      fisher.test(rbind(c(a, n1 - a), c(b, n2 - b)), alternative = alternative)$p.value
    } else pooled(a, n1, b, n2, alternative)
    if (p <= alpha * (1 + 1e-9)) total <- total + dbinom(a, n1, p1) * dbinom(b, n2, p2)
  }
  total
}

single_arm <- function(n, p, reference, alpha, alternative) {
  pvalues <- sapply(0:n, function(x) binom.test(x, n, reference, alternative)$p.value)
  sum(dbinom(0:n, n, p)[pvalues <= alpha * (1 + 1e-9)])
}

name <- function(alternative) sub("[.]", "-", alternative)
header <- paste("#", R.version.string)
rows <- "trials_1,trials_2,proportion_1,proportion_2,alpha,test,alternative,power"
arms <- list(c(19, 20), c(10, 10), c(3, 3), c(25, 12), c(1, 4))
for (n in arms) for (p in list(c(0.7, 0.4), c(0.42, 0.1), c(0.3, 0.3), c(1, 0))) {
  for (alpha in c(0.05, 0.2)) for (test in c("fisher", "chi-square")) {
    for (alternative in c("two.sided", "less", "greater")) {
      power <- two_arm(n[1], n[2], p[1], p[2], alpha, test, alternative)
      rows <- c(rows, sprintf("%d,%d,%s,%s,%s,%s,%s,%.15g", n[1], n[2], p[1], p[2], alpha, test,
                              name(alternative), power))
    }
  }
}
writeLines(c(header, rows), "power_two_arm.csv")

rows <- "trials,proportion,reference,alpha,alternative,power"
for (n in c(1, 5, 19, 20, 60)) for (p in c(0, 0.2, 0.42, 0.6, 1)) for (reference in c(0.3, 0.5)) {
  for (alpha in c(0.025, 0.05, 0.2)) for (alternative in c("two.sided", "less", "greater")) {
    power <- single_arm(n, p, reference, alpha, alternative)
    rows <- c(rows, sprintf("%d,%s,%s,%s,%s,%.15g", n, p, reference, alpha, name(alternative),
                            power))
  }
}
writeLines(c(header, rows), "power_single_arm.csv")

rows <- "arms,proportion_1,proportion_2,power,maximum,first,lasting"
add <- function(arms, p1, p2, wanted, powers) {
  first <- which(powers >= wanted)[1]
  lasting <- max(c(0, which(powers < wanted))) + 1
  if (lasting > length(powers)) lasting <- NA  # the largest of them falls short
  rows <<- c(rows, sprintf("%d,%s,%s,%s,%d,%d,%d", arms, p1, p2, wanted, length(powers), first,
                           lasting))
}
powers <- sapply(1:26, function(n) two_arm(n, n, 0.85, 0.3, 0.05, "fisher", "two.sided"))
for (wanted in c(0.5, 0.7, 0.8)) add(2, 0.85, 0.3, wanted, powers)
for (reference in c(0.3, 0.45)) {
  powers <- sapply(1:150, single_arm, 0.6, reference, 0.05, "two.sided")
  for (wanted in c(0.5, 0.7, 0.8)) add(1, 0.6, reference, wanted, powers)
}
# With 200 patients the power is below the wanted one, and with 191 above it.
powers <- sapply(1:220, single_arm, 0.5, 0.4, 0.05, "two.sided")
for (maximum in c(200, 220)) add(1, 0.5, 0.4, 0.8, powers[1:maximum])
writeLines(c(header, rows), "power_size.csv")
