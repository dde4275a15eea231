# Golden sample sizes for a wanted width of the Clopper-Pearson interval.
# Run in this folder:  Rscript precision.R
# Writes precision.csv; its first line names the R version that made it. Only base R is used.
#
# For each number of trials up to 300, round the anticipated number of successes and take the width
# of binom.test()$conf.int. `first` is the smallest size that is narrow enough, `lasting` the one
# after the last that is too wide.

successes <- function(n, p, rounding) {
  expected <- round(n * p, 9)
  switch(rounding,
    "nearest" = floor(expected + 0.5),
    "floor" = floor(expected),
    "ceil" = ceiling(expected),
    "exact" = if (expected == round(expected)) expected else NA
  )
}

out <- file("precision.csv", "w")
writeLines(c(paste("#", R.version.string), "width,proportion,level,rounding,first,lasting"), out)
for (level in c(0.9, 0.95)) for (p in c(0.05, 0.1, 0.3, 0.42, 0.6)) {
  for (rounding in c("nearest", "floor", "ceil", "exact")) {
    x <- sapply(1:300, successes, p = p, rounding = rounding)
    n <- which(!is.na(x))
    widths <- mapply(function(x, n) diff(binom.test(x, n, conf.level = level)$conf.int), x[n], n)
    for (width in c(0.15, 0.2, 0.3, 0.45)) {
      first <- n[which(widths <= width)[1]]
      lasting <- n[max(c(0, which(widths > width))) + 1]
      writeLines(sprintf("%s,%s,%s,%s,%d,%d", width, p, level, rounding, first, lasting), out)
    }
  }
}
close(out)
