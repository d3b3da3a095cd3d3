# Counts of a simulated study (three conditions of six donors of two sexes, matched) and what DESeq2, limma and edgeR
# give for its designs: several contrasts of one fit, a subset, interactions, tests of a whole factor, a random donor,
# sample weights and robust priors.
# Rscript designs.R <directory>; session in designs_session.txt
suppressPackageStartupMessages({library(DESeq2); library(edgeR); library(limma)})
to <- commandArgs(TRUE)[1]
set.seed(41)
meta <- expand.grid(condition = c("il1b", "usc", "exo"), donor = paste0("D", 1:6), stringsAsFactors = FALSE)
meta$sex <- ifelse(meta$donor %in% c("D1", "D2", "D3"), "male", "female")
genes <- 320; n <- nrow(meta)
base <- exp(rnorm(genes, 4.5, 1.2)); from_donor <- matrix(rnorm(genes * 6, 0, .35), genes)
lfc <- function(share) ifelse(runif(genes) < share, rnorm(genes, 0, 1.2), 0)
usc <- lfc(.2); exo <- ifelse(runif(genes) < .5, usc, lfc(.2)); usc_female <- 2 * lfc(.15); exo_female <- 2 * lfc(.15)
log_mu <- log(base) + from_donor[, as.integer(factor(meta$donor))] + log(2) * (
  outer(usc, as.numeric(meta$condition == "usc")) + outer(exo, as.numeric(meta$condition == "exo")) +
  outer(usc_female, as.numeric(meta$condition == "usc" & meta$sex == "female")) +
  outer(exo_female, as.numeric(meta$condition == "exo" & meta$sex == "female")))
alpha <- (.04 + 1.5 / base) * exp(rnorm(genes, 0, .4)); alpha[1:10] <- alpha[1:10] * 15    # hypervariable genes
noise <- rep(1, n); noise[8] <- 5                                                            # a bad sample
depth <- runif(n, .6, 1.6)
k <- sapply(seq_len(n), function(i) rnbinom(genes, mu = exp(log_mu[, i]) * depth[i], size = 1 / (alpha * noise[i])))
dimnames(k) <- list(sprintf("g%03d", 1:genes), paste0("S", sprintf("%02d", 1:n)))
k[11:13, meta$condition != "exo"] <- 0L; k[14, ] <- 0L                 # no reads in two groups, in any
meta <- data.frame(sample = colnames(k), meta)
gz <- function(name) gzfile(file.path(to, name))
write.csv(k, gz("designs_counts.csv.gz"), quote = FALSE)
write.csv(meta, file.path(to, "designs_samples.csv"), row.names = FALSE, quote = FALSE)

meta$condition <- factor(meta$condition, c("il1b", "usc", "exo")); meta$donor <- factor(meta$donor)
meta$sex <- factor(meta$sex, c("male", "female"))
tables <- list()
keep <- function(name, table, columns) {
  t <- as.data.frame(table)[rownames(k), columns]; names(t) <- c("lfc", "stat", "pvalue", "padj")[seq_along(columns)]
  tables[[name]] <<- data.frame(case = name, gene = rownames(k), t)
}
of_deseq <- function(case, dds, ...) keep(case, results(dds, alpha = .05, ...), c("log2FoldChange", "stat", "pvalue", "padj"))
fit <- function(design, which = TRUE, ...) {
  dds <- DESeqDataSetFromMatrix(k[, which], droplevels(meta[which, ]), design); DESeq(dds, quiet = TRUE, ...)
}
matched <- fit(~ donor + condition)
of_deseq("deseq2 usc", matched, contrast = c("condition", "usc", "il1b"))
of_deseq("deseq2 exo_usc", matched, contrast = c("condition", "exo", "usc"))
of_deseq("deseq2 usc threshold", matched, contrast = c("condition", "usc", "il1b"), lfcThreshold = log2(1.5))
of_deseq("deseq2 whole", fit(~ donor + condition, test = "LRT", reduced = ~donor), contrast = c("condition", "exo", "usc"))
of_deseq("deseq2 without D3", fit(~condition, meta$donor != "D3"), contrast = c("condition", "usc", "il1b"))
crossed <- fit(~ sex * condition)
of_deseq("deseq2 usc by sex", crossed, name = "sexfemale.conditionusc")
of_deseq("deseq2 exo_usc by sex", crossed, contrast = list("sexfemale.conditionexo", "sexfemale.conditionusc"))
whole <- fit(~ sex * condition, test = "LRT", reduced = ~ sex + condition)
of_deseq("deseq2 whole by sex", whole, name = "sexfemale.conditionusc")
nested <- model.matrix(~ donor + condition + sex:condition, meta)
nested <- nested[, !colnames(nested) %in% c("conditionil1b:sexfemale")]
colnames(nested) <- make.names(colnames(nested))
dds <- DESeqDataSetFromMatrix(k, meta, ~1)
dds <- DESeq(dds, full = nested, quiet = TRUE, betaPrior = FALSE)
of_deseq("deseq2 usc by sex within donors", dds, name = "conditionusc.sexfemale")

numbers <- list()
note <- function(name, values) numbers[[name]] <<- format(values, digits = 12, trim = TRUE)
counted <- function(design) {
  y <- DGEList(k); y <- y[filterByExpr(y, design), , keep.lib.sizes = FALSE]; calcNormFactors(y)
}
of_limma <- function(name, fit, coef, ...) {
  fit <- eBayes(fit, ...)
  table <- topTable(fit, coef = coef, number = Inf, sort.by = "none")
  if (length(coef) > 1) keep(name, table, c(names(table)[1], "F", "P.Value", "adj.P.Val"))
  else keep(name, table, c("logFC", "t", "P.Value", "adj.P.Val"))
}
plain <- model.matrix(~condition, meta); paired <- model.matrix(~ donor + condition, meta); by_sex <- model.matrix(~ sex * condition, meta)
both <- c("conditionusc", "conditionexo"); products <- c("sexfemale:conditionusc", "sexfemale:conditionexo")
y <- counted(paired); v <- voom(y, paired)
of_limma("limma_voom whole", lmFit(v, paired), both)
of_limma("limma_voom usc robust", lmFit(v, paired), "conditionusc", robust = TRUE)
z <- counted(by_sex); u <- voom(z, by_sex)
of_limma("limma_voom usc by sex", lmFit(u, by_sex), products[1])
of_limma("limma_voom whole by sex", lmFit(u, by_sex), products)
q <- voomWithQualityWeights(y, paired); note("voom quality", q$targets$sample.weights)
of_limma("limma_voom usc quality", lmFit(q, paired), "conditionusc")
cpms <- cpm(y, log = TRUE, prior.count = 3)
w <- arrayWeights(cpms, paired); note("trend quality", w)
of_limma("limma_trend usc quality", lmFit(cpms, paired, weights = w), "conditionusc", trend = TRUE)
of_limma("limma_trend whole", lmFit(cpms, paired), both, trend = TRUE)

p <- counted(plain)
random <- function(name, weigh) {
  r <- weigh(); d <- duplicateCorrelation(r, plain, block = meta$donor)
  r <- weigh(block = meta$donor, correlation = d$consensus); d <- duplicateCorrelation(r, plain, block = meta$donor)
  note(paste(name, "random"), d$consensus)
  lmFit(r, plain, block = meta$donor, correlation = d$consensus)
}
f <- random("voom", function(...) voom(p, plain, ...))
of_limma("limma_voom usc random", f, "conditionusc"); of_limma("limma_voom whole random", f, both)
f <- random("voom quality", function(...) voomWithQualityWeights(p, plain, ...))
of_limma("limma_voom usc random quality robust", f, "conditionusc", robust = TRUE)
cpms <- cpm(p, log = TRUE, prior.count = 3)
d <- duplicateCorrelation(cpms, plain, block = meta$donor); note("trend random", d$consensus)
of_limma("limma_trend usc random", lmFit(cpms, plain, block = meta$donor, correlation = d$consensus), "conditionusc", trend = TRUE)
w <- arrayWeights(cpms, plain); note("trend quality plain", w)
d <- duplicateCorrelation(cpms, plain, block = meta$donor, weights = w); note("trend quality random", d$consensus)
f <- lmFit(cpms, plain, weights = w, block = meta$donor, correlation = d$consensus)
of_limma("limma_trend usc random quality", f, "conditionusc", trend = TRUE)

table <- do.call(rbind, tables); table[-(1:2)] <- signif(table[-(1:2)], 8)
write.csv(table, gz("designs_tables.csv.gz"), row.names = FALSE, quote = FALSE)
writeLines(unlist(lapply(names(numbers), function(n) paste(c(n, numbers[[n]]), collapse = ","))), file.path(to, "designs_numbers.csv"))
session <- grep("^(BLAS|LAPACK)", capture.output(sessionInfo()), value = TRUE, invert = TRUE)
writeLines(session, file.path(to, "designs_session.txt"))
