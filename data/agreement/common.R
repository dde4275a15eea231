# Shared by the scripts: the cases, and writing of results.

read_cases <- function(name) read.csv(name, colClasses = c(case = "character"))

catalogue <- read_cases("cases.csv")
level_of <- setNames(catalogue$confidence_level, catalogue$case)
trait_of <- setNames(catalogue$trait, catalogue$case)

proportions <- read_cases("cases_proportions.csv")
differences <- with(read_cases("cases_differences.csv"), split(difference, factor(case, unique(case))))
samples <- with(read_cases("cases_samples.csv"), split(value, factor(case, unique(case))))
times <- with(read_cases("cases_times.csv"),
              split(data.frame(time, cause), factor(case, unique(case))))
# Rows are the groups, columns those with and without the outcome.
tables <- lapply(with(read_cases("cases_tables.csv"),
                      split(patients, factor(case, unique(case)))),
                 function(counts) matrix(counts, 2, byrow = TRUE))

probabilities <- c(0.1, 0.25, 0.5, 0.75, 0.9)
quartiles <- c(0.25, 0.5, 0.75)
percent <- function(probabilities) sprintf("percentile %g", 100 * probabilities)
event_times <- function(patients) sort(unique(patients$time[patients$cause > 0]))
at_time <- function(name, times) sprintf("%s at %g", name, times)

# Fifteen digits, and infinities as Table Schema writes them.
number <- function(value) {
  text <- sprintf("%.15g", value)
  text[is.nan(value) | is.na(value)] <- "NaN"
  text[value %in% Inf] <- "INF"
  text[value %in% -Inf] <- "-INF"
  text
}

rows <- list()
keep <- function(method, case, software, version, call, quantity, value) {
  rows[[length(rows) + 1]] <<- data.frame(method, case, software, version, call, quantity,
                                          value = number(value), decimals = "")
}
write_results <- function(file) {
  write.csv(do.call(rbind, rows), file, row.names = FALSE, quote = c(1, 2, 3, 4, 5, 6))
}
