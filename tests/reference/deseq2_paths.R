# Counts and DESeq2 numbers where R's iterations take a rare path: blocked genes whose dispersion overshoots at the
# first step (blocks), a trend whose regression halves its steps (halved), outliers that only the likelihood
# ratio test sees (libraries), genes beyond the means that a local trend was fitted to (beyond), coefficients without
# a maximum that the search of R follows (empty).
# Rscript deseq2_paths.R <directory>; R 4.2.2, DESeq2 1.38.3, locfit 1.5-9.7
suppressPackageStartupMessages(library(DESeq2))
to <- commandArgs(TRUE)[1]
draw <- function(mu, alpha) matrix(rnbinom(length(mu), mu = mu, size = 1 / alpha), nrow(mu), dimnames = list(paste0("g", 1:nrow(mu)), paste0("s", 1:ncol(mu))))
write <- function(name, k, data, design, reduced) {
  dds <- suppressMessages(DESeq(DESeqDataSetFromMatrix(k, data, design), quiet = TRUE))
  d <- as.data.frame(mcols(dds)); r <- as.data.frame(results(dds, contrast = c("group", "b", "a"), alpha = .05))
  l <- as.data.frame(results(suppressMessages(DESeq(dds, test = "LRT", reduced = reduced, quiet = TRUE)), alpha = .05))
  vst <- assay(varianceStabilizingTransformation(dds, blind = FALSE))[, 1]
  out <- data.frame(gene = rownames(k), k, r, dispGeneEst = d$dispGeneEst, dispFit = d$dispFit, dispersion = d$dispersion, vst, lrt_stat = l$stat,
                    lrt_pvalue = l$pvalue, lrt_padj = l$padj, check.names = FALSE)
  con <- gzfile(file.path(to, paste0("deseq2_", name, ".csv.gz"))); write.csv(format(out, digits = 9, trim = TRUE), con, row.names = FALSE, quote = FALSE)
  cat(name, attr(dispersionFunction(dds), "fitType"), attr(dispersionFunction(dds), "dispPriorVar"), sum(is.na(r$pvalue)), sum(is.na(l$pvalue)), "\n")
}
set.seed(31); group <- factor(rep(c("a", "b"), each = 25)); block <- factor(rep(c("w", "x", "y", "z"), 13)[1:50])
m <- exp(rnorm(160, 4, 1.2)) * 2^outer(rnorm(160, 0, 1.5), as.numeric(group == "b")) * 2^outer(rnorm(160), as.numeric(block == "x"))
write("blocks", draw(m, (.05 + 1 / m[, 1]) * exp(rnorm(160, 0, .5))), data.frame(group, block), ~ block + group, ~block)
set.seed(33); group <- factor(rep(c("a", "b"), each = 4)); m <- exp(rnorm(500, 4, 1.8)); size <- exp(rnorm(8, 0, 2))
write("libraries", draw(outer(m, size), (.05 + 4 / m) * exp(rnorm(500, 0, .7))), data.frame(group), ~group, ~1)
set.seed(34); m <- exp(runif(400, -1, 7)); alpha <- ifelse(m < 3, 1e-4, m^.45 / 60) * exp(rnorm(400, 0, .4))
write("halved", draw(m %o% rep(1, 8), alpha), data.frame(group), ~group, ~1)
set.seed(36); m <- exp(c(runif(400, 1, 8), runif(60, 8.5, 9.5), runif(60, -1, 0))); alpha <- ifelse(m > exp(8) | m < 1, 1e-9, m^.45 / 60 * exp(rnorm(520, 0, .4)))
write("beyond", draw(m %o% rep(1, 8), alpha), data.frame(group), ~group, ~1)
set.seed(35); group <- factor(rep(c("a", "b", "c"), 3)); block <- factor(rep(c("x", "y", "z"), each = 3)); m <- exp(rnorm(500, 2, 2))
k <- draw(m %o% rep(1, 9), (.05 + 2 / m) * exp(rnorm(500, 0, .5))); k[sample(500, 60), group == "b"] <- 0; k[sample(500, 60), block == "x"] <- 0
write("empty", k, data.frame(group, block), ~ block + group, ~block)
