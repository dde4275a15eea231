# The reference: every method from its definition, slowly, with nothing but distribution functions.
# Run in this folder:  Rscript definitions.R
# Writes results_definitions.csv. Needs R only, no package.
#
# Roots are found by bisection down to neighbouring numbers, exact distributions by listing all
# signs or all tables, curves by loops over the event times.

source("common.R")
version <- paste(R.version$major, R.version$minor, sep = ".")
define <- function(method, case, quantity, value) {
  keep(method, case, "definition", version, "definitions.R", quantity, value)
}

# The number between `low` and `high` at which an increasing function passes zero.
root <- function(increasing, low, high) {
  repeat {
    middle <- (low + high) / 2
    if (middle <= low || middle >= high) return(middle)
    if (increasing(middle) < 0) low <- middle else high <- middle
  }
}

# ---- Intervals of a proportion: the lower limit; the upper one is that of the failures ----

# P values that change by jumps: the first accepted proportion of a grid that holds every jump,
# then bisection towards its rejected neighbour.
first_accepted <- function(p_value, jumps, alpha, estimate) {
  grid <- sort(c(seq(0, estimate, length.out = 2001), jumps))
  first <- which(sapply(grid, p_value) > alpha)[1]
  root(function(p) if (p_value(p) > alpha) 1 else -1, grid[first - 1], grid[first])
}

lower_limit <- list(
  "clopper-pearson" = function(x, n, alpha)
    root(function(p) pbinom(x - 1, n, p, lower.tail = FALSE) - alpha / 2, 0, 1),
  "mid-p" = function(x, n, alpha)
    root(function(p) dbinom(x, n, p) / 2 + pbinom(x, n, p, lower.tail = FALSE) - alpha / 2, 0, 1),
  "sterne" = function(x, n, alpha) {
    below <- seq(0, x - 1)
    odds <- exp((lchoose(n, below) - lchoose(n, x)) / (x - below))
    p_value <- function(p) {
      chance <- dbinom(0:n, n, p)
      sum(chance[chance <= chance[x + 1] * (1 + 1e-12)])
    }
    first_accepted(p_value, odds / (1 + odds), alpha, x / n)
  },
  "blaker" = function(x, n, alpha) {
    p_value <- function(p) {
      tail <- pmin(pbinom(0:n, n, p), pbinom(-1:(n - 1), n, p, lower.tail = FALSE))
      sum(dbinom(0:n, n, p)[tail <= tail[x + 1] * (1 + 1e-12)])
    }
    joins <- sapply(seq(0, x - 1), function(k)
      root(function(p) pbinom(x - 1, n, p, lower.tail = FALSE) - pbinom(k, n, p), 0, 1))
    first_accepted(p_value, joins, alpha, x / n)
  },
  "likelihood-ratio" = function(x, n, alpha) {
    log_likelihood <- function(p) x * log(p) + if (x < n) (n - x) * log1p(-p) else 0
    root(function(p) log_likelihood(p) - log_likelihood(x / n) + qchisq(1 - alpha, 1) / 2, 0, x / n)
  },
  "wilson" = function(x, n, alpha)
    root(function(p) qnorm(1 - alpha / 2) * sqrt(p * (1 - p) / n) - (x / n - p), 0, x / n),
  "wilson-cc" = function(x, n, alpha)
    root(function(p) qnorm(1 - alpha / 2) * sqrt(p * (1 - p) / n) - (x / n - p - 0.5 / n),
         0, (x - 0.5) / n)
)

both_limits <- list(
  "agresti-coull" = function(x, n, alpha, z) {
    total <- n + z^2
    centre <- (x + z^2 / 2) / total
    centre + c(-1, 1) * z * sqrt(centre * (1 - centre) / total)
  },
  "jeffreys" = function(x, n, alpha, z) c(
    root(function(p) pbeta(p, x + 0.5, n - x + 0.5) - alpha / 2, 0, 1),
    1 - root(function(p) pbeta(p, n - x + 0.5, x + 0.5) - alpha / 2, 0, 1)),
  "logit" = function(x, n, alpha, z) {
    if (x == 0 || x == n) return(limits_of("clopper-pearson", x, n, alpha))
    log_odds <- log(x / (n - x)) + c(-1, 1) * z * sqrt(1 / x + 1 / (n - x))
    exp(log_odds) / (1 + exp(log_odds))
  },
  "arcsine" = function(x, n, alpha, z) {
    angle <- asin(sqrt((x + 3 / 8) / (n + 3 / 4))) + c(-1, 1) * z / (2 * sqrt(n))
    sin(pmin(pi / 2, pmax(0, angle)))^2
  },
  "wald" = function(x, n, alpha, z) x / n + c(-1, 1) * z * sqrt(x * (n - x) / n^3),
  "wald-max-variance" = function(x, n, alpha, z) x / n + c(-1, 1) * z * 0.5 / sqrt(n)
)

limits_of <- function(method, x, n, alpha) {
  if (method %in% names(both_limits)) {
    return(pmin(1, pmax(0, both_limits[[method]](x, n, alpha, qnorm(1 - alpha / 2)))))
  }
  low <- function(x) if (x == 0) 0 else lower_limit[[method]](x, n, alpha)
  c(low(x), 1 - low(n - x))
}

for (method in c(names(lower_limit), names(both_limits))) for (i in seq_len(nrow(proportions))) {
  case <- proportions$case[i]
  ends <- limits_of(method, proportions$successes[i], proportions$trials[i], 1 - level_of[[case]])
  define(method, case, c("low", "high"), ends)
}

# ---- The signed-rank test ----

signed_rank <- function(d, zeros) {
  if (zeros == "drop") d <- d[d != 0]
  # Twice the mid-ranks are whole numbers.
  ranks <- round(2 * rank(round(abs(d), 9)))[d != 0]
  list(ranks = ranks, positive = sum(ranks[d[d != 0] > 0]))
}
all_sums <- function(ranks) {
  sums <- 0
  for (rank in ranks) sums <- c(sums, sums + rank)
  sums
}
exact_p <- function(test) {
  sums <- all_sums(test$ranks)
  min(1, 2 * min(mean(sums <= test$positive), mean(sums >= test$positive)))
}
normal_z <- function(test) {
  abs(test$positive - sum(test$ranks) / 2) / sqrt(sum(test$ranks^2) / 4)
}

exact_rows <- list(
  c("signed-rank-exact", "untied", "drop"), c("signed-rank-exact-ties", "tied", "drop"),
  c("signed-rank-exact-zeros-drop", "zeros", "drop"),
  c("signed-rank-exact-zeros-pratt", "zeros", "pratt")
)
for (row in exact_rows) for (case in names(differences)) {
  if (trait_of[[case]] == row[2]) {
    define(row[1], case, "P", exact_p(signed_rank(differences[[case]], row[3])))
  }
}
for (case in names(differences)) {
  z <- normal_z(signed_rank(differences[[case]], "drop"))
  define("signed-rank-asymptotic", case, c("P", "z"), c(2 * pnorm(-z), z))
  if (trait_of[[case]] == "zeros") {
    z <- normal_z(signed_rank(differences[[case]], "pratt"))
    define("signed-rank-asymptotic-pratt", case, c("P", "z"), c(2 * pnorm(-z), z))
  }
}

# ---- Hodges-Lehmann ----

# The exact P value is the same for all shifts between two neighbouring Walsh averages, so each gap
# is asked once. An interval that no shift bounds goes on for ever.
hodges_lehmann <- function(d, alpha) {
  pairs <- outer(d, d, "+") / 2
  walsh <- sort(pairs[upper.tri(pairs, diag = TRUE)])
  ends <- unique(round(walsh, 9))
  inside <- c(ends[1] - 1, (head(ends, -1) + tail(ends, -1)) / 2, tail(ends, 1) + 1)
  accepted <- sapply(inside, function(shift) exact_p(signed_rank(d - shift, "drop")) > alpha)
  bounds <- c(-Inf, ends, Inf)
  c(median(walsh), bounds[min(which(accepted))], bounds[max(which(accepted)) + 1])
}
for (case in names(differences)) {
  found <- hodges_lehmann(differences[[case]], 1 - level_of[[case]])
  define("hodges-lehmann", case, "estimate", found[1])
  tied <- trait_of[[case]] != "untied"
  define(if (tied) "hodges-lehmann-interval-ties" else "hodges-lehmann-interval", case,
         c("low", "high"), found[2:3])
}

# ---- Quantiles ----

interpolated <- function(values, position) {
  ordered <- sort(values)
  position <- min(max(position, 1), length(ordered))
  below <- floor(position + 1e-9)
  share <- if (position - below < 1e-9) 0 else position - below
  ordered[below] + if (share > 0) share * (ordered[below + 1] - ordered[below]) else 0
}
for (case in names(samples)) {
  values <- samples[[case]]
  n <- length(values)
  sixth <- sapply(probabilities, function(p) interpolated(values, (n + 1) * p))
  missing <- (n + 1) * probabilities >= n - 1e-9
  define("quantile-6", case, percent(probabilities), sixth)
  define("quantile-spss", case, percent(probabilities), ifelse(missing, NaN, sixth))
  define("quantile-7", case, percent(probabilities),
         sapply(probabilities, function(p) interpolated(values, 1 + (n - 1) * p)))
  half <- ceiling(n / 2)
  define("tukey-hinges", case, percent(quartiles),
         c(median(sort(values)[1:half]), median(values), median(sort(values)[(n - half + 1):n])))
}

# ---- Time to event ----

kaplan_meier <- function(patients, alpha) {
  survival <- 1
  greenwood <- 0
  curve <- NULL
  for (moment in event_times(patients)) {
    at_risk <- sum(patients$time >= moment)
    events <- sum(patients$time == moment & patients$cause > 0)
    survival <- survival * (at_risk - events) / at_risk
    greenwood <- greenwood + events / (at_risk * (at_risk - events))
    spread <- qnorm(1 - alpha / 2) * sqrt(greenwood) / log(survival)
    limits <- if (survival > 0) survival^exp(c(-1, 1) * spread) else c(NaN, NaN)
    curve <- rbind(curve, c(moment, survival, min(limits), max(limits)))
  }
  curve
}
for (case in names(times)) {
  curve <- kaplan_meier(times[[case]], 1 - level_of[[case]])
  define("kaplan-meier", case, at_time("survival", curve[, 1]), curve[, 2])
  define("kaplan-meier-limits", case, at_time("low", curve[, 1]), curve[, 3])
  define("kaplan-meier-limits", case, at_time("high", curve[, 1]), curve[, 4])
  reached <- curve[curve[, 2] <= 0.5 + 1e-9, 1]
  define("kaplan-meier-median", case, "median", if (length(reached)) min(reached) else NaN)
}

# The variance of Aalen: each event at a time contributes to all later estimates.
cumulative_incidence <- function(patients, cause) {
  moments <- event_times(patients)
  at_risk <- sapply(moments, function(t) sum(patients$time >= t))
  count <- function(which) sapply(moments, function(t) sum(patients$time == t & which))
  mine <- count(patients$cause == cause)
  others <- count(patients$cause > 0 & patients$cause != cause)
  after <- cumprod((at_risk - mine - others) / at_risk)
  before <- c(1, head(after, -1))
  incidence <- cumsum(before * mine / at_risk)
  scatter <- function(events) {
    before^2 * events / at_risk^2 * ifelse(events > 1, (at_risk - events) / (at_risk - 1), 1)
  }
  variance <- sapply(seq_along(moments), function(last) {
    used <- seq_len(last)
    growth <- ifelse(after[used] > 0, (incidence[last] - incidence[used]) / after[used], 0)
    sum((1 - growth)^2 * scatter(mine)[used] + growth^2 * scatter(others)[used])
  })
  data.frame(moments, incidence, variance)
}
for (case in names(times)) for (cause in setdiff(unique(times[[case]]$cause), 0)) {
  found <- cumulative_incidence(times[[case]], cause)
  name <- paste("cause", cause)
  define("cumulative-incidence", case, at_time(name, found$moments), found$incidence)
  define("cumulative-incidence-variance", case, at_time(name, found$moments), found$variance)
}

# ---- Two groups ----

odds_ratio_chances <- function(table, log_ratio) {
  group <- rowSums(table)
  with_outcome <- sum(table[, 1])
  possible <- seq(max(0, with_outcome - group[2]), min(group[1], with_outcome))
  weight <- lchoose(group[1], possible) + lchoose(group[2], with_outcome - possible) +
    possible * log_ratio
  chance <- exp(weight - max(weight))
  list(possible = possible, chance = chance / sum(chance))
}
for (case in names(tables)) {
  table <- tables[[case]]
  x <- table[1, 1]
  alpha <- 1 - level_of[[case]]
  null <- odds_ratio_chances(table, 0)
  observed <- null$chance[null$possible == x]
  define("fisher", case, "P", min(1, sum(null$chance[null$chance <= observed * (1 + 1e-7)])))

  tail_chance <- function(log_ratio, keep) with(odds_ratio_chances(table, log_ratio),
                                                sum(chance[keep(possible)]))
  mean_count <- function(log_ratio) with(odds_ratio_chances(table, log_ratio),
                                         sum(possible * chance))
  solve <- function(increasing) exp(root(increasing, -40, 40))
  least <- x == min(null$possible)
  most <- x == max(null$possible)
  define("odds-ratio", case, "odds ratio",
         if (least) 0 else if (most) Inf else solve(function(r) mean_count(r) - x))
  low <- if (least) 0 else solve(function(r) tail_chance(r, function(k) k >= x) - alpha / 2)
  high <- if (most) Inf else solve(function(r) alpha / 2 - tail_chance(r, function(k) k <= x))
  define("odds-ratio-interval", case, c("low", "high"), c(low, high))

  n <- rowSums(table)
  p <- table[, 1] / n
  first <- limits_of("wilson", table[1, 1], n[1], alpha)
  second <- limits_of("wilson", table[2, 1], n[2], alpha)
  difference <- p[1] - p[2]
  define("difference-newcombe", case, c("low", "high"), c(
    difference - sqrt((p[1] - first[1])^2 + (second[2] - p[2])^2),
    difference + sqrt((first[2] - p[1])^2 + (p[2] - second[1])^2)))

  # The score test of a difference: the groups' proportions are those that fit it best, at which
  # the slope of the likelihood, which falls, is zero.
  score <- function(delta) {
    slope <- function(q) {
      each <- function(k, n, q) ifelse(k > 0, k / q, 0) - ifelse(k < n, (n - k) / (1 - q), 0)
      -(each(table[1, 1], n[1], q + delta) + each(table[2, 1], n[2], q))
    }
    q <- root(slope, max(0, -delta), min(1, 1 - delta))
    variance <- ((q + delta) * (1 - q - delta) / n[1] + q * (1 - q) / n[2]) * sum(n) / (sum(n) - 1)
    (difference - delta) / sqrt(variance)
  }
  z <- qnorm(1 - alpha / 2)
  define("difference-score", case, c("low", "high"), c(
    if (difference > -1) root(function(delta) z - score(delta), -1 + 1e-12, difference) else -1,
    if (difference < 1) root(function(delta) -z - score(delta), difference, 1 - 1e-12) else 1))
}

write_results("results_definitions.csv")
