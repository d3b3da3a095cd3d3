# Reference numbers for samples as points and p-value histograms, from R.
# Usage: Rscript expression_quality.R SHARED_REFERENCE OUT
# SHARED_REFERENCE holds sim3x3_mirna_counts.csv.gz (simulated); OUT gets quality_*.csv and quality_session.txt.
suppressPackageStartupMessages({ library(DESeq2); library(limma) })
arguments <- commandArgs(trailingOnly = TRUE)
counts <- read.csv(file.path(arguments[1], "sim3x3_mirna_counts.csv.gz"), row.names = 1)
about <- data.frame(
  group = factor(rep(c("IL1b", "USC", "EXO"), 3), levels = c("IL1b", "USC", "EXO")),
  rep = factor(rep(c("r0", "r1", "r2"), each = 3)), row.names = colnames(counts))
dds <- DESeqDataSetFromMatrix(counts, about, ~ group)
dds <- estimateDispersions(estimateSizeFactors(dds))
vsd <- varianceStabilizingTransformation(dds, blind = FALSE)
data <- plotPCA(vsd, intgroup = "group", returnData = TRUE)
top <- order(rowVars(assay(vsd)), decreasing = TRUE)[1:500]
four <- prcomp(t(assay(vsd)[top, ]))$x[, 1:4]
stopifnot(max(abs(four[, 1] - data$PC1)) < 1e-12)
out <- data.frame(sample = rownames(data), four, share = c(attr(data, "percentVar"), rep(NA, 7)))
between <- as.matrix(dist(t(assay(vsd))))
adjusted <- removeBatchEffect(assay(vsd), batch = about$rep, design = model.matrix(~ group, about))
write.csv(cbind(out, between), file.path(arguments[2], "quality_samples.csv"), row.names = FALSE)
write.csv(signif(cbind(assay(vsd)[1:60, ], adjusted[1:60, ]), 15), file.path(arguments[2], "quality_blocks.csv"))
p <- nbinomWaldTest(dds); p <- results(p, contrast = c("group", "USC", "IL1b"), independentFiltering = FALSE)$pvalue
p <- p[!is.na(p)]
# Storey's estimate with the closed form of the bootstrap's mean squared error, as qvalue 2 has it
lambda <- seq(0.05, 0.95, 0.05); m <- length(p)
above <- sapply(lambda, function(l) sum(p >= l)); pi0 <- above / (m * (1 - lambda))
error <- above / (m^2 * (1 - lambda)^2) * (1 - above / m) + (pi0 - quantile(pi0, 0.1))^2
heights <- hist(p, breaks = seq(0, 1, 0.05), plot = FALSE, right = FALSE)$counts
write.csv(data.frame(p = p), file.path(arguments[2], "quality_pvalues.csv"), row.names = FALSE)
write.csv(data.frame(storey = min(pi0[error == min(error)], 1), convest = propTrueNull(p, "convest"), t(heights)),
          file.path(arguments[2], "quality_pi0.csv"), row.names = FALSE)
writeLines(capture.output(sessionInfo()), file.path(arguments[2], "quality_session.txt"))
