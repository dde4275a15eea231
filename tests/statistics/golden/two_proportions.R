# Golden tests and intervals for two independent proportions.
# Run in this folder:  Rscript two_proportions.R
# Writes two_proportions_tests.csv and two_proportions_intervals.csv; the first line of each names
# the R version that made it. Only base R is used.
#
# fisher             fisher.test()$p.value
# chi-square         pnorm() of prop.test(correct = FALSE)'s signed root
# boschloo           by its definition: the chance of all tables whose one-sided fisher.test() is no
#                    larger, greatest over a grid of the common proportion, then optimize()
# barnard            likewise, of all tables whose pooled score is at least as extreme; squares of
#                    scores are compared as products of whole numbers
# newcombe           from the limits of prop.test(correct = FALSE)
# miettinen-nurminen uniroot() on the score statistic, with the restricted estimates in the closed
#                    forms of Miettinen & Nurminen 1985
# agresti-caffo, wald, log
#                    the textbook formulas
# conditional        the likelihood and both tails of the noncentral hypergeometric distribution,
#                    solved as fisher.test() does, but to 1e-13: fisher.test() itself stops at 1e-4
#                    of its scale

signed_root <- function(x1, n1, x2, n2) {
  result <- suppressWarnings(prop.test(c(x1, x2), c(n1, n2), correct = FALSE))
  sign(x1 / n1 - x2 / n2) * sqrt(unname(result$statistic))
}

greatest_chance <- function(counted, n1, n2) {
  error <- function(p) sum((dbinom(0:n1, n1, p) %o% dbinom(0:n2, n2, p))[counted])
  grid <- seq(0, 1, length.out = 2001)
  found <- sapply(grid, error)
  best <- order(found, decreasing = TRUE)[1:5]
  refined <- sapply(grid[best], function(p) {
    optimize(error, c(max(0, p - 5e-4), min(1, p + 5e-4)), maximum = TRUE, tol = 1e-10)$objective
  })
  max(found, refined)
}

boschloo_greater <- function(x1, n1, x2, n2) {
  statistic <- outer(0:n1, 0:n2, Vectorize(function(a, b) phyper(a - 1, n1, n2, a + b, FALSE)))
  greatest_chance(statistic <= statistic[x1 + 1, x2 + 1] * (1 + 1e-9), n1, n2)
}

barnard <- function(x1, n1, x2, n2, alternative) {
  distance <- outer(0:n1, 0:n2, function(a, b) a * n2 - b * n1)
  spread <- outer(0:n1, 0:n2, function(a, b) (a + b) * (n1 + n2 - a - b))
  own <- distance[x1 + 1, x2 + 1]
  least <- own^2 * spread
  square <- distance^2 * spread[x1 + 1, x2 + 1]
  # The score is 0 where nobody or everybody succeeded.
  counted <- switch(alternative,
    "two.sided" = ifelse(spread > 0, square >= least, own == 0),
    "greater" = if (own > 0) distance > 0 & square >= least
                else distance >= 0 | square <= least,
    "less" = if (own < 0) distance < 0 & square >= least
             else distance <= 0 | square <= least)
  greatest_chance(counted, n1, n2)
}

score_difference <- function(x1, n1, x2, n2, d) {
  total <- n1 + n2
  if (abs(d) < 1e-12) {
    second <- (x1 + x2) / total
  } else {
    l2 <- (n1 + 2 * n2) * d - total - x1 - x2
    l1 <- (n2 * d - total - 2 * x2) * d + x1 + x2
    l0 <- x2 * d * (1 - d)
    q <- l2^3 / (3 * total)^3 - l1 * l2 / (6 * total^2) + l0 / (2 * total)
    p <- (if (q >= 0) 1 else -1) * sqrt(max(0, l2^2 / (3 * total)^2 - l1 / (3 * total)))
    angle <- (pi + acos(if (p == 0) 0 else max(-1, min(1, q / p^3)))) / 3
    second <- 2 * p * cos(angle) - l2 / (3 * total)
  }
  second <- max(0, -d, min(1, 1 - d, second))
  first <- second + d
  variance <- (first * (1 - first) / n1 + second * (1 - second) / n2) * total / (total - 1)
  (x1 / n1 - x2 / n2 - d) / sqrt(max(variance, 1e-30))
}

score_ratio <- function(x1, n1, x2, n2, ratio) {
  total <- n1 + n2
  a <- total * ratio
  b <- -(n1 * ratio + x1 + n2 + x2 * ratio)
  second <- (-b - sqrt(max(0, b^2 - 4 * a * (x1 + x2)))) / (2 * a)
  second <- max(0, min(1, 1 / ratio, second))
  first <- ratio * second
  variance <- first * (1 - first) / n1 + ratio^2 * second * (1 - second) / n2
  (x1 / n1 - ratio * x2 / n2) / sqrt(max(variance * total / (total - 1), 1e-30))
}

solve <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-14, maxiter = 2000)$root

conditional <- function(x1, n1, x2, n2, level) {
  m <- x1 + x2
  support <- max(0, m - n2):min(n1, m)
  log_chances <- dhyper(support, n1, n2, m, log = TRUE)
  chances <- function(log_odds) {
    logs <- log_chances + log_odds * support
    weights <- exp(logs - max(logs))
    weights / sum(weights)
  }
  alpha <- (1 - level) / 2
  at <- function(f) exp(solve(f, -60, 60))
  low <- if (x1 == min(support)) 0
         else at(function(t) sum(chances(t)[support >= x1]) - alpha)
  high <- if (x1 == max(support)) Inf
          else at(function(t) sum(chances(t)[support <= x1]) - alpha)
  estimate <- if (x1 == min(support)) 0 else if (x1 == max(support)) Inf
              else at(function(t) sum(support * chances(t)) - x1)
  c(estimate, low, high)
}

interval <- function(measure, method, x1, n1, x2, n2, level) {
  z <- qnorm(1 - (1 - level) / 2)
  p1 <- x1 / n1
  p2 <- x2 / n2
  clip <- function(ends) pmin(1, pmax(-1, ends))
  switch(paste(measure, method),
    "difference newcombe" = {
      one <- suppressWarnings(prop.test(x1, n1, conf.level = level, correct = FALSE)$conf.int)
      two <- suppressWarnings(prop.test(x2, n2, conf.level = level, correct = FALSE)$conf.int)
      c(p1 - p2, p1 - p2 - sqrt((p1 - one[1])^2 + (two[2] - p2)^2),
        p1 - p2 + sqrt((one[2] - p1)^2 + (p2 - two[1])^2))
    },
    "difference wald" =
      c(p1 - p2, clip(p1 - p2 + c(-1, 1) * z * sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2))),
    "difference agresti-caffo" = {
      a <- (x1 + 1) / (n1 + 2)
      b <- (x2 + 1) / (n2 + 2)
      margin <- z * sqrt(a * (1 - a) / (n1 + 2) + b * (1 - b) / (n2 + 2))
      c(p1 - p2, clip(a - b + c(-1, 1) * margin))
    },
    "difference miettinen-nurminen" = {
      f <- function(d) score_difference(x1, n1, x2, n2, d)
      c(p1 - p2,
        if (p1 - p2 == -1) -1 else solve(function(d) f(d) - z, -1 + 1e-12, p1 - p2),
        if (p1 - p2 == 1) 1 else solve(function(d) f(d) + z, p1 - p2, 1 - 1e-12))
    },
    "ratio miettinen-nurminen" = {
      f <- function(t) score_ratio(x1, n1, x2, n2, exp(t))
      c(p1 / p2,
        if (x1 == 0) 0 else exp(solve(function(t) f(t) - z, -20, 20)),
        if (x2 == 0) Inf else exp(solve(function(t) f(t) + z, -20, 20)))
    },
    "ratio log" = {
      if (x1 == 0 || x2 == 0) return(NULL)
      c(p1 / p2, p1 / p2 * exp(c(-1, 1) * z * sqrt(1 / x1 - 1 / n1 + 1 / x2 - 1 / n2)))
    },
    "odds-ratio conditional" = conditional(x1, n1, x2, n2, level)
  )
}

cases <- list(c(8, 19, 3, 20), c(3, 20, 8, 19), c(0, 19, 3, 20), c(3, 20, 0, 19), c(5, 5, 0, 7),
              c(5, 5, 3, 7), c(3, 7, 5, 5), c(1, 3, 2, 3), c(3, 3, 0, 3), c(1, 1, 0, 1),
              c(10, 20, 10, 20), c(12, 25, 4, 12), c(10, 10, 10, 15), c(0, 10, 5, 15),
              c(8, 8, 8, 12), c(37, 47, 21, 48), c(7, 250, 30, 240))
tests <- "successes_1,trials_1,successes_2,trials_2,test,alternative,pvalue"
intervals <- "successes_1,trials_1,successes_2,trials_2,level,measure,method,estimate,low,high"
methods <- list(c("difference", "newcombe"), c("difference", "miettinen-nurminen"),
                c("difference", "agresti-caffo"), c("difference", "wald"),
                c("ratio", "miettinen-nurminen"), c("ratio", "log"),
                c("odds-ratio", "conditional"))
for (case in cases) {
  x1 <- case[1]; n1 <- case[2]; x2 <- case[3]; n2 <- case[4]
  add <- function(test, alternative, pvalue) {
    row <- sprintf("%d,%d,%d,%d,%s,%s,%.15g", x1, n1, x2, n2, test, alternative, pvalue)
    tests <<- c(tests, row)
  }
  table <- rbind(c(x1, n1 - x1), c(x2, n2 - x2))
  for (alternative in c("two.sided", "less", "greater")) {
    p <- fisher.test(table, alternative = alternative)$p.value
    add("fisher", sub("[.]", "-", alternative), min(1, p))
  }
  root <- signed_root(x1, n1, x2, n2)
  add("chi-square", "two-sided", 2 * pnorm(-abs(root)))
  add("chi-square", "less", pnorm(root))
  add("chi-square", "greater", pnorm(-root))
  if (n1 + n2 < 100) {
    greater <- boschloo_greater(x1, n1, x2, n2)
    less <- boschloo_greater(n1 - x1, n1, n2 - x2, n2)
    add("boschloo", "greater", greater)
    add("boschloo", "less", less)
    add("boschloo", "two-sided", min(1, 2 * min(greater, less)))
    for (alternative in c("two.sided", "less", "greater")) {
      add("barnard", sub("[.]", "-", alternative), barnard(x1, n1, x2, n2, alternative))
    }
  }
  for (method in methods) for (level in c(0.8, 0.95, 0.99)) {
    ends <- interval(method[1], method[2], x1, n1, x2, n2, level)
    if (is.null(ends)) next
    intervals <- c(intervals, sprintf("%d,%d,%d,%d,%s,%s,%s,%.15g,%.15g,%.15g", x1, n1, x2, n2,
                                      level, method[1], method[2], ends[1], ends[2], ends[3]))
  }
}
writeLines(c(paste("#", R.version.string), tests), "two_proportions_tests.csv")
writeLines(c(paste("#", R.version.string), intervals), "two_proportions_intervals.csv")
