# Golden quantiles of all nine types, and Tukey's five numbers.
# Run in this folder:  Rscript quantiles.R
# Writes quantiles.csv; its first line names the R version that made it. Only base R is used.
# Values and quantiles are joined by semicolons; definition 0 stands for fivenum().

samples <- list(
  c(4), c(2, 9), c(7, 1, 3), c(5, 5, 1, 8), c(0.5, -2, 3.25, 11, 4), c(1, 1, 2, 2, 2, 9),
  c(12, 3.5, 8, 8, 40, 21, 17, 2), c(3, 141, 59, 26, 5, 35, 89, 79, 32),
  c(6, 28, 31, 85, 30, 71, 79, 58, 20, 97, 49, 44, 59, 23, 7, 81, 64, 6),
  c(40, 62, 86, 20, 89, 98, 62, 80, 34, 82, 53, 42, 11, 70, 67, 98, 21, 48, 8)
)
probabilities <- c(0, 0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 1 / 3, 0.5, 0.6, 2 / 3, 0.75, 0.9, 0.99, 1)

text <- function(numbers) paste(sprintf("%.17g", numbers), collapse = ";")
out <- file("quantiles.csv", "w")
writeLines(c(paste("#", R.version.string), "values,definition,probabilities,quantiles"), out)
for (sample in samples) {
  for (type in 1:9) {
    result <- quantile(sample, probabilities, type = type, names = FALSE)
    writeLines(paste(text(sample), type, text(probabilities), text(result), sep = ","), out)
  }
  writeLines(paste(text(sample), 0, text((0:4) / 4), text(fivenum(sample)), sep = ","), out)
}
close(out)
