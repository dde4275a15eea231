# Golden operating characteristics of trials with unknown responses, as sums over all counts.
# Run in this folder:  Rscript operating_characteristics.R
# Writes operating_characteristics.csv; its first line names the R version that made it. Only base R
# is used: binom.test(), fisher.test(), dmultinom(), and prop.test() for Wilson's limits.
#
# Each patient is seen to respond, has an unknown response, or is seen not to respond. Of a single
# arm, the interval is Clopper-Pearson's; of two, Newcombe's, from Wilson's limits of both arms.
# A P value that exceeds alpha by less than 1e-9 of it counts as alpha.

alpha <- 0.05

wilson <- function(x, n) prop.test(x, n, correct = FALSE)$conf.int

newcombe <- function(a, n1, b, n2) {
  l1 <- wilson(a, n1); l2 <- wilson(b, n2)
  p1 <- a / n1; p2 <- b / n2
  c(p1 - p2 - sqrt((p1 - l1[1])^2 + (l2[2] - p2)^2), p1 - p2 + sqrt((l1[2] - p1)^2 + (p2 - l2[1])^2))
}

# What is concluded from x of n (or a of n1 and b of n2), remembered.
known <- new.env()
remember <- function(key, compute) {
  if (is.null(known[[key]])) known[[key]] <- compute()
  known[[key]]
}

single_p <- function(x, n, null, alternative) remember(
  paste("p", x, n, null, alternative), function() binom.test(x, n, null, alternative)$p.value)
single_limits <- function(x, n) remember(
  paste("l", x, n), function() binom.test(x, n)$conf.int[1:2])
two_p <- function(a, n1, b, n2, alternative) remember(
  paste("P", a, n1, b, n2, alternative),
  function() fisher.test(rbind(c(a, n1 - a), c(b, n2 - b)), alternative = alternative)$p.value)
two_limits <- function(a, n1, b, n2) remember(
  paste("L", a, n1, b, n2), function() suppressWarnings(newcombe(a, n1, b, n2)))

# Cells: response seen, unknown, response; truth is the first over all.
cells <- function(response, rescue, missed, missed_without) {
  own <- 1 - rescue
  seen <- own * response * (1 - missed)
  unknown <- own * (response * missed + (1 - response) * missed_without)
  list(p = c(seen, unknown, max(0, 1 - seen - unknown)), true = own * response)
}

states <- function(n, p) {
  found <- NULL
  for (u in 0:n) for (x in 0:(n - u)) found <- rbind(found, c(x, u, dmultinom(c(x, u, n - x - u), prob = p)))
  found
}

bounds_of <- function(x, u, n, missing) switch(missing,
  "non-responder" = c(x, x, n), "unknown" = c(x, x, n - u), "bounds" = c(x, x + u, n))

characteristics <- function(rows, true, least) {
  # Columns: weight, rejects, smallest estimate, largest, lower limit, upper limit.
  w <- rows[, 1]
  there <- !is.na(rows[, 3])
  bias <- function(column) sum(w[there] * rows[there, column]) / sum(w[there]) - true
  covers <- rows[, 5] <= true + 1e-12 & true - 1e-12 <= rows[, 6]
  c(sum(w * rows[, 2]), bias(3), bias(4), sum(w * covers), sum(w * (rows[, 6] - rows[, 5])))
}

single <- function(n, arm, null, alternative, missing) {
  rows <- t(apply(states(n, arm$p), 1, function(s) {
    b <- bounds_of(s[1], s[2], n, missing)
    if (b[3] == 0) return(c(s[3], 0, NA, NA, 0, 1))
    p <- sapply(b[1]:b[2], function(x) single_p(x, b[3], null, alternative))
    c(s[3], all(p <= alpha * (1 + 1e-9)), b[1] / b[3], b[2] / b[3],
      single_limits(b[1], b[3])[1], single_limits(b[2], b[3])[2])
  }))
  characteristics(rows, arm$true)
}

two <- function(n1, n2, arm1, arm2, alternative, missing) {
  one <- states(n1, arm1$p); other <- states(n2, arm2$p)
  rows <- NULL
  for (i in seq_len(nrow(one))) for (j in seq_len(nrow(other))) {
    a <- bounds_of(one[i, 1], one[i, 2], n1, missing)
    b <- bounds_of(other[j, 1], other[j, 2], n2, missing)
    w <- one[i, 3] * other[j, 3]
    if (a[3] == 0 || b[3] == 0) { rows <- rbind(rows, c(w, 0, NA, NA, -1, 1)); next }
    rejects <- TRUE
    for (x in a[1]:a[2]) for (y in b[1]:b[2])
      rejects <- rejects && two_p(x, a[3], y, b[3], alternative) <= alpha * (1 + 1e-9)
    rows <- rbind(rows, c(w, rejects, a[1] / a[3] - b[2] / b[3], a[2] / a[3] - b[1] / b[3],
      two_limits(a[1], a[3], b[2], b[3])[1], two_limits(a[2], a[3], b[1], b[3])[2]))
  }
  characteristics(rows, arm1$true - arm2$true)
}

name <- function(alternative) sub("[.]", "-", alternative)
shown <- function(values) paste(sprintf("%.15g", values), collapse = ",")
lines <- paste0("patients_1,patients_2,response_1,response_2,rescue,missed,missed_without,null,",
                "alternative,missing,rejection_probability,lower_bias,upper_bias,coverage,mean_width")
handled <- c("non-responder", "unknown", "bounds")
rates <- list(c(0.1, 0.1, 0.1), c(0, 0.2, 0.2), c(0.2, 0.05, 0.4), c(0, 0, 0))
for (n in c(1, 6, 20)) for (response in c(0.3, 0.7)) for (r in rates) for (missing in handled) {
  for (alternative in c("two.sided", "greater", "less")) {
    found <- single(n, cells(response, r[1], r[2], r[3]), 0.3, alternative, missing)
    lines <- c(lines, sprintf("%d,,%s,,%s,%s,%s,0.3,%s,%s,%s", n, response, r[1], r[2], r[3],
                              name(alternative), missing, shown(found)))
  }
}
for (n in list(c(1, 2), c(5, 4), c(8, 8))) for (p in list(c(0.9, 0.2), c(0.4, 0.4))) {
  for (r in rates) for (missing in handled) for (alternative in c("two.sided", "greater")) {
    arms <- lapply(p, function(response) cells(response, r[1], r[2], r[3]))
    found <- two(n[1], n[2], arms[[1]], arms[[2]], alternative, missing)
    lines <- c(lines, sprintf("%d,%d,%s,%s,%s,%s,%s,,%s,%s,%s", n[1], n[2], p[1], p[2], r[1], r[2],
                              r[3], name(alternative), missing, shown(found)))
  }
}
writeLines(c(paste("#", R.version.string), lines), "operating_characteristics.csv")
