# Simulated salmon quantifications of 500 genes (two transcripts each, used differently in the groups, some genes not
# expressed in some samples) in 3 donors x 2, and what tximport, DESeq2 and limma make of them: paired, residual df 2.
# Rscript tximport.R <directory>; R 4.2.2, tximport 1.26.1, DESeq2 1.38.3, limma 3.54.1, edgeR 3.40.2
suppressPackageStartupMessages({library(tximport); library(DESeq2); library(edgeR)})
to <- commandArgs(TRUE)[1]; set.seed(21)
genes <- 500; samples <- paste0("s", 1:6); group <- factor(rep(c("a", "b"), 3)); donor <- factor(rep(1:3, each = 2))
mean <- exp(rnorm(genes, 4.5, 1.6)); lfc <- ifelse(runif(genes) < .2, rnorm(genes, 0, 1.5), 0)
long <- round(runif(genes, 1500, 6000)); short <- round(long * runif(genes, .15, .6)); share <- rbeta(genes, 2, 2)
moved <- ifelse(runif(genes) < .3, runif(genes, -.35, .35), 0); size <- c(1, .7, 1.4, 1.1, .8, 1.6)
work <- tempfile(); dir.create(work); files <- character()
quant <- do.call(rbind, lapply(1:6, function(j) {
  molecules <- mean * 2^(lfc * (group[j] == "b")) * exp(rnorm(genes, 0, .15)) * size[j]
  p <- pmin(pmax(share + moved * (group[j] == "b"), .02), .98)
  effective <- cbind(long, short) - 180.5 - 3 * j
  mu <- molecules * cbind(p, 1 - p) * effective / 2000
  n <- matrix(rnbinom(2 * genes, mu = mu, size = 12), genes); n[cbind(rep(1:40, 2), rep(1:2, each = 40))[rep(runif(40) < .4, 2), ]] <- 0
  n[41:45, ] <- 0; n <- n + .25 * (n > 0)
  count <- as.vector(t(n)); len <- as.vector(t(effective)); tpm <- count / len; tpm <- signif(tpm / sum(tpm) * 1e6, 7)
  file <- file.path(work, paste0(samples[j], ".sf"))
  d <- data.frame(Name = paste0("t", rep(1:genes, each = 2), c("a", "b")), Length = as.vector(t(cbind(long, short))), EffectiveLength = len, TPM = tpm, NumReads = count)
  write.table(d, file, sep = "\t", row.names = FALSE, quote = FALSE); files <<- c(files, file)
  data.frame(sample = samples[j], d[c("Name", "EffectiveLength", "TPM", "NumReads")])
}))
tx2gene <- data.frame(tx = paste0("t", rep(1:genes, each = 2), c("a", "b")), gene = sprintf("g%03d", rep(1:genes, each = 2)))
save <- function(d, name) { con <- gzfile(file.path(to, name)); write.csv(format(d, digits = 12, trim = TRUE), con, row.names = FALSE, quote = FALSE) }
save(quant, "tximport_quant.csv.gz")
names(files) <- samples
txi <- tximport(files, type = "salmon", tx2gene = tx2gene, importer = function(x) read.table(x, header = TRUE, sep = "\t"))
dds <- DESeq(DESeqDataSetFromTximport(txi, data.frame(donor, group), ~ donor + group), quiet = TRUE)
r <- as.data.frame(results(dds, contrast = c("group", "b", "a"), alpha = .05)); d <- as.data.frame(mcols(dds))
v <- assay(varianceStabilizingTransformation(dds, blind = FALSE)); colnames(v) <- paste0("vst_", samples)
nf <- normalizationFactors(dds); colnames(nf) <- paste0("nf_", samples)
save(data.frame(gene = rownames(r), r, dispersion = d$dispersion, nf, v), "tximport_deseq2.csv.gz")
scaled <- tximport(files, type = "salmon", tx2gene = tx2gene, countsFromAbundance = "lengthScaledTPM", importer = function(x) read.table(x, header = TRUE, sep = "\t"))
design <- model.matrix(~ donor + group); y <- DGEList(scaled$counts); y <- calcNormFactors(y[filterByExpr(y, design), , keep.lib.sizes = FALSE])
fit <- eBayes(lmFit(voom(y, design), design)); top <- topTable(fit, coef = "groupb", number = Inf, sort.by = "none")
save(data.frame(gene = rownames(top), top[c("logFC", "t", "P.Value", "adj.P.Val")]), "tximport_limma.csv.gz")
cat("prior variance", attr(dispersionFunction(dds), "dispPriorVar"), "\n")
