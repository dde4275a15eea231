# Runs agreement.sps in PSPP and tidies what it prints.
# Run in this folder, with pspp on the path:  Rscript pspp.R
# Writes results_pspp.csv. Needs R only to read the output; all numbers are PSPP's.
#
# PSPP prints P values to three decimals whatever it is asked for; the column `decimals` says so,
# and nobody can agree with such a number beyond them.

source("common.R")
version <- sub(".*\\) ", "", system2("pspp", "--version", stdout = TRUE)[1])
output <- tempfile(fileext = ".csv")
stopifnot(system2("pspp", c("-O", "format=csv", "-o", output, "agreement.sps"), stdout = FALSE) == 0)
lines <- readLines(output, encoding = "UTF-8")
stopifnot(!grepl("error|warning", lines))

# The output in order: a list of tables with their titles, each a list of split lines.
starts <- grep("^Table: ", lines)
titles <- sub("^Table: ", "", lines[starts])
blocks <- lapply(seq_along(starts), function(i) {
  end <- if (i < length(starts)) starts[i + 1] - 1 else length(lines)
  strsplit(lines[starts[i]:end], ",", fixed = TRUE)
})
with_title <- function(title) blocks[titles == title]

# The cells after the label of a line, wherever it stands.
cells <- function(block, label) {
  line <- Filter(function(parts) label %in% parts, block)[[1]]
  tail(line, -match(label, line))
}
# Split files come in the order of their names, byte by byte.
in_order <- function(cases) sort(cases, method = "radix")
pspp <- function(method, case, call, quantity, value, decimals = "") {
  keep(method, case, "pspp", version, call, quantity, value)
  rows[[length(rows)]]$decimals <<- decimals
}

rank_tables <- with_title("Ranks")
test_tables <- with_title("Test Statistics")
cases <- in_order(names(differences))
stopifnot(length(rank_tables) == length(cases), length(test_tables) == length(cases))
row_of <- c(untied = "signed-rank-exact", tied = "signed-rank-exact-ties",
            zeros = "signed-rank-exact-zeros-drop")
for (i in seq_along(cases)) {
  case <- cases[i]
  stopifnot(as.numeric(cells(rank_tables[[i]], "Total")[1]) == length(differences[[case]]))
  number_of <- function(label) as.numeric(cells(test_tables[[i]], label))
  pspp(row_of[[trait_of[[case]]]], case, "NPAR TESTS /WILCOXON /METHOD=EXACT", "P",
       number_of("Exact Sig. (2-tailed)"), 3)
  pspp("signed-rank-asymptotic", case, "NPAR TESTS /WILCOXON", "P",
       number_of("Asymp. Sig. (2-tailed)"), 3)
  pspp("signed-rank-asymptotic", case, "NPAR TESTS /WILCOXON", "z", abs(number_of("Z")))
}

examined <- with_title("Percentiles")
summarised <- with_title("Statistics")
cases <- in_order(names(samples))
stopifnot(length(examined) == length(cases), length(summarised) == length(cases))
for (i in seq_along(cases)) {
  case <- cases[i]
  stopifnot(as.numeric(cells(summarised[[i]], "Valid")) == length(samples[[case]]))
  haverage <- as.numeric(cells(examined[[i]], "Weighted Average"))
  pspp("quantile-6", case, "EXAMINE /PERCENTILES=HAVERAGE", percent(probabilities), haverage)
  printed <- sapply(100 * probabilities, function(p) {
    line <- Filter(function(parts) length(parts) == 3 && parts[2] == p, summarised[[i]])[[1]]
    as.numeric(line[3])
  })
  for (method in c("quantile-spss", "quantile-7")) {
    pspp(method, case, "FREQUENCIES /PERCENTILES", percent(probabilities), printed)
  }
  hinges <- as.numeric(cells(examined[[i]], "Tukey's Hinges"))
  pspp("tukey-hinges", case, "EXAMINE /PERCENTILES", percent(quartiles), hinges[2:4])
}

fisher <- with_title("Chi-Square Tests")
cases <- in_order(names(tables))
stopifnot(length(fisher) == length(cases))
for (i in seq_along(cases)) {
  case <- cases[i]
  stopifnot(as.numeric(cells(fisher[[i]], "N of Valid Cases")[1]) == sum(tables[[case]]))
  pspp("fisher", case, "CROSSTABS /STATISTICS=CHISQ", "P",
       as.numeric(cells(fisher[[i]], "Fisher's Exact Test")[4]), 3)
}

write_results("results_pspp.csv")
