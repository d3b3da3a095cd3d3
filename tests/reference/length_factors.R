# Counts and transcript lengths of 60 sparse genes, simulated, and DESeq2's normalisation factors of them by median
# ratio and by poscounts.
# Rscript length_factors.R <directory>; R 4.2.2, DESeq2 1.38.3
suppressPackageStartupMessages(library(DESeq2)); set.seed(23)
k <- matrix(rnbinom(240, mu = rep(exp(rnorm(60, 2, 1.5)), 4), size = 4), 60, dimnames = list(NULL, paste0("count", 1:4)))
len <- round(exp(rnorm(60, 7, .6)) * exp(matrix(rnorm(240, 0, .1), 60)), 2); colnames(len) <- paste0("length", 1:4)
dds <- DESeqDataSetFromMatrix(k, data.frame(group = factor(c("a", "a", "b", "b"))), ~group); assays(dds)$avgTxLength <- `dimnames<-`(len, dimnames(dds))
factors <- function(type) { f <- normalizationFactors(estimateSizeFactors(dds, type = type, quiet = TRUE)); colnames(f) <- paste0(type, 1:4); f }
write.csv(format(data.frame(k, len, factors("ratio"), factors("poscounts")), digits = 14, trim = TRUE), gzfile(file.path(commandArgs(TRUE)[1], "length_factors.csv.gz")),
          row.names = FALSE, quote = FALSE)
