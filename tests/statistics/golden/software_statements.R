# What docstrings say of R, run: one statement a row.
# Run in this folder with each version of R that is spoken of:  Rscript software_statements.R
# Writes software_statements_<version>.csv; 4.6.0 was run as package webr 0.6.0 of Node.js, which
# has no package survival, so that rows on survfit() are in the other file only.

rows <- "statement,position,value"
add <- function(statement, values) {
  rows <<- c(rows, sprintf("%s,%d,%.17g", statement, seq_along(values), as.numeric(values)))
}
quietly <- suppressWarnings

tied <- c(1, 2, 2, 4, -1, 3)
zeros <- c(1, 2, 2, 4, -1, 3, -5, 0, 0)
warned <- function(d) tryCatch({wilcox.test(d, exact = TRUE); 0}, warning = function(w) 1)
add("wilcox.test exact warns of ties", warned(tied))
add("wilcox.test exact warns of zeros", warned(zeros))
for (exact in c(TRUE, FALSE)) {
  asked <- if (exact) "exact" else "asymptotic"
  for (name in c("ties", "zeros")) {
    d <- if (name == "ties") tied else zeros
    found <- quietly(wilcox.test(d, exact = exact, correct = FALSE))
    add(sprintf("wilcox.test %s V and P with %s", asked, name), c(found$statistic, found$p.value))
  }
}
interval <- function(d, level) {
  quietly(wilcox.test(d, exact = TRUE, conf.int = TRUE, conf.level = level))$conf.int
}
add("wilcox.test interval of 1 2 4 8 at 0.75", interval(c(1, 2, 4, 8), 0.75))
add("wilcox.test interval of 1 2 4 at 0.95", interval(c(1, 2, 4), 0.95))
add("quantile of 1 to 100 at 0.07 by type 1", quantile(1:100, 0.07, type = 1))
if (requireNamespace("survival", quietly = TRUE)) {
  library(survival)
  distinct <- function(...) length(survfit(Surv(c(...), c(1, 1, 0)) ~ 1)$time)
  apart <- function(...) length(survfit(Surv(c(...), c(1, 1, 0)) ~ 1, timefix = FALSE)$time)
  add("survfit times of 0.3 0.1+0.2 0.7", distinct(0.3, 0.1 + 0.2, 0.7))
  add("survfit times of 0.3 0.1+0.2 0.7 without timefix", apart(0.3, 0.1 + 0.2, 0.7))
  add("survfit times of 1 1+1e-8 2", distinct(1, 1 + 1e-8, 2))
  add("survfit times of 1 1+2e-8 2", distinct(1, 1 + 2e-8, 2))
  add("survfit times of 1 2 3 in 1e-12", distinct(1e-12, 2e-12, 3e-12))
}
writeLines(c(paste("#", R.version.string), rows),
           sprintf("software_statements_%s.csv", getRversion()))
