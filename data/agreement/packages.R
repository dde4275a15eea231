# What R and its packages give for the same cases.
# Run in this folder:  Rscript packages.R
# Writes results_r.csv. Needs the packages coin, exactRankTests, survival and cmprsk; the versions
# that made the file stand in it.
#
# Warnings are left out on purpose: some of these functions warn that they did something else than
# they were asked for, and what they then return is the finding.

source("common.R")
suppressMessages({
  library(survival)
  library(coin)
  library(exactRankTests)
  library(cmprsk)
})
from <- function(package) {
  version <- as.character(packageVersion(package))
  function(method, case, call, quantity, value) {
    keep(method, case, package, version, call, quantity, value)
  }
}
stats <- from("stats")
quietly <- suppressWarnings

for (i in seq_len(nrow(proportions))) {
  case <- proportions$case[i]
  x <- proportions$successes[i]
  n <- proportions$trials[i]
  level <- level_of[[case]]
  ends <- c("low", "high")
  stats("clopper-pearson", case, "binom.test()", ends, binom.test(x, n, conf.level = level)$conf.int)
  stats("wilson", case, "prop.test(correct = FALSE)", ends,
        quietly(prop.test(x, n, conf.level = level, correct = FALSE))$conf.int)
  stats("wilson-cc", case, "prop.test(correct = TRUE)", ends,
        quietly(prop.test(x, n, conf.level = level, correct = TRUE))$conf.int)
}

signed_rank_row <- c(untied = "signed-rank-exact", tied = "signed-rank-exact-ties",
                     zeros = "signed-rank-exact-zeros-drop")
for (case in names(differences)) {
  d <- differences[[case]]
  nothing <- rep(0, length(d))
  trait <- trait_of[[case]]
  level <- level_of[[case]]
  coin_p <- function(zeros, distribution) {
    test <- wilcoxsign_test(d ~ nothing, zero.method = zeros, distribution = distribution)
    c(P = as.numeric(pvalue(test)), z = abs(as.numeric(statistic(test, "standardized"))))
  }
  asked <- function(zeros, distribution) {
    sprintf("wilcoxsign_test(zero.method = \"%s\", distribution = \"%s\")", zeros, distribution)
  }
  stats(signed_rank_row[[trait]], case, "wilcox.test(exact = TRUE)", "P",
        quietly(wilcox.test(d, exact = TRUE))$p.value)
  stats("signed-rank-asymptotic", case, "wilcox.test(exact = FALSE, correct = FALSE)", "P",
        quietly(wilcox.test(d, exact = FALSE, correct = FALSE))$p.value)
  from("exactRankTests")(signed_rank_row[[trait]], case, "wilcox.exact()", "P",
                         wilcox.exact(d, exact = TRUE)$p.value)
  from("coin")(signed_rank_row[[trait]], case, asked("Wilcoxon", "exact"), "P",
               coin_p("Wilcoxon", "exact")[["P"]])
  from("coin")("signed-rank-asymptotic", case, asked("Wilcoxon", "asymptotic"), c("P", "z"),
               coin_p("Wilcoxon", "asymptotic"))
  if (trait == "zeros") {
    from("coin")("signed-rank-exact-zeros-pratt", case, asked("Pratt", "exact"), "P",
                 coin_p("Pratt", "exact")[["P"]])
    from("coin")("signed-rank-asymptotic-pratt", case, asked("Pratt", "asymptotic"), c("P", "z"),
                 coin_p("Pratt", "asymptotic"))
  }

  interval_row <- if (trait == "untied") "hodges-lehmann-interval" else "hodges-lehmann-interval-ties"
  found <- quietly(wilcox.test(d, exact = TRUE, conf.int = TRUE, conf.level = level))
  stats("hodges-lehmann", case, "wilcox.test(conf.int = TRUE)", "estimate", found$estimate)
  stats(interval_row, case, "wilcox.test(conf.int = TRUE)", c("low", "high"), found$conf.int)
  found <- quietly(wilcox.exact(d, exact = TRUE, conf.int = TRUE, conf.level = level))
  from("exactRankTests")("hodges-lehmann", case, "wilcox.exact(conf.int = TRUE)", "estimate",
                         found$estimate)
  from("exactRankTests")(interval_row, case, "wilcox.exact(conf.int = TRUE)", c("low", "high"),
                         found$conf.int)
}

for (case in names(samples)) {
  values <- samples[[case]]
  stats("quantile-6", case, "quantile(type = 6)", percent(probabilities),
        quantile(values, probabilities, type = 6))
  stats("quantile-7", case, "quantile(type = 7)", percent(probabilities),
        quantile(values, probabilities, type = 7))
  stats("tukey-hinges", case, "fivenum()", percent(quartiles), fivenum(values)[2:4])
}

for (case in names(times)) {
  patients <- times[[case]]
  moments <- event_times(patients)
  fit <- survfit(Surv(time, cause > 0) ~ 1, patients, conf.type = "log-log",
                 conf.int = level_of[[case]])
  curve <- summary(fit, times = moments)
  asked <- "survfit(conf.type = \"log-log\")"
  from("survival")("kaplan-meier", case, asked, at_time("survival", moments), curve$surv)
  from("survival")("kaplan-meier-limits", case, asked, at_time("low", moments), curve$lower)
  from("survival")("kaplan-meier-limits", case, asked, at_time("high", moments), curve$upper)
  from("survival")("kaplan-meier-median", case, "quantile(survfit(), 0.5)", "median",
                   quantile(fit, 0.5)$quantile)

  causes <- sort(setdiff(unique(patients$cause), 0))
  states <- summary(survfit(Surv(time, factor(cause, c(0, causes))) ~ 1, patients), times = moments)
  incidence <- timepoints(cuminc(patients$time, patients$cause), moments)
  for (cause in causes) {
    quantity <- at_time(paste("cause", cause), moments)
    row <- paste("1", cause)
    state <- match(cause, causes) + 1
    from("cmprsk")("cumulative-incidence", case, "cuminc()", quantity, incidence$est[row, ])
    from("cmprsk")("cumulative-incidence-variance", case, "cuminc()", quantity,
                   incidence$var[row, ])
    from("survival")("cumulative-incidence", case, "survfit() of several states", quantity,
                     states$pstate[, state])
    from("survival")("cumulative-incidence-variance", case, "survfit() of several states", quantity,
                     states$std.err[, state]^2)
  }
}

for (case in names(tables)) {
  test <- fisher.test(tables[[case]], conf.level = level_of[[case]])
  stats("fisher", case, "fisher.test()", "P", test$p.value)
  stats("odds-ratio", case, "fisher.test()", "odds ratio", test$estimate)
  stats("odds-ratio-interval", case, "fisher.test()", c("low", "high"), test$conf.int)
}

write_results("results_r.csv")
