# Histograms of R's random draws by which DESeq2 (>= 1.0) finds the prior variance of log dispersion at
# 1, 2 and 3 residual degrees of freedom: log(chi2_df) + normal(0, sqrt(variance)) - log(df), 10,000 draws for each
# of 200 variances, seed 2 (estimateDispersionsPriorVar). Needs base R only.
# Rscript deseq2_prior_draws.R > deseq2_prior_draws.csv; R 4.2.2, Mersenne-Twister, Inversion, Rejection
breaks <- -20:20 / 2
rows <- list()
for (df in 1:3) {
  set.seed(2)
  for (variance in seq(0, 8, length = 200)) {
    draws <- log(rchisq(10000, df = df)) + rnorm(10000, 0, sqrt(variance)) - log(df)
    draws <- draws[draws > min(breaks) & draws < max(breaks)]
    rows[[length(rows) + 1]] <- c(df, hist(draws, breaks = breaks, plot = FALSE)$counts)
  }
}
write.table(do.call(rbind, rows), sep = ",", row.names = FALSE, col.names = c("residual_df", paste0("bin_", 1:40)), quote = FALSE)
