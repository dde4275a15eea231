# Golden cumulative incidence of competing causes, with two variances, and at-risk tables.
# Run in this folder:  Rscript cumulative_incidence.R
# Writes cumulative_incidence_data.csv (patients), cumulative_incidence_curves.csv (estimate and
# variance of cmprsk's cuminc() at every distinct time, by timepoints(); squared standard error of
# survival's survfit()) and cumulative_incidence_at_risk.csv (summary() of survfit at given times).
# The first line of each names the versions of R, cmprsk and survival that made it.

suppressMessages({
  library(survival)
  library(cmprsk)
})

set.seed(20210)
drawn <- function(n, causes, last) {
  list(sample(last, n, replace = TRUE), sample(0:causes, n, replace = TRUE))
}
datasets <- list(
  no_censoring = list(c(1, 2, 3, 4, 5, 6, 7), c(1, 2, 1, 1, 2, 2, 1)),
  improvement = list(
    c(rep(3, 6), 4, 6, 1, 2, 3, 5, 5, 7, 8, rep(9, 4)), c(rep(1, 8), rep(2, 7), rep(0, 4))
  ),
  censored_at_events = list(c(1, 1, 2, 2, 2, 3, 3, 4), c(1, 0, 2, 0, 1, 1, 0, 2)),
  last_censored = list(c(2, 3, 5, 8, 9), c(1, 2, 1, 2, 0)),
  last_event = list(c(2, 3, 5, 8, 9), c(1, 0, 1, 2, 1)),
  last_event_other = list(c(2, 3, 5, 8, 9), c(1, 0, 1, 2, 2)),
  last_tied = list(c(1, 2, 3, 3, 3), c(1, 2, 1, 2, 2)),
  last_tied_censored = list(c(1, 2, 3, 3, 3), c(1, 2, 1, 2, 0)),
  one_cause = list(c(1, 2, 2, 4, 6, 6, 7), c(1, 1, 0, 1, 1, 1, 0)),
  one_cause_to_the_end = list(c(1, 2, 3), c(1, 1, 1)),
  one_cause_tied_end = list(c(1, 2, 2), c(1, 1, 1)),
  one_patient = list(4, 1),
  three_causes = list(c(1, 1, 1, 2, 3, 3, 4, 5, 6, 6), c(1, 2, 3, 0, 3, 1, 2, 0, 1, 0)),
  fractions = list(c(0.25, 0.5, 0.5, 1.75, 2.5, 2.5, 11), c(2, 1, 1, 0, 2, 2, 1)),
  time_zero = list(c(0, 0, 1, 2, 3), c(1, 0, 2, 1, 0)),
  drawn_small = drawn(12, 2, 6),
  drawn_middle = drawn(40, 2, 15),
  drawn_ties = drawn(60, 3, 5),
  drawn_large = drawn(300, 3, 100)
)

header <- paste("#", R.version.string, "with cmprsk", packageVersion("cmprsk"), "and survival",
                packageVersion("survival"))
open_csv <- function(name, columns) {
  out <- file(paste0("cumulative_incidence_", name, ".csv"), "w")
  writeLines(c(header, columns), out)
  out
}
data_file <- open_csv("data", "dataset,time,cause")
curve_file <- open_csv("curves", "dataset,cause,time,estimate,variance,greenwood")
risk_file <- open_csv("at_risk", "dataset,time,cause,at_risk,events,censored")
for (name in names(datasets)) {
  time <- datasets[[name]][[1]]
  cause <- datasets[[name]][[2]]
  writeLines(sprintf("%s,%.17g,%d", name, time, as.integer(cause)), data_file)
  at <- sort(unique(time))
  points <- timepoints(cuminc(time, cause, cencode = 0), at)
  occurring <- setdiff(sort(unique(cause)), 0)
  state <- factor(cause, c(0, occurring))
  # survfit takes a time of 0 as no time under observation: no golden value there.
  fit <- if (min(time) > 0) survfit(Surv(time, state) ~ 1)
  for (i in seq_along(occurring)) {
    row <- points$est[paste(1, occurring[i]), ]
    variance <- points$var[paste(1, occurring[i]), ]
    if (is.null(fit)) {
      greenwood <- rep(NA, length(at))
    } else {
      greenwood <- summary(fit, times = at)$std.err[, i + 1]^2
    }
    writeLines(sprintf("%s,%d,%.17g,%.17g,%.17g,%.17g", name, as.integer(occurring[i]), at, row,
                       variance, greenwood), curve_file)
  }
  # One cause at a time, the others and censoring apart, so that counts are R's own.
  grid <- seq(0.5, max(time) + 1, length.out = 5)
  for (this in occurring) {
    events <- summary(survfit(Surv(time, cause == this) ~ 1), times = grid, extend = TRUE)
    leaving <- summary(survfit(Surv(time, cause == 0) ~ 1), times = grid, extend = TRUE)
    writeLines(sprintf("%s,%.17g,%d,%d,%d,%d", name, grid, as.integer(this),
                       as.integer(events$n.risk), as.integer(events$n.event),
                       as.integer(leaving$n.event)), risk_file)
  }
}
invisible(lapply(list(data_file, curve_file, risk_file), close))
