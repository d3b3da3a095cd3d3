# Counts and DESeq2 numbers of what the larger references do not reach: replaced outliers (8 samples per group, some
# genes empty once replaced), two groups whose outlier others exceed, normalisation factors per gene and sample, and a
# trend that falls back to a local fit.
# Rscript deseq2_cases.R <directory> [cases, all of them unless named]; R 4.2.2, DESeq2 1.38.3, locfit 1.5-9.7
suppressPackageStartupMessages(library(DESeq2))
to <- commandArgs(TRUE)[1]; only <- commandArgs(TRUE)[-1]
simulate <- function(genes, group, seed) {
  set.seed(seed)
  mu <- exp(rnorm(genes, 4, 1.5)); lfc <- ifelse(runif(genes) < .15, rnorm(genes, 0, 1.5), 0)
  m <- mu * 2^outer(lfc, as.numeric(group == "b")); alpha <- (.05 + 2 / mu) * exp(rnorm(genes, 0, .5))
  matrix(rnbinom(length(m), mu = m, size = 1 / alpha), genes, dimnames = list(paste0("g", 1:genes), paste0("s", seq_along(group))))
}
write <- function(name, counts, dds, extra = NULL) {
  if (length(only) && !name %in% only) return(invisible()) # before R fits: arguments are evaluated when used
  d <- as.data.frame(mcols(dds)); r <- as.data.frame(results(dds, contrast = c("group", "b", "a"), alpha = .05))
  l <- as.data.frame(results(DESeq(dds, test = "LRT", reduced = ~1, quiet = TRUE), alpha = .05))
  out <- data.frame(gene = rownames(counts), if (is.null(extra)) counts else cbind(counts, extra), r, dispGeneEst = d$dispGeneEst, dispFit = d$dispFit,
                    dispersion = d$dispersion, lrt_stat = l$stat, lrt_pvalue = l$pvalue, lrt_padj = l$padj, check.names = FALSE)
  con <- gzfile(file.path(to, paste0("deseq2_", name, ".csv.gz"))); write.csv(format(out, digits = 12, trim = TRUE), con, row.names = FALSE, quote = FALSE)
  cat(name, attr(dispersionFunction(dds), "fitType"), attr(dispersionFunction(dds), "dispPriorVar"), "\n")
}
group <- factor(rep(c("a", "b"), each = 8)); k <- simulate(600, group, 11)
set.seed(12); for (g in sample(600, 25)) k[g, sample(16, 1)] <- as.integer(k[g, 1] * 40 + 900)
k[1:2, ] <- 0L; k[1, 3] <- 5000L; k[2, 9] <- 800L
write("replaced", k, DESeq(DESeqDataSetFromMatrix(k, data.frame(group), ~group), quiet = TRUE))
group <- factor(c(rep("a", 9), rep("b", 4))); k <- simulate(500, group, 13)
set.seed(14); for (g in sample(500, 25)) k[g, sample(13, 1)] <- as.integer(k[g, 1] * 30 + 500)
write("uneven", k, DESeq(DESeqDataSetFromMatrix(k, data.frame(group), ~group), quiet = TRUE))
group <- factor(rep(c("a", "b"), each = 4)); k <- simulate(500, group, 15)
set.seed(16); for (g in sample(500, 20)) k[g, sample(8, 1)] <- as.integer(k[g, 1] * 30 + 500)
nf <- matrix(exp(rnorm(4000, 0, .2)), 500); nf <- nf / exp(rowMeans(log(nf))); dds <- DESeqDataSetFromMatrix(k, data.frame(group), ~group)
nf <- signif(nf, 8); normalizationFactors(dds) <- nf; colnames(nf) <- paste0("nf", 1:8)
write("factors", k, DESeq(dds, quiet = TRUE), nf)
group <- factor(rep(c("a", "b"), each = 4)); set.seed(17); mu <- exp(runif(600, 1, 8)); alpha <- mu^.45 / 60 * exp(rnorm(600, 0, .4))
k <- matrix(rnbinom(4800, mu = mu, size = 1 / alpha), 600, dimnames = list(paste0("g", 1:600), paste0("s", 1:8)))
write("local", k, suppressMessages(DESeq(DESeqDataSetFromMatrix(k, data.frame(group), ~group), quiet = TRUE)))
