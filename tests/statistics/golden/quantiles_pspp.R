# Golden percentiles of PSPP, which computes SPSS's definitions: HAVERAGE and Tukey's hinges.
# Run in this folder:  Rscript quantiles_pspp.R && pspp -O format=csv -o quantiles_pspp.csv quantiles_pspp.sps
# Writes quantiles_pspp.sps from the samples of quantiles.csv, one EXAMINE for each; with it PSPP
# 1.6.2 made quantiles_pspp.csv, whose rows "Weighted Average" and "Tukey's Hinges" follow in that
# order. Only base R is used.

golden <- read.csv("quantiles.csv", comment.char = "#")
samples <- strsplit(unique(golden$values), ";")
blocks <- lapply(seq_along(samples), function(i) {
  c("DATA LIST LIST NOTABLE / x.", "BEGIN DATA.", samples[[i]], "END DATA.",
    "FORMATS x (F20.10).",
    "EXAMINE x /PERCENTILES(10,20,25,50,60,75,90)=HAVERAGE /STATISTICS=NONE /PLOT=NONE.")
})
writeLines(c("* Written by quantiles_pspp.R.", "SET DECIMAL=DOT.", unlist(blocks)),
           "quantiles_pspp.sps")
