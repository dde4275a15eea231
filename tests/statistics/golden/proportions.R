# Golden limits of intervals for a proportion.
# Run in this folder:  Rscript proportions.R
# Writes proportions.csv; its first lines name the R version and the packages that made it.
#
# clopper-pearson  binom.test()$conf.int
# wilson           prop.test(correct = FALSE)$conf.int
# wilson-cc        prop.test(correct = TRUE)$conf.int; left out at successes = trials / 2, where
#                  prop.test sets its correction to min(0.5, |x - n / 2|) = 0
# jeffreys         qbeta() of the posterior
# wald, agresti-coull, wald-max-variance
#                  the textbook formulas
# sterne           binom.test()$p.value (minimum likelihood) inverted: the first proportion of a
#                  grid at which it exceeds 1 - level, then bisection towards its rejected
#                  neighbour. The grid holds every proportion at which an outcome becomes as likely
#                  as the observed one, since the accepted region may be an island of no width to
#                  speak of there. binom.test calls probabilities equal up to a factor 1 + 1e-7, so
#                  limits that lie at such a proportion agree to about 1e-7 only.
# blaker           the acceptability by its definition: the chance of all outcomes whose smaller
#                  tail is no larger than the smaller tail of the observed one. The first proportion
#                  of a grid at which it reaches 1 - level, then bisection, as for sterne; the grid
#                  holds the proportions just above those at which an outcome joins that set
# mid-p            uniroot() on half of dbinom() plus pbinom()
# likelihood-ratio uniroot() on twice the difference of dbinom(log = TRUE), as package binom has it
# logit            qlogis() with the standard error of the log odds; qbeta() for 0 and n successes,
#                  which is what package binom gives there
# arcsine          the formula of Brown, Cai & DasGupta 2001 with Anscombe's 3/8, as package DescTools
#                  has it, but cut at 0 and pi / 2, beyond which a sine turns back

sterne_low <- function(x, n, alpha) {
  if (x == 0) return(0)
  k <- seq(0, x - 1)
  odds <- exp((lchoose(n, k) - lchoose(n, x)) / (x - k))
  grid <- sort(c(seq(0, x / n, length.out = 2001), odds / (1 + odds)))
  p_value <- function(p) binom.test(x, n, p)$p.value
  first <- 1
  while (p_value(grid[first]) <= alpha) first <- first + 1
  rejected <- grid[first - 1]
  accepted <- grid[first]
  while (accepted - rejected > 1e-13) {
    middle <- (rejected + accepted) / 2
    if (middle == rejected || middle == accepted) break
    if (p_value(middle) > alpha) accepted <- middle else rejected <- middle
  }
  accepted
}

blaker_low <- function(x, n, alpha) {
  if (x == 0) return(0)
  outcomes <- 0:n
  acceptability <- function(p) {
    at_least <- pbinom(outcomes - 1, n, p, lower.tail = FALSE)
    smaller <- pmin(pbinom(outcomes, n, p), at_least)
    sum(dbinom(outcomes[smaller <= smaller[x + 1] * (1 + 1e-13)], n, p))
  }
  joins <- sapply(seq(0, x - 1), function(k) {
    tails <- function(p) pbinom(k, n, p) - pbinom(x - 1, n, p, lower.tail = FALSE)
    uniroot(tails, c(0, 1), tol = 1e-15)$root
  })
  grid <- sort(c(seq(0, x / n, length.out = 4001), joins + 1e-13))
  first <- 1
  while (acceptability(grid[first]) < alpha) first <- first + 1
  rejected <- grid[first - 1]
  accepted <- grid[first]
  while (accepted - rejected > 1e-14) {
    middle <- (rejected + accepted) / 2
    if (middle == rejected || middle == accepted) break
    if (acceptability(middle) >= alpha) accepted <- middle else rejected <- middle
  }
  accepted
}

mid_p_low <- function(x, n, alpha) {
  if (x == 0) return(0)
  p_value <- function(p) dbinom(x, n, p) / 2 + pbinom(x, n, p, lower.tail = FALSE)
  uniroot(function(p) p_value(p) - alpha / 2, c(0, 1), tol = 1e-15)$root
}

likelihood_ratio_low <- function(x, n, alpha) {
  if (x == 0) return(0)
  best <- dbinom(x, n, x / n, log = TRUE)
  beyond <- function(p) 2 * (best - dbinom(x, n, p, log = TRUE)) - qchisq(1 - alpha, 1)
  uniroot(beyond, c(1e-12, x / n), tol = 1e-15)$root
}

limits <- function(method, x, n, level) {
  alpha <- 1 - level
  z <- qnorm(1 - alpha / 2)
  p <- x / n
  clip <- function(ends) pmin(1, pmax(0, ends))
  switch(method,
    "clopper-pearson" = binom.test(x, n, conf.level = level)$conf.int,
    "wilson" = prop.test(x, n, conf.level = level, correct = FALSE)$conf.int,
    "wilson-cc" = prop.test(x, n, conf.level = level, correct = TRUE)$conf.int,
    "jeffreys" = qbeta(c(alpha / 2, 1 - alpha / 2), x + 0.5, n - x + 0.5),
    "wald" = clip(p + c(-1, 1) * z * sqrt(p * (1 - p) / n)),
    "wald-max-variance" = clip(p + c(-1, 1) * z * sqrt(0.25 / n)),
    "agresti-coull" = {
      centre <- (x + z^2 / 2) / (n + z^2)
      clip(centre + c(-1, 1) * z * sqrt(centre * (1 - centre) / (n + z^2)))
    },
    "sterne" = c(sterne_low(x, n, alpha), 1 - sterne_low(n - x, n, alpha)),
    "blaker" = c(blaker_low(x, n, alpha), 1 - blaker_low(n - x, n, alpha)),
    "mid-p" = c(mid_p_low(x, n, alpha), 1 - mid_p_low(n - x, n, alpha)),
    "likelihood-ratio" =
      c(likelihood_ratio_low(x, n, alpha), 1 - likelihood_ratio_low(n - x, n, alpha)),
    "logit" =
      if (x == 0) c(0, qbeta(1 - alpha / 2, 1, n))
      else if (x == n) c(qbeta(alpha / 2, n, 1), 1)
      else plogis(qlogis(p) + c(-1, 1) * z * sqrt(1 / x + 1 / (n - x))),
    "arcsine" = {
      angle <- asin(sqrt((x + 3 / 8) / (n + 3 / 4))) + c(-1, 1) * z / (2 * sqrt(n))
      sin(pmin(pi / 2, pmax(0, angle)))^2
    }
  )
}

cases <- list(c(0, 1), c(1, 1), c(1, 2), c(0, 5), c(2, 5), c(3, 7), c(0, 18), c(1, 12), c(8, 11),
              c(3, 11), c(0, 19), c(1, 19), c(8, 19), c(11, 19), c(19, 19), c(12, 20), c(10, 20),
              c(13, 40), c(7, 250), c(600, 1000))
methods <- c("clopper-pearson", "sterne", "blaker", "mid-p", "likelihood-ratio", "wilson", "wilson-cc",
             "agresti-coull", "jeffreys", "logit", "arcsine", "wald", "wald-max-variance")
out <- file("proportions.csv", "w")
writeLines(c(paste("#", R.version.string), "# package stats of the same version",
             "method,successes,trials,level,low,high"), out)
for (method in methods) for (case in cases) for (level in c(0.8, 0.9, 0.95, 0.99)) {
  x <- case[1]
  n <- case[2]
  if (method == "wilson-cc" && 2 * x == n) next
  if (method %in% c("sterne", "blaker") && n > 100) next
  ends <- suppressWarnings(limits(method, x, n, level))
  writeLines(sprintf("%s,%d,%d,%s,%.15g,%.15g", method, x, n, level, ends[1], ends[2]), out)
}
close(out)
