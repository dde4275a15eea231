# What wilcox.test() of R 4.6 or later gives: exact with ties and zeros too.
# Run in this folder with such an R:  Rscript recent.R
# or, where none is installed, with Node.js and the package webr, which is R:  node recent.mjs
# Writes results_r_recent.csv; the version of R that made it stands in the file.

source("common.R")
stopifnot(getRversion() >= "4.6")
stats <- function(method, case, call, quantity, value) {
  keep(method, case, "stats-recent", as.character(getRversion()), call, quantity, value)
}
quietly <- suppressWarnings

exact_row <- c(untied = "signed-rank-exact", tied = "signed-rank-exact-ties",
               zeros = "signed-rank-exact-zeros-drop")
for (case in names(differences)) {
  d <- differences[[case]]
  trait <- trait_of[[case]]
  exact <- quietly(wilcox.test(d, exact = TRUE))$p.value
  normal <- quietly(wilcox.test(d, exact = FALSE, correct = FALSE))$p.value
  stats(exact_row[[trait]], case, "wilcox.test(exact = TRUE)", "P", exact)
  stats("signed-rank-asymptotic", case, "wilcox.test(exact = FALSE, correct = FALSE)", "P", normal)
  if (trait == "zeros") {
    # There is no argument for zeros: one call stands beside both treatments.
    stats("signed-rank-exact-zeros-pratt", case, "wilcox.test(exact = TRUE)", "P", exact)
  }
  interval_row <- if (trait == "untied") "hodges-lehmann-interval" else "hodges-lehmann-interval-ties"
  found <- quietly(wilcox.test(d, exact = TRUE, conf.int = TRUE, conf.level = level_of[[case]]))
  stats("hodges-lehmann", case, "wilcox.test(conf.int = TRUE)", "estimate", found$estimate)
  stats(interval_row, case, "wilcox.test(conf.int = TRUE)", c("low", "high"), found$conf.int)
}

write_results("results_r_recent.csv")
