# Golden Kaplan-Meier curves with log-log limits, and medians.
# Run in this folder:  Rscript time_to_event.R
# Writes time_to_event_data.csv (patients), time_to_event_curves.csv (survfit) and
# time_to_event_medians.csv (quantile.survfit, its midpoint rule); the first line of each names the
# versions of R and of survival that made it. NA stays NA.

library(survival)

datasets <- list(
  maintained = with(aml[aml$x == "Maintained", ], list(time, status)),
  nonmaintained = with(aml[aml$x == "Nonmaintained", ], list(time, status)),
  weeks = list(c(rep(3, 6), 4, 6, rep(28, 11)), c(rep(1, 8), rep(0, 11))),
  all_events = list(c(1, 2, 3, 4), c(1, 1, 1, 1)),
  all_censored = list(c(1, 2, 3), c(0, 0, 0)),
  censored_first = list(c(1, 2, 3, 4, 4, 5, 6, 6), c(0, 1, 0, 1, 1, 0, 1, 1)),
  flat_then_event = list(c(1, 2, 3, 4), c(1, 1, 0, 1)),
  flat_to_the_end = list(c(1, 2, 3, 5), c(1, 1, 0, 0)),
  flat_by_thirds = list(c(1, 2, 3, 4, 5, 6), c(1, 1, 1, 0, 0, 1)),
  one_event = list(5, 1),
  one_censored = list(5, 0),
  time_zero = list(c(0, 0, 1, 2, 2), c(1, 0, 1, 1, 0)),
  binary_noise = list(c(0.3, 0.1 + 0.2, 0.7, 0.9), c(1, 1, 0, 1)),
  fractions = list(c(0.25, 1.5, 1.5, 2.75, 11, 11, 11), c(1, 1, 0, 1, 0, 1, 1))
)

header <- c(paste("#", R.version.string, "with survival", packageVersion("survival")))
data_file <- file("time_to_event_data.csv", "w")
curve_file <- file("time_to_event_curves.csv", "w")
median_file <- file("time_to_event_medians.csv", "w")
writeLines(c(header, "dataset,time,event"), data_file)
writeLines(c(header, "dataset,level,time,at_risk,events,censored,survival,low,high"), curve_file)
writeLines(c(header, "dataset,median"), median_file)
for (name in names(datasets)) {
  time <- datasets[[name]][[1]]
  event <- datasets[[name]][[2]]
  writeLines(sprintf("%s,%.17g,%d", name, time, as.integer(event)), data_file)
  for (level in c(0.8, 0.95, 0.99)) {
    fit <- survfit(Surv(time, event) ~ 1, conf.type = "log-log", conf.int = level)
    writeLines(sprintf("%s,%s,%.15g,%d,%d,%d,%.15g,%.15g,%.15g", name, level, fit$time,
                       as.integer(fit$n.risk), as.integer(fit$n.event), as.integer(fit$n.censor),
                       fit$surv, fit$lower, fit$upper), curve_file)
  }
  writeLines(sprintf("%s,%.15g", name, quantile(fit, 0.5)$quantile), median_file)
}
close(data_file)
close(curve_file)
close(median_file)
