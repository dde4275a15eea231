# Rscript signed_rank_large.R > signed_rank_large.csv
cat(sprintf("# %s\n", R.version.string), "n,last,tail,at\n", sep = "")
for (n in c(501, 700, 1000)) for (far in c(0.3, 1.96, 5, 12)) {
  last <- floor(n * (n + 1) / 4 - far * sqrt(n * (n + 1) * (2 * n + 1) / 24))
  cat(n, last, sprintf("%.17g", c(psignrank(last, n), dsignrank(last, n))), sep = ",")
  cat("\n")
}
